"""How many nodes of a pool are in which condition, counted in one pass: the sampler asks every 30 s."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.states import NodeKind, NodeState

if TYPE_CHECKING:
    from simulator.engine.nodes.node import Node


@dataclass(frozen=True, slots=True)
class NodeCounts:
    """Counts of nodes; `usable` ones are in service, `with_vm` are all but the preempted and deallocated."""

    dedicated: int
    low_priority: int
    preempted: int
    with_vm: int
    usable: int


def count_nodes(nodes: Iterable[Node]) -> NodeCounts:
    """Count `nodes` by kind and condition."""
    dedicated = low_priority = preempted = with_vm = usable = 0
    for node in nodes:
        if node.kind is NodeKind.DEDICATED:
            dedicated += 1
        else:
            low_priority += 1
        if node.state is NodeState.PREEMPTED:
            preempted += 1
        elif node.has_vm:
            with_vm += 1
            usable += node.in_service
    return NodeCounts(dedicated, low_priority, preempted, with_vm, usable)
