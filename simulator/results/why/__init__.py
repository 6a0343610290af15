"""Answers from the record: why a task did not run, and why a pool did what it did."""

from simulator.results.why.pools import PoolStory, explain_pool
from simulator.results.why.tasks import Piece, TaskStory, explain_task

__all__ = ["Piece", "PoolStory", "TaskStory", "explain_pool", "explain_task"]
