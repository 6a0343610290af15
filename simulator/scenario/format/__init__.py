"""The file format as types: every section and body, what a complete scenario says, and what its parts mean."""
