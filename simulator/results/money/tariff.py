"""What the nodes of every pool of a scenario cost: looked up once, whatever the replication."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt

from simulator.results.money.prices import price_kind
from simulator.results.money.rates import Rates, Shared
from simulator.states import NodeKind, PriceKind
from simulator.workload.plan import Plan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.scenario.format.bodies import Pool
    from simulator.scenario.prepared import Prepared
    from simulator.scenario.scenario import Scenario

PAID_AS = list(PriceKind)


class Tariff:
    """Prices by the number of a pool and the kind of a node; each is looked up when first asked for."""

    def __init__(self, scenario: Scenario, pools: Sequence[Pool]) -> None:
        self._scenario = scenario
        self._pools = pools
        self._rates: dict[tuple[int, NodeKind], Rates] = {}
        self._shared: dict[int, Shared] = {}

    @classmethod
    def of(cls, prepared: Prepared) -> Self:
        """Return the tariff of a scenario."""
        return cls(prepared.scenario, prepared.part(Plan.of).pools.bodies)

    def rates(self, pool: int, kind: NodeKind) -> Rates:
        """Return what a node of a pool costs an hour."""
        found = self._rates.get((pool, kind))
        if found is None:
            found = self._rates[pool, kind] = Rates.of(self._scenario, self._pools[pool], kind)
        return found

    def shared(self, pool: int) -> Shared:
        """Return what the nodes of a pool cost together."""
        found = self._shared.get(pool)
        if found is None:
            found = self._shared[pool] = Shared.of(self._scenario, self._pools[pool])
        return found

    @cached_property
    def paid_as(self) -> npt.NDArray[np.int64]:
        """What the nodes of each pool (row) and kind (column) are paid as, as its place in `PriceKind`."""
        kinds = [[PAID_AS.index(price_kind(self._scenario, pool, kind)) for kind in NodeKind] for pool in self._pools]
        return np.array(kinds, dtype=np.int64).reshape(-1, len(NodeKind))
