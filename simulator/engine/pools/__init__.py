"""Pools: targets and resizes, allocation within limits, the autoscale loop, and views of the nodes."""
