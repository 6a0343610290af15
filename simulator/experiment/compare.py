"""Several scenarios under the same draws: differences, replication by replication."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import Final

import numpy as np

from simulator.errors import InputError, Problem
from simulator.experiment.estimates import (
    LEVEL,
    Estimate,
    change,
    corrected,
    difference_of,
    linearised,
    mean,
    t_quantile,
)
from simulator.experiment.measures import check_measures
from simulator.experiment.replications import Floats, Replications, Series, with_warnings
from simulator.experiment.stopping import STOP_ON, Stopping
from simulator.results.answer.measures import MEASURES
from simulator.scenario.scenario import Scenario
from simulator.units import spoken

LITTLE = 0.05
"""Tasks a run that are not worth a word."""
UNASKED: Final = Stopping()
EXACT: Final = 1e-9
"""Half-width, as a share of what is estimated, below which there is none: every run differs by the same."""
NO_HELP: Final = 0.995
"""Share of the independent interval from which on it is, rounded, all of it."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How much more of a measure one scenario has than the first."""

    absolute: Estimate
    relative: Estimate | None
    """As a share of the first scenario's mean; None where that is not above 0."""
    narrowing: float | None
    """Half-width beside that of independent runs, as a share: what sharing the draws has left of it."""

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves 0 out."""
        return self.absolute.leaves_out_zero


@dataclass(frozen=True, slots=True)
class Comparison:
    """Replications of each scenario, and the differences of all others to the first."""

    names: tuple[str, ...]
    replications: Mapping[str, Replications]
    differences: Mapping[str, Mapping[str, Difference]]
    """By scenario and measure; a measure that either lacks in some replication is left out."""
    level: float = LEVEL
    """Of each single interval, so that those of one measure hold together at 95 %."""
    warnings: tuple[str, ...] = ()
    precision: float | None = None
    """Half-width of the differences of cost and finish that was asked for; None where the number was given."""
    points: float | None = None
    """Half-width of each probability to keep a deadline that was asked for; None where the number was given."""
    reached: bool = True
    """Whether both were reached; always true where the number was given."""

    def sentence(self, name: str) -> str:
        """Report in one sentence how a scenario differs from the first in cost and finish."""
        found = self.differences[name]
        parts = []
        if "cost" in found:
            parts.append(_share_text(found["cost"], "costs", "less", "more"))
        more = self._left(name) - self._left(self.names[0])
        if "makespan" in found and not (self._left(name) or self._left(self.names[0])):
            parts.append(_span_text(found["makespan"]))
        elif abs(more) >= LITTLE:
            parts.append(f"leaves {abs(more):,.1f} {'more' if more > 0 else 'fewer'} tasks unfinished")
        listed = " and ".join(parts).rstrip(",")
        return f"{name} {listed} (against {self.names[0]})." if parts else f"{name}: nothing to compare."

    def _left(self, name: str) -> float:
        """Return how many tasks a run of a scenario leaves unfinished, on average."""
        return float(self.replications[name].values["tasks.unfinished"].mean())

    def pairing(self, name: str) -> str | None:
        """Report what sharing the draws was worth: by how much intervals are narrower than of independent runs."""
        found = self.differences[name]
        listed = {measure: found[measure].narrowing for measure in ("cost", "makespan") if measure in found}
        known = {measure: left for measure, left in listed.items() if left is not None and isfinite(left) and left > 0}
        if not known:
            return None
        helped = {measure: left for measure, left in known.items() if left < NO_HELP}
        idle = " and ".join(measure for measure in known if measure not in helped)
        if not helped:
            return f"Facing the same draws did not narrow the interval of {idle}: they do not rise and fall together."
        parts = [f"of {measure} to {100 * left:.0f} %" for measure, left in helped.items()]
        times = min(1 / left**2 for left in helped.values())
        text = f"Facing the same draws narrowed the interval {' and '.join(parts)} of that of independent runs"
        text += f", which would have to be {times:,.0f} times as many" if times >= 1.5 else ""
        return f"{text}; it did not help with {idle}." if idle else f"{text}."

    def on_time_alone(self, name: str) -> tuple[int, int] | None:
        """Return in how many runs a scenario alone is in time, and the first alone; None without a deadline."""
        one, two = (self.replications[scenario].is_on_time() for scenario in (self.names[0], name))
        if one is None or two is None:
            return None
        return int((two & ~one).sum()), int((one & ~two).sum())

    def correction(self) -> str | None:
        """Report how several comparisons were allowed for; None where there is only one."""
        count = len(self.names) - 1
        if count < 2:
            return None
        return (
            f"{count} comparisons with {self.names[0]}: each interval is at {100 * self.level:.3g} %, so that those of "
            f"one measure hold together at {100 * LEVEL:.0f} % (Bonferroni)."
        )


def compare(
    scenarios: Mapping[str, Scenario],
    count: int | None,
    *,
    measures: Iterable[str] = (),
    workers: int = 0,
    cluster: str | None = None,
    stopping: Stopping = UNASKED,
    deadlines: Mapping[str, float] | None = None,
) -> Comparison:
    """Run the same replications of every scenario: `count` of each, or as many as `stopping` takes.

    Streams of random numbers are found by the names of jobs and pools: where these agree, every scenario faces the
    same arrivals, durations, boot times and evictions. All intervals hold together at 95 % for each measure.
    `deadlines` has the seconds by which all work of each scenario should be done.
    """
    names = tuple(scenarios)
    seed = scenarios[names[0]].seed
    same_seed = {name: scenario.model_copy(update={"seed": seed}) for name, scenario in scenarios.items()}
    followed = tuple(dict.fromkeys([*MEASURES, *measures]))
    _refuse_unknown(scenarios, followed)
    series = {
        name: Series(scenario, followed, workers=workers, cluster=cluster) for name, scenario in same_seed.items()
    }
    size = stopping.first if count is None else count
    while True:
        made = {
            name: with_warnings(replace(one.upto(size), deadline=(deadlines or {}).get(name)), reached=True)
            for name, one in series.items()
        }
        found = _compared(scenarios, made, followed)
        if count is not None:
            return found
        is_known = _is_known(found, stopping)
        if is_known or size >= stopping.cap:
            return replace(found, precision=stopping.precision, points=stopping.points, reached=is_known)
        size = stopping.after(size)


def _compared(
    scenarios: Mapping[str, Scenario], made: Mapping[str, Replications], followed: Sequence[str]
) -> Comparison:
    """Compare the replications of all scenarios with those of the first."""
    names = tuple(made)
    level = corrected(LEVEL, len(names) - 1)
    first = made[names[0]]
    differences = {
        name: _differences(
            first, made[name], followed, level, in_pairs=_share_streams(scenarios[names[0]], scenarios[name])
        )
        for name in names[1:]
    }
    return Comparison(names, made, differences, level, tuple(_warnings(scenarios, made)))


def _is_known(found: Comparison, stopping: Stopping) -> bool:
    """Return whether every difference of cost and finish, and every chance of a deadline, is as precise as asked for.

    A difference is measured by the mean of the first scenario.
    """
    first = found.replications[found.names[0]]
    for differences in found.differences.values():
        for name in STOP_ON:
            if name not in differences or (usual := first.estimate(name)) is None:
                continue
            if differences[name].absolute.half_width > stopping.precision * abs(usual.value):
                return False
    chances = (made.on_time() for made in found.replications.values())
    return all(chance is None or chance.half_width <= stopping.points for chance in chances)


def _refuse_unknown(scenarios: Mapping[str, Scenario], measures: Iterable[str]) -> None:
    """Refuse measures that some scenario does not have, and say which."""
    problems: list[Problem] = []
    for name, scenario in scenarios.items():
        try:
            check_measures(measures, scenario)
        except InputError as error:
            problems += [Problem(found.message, name) for found in error.problems]
    if problems:
        raise InputError(problems)


def _share_streams(one: Scenario, two: Scenario) -> bool:
    """Return whether two scenarios share a job (or stream) or a pool: random numbers are found by their names."""
    streams = [{job.simulation.stream or job.id for job in scenario.jobs} for scenario in (one, two)]
    pools = [{pool.id for pool in scenario.pools} for scenario in (one, two)]
    return bool(streams[0] & streams[1] or pools[0] & pools[1])


def _warnings(scenarios: Mapping[str, Scenario], made: Mapping[str, Replications]) -> Iterable[str]:
    """Report where scenarios do not share their draws, and what each of them warns of."""
    streams = {name: {job.simulation.stream or job.id for job in scenario.jobs} for name, scenario in scenarios.items()}
    pools = {name: {pool.id for pool in scenario.pools} for name, scenario in scenarios.items()}
    first, *others = scenarios
    for name in others:
        if streams[first] and not streams[first] & streams[name]:
            yield f"{name} has no job (or stream) of {first}: the two do not face the same arrivals and durations"
        if pools[first] and pools[name] and not pools[first] & pools[name]:
            yield f"{name} has no pool of {first}: the two do not face the same boot times and evictions"
    for name, found in made.items():
        yield from (f"{name}: {text}" for text in found.warnings)


def _differences(
    first: Replications, other: Replications, measures: Iterable[str], level: float, *, in_pairs: bool = True
) -> dict[str, Difference]:
    """Return the differences; where the two share no draws, what sharing them was worth is chance and is left out."""
    found = {}
    for name in measures:
        one, two = first.values[name], other.values[name]
        if np.isnan(one).any() or np.isnan(two).any():
            continue
        absolute = difference_of(name, first.values, other.values, level)
        if absolute is None:
            continue
        # What is linear in the parts of a ratio stands for its values, so that shares agree with what was estimated.
        usual, changed = (linearised(name, made.values) for made in (first, other))
        narrowing = _narrowing(usual, changed, mean(changed - usual, level)) if in_pairs else None
        found[name] = Difference(absolute, change(usual, changed, level), narrowing)
    return found


def _narrowing(one: Floats, two: Floats, paired: Estimate) -> float | None:
    """Return the paired half-width as a share of that of independent samples (Welch)."""
    count = len(one)
    if count < 2:
        return None
    parts = [float(values.var(ddof=1)) / count for values in (one, two)]
    whole = sum(parts)
    # What is left of equal values in rounding is no spread.
    if whole**0.5 <= EXACT * max(abs(float(values.mean())) for values in (one, two)):
        return None
    freedom = whole**2 / sum(part**2 / (count - 1) for part in parts if part > 0)
    return float(paired.half_width / (t_quantile(paired.level, max(count - 1, int(freedom))) * whole**0.5))


def _share_text(difference: Difference, verb: str, less: str, more: str) -> str:
    share = difference.relative
    if share is None or not difference.is_clear:
        return f"{verb} about the same"
    word, sign = (less, -1) if share.value < 0 else (more, 1)
    if share.half_width <= EXACT:
        return f"{verb} {100 * abs(share.value):.3g} % {word} in every run,"
    low, high = sorted((100 * sign * share.low, 100 * sign * share.high))
    # A narrow interval is not one number, nor is what is clearly there 0 %.
    digits = 1 if low < high and f"{low:.0f}" == f"{high:.0f}" else 0
    ends = f"{_level_text(share)} interval {low:.{digits}f}–{high:.{digits}f} %"
    return f"{verb} {100 * abs(share.value):.{digits}f} % {word}, {ends},"


def _span_text(difference: Difference) -> str:
    if not difference.is_clear:
        return "finishes at about the same time"
    found = difference.absolute
    low, high = sorted((abs(found.low), abs(found.high)))
    word = "earlier" if found.value < 0 else "later"
    if found.half_width <= EXACT * abs(found.value):
        return f"finishes {spoken(abs(found.value))} {word} in every run"
    return f"finishes {spoken(abs(found.value))} {word}, {_level_text(found)} interval {spoken(low)} to {spoken(high)}"


def _level_text(found: Estimate) -> str:
    """Write the level of an interval: of several comparisons each has more than 95 %."""
    return f"{100 * found.level:.3g} %"
