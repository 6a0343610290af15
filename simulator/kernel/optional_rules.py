"""Rules that only some pools have; what is left empty costs nothing."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass, field

CLOSED = 1
"""Why a job is not served, in bits: it is terminating or completed."""
DISABLED = 2
FULL = 4
"""As many of its tasks run as may."""


def _none(code: str) -> Callable[[], array[int]]:
    return lambda: array(code)


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for single jobs and tasks beyond `Tasks`.

    Columns have a row for each of these tasks. Lists have one for each job of the kernel: what is neutral there leaves
    a job as it is. A rule of the pool that has come once stays.
    """

    most_running: list[int] = field(default_factory=list)
    """How many tasks of a job may run at once; −1 = any number."""
    displaceable: list[bool] = field(default_factory=list)
    """Whether tasks of higher priority may take the place of running ones of this job."""
    managers: list[int] = field(default_factory=list)
    """The task that starts before all others of its job; −1 = none."""
    dedicated_managers: list[bool] = field(default_factory=list)
    """Whether the manager runs on dedicated nodes only."""
    prepared: list[int] = field(default_factory=list)
    """Whether a job prepares its nodes: 0 = no, 1 = tasks wait for it, 2 = they do not."""
    prepare: Callable[[int, int, int], int] | None = None
    """Called when a job begins to prepare a node at an instant; returns how long that takes.

    The complement (`~`) of that time says that it fails.
    """
    latency: array[int] = field(default_factory=_none("q"))
    """From assignment to the start; for the columns below, preparation, coordination failures and shared cores."""
    limit: array[int] = field(default_factory=_none("q"))
    """The longest an attempt may run from its start."""
    checkpoint_interval_ms: array[int] = field(default_factory=_none("q"))
    """After how much work a checkpoint is written; 0 = never."""
    checkpoint_cost_ms: array[int] = field(default_factory=_none("q"))
    """How long writing one takes."""
    restart_cost_ms: array[int] = field(default_factory=_none("q"))
    """How long reading one takes at the next attempt."""
    demand: array[int] = field(default_factory=_none("q"))
    """The work of tasks with checkpoints."""
    wish: array[int] = field(default_factory=_none("i"))
    """Number of the place a task would like to run at; −1 = none. `Kernel.wishes` says which node that is."""
    fetches: array[int] = field(default_factory=_none("b"))
    """1 for tasks that fetch packages or an image onto their node, unless it has them."""
    fetch: Callable[[int, int, int], int] | None = None
    """Called when a task begins to fetch on a node at an instant; returns how long that takes, or its complement.

    The complement (`~`) says that it fails.
    """
    share_cores: bool = False
    """Whether processes share cores, and slow down where they use more than there are (docs/model.md#cpu-sharing)."""
    setup_ms: array[int] = field(default_factory=_none("q"))
    """From assignment to the process, but for preparations and what is fetched; needed where cores are shared."""
    upload_ms: array[int] = field(default_factory=_none("q"))
    """From the end of the process to that of the attempt; needed where cores are shared or checkpoints are written."""
    holds: array[int] = field(default_factory=_none("b"))
    """1 for tasks that put anything on the local disks of their nodes, where these are enforced."""
    hold: Callable[[int, int, list[int], int, bool], bool] | None = None
    """Called when such a task begins an attempt: task, row of the record, nodes, start, and whether it fetches all.

    Returns whether a disk may have no room for it then: a notice follows (`Notices.crowded`).
    """
    coordination_failures: dict[int, tuple[int, frozenset[int]]] = field(default_factory=dict)
    """By multi-instance task: how long after assignment it fails when it coordinates, and in which attempts, from 0."""
    alarms: array[int] = field(default_factory=_none("b"))
    """Which ends of tasks are reported, in bits (`Notices.alarm`)."""
    sick_nodes: bool = False
    """Whether there may be nodes on which every attempt fails as it starts (`Work.sick`)."""
    reserve_gangs: bool = False
    """Whether a multi-instance task at the head keeps the nodes it waits for free from others."""
    dedicated_gangs: bool = False
    """Whether multi-instance tasks run on dedicated nodes only (docs/model.md#multi-instance-tasks)."""
    random_order: bool = False
    """Whether the order inside a job is random (docs/model.md#order-inside-a-job)."""

    @property
    def extends_attempts(self) -> bool:
        """Whether how long an attempt takes depends on more than its task's span."""
        return bool(
            self.limit
            or self.checkpoint_interval_ms
            or self.fetches
            or any(self.prepared)
            or self.coordination_failures
            or self.share_cores
            or self.sick_nodes
            or self.holds
        )

    @property
    def restricts_nodes(self) -> bool:
        """Whether some tasks may not go to every node with room."""
        managed = any(manager >= 0 for manager in self.managers)
        return bool(managed or any(self.prepared) or self.reserve_gangs or self.dedicated_gangs)
