"""When the bill of a run ends, and what the nodes left then go on costing (`docs/model.md#end-of-the-bill`)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Self

import numpy as np

from simulator.results.money.bill import UNITS_PER_DOLLAR
from simulator.results.money.rates import NANO
from simulator.scenario.format.schema import BillAfter
from simulator.states import WITHOUT_VM

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from simulator.results.money.rates import Rates, Shared
    from simulator.results.money.tariff import Tariff
    from simulator.results.raw.raw_run import RawRun
    from simulator.results.raw.recorder import StateRow
    from simulator.scenario.scenario import Scenario
    from simulator.states import NodeKind

HORIZON: Final = "horizon"
STALLED: Final = "stalled"
LONGEST: Final = "longest run"
INTERRUPTED: Final = "interrupted"


@dataclass(frozen=True, slots=True)
class Tail:
    """What stands behind the end of the bill."""

    nodes: int
    """Nodes with a VM at the end of the bill."""
    per_hour: float | None
    """What all nodes that are there cost from there on, USD; None where a price is not known."""
    end: int
    """When the last of the VMs that the run saw was gone, or when the run ended."""
    cost: float | None
    """What nodes cost from the end of the bill until then, USD."""
    left: int
    """Nodes with a VM at the end of the run."""


def bill_end(scenario: Scenario, raw: RawRun) -> int:
    """Return the instant at which ledger and bill of a run end, in ms."""
    if scenario.horizon is not None or raw.settled < 0:
        return raw.end
    if raw.stop_reason == STALLED or scenario.options.bill_until == "work_done":
        return min(raw.settled, raw.end)
    return raw.end


def rule_of(scenario: Scenario, raw: RawRun) -> str:
    """Return the name of what ends the bill."""
    rule = scenario.options.bill_until
    is_done = raw.settled >= 0 and scenario.horizon is None
    if raw.stop_reason == INTERRUPTED and not (is_done and rule == "work_done"):
        return INTERRUPTED
    if scenario.horizon is not None:
        return HORIZON
    if raw.stop_reason != "work done" and raw.settled < 0:
        return raw.stop_reason
    if raw.stop_reason in (STALLED, LONGEST):
        return raw.stop_reason
    return "after" if isinstance(rule, BillAfter) else rule


def until(raw: RawRun, end: int) -> RawRun:
    """Return a run as if it had ended at `end`, after all its attempts."""
    if end >= raw.end:
        return raw
    recorder = raw.recorder
    states = [row if row.end <= end else replace(row, end=end) for row in recorder.states if row.start < end]
    node_tasks = [
        row if row.end <= end else replace(row, end=max(end, row.start))
        for row in recorder.node_tasks
        if row.start < end
    ]
    return replace(raw, recorder=replace(recorder, states=states, node_tasks=node_tasks, end=end), end=end)


def tail(tariff: Tariff, raw: RawRun, end: int) -> Tail:
    """Return what the nodes of a run cost from the end of its bill on."""
    recorder = raw.recorder
    rows = [row for row in recorder.states if row.end >= end]
    with_vm = [row for row in rows if row.state not in WITHOUT_VM]
    left = {row.node for row in with_vm if row.end == raw.end and row.node in recorder.present}
    gone = raw.end if left else max((row.end for row in with_vm), default=end)
    costs = _Costs.of(tariff, raw, rows)
    if end < raw.end:
        there = [row for row in rows if row.start <= end < row.end]
    else:
        last = {row.node: row for row in rows}
        there = [row for node, row in last.items() if node in recorder.present]
    return Tail(
        nodes=sum(row.state not in WITHOUT_VM for row in there),
        per_hour=costs.per_hour(there),
        end=gone,
        cost=costs.between(rows, end, gone),
        left=len(left),
    )


@dataclass(frozen=True, slots=True)
class _Costs:
    """What nodes of a run go on costing; nothing is said where the price of one of them is not known."""

    raw: RawRun
    rates: Mapping[tuple[int, NodeKind], Rates]
    shared: Mapping[int, Shared]

    @classmethod
    def of(cls, tariff: Tariff, raw: RawRun, rows: Iterable[StateRow]) -> Self:
        """Look up the prices of the nodes that some rows are of."""
        nodes = {row.node: raw.recorder.nodes[row.node] for row in rows}.values()
        kinds = dict.fromkeys((node.pool, node.kind) for node in nodes)
        return cls(
            raw,
            {(pool, kind): tariff.rates(pool, kind) for pool, kind in kinds},
            {pool: tariff.shared(pool) for pool, _ in kinds},
        )

    @property
    def _are_known(self) -> bool:
        return all(rates.is_known for rates in self.rates.values())

    def per_hour(self, there: Sequence[StateRow]) -> float | None:
        """Return what nodes cost an hour in the states in which they are, USD."""
        rate = sum(self._rate(row) for row in there)
        count = Counter(self._pool(row) for row in there)
        rate += sum(self.shared[pool].of_nodes(nodes) for pool, nodes in count.items())
        return rate / NANO if self._are_known else None

    def between(self, rows: Sequence[StateRow], begin: int, end: int) -> float | None:
        """Return what nodes cost in a span of time, USD; spans of VMs are not rounded."""
        start = np.array([min(max(row.start, begin), end) for row in rows], dtype=np.int64)
        stop = np.array([min(row.end, end) for row in rows], dtype=np.int64)
        pools = np.array([self._pool(row) for row in rows], dtype=np.int64)
        rates = [self._rate(row) for row in rows]
        units = sum(rate * span for rate, span in zip(rates, (stop - start).tolist(), strict=True))
        for pool, shared in self.shared.items():
            units += shared.over(start[pools == pool], stop[pools == pool])
        return units / UNITS_PER_DOLLAR if self._are_known else None

    def _pool(self, row: StateRow) -> int:
        return self.raw.recorder.nodes[row.node].pool

    def _rate(self, row: StateRow) -> int:
        node = self.raw.recorder.nodes[row.node]
        return self.rates[node.pool, node.kind].in_state(row.state)
