"""How a pool gets its nodes: admitted by the limits, then delivered one after the other by the region."""

from __future__ import annotations

from collections.abc import Callable
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
        deliver: Callable[[NodeKind], None],
        on_order: Callable[[NodeKind], int],
    ) -> None:
        self._site = site
        self._limits = limits
        self._deliver_node = deliver
        """Adds a node to the pool."""
        self._on_order = on_order
        """Counts the nodes of a kind that the pool has on order."""
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
        """Obtain the nodes of an order one after the other, as the region delivers them once it has any."""
        env = self._site.world.env
        while made.outstanding and not self._limits.has_capacity:
            yield self._site.world.outage_over
        model = self._site.world.options.allocation_tail_model
        tail = self._site.description.simulation.timing.allocation_tail
        first = env.clock + self._site.durations.allocation[made.kind]()
        k = 0
        while made.outstanding:
            yield env.at(first + to_ms(behind_first(k, tail, model)), NODES)
            while made.outstanding and (back := self._limits.returns_at(made.kind, self._on_order(made.kind))):
                yield env.at(back, NODES)
            if not made.outstanding:
                return
            k += 1
            made.deliver()
            self._deliver_node(made.kind)
