"""From files to a complete scenario: places of values, included bodies, old spellings, and every problem at once."""
