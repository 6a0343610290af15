"""What a kernel knows of its tasks before they run."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol


class JobPolicy(IntEnum):
    """Which of several jobs of equal priority is served next (docs/model.md#order-among-jobs)."""

    UNIFORM = 0
    """Any of them with the same probability, at each task."""
    ROUND_ROBIN = 1
    CREATION_TIME = 2


@dataclass(frozen=True, slots=True)
class Choices:
    """Decisions that the service does not document; each has an option in the scenario."""

    job_policy: int
    retry_at_tail: bool
    """Whether tasks whose attempt failed lose their place in the queue."""
    random_ties: bool
    """Whether a node is drawn among those that are equally good."""
    max_rounds: int
    """How often one instant may be settled: work of length zero can follow itself."""
    seed: int
    """Of the random stream."""
    planner: Planner | None = None
    """Who decides in each pass which tasks start; None: the rules of the service, in the kernel."""
    placer: Placer | None = None
    """Who chooses among nodes with room; None: the fill type."""
    each_event: bool = False
    """Whether a pass follows each arrival and each end, arrivals before ends; else there is one for each instant."""


class Planner(Protocol):
    """Who decides in each pass which of the waiting tasks start, and where; it starts them (`Kernel.start_on`)."""

    def expect(self, tasks: Tasks, estimate: array[int], deadline: array[int]) -> None:
        """Note what is known of tasks before they come: how long they should take, and by when."""
        ...

    def shorten(self, count: int) -> None:
        """Forget the tasks behind the first `count`, none of which has arrived."""
        ...

    def plan(self, now: int) -> None:
        """Make the pass of an instant."""
        ...

    def is_expected(self, task: int, now: int) -> bool:
        """Return whether a running task was expected to have ended by now."""
        ...


class Placer(Protocol):
    """Who chooses where a task goes."""

    def choose(self, task: int, shape: int, nodes: Sequence[int], count: int) -> list[int]:
        """Return `count` of the nodes, all of which have room for the task."""
        ...


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
    """What is known of tasks before they run, of all that come together; one row a task, in creation order.

    `submit` must ascend, also from those that came before. `failures` is the number of leading attempts that exit with
    another code than 0 (−1: all of them); `max_retries` is −1 for no limit. Numbers of tasks, jobs, shapes and queues
    are the kernel's.
    """

    submit: array[int]
    span: array[int]
    """From the slot being taken to its being free again, if nothing stops the attempt."""
    queue: array[int]
    """Which of the kernel's queues each of them joins."""
    max_retries: array[int]
    failures: array[int]
    queues: list[tuple[int, int]]
    """The pairs of job and shape that occur for the first time: a queue each, behind those that are there."""
    parents: array[int] = field(default_factory=lambda: array("i"))
    """How many tasks must complete before this one may start; empty = no task waits for another."""
    children_from: array[int] = field(default_factory=lambda: array("i"))
    """Where the children of row i begin in `children`; they end where those of i + 1 begin."""
    children: array[int] = field(default_factory=lambda: array("i"))
    """Their numbers; a child may have come before its parent."""
    later_children: list[tuple[int, int]] = field(default_factory=list)
    """Pairs of a task that came before, and one of these that waits for it."""
    satisfies: array[int] = field(default_factory=lambda: array("b"))
    """What lets the children run all the same, in bits: 1 a failure, 4 a pre-processing error; 2: success does not."""

    def __len__(self) -> int:
        return len(self.submit)


def check_signals() -> None:
    """Return at once; the interpreter handles signals meanwhile, so Ctrl-C reaches a compiled kernel here."""
