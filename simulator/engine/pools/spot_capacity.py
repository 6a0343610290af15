"""The low-priority capacity of a pool, taken away and restored as the pool's preemption model says.

See `docs/model.md#preemption-models`.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable
from typing import TYPE_CHECKING, assert_never

import simpy

from simulator.engine.environment import NODES
from simulator.engine.pools.restoration_window import RestorationWindow
from simulator.policy import node_preemption as policy
from simulator.scenario.format.preemption_models import (
    BathtubHazard,
    CapacityCurve,
    CapacityEvent,
    Hazard,
    NoPreemption,
    PreemptionTrace,
    WeibullHazard,
)
from simulator.scenario.format.run_names import id_of
from simulator.states import NodeKind
from simulator.units import NEVER, S_PER_HOUR, to_ms

if TYPE_CHECKING:
    from simulator.engine.nodes.node import Life, Node
    from simulator.engine.nodes.site import Site
    from simulator.engine.pools.members import Members
    from simulator.scenario.format.preemption_models import Eviction


class SpotCapacity:
    """Preempts the low-priority nodes of one pool."""

    def __init__(self, site: Site, members: Members, seek: Callable[[Node], None]) -> None:
        self._site = site
        self._members = members
        self._seek = seek
        """Brings a preempted node back, if nothing else is in its way."""
        self._model = site.description.simulation.preemption
        self.available: int | None = None
        """Low-priority VMs that the region has now, where a capacity curve says so."""
        self._openings: list[int] = []
        """When a capacity curve has VMs from then on, in ms and in order."""
        self._takes_until = -1
        """The last instant at which the model may take a VM, in ms; -1 = it takes none."""
        self.opened = simpy.Event(site.world.env)
        """Happens when the capacity curve has room for one more node."""
        is_spot = site.account.mode == "UserSubscription"
        self.window = RestorationWindow(site.world.options.spot_restoration_window if is_spot else math.inf)
        self._begin()

    def _begin(self) -> None:
        """Start what takes capacity away from the pool as a whole; other models age single VMs."""
        process, model = self._site.world.env.process, self._model
        match model:
            case CapacityEvent():
                times = [to_ms(at) for at in model.times or ()]
                self._takes_until = NEVER if model.mean_interval else max(times, default=-1)
                process(self._take_fractions(model))
            case CapacityCurve():
                points = sorted((to_ms(point.at), point.available) for point in model.points)
                self.available = 0 if not points or points[0][0] > 0 else points[0][1]
                self._openings = [at for at, available in points if available]
                self._takes_until = points[-1][0] if points else -1
                process(self._follow_curve(points))
            case PreemptionTrace():
                evictions = model.of_pool(id_of(self._site.id))
                self._takes_until = max((to_ms(one.at) for one in evictions), default=-1)
                process(self._replay(evictions))
            case Hazard():
                self._takes_until = NEVER if model.rate > 0 else -1
            case WeibullHazard() | BathtubHazard():
                self._takes_until = NEVER
            case NoPreemption():
                pass
            case _:
                assert_never(model)

    @property
    def in_use(self) -> int:
        """How many low-priority VMs the pool has, those for nodes that are coming back included."""
        nodes = self._members.of_kind(NodeKind.LOW_PRIORITY)
        return sum(node.has_vm or node.is_returning for node in nodes)

    @property
    def has_room(self) -> bool:
        """Whether the region has a VM for one more node, as far as a capacity curve says."""
        return self.available is None or self.in_use < self.available

    def next_opening(self, now: int) -> int:
        """Return when a capacity curve has VMs next, later than now; `NEVER` if it has none ahead."""
        place = bisect_right(self._openings, now)
        return self._openings[place] if place < len(self._openings) else NEVER

    def may_take(self, now: int) -> bool:
        """Return whether the model may still take VMs that the pool has, later than now."""
        return now < self._takes_until and bool(self._members.with_vm(NodeKind.LOW_PRIORITY))

    def watch_vm(self, node: Node) -> None:
        """Schedule the end of the VM behind `node`, under the models that age single VMs."""
        life = self._life(node)
        if math.isinf(life):
            return
        vm = node.vm

        def end(_: object) -> None:
            if node.vm == vm:
                node.preempt()

        self._site.world.env.after(to_ms(life)).callbacks.append(end)

    def _life(self, node: Node) -> float:
        """Draw how long the VM behind `node` lives, in seconds; infinite where no model ends it."""
        model = self._model
        match model:
            case Hazard():
                return policy.exponential_life(model.rate, self._site.draw("life", node))
            case WeibullHazard():
                return policy.weibull_life(model.shape, model.scale, self._site.draw("life", node))
            case BathtubHazard():
                early, late = model.early, model.wear_out
                draws = [self._site.draw("life", node) for _ in range(3)]
                return policy.bathtub_life(
                    (early.shape, early.scale), model.rate_per_hour, (late.shape, late.scale), draws
                )
            case NoPreemption() | CapacityEvent() | CapacityCurve() | PreemptionTrace():
                return math.inf
            case _:
                assert_never(model)

    def _take_fractions(self, model: CapacityEvent) -> Life:
        """Take a fraction of the VMs together, at given times or at those of a Poisson process."""
        env = self._site.world.env
        for at in sorted(model.times or ()):
            yield env.at(to_ms(at), NODES)
            self._take_fraction(model.fraction)
        if model.mean_interval:
            interval = self._site.world.streams.uniform_draws(f"capacity events:{self._site.id}")
            at = 0
            while True:
                at += to_ms(policy.exponential_life(S_PER_HOUR / model.mean_interval, interval()))
                yield env.at(at, NODES)
                self._take_fraction(model.fraction)

    def _follow_curve(self, points: list[tuple[int, int]]) -> Life:
        """Keep the number of VMs within what the region has, and bring nodes back when it has more again."""
        for at, available in points:
            yield self._site.world.env.at(at, NODES)
            self.available = available
            self.take(len(self._members.with_vm(NodeKind.LOW_PRIORITY)) - available)
            self.refill()

    def refill(self) -> None:
        """Bring preempted nodes back as far as the curve has room, and wake the growth that waits for that."""
        if self.available is None:
            return
        for node in self._members.of_kind(NodeKind.LOW_PRIORITY):
            if node.awaits_capacity and self.has_room:
                self._seek(node)
        self.wake()

    def wake(self) -> None:
        """Wake the growth that waits for room under the curve, if there is any."""
        if self.available is not None and self.has_room:
            opened, self.opened = self.opened, simpy.Event(self._site.world.env)
            opened.succeed()

    def _replay(self, evictions: list[Eviction]) -> Life:
        """Preempt at given instants: the nodes that are named, or as many as are stated."""
        for one in evictions:
            yield self._site.world.env.at(to_ms(one.at), NODES)
            taken = self.take(one.count or 0)
            named = [node for name in one.nodes if (node := self._members.named(name)) is not None]
            for node in named:
                if node.kind is NodeKind.LOW_PRIORITY and node.has_vm and node not in taken:
                    taken.append(node)
                    node.preempt()
            self._site.world.record.evicted(self._site.index, (one.count or 0) + len(one.nodes), len(taken))

    def _take_fraction(self, fraction: float) -> None:
        self.take(policy.share(len(self._members.with_vm(NodeKind.LOW_PRIORITY)), fraction))

    def take(self, count: int) -> list[Node]:
        """Preempt `count` nodes, drawn uniformly among those that have a VM; return them."""
        nodes = self._members.with_vm(NodeKind.LOW_PRIORITY)
        if count <= 0:
            return []
        draws = [self._site.draw("capacity event", node) for node in nodes]
        taken = [self._members[one] for one in policy.victims([node.sequence for node in nodes], count, draws)]
        for node in taken:
            node.preempt()
        return taken
