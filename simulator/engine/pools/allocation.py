"""How a pool gets its nodes: admitted by the limits, then handed out one after the other by the region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.engine.environment import NODES
from simulator.engine.nodes.machine_numbers import address
from simulator.engine.nodes.node import Life, Node
from simulator.engine.pools.limits import growth_limits
from simulator.engine.pools.resize_state import Order, Resize
from simulator.policy.quota import admit, behind_first, near_enough
from simulator.states import NodeKind
from simulator.units import to_ms

if TYPE_CHECKING:
    from simulator.engine.pools.pool import Pool


def order(pool: Pool, resizing: Resize, kind: NodeKind, wanted: int) -> None:
    """Ask for nodes: what the limits admit is on its way from now on."""
    admission = admit(wanted, growth_limits(pool, kind), kind)
    probability = pool.world.scenario.options.inter_node_allocation_probability
    if pool.description.enable_inter_node_communication and probability < 1:
        chances = [pool.nearness[kind]() for _ in range(admission.nodes)]
        admission = near_enough(admission, wanted, chances, probability, kind)
    resizing.fail(admission.code, admission.message)
    if admission.nodes:
        made = Order(kind, admission.nodes)
        resizing.orders.append(made)
        pool.world.env.process(_deliver(pool, made))


def _deliver(pool: Pool, made: Order) -> Life:
    """Obtain the nodes of an order one after the other, as the region hands them out."""
    env, options = pool.world.env, pool.world.scenario.options
    tail = pool.description.simulation.timing.allocation_tail
    first = env.clock + pool.spans.allocation[made.kind]()
    k = 0
    while made.outstanding:
        yield env.at(first + to_ms(behind_first(k, tail, options.allocation_tail_model)), NODES)
        if not made.outstanding:
            return
        k += 1
        made.outstanding -= 1
        pool.appeared(_appear(pool, made.kind))


def _appear(pool: Pool, kind: NodeKind) -> Node:
    sequence = len(pool.numbers)
    pool.kernel.nodes.reserve(sequence + 1)
    name, machine = pool.names.take(), pool.world.addresses.take()
    suffix = "d" if kind is NodeKind.DEDICATED else "p"
    row = pool.world.record.node(f"{pool.id}_{sequence + 1}_{suffix}", pool.index, kind, sequence)
    found = pool.world.record.nodes[row]
    found.host, found.address, found.zone = f"{pool.id}-vm{name}", address(machine), pool.next_zone()
    pool.numbers.append(row)
    place = pool.come[kind]
    pool.come[kind] += 1
    node = Node(pool, kind, sequence, row, place=place, name=name, machine=machine)
    pool.nodes[sequence] = node
    return node
