"""Processes that take low-priority capacity back, and give it again, as the pool's model says."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from simulator.engine.environment import NODES
from simulator.engine.nodes.node import Life, Node
from simulator.policy import node_preemption as policy
from simulator.scenario.format.preemption_models import (
    BathtubHazard,
    CapacityCurve,
    CapacityEvent,
    Hazard,
    WeibullHazard,
)
from simulator.states import NodeKind, NodeState
from simulator.units import to_ms

if TYPE_CHECKING:
    from simulator.engine.pools.pool import Pool


def watch_vm(pool: Pool, node: Node) -> None:
    """Set the hour at which the VM behind `node` is taken back, under the models that age single VMs."""
    life = _life(pool, node)
    if math.isinf(life):
        return
    vm = node.vm
    event = pool.world.env.after(to_ms(life))

    def end(_: object) -> None:
        if node.vm == vm:
            pool.preempt(node)

    event.callbacks.append(end)


def _life(pool: Pool, node: Node) -> float:
    """Draw how long the VM behind `node` lives, in seconds; infinite where no model ends it."""
    model = pool.description.simulation.preemption
    match model:
        case Hazard():
            return policy.exponential_life(model.rate, pool.luck("life", node))
        case WeibullHazard():
            return policy.weibull_life(model.shape, model.scale, pool.luck("life", node))
        case BathtubHazard():
            early, late = model.early, model.wear_out
            dice = [pool.luck("life", node) for _ in range(3)]
            return policy.bathtub_life((early.shape, early.scale), model.rate_per_hour, (late.shape, late.scale), dice)
        case _:
            return math.inf


def watch_capacity(pool: Pool) -> None:
    """Start the process of a model that acts on the pool's capacity as a whole."""
    model = pool.description.simulation.preemption
    if isinstance(model, CapacityEvent):
        pool.world.env.process(_take_fractions(pool, model))
    elif isinstance(model, CapacityCurve):
        points = sorted((to_ms(point.at), point.available) for point in model.points)
        pool.available = 0 if not points or points[0][0] > 0 else points[0][1]
        pool.world.env.process(_follow_curve(pool, points))


def _take_fractions(pool: Pool, model: CapacityEvent) -> Life:
    """At given or Poisson times, take a fraction of the VMs together."""
    env = pool.world.env
    for at in sorted(model.times or ()):
        yield env.at(to_ms(at), NODES)
        _take(pool, policy.share(len(_with_vm(pool)), model.fraction))
    if model.mean_interval:
        interval = pool.world.dice(f"capacity events:{pool.id}")
        at = 0
        while True:
            at += to_ms(policy.exponential_life(3600 / model.mean_interval, interval()))
            yield env.at(at, NODES)
            _take(pool, policy.share(len(_with_vm(pool)), model.fraction))


def _follow_curve(pool: Pool, points: list[tuple[int, int]]) -> Life:
    """Keep the number of VMs within what the region can give, and give back what it can give again."""
    pool.capacity_may_change = True
    for at, available in points:
        yield pool.world.env.at(at, NODES)
        pool.available = available
        running = len(_with_vm(pool))
        _take(pool, running - available)
        waiting = [node for node in pool.of_kind(NodeKind.LOW_PRIORITY) if node.state is NodeState.PREEMPTED]
        for node in waiting[: max(available - running, 0)]:
            if not node.leaving:
                node.recovered.succeed()
    pool.capacity_may_change = False


def _with_vm(pool: Pool) -> list[Node]:
    return [node for node in pool.of_kind(NodeKind.LOW_PRIORITY) if node.has_vm]


def _take(pool: Pool, count: int) -> None:
    nodes = _with_vm(pool)
    if count > 0:
        dice = [pool.luck("capacity event", node) for node in nodes]
        for sequence in policy.victims([node.sequence for node in nodes], count, dice):
            pool.preempt(pool.nodes[sequence])
