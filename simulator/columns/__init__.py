"""Columns with one value a task, shared by the workload, the engine and the results; they import nothing of ours."""
