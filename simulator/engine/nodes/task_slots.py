"""Between a node and the tasks on it: the kernel's doors are opened and closed here, and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulator.states import Outcome

if TYPE_CHECKING:
    from simulator.engine.nodes.node import Node

RETENTION = 7 * 24 * 3600 * 1000
"""How long a task's files keep its node under `retaineddata`: the service's default of 7 days."""


def serve(node: Node) -> None:
    """Let tasks be placed on a node, if that is not so already."""
    kernel = node.pool.kernel
    kernel.notices.stay(node.sequence)
    if not kernel.nodes.serving[node.sequence]:
        kernel.in_service(node.sequence)


def close(node: Node) -> bool:
    """Place no more tasks on a node; say whether it is empty."""
    nodes = node.pool.kernel.nodes
    if nodes.serving[node.sequence]:
        nodes.close(node.sequence)
    return bool(nodes.held[node.sequence] == 0)


def drain(node: Node) -> bool:
    """Place no more tasks on a node; say whether it is empty. If not, a notice will follow."""
    is_empty = close(node)
    if not is_empty:
        node.pool.kernel.notices.drain(node.sequence)
    return is_empty


def stop_tasks(node: Node, outcome: Outcome) -> None:
    """End everything that runs on a node now, and place nothing more there."""
    node.pool.kernel.out_of_service(node.sequence, node.env.clock, outcome)


def retained_until(node: Node) -> int:
    """Give the instant at which the last retention time of a task on a node has passed."""
    attempts, retention = node.pool.kernel.attempts, node.pool.retention
    here = np.flatnonzero(np.asarray(attempts.node)[: len(attempts)] == node.sequence)
    if not len(here):
        return node.env.clock
    ends = np.asarray(attempts.end)[here]
    kept = RETENTION if retention is None else retention[np.asarray(attempts.task)[here]]
    return int((ends + kept).max())
