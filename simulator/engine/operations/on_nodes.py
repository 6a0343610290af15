"""What an operator does to single nodes, and to all of them in an upgrade: guards first, then orders to the nodes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from simulator.engine.nodes.contact_loss import can_lose_contact, lose_contact
from simulator.engine.nodes.interrupts import Deallocate, Disable, Enable, Restart, Start
from simulator.engine.pools import resizing
from simulator.engine.pools.limits import may_start
from simulator.engine.pools.os_upgrade import begin_upgrade
from simulator.policy.node_preemption import victims
from simulator.policy.response import DELETING, DONE, Answer
from simulator.scenario.format.pool_operations import (
    DeallocateNode,
    DisableScheduling,
    EnableScheduling,
    LoseContact,
    Reboot,
    Reimage,
    RemoveNodes,
    StartNode,
    UpgradeOs,
)
from simulator.states import NodeDeallocationOption, NodeKind, NodeState

if TYPE_CHECKING:
    from simulator.engine.nodes.node import Node
    from simulator.engine.pools.pool import Pool

MOST_NODES: Final = 100
"""The service removes at most so many nodes in one request."""
BUSY: Final = {
    NodeState.CREATING: "NodeBeingCreated",
    NodeState.STARTING: "NodeBeingStarted",
    NodeState.WAITINGFORSTARTTASK: "NodeBeingStarted",
    NodeState.REBOOTING: "NodeBeingRebooted",
    NodeState.REIMAGING: "NodeBeingReimaged",
    NodeState.UNUSABLE: "NodeStateUnusable",
}
"""The service's code for a node that cannot be operated on in its state; `OperationNotValidOnNode` in the others."""
BROKEN: Final = (NodeState.UNUSABLE, NodeState.STARTTASKFAILED)


def remove_nodes(pool: Pool, asked: RemoveNodes) -> Answer:
    """Let named nodes go, and lower the targets so that nobody replaces them (assumption P8)."""
    if len(asked.node_list) > MOST_NODES:
        return Answer("InvalidPropertyValue", f"{len(asked.node_list)} nodes; at most {MOST_NODES} in one request")
    refused = resizing.refusal(pool)
    if refused:
        return refused
    nodes, missing = _named(pool, asked.node_list)
    if missing:
        return missing
    targets = {kind: pool.targets[kind] - sum(node.kind is kind for node in nodes) for kind in NodeKind}
    wanted = {kind: max(count, 0) for kind, count in targets.items()}
    resizing.begin(pool, wanted, asked.node_deallocation_option, timeout=asked.resize_timeout, chosen=nodes)
    return DONE


def reboot(pool: Pool, asked: Reboot) -> Answer:
    """Restart nodes that are ready; by option also broken ones (assumption P18)."""
    extended = pool.world.scenario.options.reboot_allowed_states == "extended"
    order = Restart(NodeState.REBOOTING, asked.node_reboot_option)
    return _each(pool, asked.node_id, lambda node: _may_restart(node, extended=extended), lambda node: node.tell(order))


def reimage(pool: Pool, asked: Reimage) -> Answer:
    """Put the system on nodes anew; the service does that for cloud services only."""
    if pool.description.cloud_service_configuration is None:
        text = "Only nodes of a pool with cloudServiceConfiguration can be reimaged"
        return Answer("OperationNotValidOnPool", text)
    order = Restart(NodeState.REIMAGING, asked.node_reimage_option)
    return _each(pool, asked.node_id, lambda node: _may_restart(node, extended=False), lambda node: node.tell(order))


def deallocate_node(pool: Pool, asked: DeallocateNode) -> Answer:
    """Stop the VMs of ready nodes; the nodes stay in the pool (assumption P27)."""
    order = Deallocate(asked.node_deallocate_option)
    return _each(pool, asked.node_id, lambda node: _may_restart(node, extended=False), lambda node: node.tell(order))


def start_node(pool: Pool, asked: StartNode) -> Answer:
    """Start deallocated nodes again, where the region has the capacity."""
    told: list[Node] = []

    def refusal(node: Node) -> Answer | None:
        if node.leaving or node.state is not NodeState.DEALLOCATED or node in told:
            return _cannot(node)
        if may_start(pool, node, sum(other.kind is node.kind for other in told)):
            return None
        return Answer("AllocationFailed", f"There is no capacity to start {node.id}")

    def order(node: Node) -> None:
        told.append(node)
        node.tell(Start())

    return _each(pool, asked.node_id, refusal, order)


def disable_scheduling(pool: Pool, asked: DisableScheduling) -> Answer:
    """Take ready nodes out of service."""
    order = Disable(NodeDeallocationOption(asked.node_disable_scheduling_option))

    def refusal(node: Node) -> Answer | None:
        if node.disabled:
            return Answer("NodeAlreadyInTargetSchedulingState", f"Scheduling is disabled on {node.id}")
        return _may_restart(node, extended=False)

    return _each(pool, asked.node_id, refusal, lambda node: node.tell(order))


def enable_scheduling(pool: Pool, asked: EnableScheduling) -> Answer:
    """Take offline nodes into service again."""

    def refusal(node: Node) -> Answer | None:
        if not node.disabled:
            return Answer("NodeAlreadyInTargetSchedulingState", f"Scheduling is enabled on {node.id}")
        if node.leaving or node.state not in (NodeState.OFFLINE, NodeState.IDLE):
            return _cannot(node)
        return None

    return _each(pool, asked.node_id, refusal, lambda node: node.tell(Enable()))


def upgrade_os(pool: Pool, asked: UpgradeOs) -> Answer:
    """Begin a rolling upgrade."""
    if pool.deleted:
        return DELETING
    if not pool.description.upgrades_os:
        text = "Only cloud services, and VMs with an upgradePolicy other than manual, can be upgraded"
        return Answer("PoolNotEligibleForOSVersionUpgrade", text)
    if pool.upgrading:
        return Answer("UpgradePoolVersionConflict", "The pool is already being upgraded")
    if asked.target_os_version is not None and asked.target_os_version == pool.os_version:
        return Answer("PoolVersionEqualsUpgradeVersion", f"The pool has version {pool.os_version}")
    begin_upgrade(pool, asked.target_os_version, asked.batch_size)
    return DONE


def contact_lost(pool: Pool, asked: LoseContact) -> Answer:
    """Break nodes; a named one with which there is no contact to lose is refused."""
    state = NodeState(asked.state)
    if asked.node_id is not None:
        answer = _each(
            pool,
            asked.node_id,
            lambda node: None if can_lose_contact(node) else _cannot(node),
            lambda node: lose_contact(pool, [node], state, asked.recovery, "contact lost"),
        )
        return answer if answer.is_refusal else Answer(message=f"contact lost with {', '.join(asked.node_id)}")
    nodes = [node for node in pool.nodes.values() if node.in_service and can_lose_contact(node)]
    dice = [pool.luck("contact victims", node) for node in nodes]
    chosen = victims([node.sequence for node in nodes], asked.count or len(nodes), dice)
    nodes = [pool.nodes[sequence] for sequence in chosen]
    lose_contact(pool, nodes, state, asked.recovery, "contact lost")
    return Answer(message=f"contact lost with {', '.join(node.id for node in nodes) or 'no node'}")


def _named(pool: Pool, names: Sequence[str]) -> tuple[list[Node], Answer | None]:
    """Find nodes by id, each once; the first unknown one refuses all."""
    found: dict[int, Node] = {}
    for name in names:
        node = pool.node_named(name)
        if node is None:
            return [], Answer("NodeNotFound", f"There is no node {name} in the pool")
        found[node.sequence] = node
    return list(found.values()), None


def _each(
    pool: Pool, names: Sequence[str], refusal: Callable[[Node], Answer | None], act: Callable[[Node], None]
) -> Answer:
    """Act on each node that allows it; the first refusal is the answer, its sentence names the node."""
    first: Answer | None = None
    for name in names:
        nodes, refused = _named(pool, [name])
        refused = refused or refusal(nodes[0])
        if refused is None:
            act(nodes[0])
        first = first or refused
    return first or DONE


def _may_restart(node: Node, *, extended: bool) -> Answer | None:
    """Refuse what is not ready, unless it is broken and that may be mended too."""
    if node.leaving or node.restarting:
        return _cannot(node)
    if node.state is NodeState.IDLE or (extended and node.state in BROKEN):
        return None
    return _cannot(node)


def _cannot(node: Node) -> Answer:
    code = "OperationNotValidOnNode" if node.state is None else BUSY.get(node.state, "OperationNotValidOnNode")
    return Answer(code, f"The state of {node.id} is {node.state}")
