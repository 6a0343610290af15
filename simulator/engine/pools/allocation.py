"""How a pool gets its nodes: admitted by the limits, then delivered one after the other by the region."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from simulator.engine.environment import NODES
from simulator.engine.pools.resize import NodeOrder, Resize
from simulator.policy.quota import admit, behind_first, near_enough
from simulator.states import NodeKind
from simulator.units import to_ms

if TYPE_CHECKING:
    from simulator.engine.nodes.node import Life
    from simulator.engine.nodes.site import Site
    from simulator.engine.pools.limits import GrowthLimits


class Allocation:
    """Orders nodes for one pool and hands over each that appears."""

    def __init__(
        self,
        site: Site,
        limits: GrowthLimits,
        deliver: Callable[[NodeKind, Sequence[int]], None],
    ) -> None:
        self._site = site
        self._limits = limits
        self._deliver_node = deliver
        """Adds a node to the pool, in one of the zones that have a VM for it."""
        streams = site.world.streams
        self._nearness = {kind: streams.uniform_draws(f"nearness:{site.id}:{kind}") for kind in NodeKind}
        """Draws whether a node is near enough to the others of its pool."""

    def order(self, resize: Resize, kind: NodeKind, wanted: int, held: dict[NodeKind, int]) -> None:
        """Order nodes: those that the limits admit are on order from now on."""
        admission = admit(wanted, self._limits.of(kind, held), kind)
        resize.fail(admission.code, admission.message, kind)
        far = 0
        probability = self._site.world.options.inter_node_allocation_probability
        if self._site.description.enable_inter_node_communication and probability < 1:
            far = admission.nodes - near_enough([self._nearness[kind]() for _ in range(admission.nodes)], probability)
        if far:
            resize.orders.append(NodeOrder(kind, far))  # nobody delivers them: the resize times out
        if admission.nodes > far:
            made = NodeOrder(kind, admission.nodes - far)
            resize.orders.append(made)
            self._site.world.env.process(self._deliver(made))

    def _deliver(self, made: NodeOrder) -> Life:
        """Obtain the nodes of an order, anew for those that are missing when the region has no VMs left meanwhile."""
        latency = self._site.durations.allocation[made.kind]()
        while made.outstanding:
            while made.outstanding and not self._limits.zones_with_vms(made.kind):
                yield self._limits.more_vms()
            yield from self._obtain(made, latency)

    def _obtain(self, made: NodeOrder, latency: int) -> Life:
        """Obtain nodes one after the other, as the region delivers them, as long as it has any."""
        env = self._site.world.env
        model = self._site.world.options.allocation_tail_model
        tail = self._site.description.simulation.timing.allocation_tail
        first = env.clock + latency
        k = 0
        while made.outstanding:
            yield env.at(first + to_ms(behind_first(k, tail, model)), NODES)
            zones, back = self._open_zones(made.kind)
            while made.outstanding and back is not None:
                yield env.at(back, NODES)
                zones, back = self._open_zones(made.kind)
            if not (made.outstanding and zones):
                return
            k += 1
            made.deliver()
            self._deliver_node(made.kind, zones)

    def _open_zones(self, kind: NodeKind) -> tuple[list[int], int | None]:
        """Return the zones that have a VM for a node of the kind now; where all wait for lost ones, until when."""
        zones = self._limits.zones_with_vms(kind)
        if not self._limits.is_bound_by_losses(kind):
            return zones, None
        lost = {zone: back for zone in zones if (back := self._limits.back_at(kind, zone)) is not None}
        free = [zone for zone in zones if zone not in lost]
        return free, None if free else min(lost.values(), default=None)
