"""The columns of a pool's tasks, and of their attempts, which are the record."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Shape:
    """What one instance of a task takes on its node; tasks of one shape fit or do not fit together."""

    slots: int
    cores: int
    """Thousandths of a core; 0 = makes no demand."""
    memory: int
    """MiB; 0 = makes no demand."""
    instances: int = 1
    """Distinct idle nodes that must start together (a multi-instance task)."""


@dataclass(frozen=True, slots=True)
class Tasks:
    """What is known of each task before it runs; one row a task, in creation order.

    `submit` must ascend. `failures` is the number of leading attempts that exit with another code than 0
    (−1: all of them); `max_retries` is −1 for no limit. `job` and `shape` index the kernel's tables.
    """

    submit: array[int]
    lead: array[int]
    """Dispatch latency: slot taken, process not yet started."""
    demand: array[int]
    """From process start to process end."""
    job: array[int]
    shape: array[int]
    max_retries: array[int]
    failures: array[int]
    parents: array[int] = field(default_factory=lambda: array("i"))
    """How many tasks must complete before this one may start; empty = nobody waits for anybody."""
    children_from: array[int] = field(default_factory=lambda: array("i"))
    """Where the children of task i begin in `children`; they end where those of i + 1 begin."""
    children: array[int] = field(default_factory=lambda: array("i"))
    satisfies: array[int] = field(default_factory=lambda: array("b"))
    """1 where a failure lets the children run all the same (`dependencyAction: satisfy`)."""

    def __len__(self) -> int:
        return len(self.submit)


class Attempts:
    """Append-only columns: one row for each instance of each execution of a task on a node."""

    __slots__ = ("assigned", "end", "instance", "node", "outcome", "task")

    def __init__(self) -> None:
        self.task = array("i")
        self.node = array("i")
        self.instance = array("i")
        self.assigned = array("q")
        self.end = array("q")
        self.outcome = array("b")

    def __len__(self) -> int:
        return len(self.task)


def column(code: str, values: Sequence[int] | bytes) -> array[int]:
    """Make a column from numbers, or from the bytes of a NumPy array of the same width."""
    return array(code, values)
