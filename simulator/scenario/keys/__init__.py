"""The table of keys: what each key of a scenario means, and whether a simulation acts on it."""
