"""What an operator does to single nodes, and to all of them in an upgrade: checks first, then interrupts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from simulator.engine.nodes.interrupts import Deallocate, Disable, Enable, Restart, Start
from simulator.policy.node_preemption import NEVER_PREEMPTED, victims
from simulator.policy.response import DONE, Answer
from simulator.results.why.reasons import NodeFault
from simulator.scenario.format.pool_operations import (
    DeallocateNode,
    DisableScheduling,
    EnableScheduling,
    LoseContact,
    PreemptNodes,
    Reboot,
    Reimage,
    RemoveNodes,
    StartNode,
    UpgradeOs,
)
from simulator.service_codes import ServiceCode
from simulator.states import NodeDeallocationOption, NodeKind, NodeState

if TYPE_CHECKING:
    from simulator.engine.nodes.node import Node
    from simulator.engine.pools.pool import Pool

MOST_NODES: Final = 100
"""Most nodes that the service removes in one request."""
BUSY: Final = {
    NodeState.CREATING: ServiceCode.NODE_BEING_CREATED,
    NodeState.STARTING: ServiceCode.NODE_BEING_STARTED,
    NodeState.WAITINGFORSTARTTASK: ServiceCode.NODE_BEING_STARTED,
    NodeState.REBOOTING: ServiceCode.NODE_BEING_REBOOTED,
    NodeState.REIMAGING: ServiceCode.NODE_BEING_REIMAGED,
    NodeState.UNUSABLE: ServiceCode.NODE_UNUSABLE,
}
"""The service's code for a node that cannot be operated on in its state; `OperationNotValidOnNode` in the others."""
BROKEN: Final = (NodeState.UNUSABLE, NodeState.STARTTASKFAILED)


def remove_nodes(pool: Pool, asked: RemoveNodes) -> Answer:
    """Remove named nodes, and lower the targets so that nobody replaces them."""
    if len(asked.node_list) > MOST_NODES:
        text = f"{len(asked.node_list)} nodes; at most {MOST_NODES} in one request"
        return Answer(ServiceCode.INVALID_PROPERTY, text)
    refused = pool.resize_refusal()
    if refused:
        return refused
    nodes, missing = _named(pool, asked.node_list)
    if missing:
        return missing
    pool.remove_nodes(nodes, timeout=asked.resize_timeout, option=asked.node_deallocation_option)
    return DONE


def reboot(pool: Pool, asked: Reboot) -> Answer:
    """Restart nodes that are ready; by option also broken ones (`docs/model.md#reboots-and-reimages`)."""
    extended = pool.site.world.options.reboot_allowed_states == "extended"
    cause = Restart(NodeState.REBOOTING, asked.node_reboot_option)
    return _each(
        pool, asked.node_id, lambda node: _may_restart(node, extended=extended), lambda node: node.interrupt(cause)
    )


def reimage(pool: Pool, asked: Reimage) -> Answer:
    """Reimage nodes; the service does that for cloud services only."""
    if pool.site.description.cloud_service_configuration is None:
        text = "Only nodes of a pool with cloudServiceConfiguration can be reimaged"
        return Answer(ServiceCode.OPERATION_NOT_VALID_ON_POOL, text)
    cause = Restart(NodeState.REIMAGING, asked.node_reimage_option)
    return _each(
        pool, asked.node_id, lambda node: _may_restart(node, extended=False), lambda node: node.interrupt(cause)
    )


def deallocate_node(pool: Pool, asked: DeallocateNode) -> Answer:
    """Stop the VMs of ready nodes; the nodes stay in the pool (`docs/model.md#deallocated-nodes`)."""
    cause = Deallocate(asked.node_deallocate_option)
    return _each(
        pool, asked.node_id, lambda node: _may_restart(node, extended=False), lambda node: node.interrupt(cause)
    )


def start_node(pool: Pool, asked: StartNode) -> Answer:
    """Start deallocated nodes again, where the region has the capacity."""
    started: list[Node] = []

    def refusal(node: Node) -> Answer | None:
        if node.leaving or node.state is not NodeState.DEALLOCATED or node in started:
            return _cannot(node)
        if pool.limits.may_start(node, sum(other.kind is node.kind for other in started)):
            return None
        return Answer(ServiceCode.ALLOCATION_FAILED, f"There is no capacity to start {node.id}")

    def start(node: Node) -> None:
        started.append(node)
        node.interrupt(Start())

    return _each(pool, asked.node_id, refusal, start)


def disable_scheduling(pool: Pool, asked: DisableScheduling) -> Answer:
    """Take ready nodes out of service."""
    cause = Disable(NodeDeallocationOption(asked.node_disable_scheduling_option))

    def refusal(node: Node) -> Answer | None:
        if node.disabled:
            return Answer(ServiceCode.NODE_ALREADY_IN_STATE, f"Scheduling is disabled on {node.id}")
        return _may_restart(node, extended=False)

    return _each(pool, asked.node_id, refusal, lambda node: node.interrupt(cause))


def enable_scheduling(pool: Pool, asked: EnableScheduling) -> Answer:
    """Take offline nodes into service again."""

    def refusal(node: Node) -> Answer | None:
        if not node.disabled:
            return Answer(ServiceCode.NODE_ALREADY_IN_STATE, f"Scheduling is enabled on {node.id}")
        if node.leaving or node.state not in (NodeState.OFFLINE, NodeState.IDLE):
            return _cannot(node)
        return None

    return _each(pool, asked.node_id, refusal, lambda node: node.interrupt(Enable()))


def upgrade_os(pool: Pool, asked: UpgradeOs) -> Answer:
    """Begin a rolling upgrade."""
    if not pool.site.description.upgrades_os:
        text = "Only cloud services, and VMs with an upgradePolicy other than manual, can be upgraded"
        return Answer(ServiceCode.POOL_NOT_UPGRADABLE, text)
    if pool.upgrade.is_running:
        return Answer(ServiceCode.POOL_UPGRADE_CONFLICT, "The pool is already being upgraded")
    if asked.target_os_version is not None and asked.target_os_version == pool.upgrade.version:
        return Answer(ServiceCode.POOL_VERSION_EQUAL, f"The pool has version {pool.upgrade.version}")
    pool.upgrade.begin(asked.target_os_version, asked.batch_size)
    return DONE


def contact_lost(pool: Pool, asked: LoseContact) -> Answer:
    """Break nodes; a named one with which there is no contact to lose is refused."""
    state = NodeState(asked.state)
    if asked.node_id is not None:
        answer = _each(
            pool,
            asked.node_id,
            lambda node: None if node.can_lose_contact else _cannot(node),
            lambda node: node.lose_contact(state, asked.recovery, NodeFault.CONTACT_LOST),
        )
        return answer if answer.is_refusal else Answer(message=f"contact lost with {', '.join(asked.node_id)}")
    nodes = [node for node in pool.members if node.in_service and node.can_lose_contact]
    draws = [pool.site.draw("contact victims", node) for node in nodes]
    chosen = victims([node.sequence for node in nodes], asked.count or len(nodes), draws)
    nodes = [pool.members[sequence] for sequence in chosen]
    for node in nodes:
        node.lose_contact(state, asked.recovery, NodeFault.CONTACT_LOST)
    return Answer(message=f"contact lost with {', '.join(node.id for node in nodes) or 'no node'}")


def preempt_nodes(pool: Pool, asked: PreemptNodes) -> Answer:
    """Take the VMs of low-priority nodes back; a named node that has none to be taken is refused."""
    if asked.node_id is None:
        taken = pool.spot.take(asked.count or 0)
        return Answer(message=f"preempted {', '.join(node.id for node in taken) or 'no node'}")

    def refusal(node: Node) -> Answer | None:
        if node.kind is NodeKind.DEDICATED:
            return Answer(ServiceCode.OPERATION_NOT_VALID_ON_NODE, f"{node.id} is {NEVER_PREEMPTED}")
        return None if node.has_vm else _cannot(node)

    return _each(pool, asked.node_id, refusal, lambda node: node.preempt())


def _named(pool: Pool, names: Sequence[str]) -> tuple[list[Node], Answer | None]:
    """Return nodes by id, each once; the first unknown one refuses all."""
    found: dict[int, Node] = {}
    for name in names:
        node = pool.members.named(name)
        if node is None:
            return [], Answer(ServiceCode.NODE_NOT_FOUND, f"There is no node {name} in the pool")
        found[node.sequence] = node
    return list(found.values()), None


def _each(
    pool: Pool, names: Sequence[str], refusal: Callable[[Node], Answer | None], act: Callable[[Node], None]
) -> Answer:
    """Act on each node that allows it; the first refusal is the answer, with how many of several were acted on."""
    first: Answer | None = None
    acted = 0
    for name in names:
        nodes, refused = _named(pool, [name])
        refused = refused or refusal(nodes[0])
        if refused is None:
            act(nodes[0])
            acted += 1
        first = first or refused
    if first is not None and acted:
        return Answer(first.code, f"{first.message}; done on {acted} of {len(names)} nodes all the same")
    return first or DONE


def _may_restart(node: Node, *, extended: bool) -> Answer | None:
    """Return why a node cannot be restarted: it is not ready, nor broken where `extended` allows that too."""
    if node.leaving or node.restarting:
        return _cannot(node)
    if node.state is NodeState.IDLE or (extended and node.state in BROKEN):
        return None
    return _cannot(node)


def _cannot(node: Node) -> Answer:
    code = (
        ServiceCode.OPERATION_NOT_VALID_ON_NODE
        if node.state is None
        else BUSY.get(node.state, ServiceCode.OPERATION_NOT_VALID_ON_NODE)
    )
    return Answer(code, f"The state of {node.id} is {node.state}")
