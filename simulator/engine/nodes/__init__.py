"""Compute nodes: the life of each, how long its steps take, what happens to it, and its door to the kernel."""
