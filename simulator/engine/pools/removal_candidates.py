"""What a pool knows of its nodes when some of them must go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.policy.removal import Candidate, choose
from simulator.states import NodeKind, NodeState

if TYPE_CHECKING:
    from simulator.engine.nodes.node import Node
    from simulator.engine.pools.pool import Pool


def choose_victims(pool: Pool, kind: NodeKind, count: int) -> list[int]:
    """Give the sequence numbers of the nodes of one kind that leave."""
    order = pool.world.scenario.options.scale_down_order
    nodes = [node for node in pool.of_kind(kind) if not node.leaving]
    candidates = [_candidate(pool, node) for node in nodes]
    dice = [pool.luck("removal", node) for node in nodes] if order.startswith("random") else []
    return choose(candidates, count, order, dice)


def _candidate(pool: Pool, node: Node) -> Candidate:
    kernel, now = pool.kernel, pool.world.env.clock
    state = node.state or NodeState.CREATING
    if state is NodeState.LEAVINGPOOL:
        state = NodeState.IDLE  # told at this very instant that it stays
    used = elapsed = 0
    if kernel.nodes.held[node.sequence] and state is NodeState.IDLE:
        for task in kernel.nodes.tasks_on(node.sequence):
            state = NodeState.RUNNING
            slots = kernel.shape_of(task).slots
            used += slots
            elapsed += slots * (now - kernel.attempts.assigned[kernel.row[task]])
    return Candidate(node.sequence, state, node.allocated, used, elapsed, pool.runs_job_manager(node))
