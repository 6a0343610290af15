"""Pictures: each a pure function that returns a matplotlib figure; saving and showing are the caller's."""

from simulator.report.figures.gantt import node_gantt
from simulator.report.figures.pool import pool_over_time

__all__ = ["node_gantt", "pool_over_time"]
