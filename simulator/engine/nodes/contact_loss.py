"""Nodes that the service loses contact with: at random, on an operator's word, or a whole zone at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from simulator.engine.nodes.interrupts import Break
from simulator.policy.node_preemption import exponential_life
from simulator.states import WITHOUT_VM, NodeState
from simulator.units import to_ms

if TYPE_CHECKING:
    from simulator.engine.nodes.node import Node
    from simulator.engine.pools.pool import Pool

DEAF = (None, *WITHOUT_VM, NodeState.UNUSABLE, NodeState.UNKNOWN)
"""States in which there is no contact to lose."""


def can_lose_contact(node: Node) -> bool:
    """Say whether contact with a node can be lost now: there is some, and the node is not past its drain."""
    return node.state not in DEAF and (not node.leaving or node.draining is not None)


def lose_contact(pool: Pool, nodes: Sequence[Node], state: NodeState, recovery: float | None, why: str) -> None:
    """Break some nodes; `recovery` in seconds, None = as long as the option says, infinite = for ever."""
    for node in nodes:
        span = pool.spans.contact(node) if recovery is None else None if math.isinf(recovery) else to_ms(recovery)
        node.tell(Break(state, why, span))


def watch_contact(pool: Pool, node: Node) -> None:
    """Set the hour at which contact with a node in service is lost, under a constant hazard."""
    model = pool.description.simulation.contact_loss
    if model.rate_per_hour <= 0:
        return
    node.watched += 1
    watched = node.watched

    def end(_: object) -> None:
        if node.watched == watched and can_lose_contact(node):
            lose_contact(pool, [node], NodeState(model.state), None, "contact lost")

    life = exponential_life(model.rate_per_hour, pool.luck("contact loss", node))
    pool.world.env.after(to_ms(life)).callbacks.append(end)
