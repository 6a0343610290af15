"""What one pool looks like at an instant."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.states import AllocationState, NodeKind

if TYPE_CHECKING:
    from simulator.engine.nodes.node import Node
    from simulator.engine.nodes.site import Site
    from simulator.engine.pools.members import Members
    from simulator.engine.pools.resizing import Resizing


@dataclass(frozen=True, slots=True)
class PoolSnapshot:
    """What one pool looks like at an instant."""

    target_dedicated_nodes: int
    target_low_priority_nodes: int
    allocation_state: AllocationState
    nodes: dict[str, int]
    """Nodes by state."""
    active_tasks: int
    running_tasks: int
    used_slots: int


def pool_snapshot(site: Site, members: Members, resizing: Resizing) -> PoolSnapshot:
    """Return the present of a pool."""
    nodes = Counter(_state(site, node) for node in members)
    return PoolSnapshot(
        target_dedicated_nodes=resizing.targets[NodeKind.DEDICATED],
        target_low_priority_nodes=resizing.targets[NodeKind.LOW_PRIORITY],
        allocation_state=resizing.state,
        nodes=dict(sorted(nodes.items())),
        active_tasks=site.tasks.active,
        running_tasks=site.tasks.running,
        used_slots=site.tasks.used_slots,
    )


def _state(site: Site, node: Node) -> str:
    return "running" if node.in_service and site.tasks.count_on(node.sequence) else str(node.state)
