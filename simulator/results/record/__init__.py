"""What happened, as tables: made in memory, described by one schema, read back from disk."""
