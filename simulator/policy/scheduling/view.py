"""What a policy sees in a pass, and what it answers: the whole contract of a queue discipline.

Times are milliseconds since the scenario's origin, cores thousandths of a core, memory MiB.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from simulator.policy.scheduling.room import Room
from simulator.policy.scheduling.waiting import Waiting


class Running(NamedTuple):
    """A task that runs."""

    ends: int
    """When it is expected to end; that may have passed."""
    row: int
    """Place of its start among all starts of the pool."""
    task: Waiting
    started: int
    nodes: tuple[int, ...]


class Start(NamedTuple):
    """The decision that a task starts now."""

    task: Waiting
    nodes: tuple[int, ...] = ()
    """On which nodes, one for each instance; empty: where the pool's placement puts it."""


class View(Protocol):
    """A pool in a pass: after each `Start` that a policy yields, it is seen with the task that has started.

    Nothing here changes it.
    """

    @property
    def now(self) -> int:
        """The present instant."""
        ...

    @property
    def waiting(self) -> Iterable[Waiting]:
        """The waiting tasks that may start, in the order of the policy: for one of your own, by priority and age."""
        ...

    @property
    def jobs(self) -> Mapping[int, Iterable[Waiting]]:
        """The same by job, for policies that keep them so."""
        ...

    @property
    def running(self) -> Sequence[Running]:
        """The running tasks in the order of their estimated ends."""
        ...

    @property
    def has_room(self) -> bool:
        """Whether any slot is free on a node that takes tasks."""
        ...

    def fits(self, task: Waiting) -> bool:
        """Return whether a task could start now."""
        ...

    def has_room_on(self, task: Waiting, node: int) -> bool:
        """Return whether one instance of a task could start on a node now."""
        ...

    def places(self, task: Waiting) -> tuple[int, ...]:
        """Return the nodes where the pool's placement would put a task now; none where it has no room."""
        ...

    def room(self) -> Room:
        """Return what is free on each node, as a copy to plan with."""
        ...

    def used(self, job: int) -> float:
        """Return the slot-seconds that a job has used, those of long ago counting less (`halfLife`)."""
        ...

    def held(self, job: int) -> int:
        """Return how many slots the running tasks of a job hold, for policies that keep tasks by job."""
        ...

    def draw(self, count: int) -> int:
        """Return a number from 0 to count − 1 from the pool's random stream."""
        ...


Decisions = Iterator[Start] | Iterable[Start]
"""What a queue discipline returns. A generator sees each of its decisions performed before it makes the next."""
