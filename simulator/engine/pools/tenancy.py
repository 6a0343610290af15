"""What a pool knows of the tasks that it may have to run, before it runs any."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from simulator.engine.nodes.node import Node
    from simulator.engine.pools.disks import Disks
    from simulator.kernel import Kernel


@dataclass(frozen=True, slots=True)
class Tenancy:
    """The tasks of one pool, numbered as in its kernel: what its nodes mean to them, and they to its nodes."""

    rows: npt.NDArray[np.int64]
    """Row of the workload of each task, ascending."""
    latency: npt.NDArray[np.int64]
    """Dispatch latency of each task, ms."""
    retention: npt.NDArray[np.int64] | None
    """How long the files of each task are kept, ms; None = as long as the service does by default."""
    managers: frozenset[int]
    """Tasks that manage their jobs: their nodes leave last."""
    wishes: Mapping[str, int]
    """Nodes that tasks want to run on, by id in lower case: the kernel's number of each."""
    disks: Disks | None
    """The disks of its nodes; None = local disks are not enforced."""
    on_node_change: Callable[[Node, Kernel], None]
    """Forgets what jobs had prepared on a node that is started again or lost."""

    def task_of(self, row: int) -> int:
        """Return the task that a row of the workload is."""
        return int(np.searchsorted(self.rows, row))
