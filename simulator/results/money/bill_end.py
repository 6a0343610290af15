"""When the bill of a run ends, and what the nodes left then go on costing (`docs/model.md#end-of-the-bill`)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from simulator.results.money.prices import disks_of, licenses_of, os_disk_of, price_of
from simulator.scenario.format.schema import BillAfter
from simulator.states import WITHOUT_VM
from simulator.units import MS_PER_HOUR

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.results.raw.raw_run import RawRun
    from simulator.results.raw.recorder import NodeRow
    from simulator.scenario.scenario import Scenario

HORIZON: Final = "horizon"
STALLED: Final = "stalled"


@dataclass(frozen=True, slots=True)
class Tail:
    """What stands behind the end of the bill."""

    nodes: int
    """Nodes with a VM at the end of the bill."""
    per_hour: float | None
    """What they cost from there on, USD; None where a price is not known."""
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
    if scenario.horizon is not None:
        return HORIZON
    if raw.stop_reason != "work done" and raw.settled < 0:
        return raw.stop_reason
    if raw.stop_reason == STALLED:
        return STALLED
    rule = scenario.options.bill_until
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


def tail(scenario: Scenario, raw: RawRun, end: int) -> Tail:
    """Return what the nodes of a run cost from the end of its bill on."""
    recorder = raw.recorder
    rows = [row for row in recorder.states if row.state not in WITHOUT_VM and row.end >= end]
    present = recorder.present
    left = {row.node for row in rows if row.end == raw.end and row.node in present}
    there = {row.node for row in rows if row.start <= end < row.end} if end < raw.end else left
    rates: dict[tuple[int, Any], float | None] = {}

    def rate(number: int) -> float | None:
        node: NodeRow = recorder.nodes[number]
        key = (node.pool, node.kind)
        if key not in rates:
            rates[key] = _per_hour(scenario, raw, node)
        return rates[key]

    spans = [(rate(row.node), row.end - max(row.start, end)) for row in rows]
    return Tail(
        nodes=len(there),
        per_hour=_sum((rate(number), MS_PER_HOUR) for number in sorted(there)),
        end=raw.end if left else max((row.end for row in rows), default=end),
        cost=_sum(spans),
        left=len(left),
    )


def _per_hour(scenario: Scenario, raw: RawRun, node: NodeRow) -> float | None:
    """Return what a node with a VM costs an hour, disks and licences included."""
    pool = raw.pools[node.pool]
    prices = (
        price_of(scenario, pool, node.kind),
        disks_of(pool),
        os_disk_of(scenario, pool),
        licenses_of(scenario, pool),
    )
    parts = [price.value for price in prices]
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None


def _sum(spans: Iterable[tuple[float | None, int]]) -> float | None:
    """Return the cost of spans in ms at a rate per hour each; None where one has no rate."""
    cost = 0.0
    for rate, span in spans:
        if rate is None:
            return None
        cost += rate * span / MS_PER_HOUR
    return cost
