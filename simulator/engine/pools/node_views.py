"""The service's list of nodes: what each one is, has and does at an instant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.states import NodeKind, NodeState
from simulator.units import to_s

if TYPE_CHECKING:
    from simulator.engine.nodes.node import Node
    from simulator.engine.nodes.site import Site
    from simulator.engine.pools.members import Members


@dataclass(frozen=True, slots=True)
class NodeView:
    """One node; times are seconds since the scenario's origin."""

    id: str
    kind: NodeKind
    state: NodeState
    scheduling_enabled: bool
    ip: str
    zone: int
    vcpus: int
    memory_gib: float
    temp_disk_gib: float | None
    """None where the catalogue does not know it."""
    allocation_time: float
    last_boot_time: float | None
    running_tasks: int
    pending_certificates: tuple[str, ...]
    """Thumbprints that the pool has and the node gets at its next start."""


def node_views(site: Site, members: Members) -> tuple[NodeView, ...]:
    """Return the nodes of a pool, by sequence number."""
    return tuple(_view(site, node) for node in members)


def _view(site: Site, node: Node) -> NodeView:
    row, size = site.world.record.nodes[node.number], site.size
    running = site.tasks.count_on(node.sequence)
    state = node.state or NodeState.CREATING
    installed = node.setup.certificates if node.setup else site.setup.certificates
    return NodeView(
        id=row.id,
        kind=node.kind,
        state=NodeState.RUNNING if state is NodeState.IDLE and running else state,
        scheduling_enabled=not node.disabled,
        ip=row.address,
        zone=row.zone,
        vcpus=size.vcpus,
        memory_gib=size.memory_gib,
        temp_disk_gib=size.temp_disk_gib,
        allocation_time=to_s(node.allocated),
        last_boot_time=None if node.last_boot < 0 else to_s(node.last_boot),
        running_tasks=running,
        pending_certificates=tuple(name for name in site.setup.certificates if name not in installed),
    )
