"""Several scenarios under the same luck: differences, replication by replication."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from simulator.experiment.estimates import LEVEL, Estimate, corrected, mean, t_quantile
from simulator.experiment.measures import MEASURES
from simulator.experiment.replications import Floats, Replications, replicate
from simulator.scenario.schema import Scenario
from simulator.units import spoken


@dataclass(frozen=True, slots=True)
class Difference:
    """How much more of a measure one scenario has than the first."""

    absolute: Estimate
    relative: Estimate | None
    """As a share of the first scenario's mean; None where that is 0."""
    narrowing: float | None
    """Half-width beside that of independent runs, as a share: what sharing the luck has left of it."""

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves 0 out."""
        return self.absolute.low > 0 or self.absolute.high < 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """Replications of each scenario, and the differences of all others to the first."""

    names: tuple[str, ...]
    replications: Mapping[str, Replications]
    differences: Mapping[str, Mapping[str, Difference]]
    """By scenario and measure; a measure that either lacks in some replication is left out."""

    def sentence(self, name: str) -> str:
        """Say in one sentence how a scenario differs from the first in cost and finish."""
        found = self.differences[name]
        parts = []
        if "cost" in found:
            parts.append(_share_text(found["cost"], "costs", "less", "more"))
        if "makespan" in found:
            parts.append(_span_text(found["makespan"]))
        return f"{name} {' and '.join(parts)} (against {self.names[0]})." if parts else f"{name}: nothing to compare."


def compare(scenarios: Mapping[str, Scenario], count: int, *, workers: int = 0) -> Comparison:
    """Run the same replications of every scenario.

    Streams of random numbers are found by the names of jobs and pools: where these agree, every scenario faces the
    same arrivals, durations, boot times and evictions. All intervals hold together at 95 % for each measure.
    """
    names = tuple(scenarios)
    seed = scenarios[names[0]].seed
    same_seed = {name: scenario.model_copy(update={"seed": seed}) for name, scenario in scenarios.items()}
    made = {name: replicate(scenario, count, workers=workers) for name, scenario in same_seed.items()}
    level = corrected(LEVEL, len(names) - 1)
    first = made[names[0]]
    return Comparison(names, made, {name: _differences(first, made[name], level) for name in names[1:]})


def _differences(first: Replications, other: Replications, level: float) -> dict[str, Difference]:
    found = {}
    for measure in MEASURES:
        one, two = first.values[measure], other.values[measure]
        if np.isnan(one).any() or np.isnan(two).any():
            continue
        absolute = mean(two - one, level)
        base = float(one.mean())
        relative = None
        if base:
            ends = (absolute.value / base, absolute.low / base, absolute.high / base)
            relative = Estimate(*ends, absolute.count, level) if base > 0 else None
        found[measure] = Difference(absolute, relative, _narrowing(one, two, absolute))
    return found


def _narrowing(one: Floats, two: Floats, paired: Estimate) -> float | None:
    """Give the paired half-width as a share of that of independent samples (Welch)."""
    count = len(one)
    if count < 2:
        return None
    parts = [float(values.var(ddof=1)) / count for values in (one, two)]
    whole = sum(parts)
    if whole == 0:
        return None
    freedom = whole**2 / sum(part**2 / (count - 1) for part in parts if part > 0)
    return float(paired.half_width / (t_quantile(paired.level, int(freedom)) * whole**0.5))


def _share_text(difference: Difference, verb: str, less: str, more: str) -> str:
    share = difference.relative
    if share is None or not difference.is_clear:
        return f"{verb} about the same"
    word, sign = (less, -1) if share.value < 0 else (more, 1)
    low, high = sorted((100 * sign * share.low, 100 * sign * share.high))
    return f"{verb} {100 * abs(share.value):.0f} % {word}, 95 % interval {low:.0f}–{high:.0f} %,"


def _span_text(difference: Difference) -> str:
    if not difference.is_clear:
        return "finishes at about the same time"
    found = difference.absolute
    low, high = sorted((abs(found.low), abs(found.high)))
    word = "earlier" if found.value < 0 else "later"
    return f"finishes {spoken(abs(found.value))} {word}, 95 % interval {spoken(low)} to {spoken(high)}"
