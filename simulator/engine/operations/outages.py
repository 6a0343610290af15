"""Capacity that the region cannot give for a while: of one VM size, of one zone, or of a size in a zone."""

from __future__ import annotations

from simulator.engine.environment import NODES
from simulator.engine.nodes.contact_loss import can_lose_contact, lose_contact
from simulator.engine.world import Outage, World
from simulator.states import NodeState
from simulator.units import to_ms, to_s


def begin(world: World, size: str | None, zone: int | None, duration: float) -> int:
    """Start an outage. A whole zone fails with all its nodes; of a size, only new ones cannot be had.

    Gives how many nodes lost contact.
    """
    outage = Outage(None if size is None else size.lower(), zone)
    world.outages.append(outage)
    world.env.after(to_ms(duration), NODES).callbacks.append(lambda _: world.outages.remove(outage))
    if zone is None:
        return 0
    hit = 0
    for pool in world.pools.values():
        nodes = [
            node
            for node in pool.nodes.values()
            if can_lose_contact(node) and outage.hits(pool.description.vm_size, world.record.nodes[node.number].zone)
        ]
        lose_contact(pool, nodes, NodeState.UNKNOWN, to_s(to_ms(duration)), f"outage of zone {zone}")
        hit += len(nodes)
    return hit
