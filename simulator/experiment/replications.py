"""One scenario, many replications."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from simulator.errors import BrokenInvariantError, InputError
from simulator.experiment.axes import Cell
from simulator.experiment.estimates import (
    LEVEL,
    Estimate,
    estimate,
    linearised,
    needed_for,
    needed_for_mean,
    probability,
    quantile,
    quantiles,
)
from simulator.experiment.measures import (
    SHOWN_STEADY,
    Values,
    check_measures,
    find_measure,
    with_weights,
)
from simulator.experiment.runner import run_in_order
from simulator.experiment.steady import WarmUp, common_warmup
from simulator.experiment.stopping import POINTS, STOP_ON, Stopping, is_on_time, on_time
from simulator.experiment.trial import Outcome, Trial, Wanted, acted_in
from simulator.results.answer.assumed import Assumed
from simulator.results.answer.measures import MEASURES
from simulator.scenario.scenario import Scenario
from simulator.workload.planned_jobs import planned
from simulator.workload.planned_pools import planned_pools

Floats = npt.NDArray[np.float64]
PILOTS: Final = 10
PILOTS_FROM: Final = 1 << 30
"""Numbers of the replications that only show how long the warm-up is."""
STOP_ON_STEADY: Final = ("steady.queue_mean",)
TAIL: Final = 0.95
"""The quantile inside each run that the answer gives."""
BESIDE: Final = ("steady.load", "tasks.submitted", "tasks.planned", "tasks.unfinished")
"""What warnings need."""
PREFIX: Final = "nodes.pools_without."
"""How measures begin that count what a pool without a node had asked for."""
BESIDE_STEADY: Final = ("steady.tasks", "steady.warmup_tasks", "steady.warmup_s", "steady.warmup_found")


@dataclass(frozen=True, slots=True)
class Replications:
    """The measures of every replication; a measure that a replication does not have is NaN."""

    values: dict[str, Floats]
    count: int
    reached: bool
    """Whether the precision asked for was reached; always true where none was."""
    precision: float | None
    shown: tuple[str, ...] = tuple(MEASURES)
    """The measures that were asked for; `values` has more, which warnings need."""
    stop_on: tuple[str, ...] = STOP_ON
    """The measures that the precision is about."""
    is_steady: bool = False
    """Whether measures leave the warm-up out."""
    deadline: float | None = None
    """Seconds by which all work is to be done; None = nobody asks."""
    points: float | None = None
    """Half-width of the probability to keep the deadline that was asked for; None where the number was given."""
    warnings: tuple[str, ...] = field(default=())
    """What makes the numbers less than they seem."""
    assumptions: tuple[Assumed, ...] = ()
    """What acted in any of the runs that the service does not publish."""

    def estimate(self, measure: str, level: float = LEVEL) -> Estimate | None:
        """Estimate the mean of a measure by the method that fits it; None if no replication has it."""
        return estimate(measure, self.values, level)

    def spread(self, measure: str) -> dict[str, float] | None:
        """Return p5, p50 and p95 of single replications."""
        known = self.known(measure)
        return quantiles(known) if len(known) else None

    def quantile(self, measure: str, share: float, level: float = LEVEL) -> Estimate | None:
        """Estimate a quantile of single replications; None if no replication has the measure."""
        known = self.known(measure)
        return quantile(known, share, level) if len(known) else None

    def within(self, measure: str, limit: float) -> Estimate:
        """Estimate the probability that a measure stays within a limit; a replication without it does not.

        A makespan does where all work is done by then.
        """
        if measure == "makespan":
            return on_time(self.values, limit)
        return probability(int((self.values[measure] <= limit).sum()), self.count)

    def on_time(self) -> Estimate | None:
        """Estimate the probability to keep the deadline; None where there is none."""
        return None if self.deadline is None else on_time(self.values, self.deadline)

    def is_on_time(self) -> npt.NDArray[np.bool_] | None:
        """Return in which replications the deadline is kept; None where there is none."""
        return None if self.deadline is None else is_on_time(self.values, self.deadline)

    @property
    def pools_without(self) -> dict[str, Estimate]:
        """The probability that a pool never gets a node, of those to which that happened."""
        found = {
            name.removeprefix(PREFIX): int((values > 0).sum())
            for name, values in self.values.items()
            if name.startswith(PREFIX)
        }
        return {pool: probability(count, self.count) for pool, count in found.items() if count}

    def relative(self) -> dict[str, float]:
        """Return the half-width as a share of the mean of each measure that the precision is about."""
        return Stopping(measures=self.stop_on).relative(self.values)

    def known(self, measure: str) -> Floats:
        """Return a measure's values of the replications that have it."""
        return self.values[measure][~np.isnan(self.values[measure])]


def _pools_without(scenario: Scenario) -> list[str]:
    """Return the measures that show which pools never had a node."""
    return [f"{PREFIX}{pool.id}" for pool in planned_pools(scenario, planned(scenario)).bodies]


def run_many(
    scenario: Scenario,
    replications: range,
    workers: int = 0,
    *,
    cluster: str | None = None,
    measures: Sequence[str] = tuple(MEASURES),
    warmup: WarmUp | None = None,
) -> list[Outcome]:
    """Simulate replications, on several processes if that pays; the order is that of their numbers.

    `workers` 0 means one for each processor. The result does not depend on it.
    """
    cell = Cell(0, {}, scenario)
    trials = [Trial(cell, number) for number in replications]
    wanted = Wanted(tuple(measures), warmup=warmup)
    return _sound(run_in_order(trials, wanted, workers=workers, cluster=cluster))


def _sound(outcomes: list[Outcome]) -> list[Outcome]:
    for outcome in outcomes:
        if outcome.failure is not None:
            raise BrokenInvariantError(f"replication {outcome.replication}: {outcome.failure.traceback}")
    return outcomes


def find_warmup(scenario: Scenario, workers: int = 0, *, cluster: str | None = None) -> WarmUp:
    """Find the warm-up on runs of their own, so that the replications which are measured do not choose their cut."""
    trials = [Trial(Cell(0, {}, scenario), PILOTS_FROM + number) for number in range(PILOTS)]
    outcomes = _sound(run_in_order(trials, Wanted((), queue_times=True), workers=workers, cluster=cluster))
    return common_warmup([outcome.queue_times for outcome in outcomes if outcome.queue_times is not None])


class Series:
    """The replications of one scenario, run when they are asked for."""

    def __init__(
        self,
        scenario: Scenario,
        stop_on: tuple[str, ...],
        *,
        steady: bool = False,
        workers: int = 0,
        cluster: str | None = None,
    ) -> None:
        check_measures(stop_on, scenario)
        self._scenario = scenario
        self._stop_on = stop_on
        self._is_steady = steady
        self._workers, self._cluster = workers, cluster
        self._shown = tuple(dict.fromkeys([*(SHOWN_STEADY if steady else MEASURES), *stop_on]))
        beside = (*BESIDE, *(BESIDE_STEADY if steady else ()))
        self._wanted = with_weights([*self._shown, *beside, *_pools_without(scenario)])
        self._warmup = find_warmup(scenario, workers, cluster=cluster) if steady else None
        self._found: list[Outcome] = []

    def upto(self, size: int) -> Replications:
        """Return the first `size` replications; those that were there before are not run again."""
        numbers = range(len(self._found), size)
        self._found += run_many(
            self._scenario,
            numbers,
            self._workers,
            cluster=self._cluster,
            measures=self._wanted,
            warmup=self._warmup,
        )
        return Replications(
            _columns([outcome.values for outcome in self._found], self._wanted),
            len(self._found),
            reached=True,
            precision=None,
            shown=self._shown,
            stop_on=self._stop_on,
            is_steady=self._is_steady,
            assumptions=acted_in(self._found),
        )


def replicate(
    scenario: Scenario,
    count: int | None = None,
    *,
    precision: float = 0.05,
    measures: Iterable[str] | None = None,
    cap: int = 1000,
    workers: int = 0,
    cluster: str | None = None,
    steady: bool = False,
    deadline: float | None = None,
    points: float = POINTS,
) -> Replications:
    """Run `count` replications, or as many as it takes.

    Without a count it goes on until `Stopping` says that it is enough; with a `deadline` in seconds, not before the
    probability to keep it is known within `points`. `steady` leaves out the warm-up, which ten runs of their own show.
    """
    default = STOP_ON_STEADY if steady else STOP_ON
    stop_on = tuple(default if measures is None else measures)
    series = Series(scenario, stop_on, steady=steady, workers=workers, cluster=cluster)
    stopping = Stopping(precision, cap, stop_on, deadline, points)
    size = stopping.first if count is None else count
    while True:
        made = series.upto(size)
        is_narrow = stopping.is_reached(made.values)
        if count is not None or is_narrow or made.count >= cap:
            asked = replace(
                made,
                precision=None if count else precision,
                deadline=deadline,
                points=None if count or deadline is None else points,
            )
            return with_warnings(asked, reached=count is not None or is_narrow)
        size = stopping.after(made.count)


def with_warnings(made: Replications, *, reached: bool) -> Replications:
    """Return replications with what makes their numbers less than they seem."""
    return replace(made, reached=reached, warnings=tuple(_warnings(made)))


def _warnings(made: Replications) -> Iterable[str]:
    """Report what makes numbers less than they seem: no steady state, too few values, no end of the warm-up."""
    loads = made.values["steady.load"]
    if not np.isnan(loads).all() and (load := float(np.nanmean(loads))) >= 1:
        yield (
            f"unstable: work arrives at {load:.2f} times what the slots in service can do, so queue times grow for as "
            "long as tasks arrive" + (" and there is no steady state to measure" if made.is_steady else "")
        )
    for pool, chance in made.pools_without.items():
        yield (
            f"pool {pool} never got a node in {round(chance.value * made.count):,} of {made.count:,} runs "
            f"({_share(chance.value)}, 95 % interval {_share(chance.low)} to {_share(chance.high)})"
        )
    yield from _missing(made)
    tasks = made.values["steady.tasks" if made.is_steady else "tasks.submitted"]
    few = needed_for(TAIL)
    if 0 < float(np.nanmin(tasks)) < few:
        yield (
            f"the p95 of queue times rests on {float(np.nanmin(tasks)):.0f} tasks a run: with fewer than {few} it is "
            "little more than the longest"
        )
    needs = {name: needed_for_mean(linearised(name, made.values)) for name in made.shown}
    few_for = {name: needed for name, needed in needs.items() if needed > made.count > 1}
    short = [f"{find_measure(name).title} (about {needed})" for name, needed in few_for.items()]
    if short:
        yield (
            f"{made.count} replications are few for means of values as skewed as these: {', '.join(short)} would do; "
            "the true mean may lie outside the interval more often than 5 %"
        )
    if made.is_steady and (made.values["steady.warmup_found"] == 0).any():
        yield (
            "MSER-5 found no end of the warm-up in the first half of the tasks: the run is too short for a steady state"
        )
    if made.values["tasks.unfinished"].any():
        share = float(made.values["tasks.unfinished"].sum() / made.values["tasks.planned"].sum())
        if share >= 0.005:
            yield (
                f"{100 * share:.1f} % of the tasks had not finished at the end: makespan and cost are of what was "
                "done, and longer times are not counted"
            )


def _missing(made: Replications) -> Iterable[str]:
    """Report measures that some runs do not have, so that their means are of the others."""
    by_count: dict[int, list[str]] = {}
    for name in made.shown:
        count = made.count - len(made.known(name))
        if 0 < count < made.count:
            by_count.setdefault(count, []).append(find_measure(name).title)
    for count, titles in by_count.items():
        chance = probability(count, made.count)
        within = f"{_share(chance.value)}, 95 % interval {_share(chance.low)} to {_share(chance.high)}"
        yield f"{count:,} of {made.count:,} runs ({within}) have no value and are left out of: {'; '.join(titles)}"


def _share(value: float) -> str:
    return f"{100 * value:.2g} %"


def sample_warnings(made: Replications, share: float) -> list[str]:
    """Return whether there are too few replications for a quantile of single runs."""
    if not 0 < share < 1:
        raise InputError(f"expected a quantile between 0 and 1, not {share:g}")
    needed, bounding = needed_for(share), needed_for(share, (1 + LEVEL) / 2)
    if made.count >= bounding:
        return []
    end = "largest" if share > 0.5 else "smallest"
    far_side_is_open = min(share, 1 - share) ** made.count > (1 - LEVEL) / 2
    if made.count >= needed or far_side_is_open:
        side = "either side" if far_side_is_open else "above" if share > 0.5 else "below"
        text = f"{made.count} replications do not bound the p{100 * share:g} of single runs from {side} at "
        return [f"{text}{100 * LEVEL:.0f} %: {bounding} would"]
    text = (
        f"{made.count} replications are few for the p{100 * share:g} of single runs: with fewer than {needed} it is "
        f"little more than the {end}, and nothing bounds it on that side"
    )
    return [text]


def _columns(rows: list[Values], names: Iterable[str]) -> dict[str, Floats]:
    return {
        name: np.array([math.nan if row[name] is None else row[name] for row in rows], dtype=np.float64)
        for name in names
    }
