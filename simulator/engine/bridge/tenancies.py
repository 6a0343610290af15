"""From the workload to what a pool knows of its tasks, and to the task ends that its kernel reports."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from simulator.engine.bridge.kernel_rules import retention_of, wished_places
from simulator.engine.pools.tenancy import Tenancy

if TYPE_CHECKING:
    from simulator.engine.nodes.node import Node
    from simulator.engine.pools.disks import Disks
    from simulator.kernel import Kernel
    from simulator.workload.build import Workload

ON_FAILURE, ON_SUCCESS = 1, 2
"""Bits of a task's alarm: which of its ends the kernel reports."""


def tenancy_of(
    workload: Workload,
    rows: npt.NDArray[np.int64],
    disks: Disks | None,
    on_node_change: Callable[[Node, Kernel], None],
) -> Tenancy:
    """Return what a pool knows of its tasks, which are `rows` of the workload."""
    extras = workload.extras
    return Tenancy(
        rows=rows,
        latency=workload.latency[rows],
        retention=retention_of(workload, rows),
        managers=frozenset(_tasks(rows, list(extras.managers.values()))),
        wishes=wished_places(workload),
        disks=disks,
        on_node_change=on_node_change,
    )


def set_alarms(kernel: Kernel, workload: Workload, tenancy: Tenancy) -> None:
    """Have the kernel report the ends of tasks that matter to their jobs."""
    extras, rows = workload.extras, tenancy.rows
    alarms = np.zeros(len(rows), dtype=np.int8)
    if extras.on_failure is not None and extras.on_success is not None:
        alarms |= ON_FAILURE * (extras.on_failure[rows] > 0).astype(np.int8)
        alarms |= ON_SUCCESS * (extras.on_success[rows] > 0).astype(np.int8)
    for task in _tasks(rows, [row for row, action in extras.on_unfetched.items() if action]):
        alarms[task] |= ON_FAILURE
    for task in tenancy.managers:
        alarms[task] = ON_FAILURE | ON_SUCCESS
    if alarms.any():
        kernel.notices.alarm(array("b", alarms.tobytes()))


def _tasks(rows: npt.NDArray[np.int64], wanted: list[int]) -> list[int]:
    """Return the tasks of a pool that are among `wanted` rows of the workload."""
    return [int(task) for task in np.flatnonzero(np.isin(rows, wanted))] if wanted else []
