"""The numbers that a run comes to: every measure of its answer, and a sketch of it for a glance."""
