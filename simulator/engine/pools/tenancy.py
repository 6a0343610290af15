"""What a pool knows of the tasks that it may have to run."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from simulator.columns.growing import Growing

if TYPE_CHECKING:
    import numpy.typing as npt

    from simulator.engine.nodes.node import Node
    from simulator.engine.pools.disks import Disks
    from simulator.kernel import Kernel

    Ints = npt.NDArray[np.int64]

ABSENT = -1


class Tenancy:
    """The tasks of one pool, numbered as in its kernel: what its nodes mean to them, and they to its nodes.

    More of them come while a run goes on (`simulator/engine/bridge/intake.py`).
    """

    def __init__(
        self,
        disks: Disks | None,
        on_node_change: Callable[[Node, Kernel], None],
        on_new_disk: Callable[[Node], None],
    ) -> None:
        self.rows = Growing(np.int64)
        """Row of the backlog of each task."""
        self.latency = Growing(np.int64)
        """Dispatch latency of each task, ms."""
        self.retention = Growing(np.int64)
        """How long the files of each task are kept, ms."""
        self.managers: set[int] = set()
        """Tasks that manage their jobs: their nodes leave last."""
        self.wishes: dict[str, int] = {}
        """Nodes that tasks want to run on, by id in lower case: the kernel's number of each."""
        self.disks = disks
        """The disks of its nodes; None = local disks are not enforced."""
        self.on_node_change = on_node_change
        """Forgets what jobs had prepared on a node that is started again or lost."""
        self.on_new_disk = on_new_disk
        """Forgets what tasks had fetched onto the disk of a node."""
        self._numbers = np.zeros(0, dtype=np.int32)
        """By row of the backlog: the task that it is, plus 1; 0 = none here."""

    def task_of(self, row: int) -> int:
        """Return the task that a row of the backlog is; `ABSENT` where it is none here, or not yet."""
        return int(self._numbers[row]) - 1 if row < len(self._numbers) else ABSENT

    def tasks_of(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return the tasks that rows are; `ABSENT` where one is none here, or not yet."""
        found = np.full(len(rows), ABSENT, dtype=np.int64)
        is_known = rows < len(self._numbers)
        found[is_known] = self._numbers[rows[is_known]] - 1
        return found

    def missing(self, rows: list[int]) -> int:
        """Return how many of the rows are no tasks here, or not yet."""
        return int((self.tasks_of(np.array(rows, dtype=np.int64)) == ABSENT).sum())

    def add(self, rows: Ints, latency: Ints, retention: Ints) -> None:
        """Add further rows of the backlog, numbered behind the tasks that are there."""
        before = len(self.rows)
        self.rows.append(rows)
        self.latency.append(latency)
        self.retention.append(retention)
        last = int(rows.max(initial=-1))
        if last >= len(self._numbers):
            wider = np.zeros(max(last + 1, len(self._numbers) * 3 // 2), dtype=np.int32)
            wider[: len(self._numbers)] = self._numbers
            self._numbers = wider
        self._numbers[rows] = np.arange(before + 1, before + 1 + len(rows))

    def shorten(self, count: int) -> None:
        """Forget all tasks but the first `count`: they have not arrived, and will be numbered anew."""
        self._numbers[self.rows.values[count:]] = 0
        for column in (self.rows, self.latency, self.retention):
            column.shorten(count)
        self.managers.difference_update([task for task in self.managers if task >= count])
