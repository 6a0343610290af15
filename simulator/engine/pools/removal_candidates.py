"""What a pool knows of its nodes when some of them must leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.policy.removal import Candidate, choose
from simulator.states import NodeKind, NodeState

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from simulator.engine.nodes.node import Node
    from simulator.engine.nodes.site import Site
    from simulator.engine.pools.members import Members


def choose_victims(site: Site, members: Members, managers: AbstractSet[int], kind: NodeKind, count: int) -> list[int]:
    """Return the sequence numbers of the nodes of one kind that leave; `managers` are tasks that manage jobs."""
    own = site.world.scenario.policies_of(site.description).shrinking
    order = site.world.options.scale_down_order if own == "service" else own
    nodes = [node for node in members.of_kind(kind) if not node.leaving]
    candidates = [_candidate(site, node, managers) for node in nodes]
    draws = [site.draw("removal", node) for node in nodes] if order.startswith("random") else []
    return choose(candidates, count, order, draws)


def _candidate(site: Site, node: Node, managers: AbstractSet[int]) -> Candidate:
    state = node.state or NodeState.CREATING
    if state is NodeState.LEAVINGPOOL:
        state = NodeState.IDLE  # put back to work at this very instant
    running = site.tasks.tasks_on(node.sequence) if site.tasks.count_on(node.sequence) else ()
    used = elapsed = 0
    if running and state is NodeState.IDLE:
        state = NodeState.RUNNING
        used, elapsed = site.tasks.load_on(node.sequence, site.world.env.clock)
    return Candidate(node.sequence, state, node.allocated, used, elapsed, not managers.isdisjoint(running))
