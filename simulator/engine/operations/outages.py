"""Capacity that the region lacks for a while: of one VM size, of one zone, or of a size in a zone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.engine.world import Outage
from simulator.policy.response import Answer
from simulator.results.why.reasons import NodeFault
from simulator.scenario.format.catalogue import canonical
from simulator.states import NodeState
from simulator.units import to_ms, to_s

if TYPE_CHECKING:
    from simulator.engine.operations.directory import Directory
    from simulator.scenario.format.pool_operations import Outage as OutageOperation


def perform(directory: Directory, asked: OutageOperation) -> Answer:
    """Start an outage; a whole zone fails with all its nodes, of a size only new nodes are denied."""
    outage = Outage(None if asked.size is None else canonical(asked.size), asked.zone)
    directory.world.begin_outage(outage, asked.duration)
    hit = 0 if asked.zone is None else _fail_nodes(directory, outage, asked.duration)
    return Answer(message=f"{hit} {'node' if hit == 1 else 'nodes'} lost contact" if hit else "")


def _fail_nodes(directory: Directory, outage: Outage, duration: float) -> int:
    """Break the nodes that an outage hits; return how many."""
    hit = 0
    for pool in directory.pools:
        size = pool.site.description.vm_size
        nodes = [node for node in pool.members if node.can_lose_contact and outage.hits(size, node.zone)]
        for node in nodes:
            node.lose_contact(NodeState.UNKNOWN, to_s(to_ms(duration)), NodeFault.OUTAGE.of(str(outage.zone)))
        hit += len(nodes)
    return hit
