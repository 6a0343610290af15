"""Answers from the record: why a task did not run, and why a pool did what it did."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulator.results.why.pool_story import PoolStory, explain_pool
    from simulator.results.why.task_story import Piece, TaskStory, explain_task
    from simulator.results.why.task_view import TaskView, view_task

__all__ = ["Piece", "PoolStory", "TaskStory", "TaskView", "explain_pool", "explain_task", "view_task"]

_HOME = {
    "Piece": "simulator.results.why.task_story",
    "PoolStory": "simulator.results.why.pool_story",
    "TaskStory": "simulator.results.why.task_story",
    "TaskView": "simulator.results.why.task_view",
    "explain_pool": "simulator.results.why.pool_story",
    "explain_task": "simulator.results.why.task_story",
    "view_task": "simulator.results.why.task_view",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: a recording needs the reasons of this room, not its stories."""
    if name not in _HOME:
        raise AttributeError(f"module 'simulator.results.why' has no attribute '{name}'")
    return getattr(import_module(_HOME[name]), name)
