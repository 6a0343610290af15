"""The work of a scenario, drawn for one replication: every job that a run may see, and one row a task."""
