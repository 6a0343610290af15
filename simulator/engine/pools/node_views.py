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
    since: float
    """When the control plane last changed its state."""
    running_tasks: int
    running_slots: int
    tasks_begun: int
    """Executions of tasks on it so far."""
    tasks_succeeded: int
    pending_certificates: tuple[str, ...]
    """Thumbprints that the pool has and the node gets at its next start."""


def node_views(site: Site, members: Members) -> tuple[NodeView, ...]:
    """Return the nodes of a pool, by sequence number."""
    begun, succeeded = site.tasks.attempts_by_node(len(members.rows))
    return tuple(_view(site, node, int(begun[node.sequence]), int(succeeded[node.sequence])) for node in members)


def _view(site: Site, node: Node, begun: int, succeeded: int) -> NodeView:
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
        since=to_s(site.world.record.state_since(node.number)),
        running_tasks=running,
        running_slots=site.tasks.load_on(node.sequence, site.world.env.clock)[0],
        tasks_begun=begun,
        tasks_succeeded=succeeded,
        pending_certificates=tuple(name for name in site.setup.certificates if name not in installed),
    )
