"""Documents, and what writes their tables and pictures."""
