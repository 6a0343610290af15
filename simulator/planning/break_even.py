"""From which eviction rate on spot costs more than dedicated: simulated curve beside the closed form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from simulator.experiment.estimates import Estimate
from simulator.planning.demand import HARDEST, Demand
from simulator.planning.runs import Run, cost_ratio, plain, run_all
from simulator.planning.scaling import until_done, with_eviction_rate
from simulator.scenario.scenario import Scenario

STEPS: Final = (0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5)
"""Rates that are simulated, as multiples of the closed form's break-even."""


@dataclass(frozen=True, slots=True)
class RatePoint:
    """All nodes low-priority at one constant hazard, beside all dedicated; both work until all is done."""

    rate_per_hour: float
    ratio: Estimate
    """Cost over the all-dedicated cost, of the same draws."""
    closed_form: float
    """Price ratio × Σ (e^γw − 1)/γ over Σ w: no boot, no idle time."""
    makespan: Estimate | None

    def to_dict(self) -> dict[str, Any]:
        return {
            "rate_per_hour": self.rate_per_hour,
            "cost_ratio": plain(self.ratio),
            "closed_form": self.closed_form,
            "makespan": plain(self.makespan),
        }


@dataclass(frozen=True, slots=True)
class BreakEven:
    """Where the curve crosses 1."""

    closed_form: float | None
    """Evictions an hour; None where spot is no cheaper by the hour."""
    simulated: float | None
    """None where the curve stays on one side of 1."""
    low: float | None
    high: float | None
    """Where the ends of the curve's intervals cross 1."""
    curve: tuple[RatePoint, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "closed_form_per_hour": self.closed_form,
            "simulated_per_hour": self.simulated,
            "low": self.low,
            "high": self.high,
            "curve": [point.to_dict() for point in self.curve],
        }


def find_break_even(dedicated: Scenario, all_spot: Scenario, ratio: float, numbers: range, run: Run) -> BreakEven:
    """Simulate the all-spot pool at rates around the closed form's break-even."""
    demand = Demand.of(all_spot)
    closed = demand.break_even(ratio)
    hardest = HARDEST / demand.longest
    rates = [0.0] if closed is None else sorted({min(step * closed, hardest) for step in STEPS})
    pool = frozenset({all_spot.pools[0].id})
    at_rates = [with_eviction_rate(all_spot, rate, pool) for rate in rates]
    finished = [until_done(one) for one in (dedicated, *at_rates)]
    base, *made = run_all(finished, numbers, ("cost", "makespan"), run=run)
    curve = tuple(
        RatePoint(rate, cost_ratio(one, base), ratio * demand.billed_factor(rate), one.estimate("makespan"))
        for rate, one in zip(rates, made, strict=True)
    )
    return BreakEven(
        closed,
        _crossing(rates, [point.ratio.value for point in curve]),
        _crossing(rates, [point.ratio.high for point in curve]),
        _crossing(rates, [point.ratio.low for point in curve]),
        curve,
    )


def _crossing(rates: Sequence[float], ratios: Sequence[float]) -> float | None:
    """Return the rate at which a curve first rises through 1, between two points by a straight line."""
    for (rate, ratio), (later, higher) in zip(
        zip(rates, ratios, strict=True), zip(rates[1:], ratios[1:], strict=True), strict=False
    ):
        if ratio < 1 <= higher and np.isfinite(ratio + higher):
            return rate + (1 - ratio) / (higher - ratio) * (later - rate)
    return None
