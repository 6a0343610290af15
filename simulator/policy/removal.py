"""Which nodes leave when a pool shrinks (`docs/model.md#order-of-removal`)."""

from collections.abc import Sequence
from dataclasses import dataclass

from simulator.states import NodeState

RANK = {
    NodeState.UNUSABLE: 1,
    NodeState.STARTTASKFAILED: 1,
    NodeState.UNKNOWN: 1,
    NodeState.PREEMPTED: 1,
    NodeState.DEALLOCATED: 1,
    NodeState.CREATING: 2,
    NodeState.STARTING: 2,
    NodeState.WAITINGFORSTARTTASK: 2,
    NodeState.OFFLINE: 3,
    NodeState.IDLE: 3,
    NodeState.REBOOTING: 2,
    NodeState.REIMAGING: 2,
    NodeState.UPGRADINGOS: 2,
    NodeState.DEALLOCATING: 2,
    NodeState.RUNNING: 4,
}
"""Nodes of a lower rank leave first; nodes still on order have left before any of them."""
IDLE_FIRST = 1.5
"""Before nodes that start, behind those that have failed."""
LAST = 5


@dataclass(frozen=True, slots=True)
class Candidate:
    """A node that may leave, and what its choice depends on."""

    sequence: int
    state: NodeState
    allocated: int
    """Instant of the node's first allocation."""
    used_slots: int = 0
    elapsed: int = 0
    """Work that would be lost, in slot-milliseconds."""
    has_job_manager: bool = False
    """Whether a job manager task runs there: such nodes are kept as long as possible."""


def choose(candidates: Sequence[Candidate], count: int, order: str, draws: Sequence[float] = ()) -> list[int]:
    """Return the sequence numbers of the `count` nodes that leave.

    `order` is `newest_idle_first`, `oldest_idle_first`, `random_idle` (random inside the idle nodes) or
    `random` (among all); the random ones read one number of `draws` for each candidate. It may also be a policy that
    is not the service's: `idle_first` or `cheapest_loss` (`simulator/policy/scheduling/registry.py`).
    """

    def key(pair: tuple[int, Candidate]) -> tuple[float, float, float, float]:
        position, node = pair
        if order == "cheapest_loss":
            return (LAST if node.has_job_manager else 0, node.elapsed, RANK[node.state], -node.allocated)
        if order == "idle_first" and node.state in (NodeState.IDLE, NodeState.OFFLINE) and not node.has_job_manager:
            return (IDLE_FIRST, -node.allocated, -node.sequence, 0)
        if order == "random":
            return (LAST if node.has_job_manager else 0, draws[position], 0, node.sequence)
        rank = LAST if node.has_job_manager else RANK[node.state]
        if rank >= RANK[NodeState.RUNNING]:
            return (rank, node.used_slots, node.elapsed, node.sequence)
        if order == "random_idle" and rank == RANK[NodeState.IDLE]:
            return (rank, draws[position], 0, node.sequence)
        if order == "oldest_idle_first" and rank == RANK[NodeState.IDLE]:
            return (rank, node.allocated, node.sequence, 0)
        return (rank, -node.allocated, -node.sequence, 0)

    ordered = sorted(enumerate(candidates), key=key)
    return [node.sequence for _, node in ordered[:count]]
