"""What nodes have done so far: the tasks of jobs that prepared them or cleaned up, and when they were allocated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from simulator.states import NodeState
from simulator.units import MS_PER_S, to_s

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from simulator.results.raw.recorder import Recorder

WITHOUT_MACHINE: Final = (NodeState.PREEMPTED, NodeState.DEALLOCATED)
"""States of nodes that take no cores."""


@dataclass(frozen=True, slots=True)
class NodeTaskView:
    """A preparation or release task of a job on a node; times are seconds since the scenario's origin."""

    node: str
    """Id of the node."""
    pool: int
    kind: str
    """preparation or release."""
    start: float
    end: float | None
    """None while it runs."""
    succeeded: bool


def node_tasks(record: Recorder, job: int, now: int) -> Iterator[NodeTaskView]:
    """Yield the preparation and release tasks of a job that have begun, in the order of their beginning."""
    for row in record.node_tasks:
        if row.job == job and row.start <= now:
            node = record.nodes[row.node]
            end = to_s(row.end) if row.end <= now else None
            yield NodeTaskView(node.id, node.pool, row.kind, to_s(row.start), end, row.outcome == "succeeded")


def allocations(record: Recorder, pool: int, now: int) -> npt.NDArray[np.float64]:
    """Return from when to when nodes of a pool had a machine so far, in seconds, a row for each of their states."""
    spans = [
        (row.start, now if row.end < 0 else row.end)
        for row in record.states
        if record.nodes[row.node].pool == pool and row.state not in WITHOUT_MACHINE
    ]
    return np.array(spans, dtype=np.float64).reshape(-1, 2) / MS_PER_S
