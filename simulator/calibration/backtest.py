"""How well a calibration would have predicted what it had not seen.

The first part of a past is measured. The second is simulated many times, with the arrivals and resizes that really
came and all else drawn: each time from other laws that the first part allows, so that what is not known well is not
predicted sharply. What happened then is compared with what was predicted, job by job and as a whole, and each quantity
is measured again on the second part, so that a prediction that failed says of what.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from simulator.calibration.calibrate import findings
from simulator.calibration.evidence import Evidence
from simulator.calibration.findings import Learned, Missing
from simulator.calibration.forecast import Course
from simulator.calibration.outcomes import Seen, recorded, simulated
from simulator.calibration.split import split
from simulator.errors import BrokenInvariantError
from simulator.experiment.axes import Cell
from simulator.experiment.runner import run_in_order
from simulator.experiment.trial import Trial, Wanted
from simulator.fits.fit import DRAWS, SEED
from simulator.fits.sample import Floats
from simulator.history.past import Past
from simulator.history.pools import Given
from simulator.results.money.prices import price_of
from simulator.scenario.scenario import Scenario
from simulator.states import NodeKind

LEVELS: Final = (0.5, 0.8, 0.95)
TABLES: Final = ("tasks", "pool_timeline")
SURPRISE: Final = 0.001
"""Chance below which a second part that is further away is called another one."""
FAR: Final = 3.5
"""Standard deviations beyond which a prediction has failed, in logarithms."""
BINS: Final = 10


@dataclass(frozen=True, slots=True)
class Prediction:
    """A measure: what was predicted, and what happened."""

    name: str
    draws: Floats
    happened: float | None
    """None where no file has it."""

    def interval(self, level: float) -> tuple[float, float]:
        """Return between which ends a share of all predictions lies."""
        ends = [(1 - level) / 2, (1 + level) / 2]
        with np.errstate(invalid="ignore"):  # between two runs that never end lies no end either
            low, high = np.nan_to_num(np.quantile(self.draws, ends, method="weibull"), nan=np.inf, posinf=np.inf)
        return float(low), float(high)

    def holds(self, level: float) -> bool:
        """Whether what happened lies inside an interval; one that never ended lies above all that did."""
        low, high = self.interval(level)
        return self.happened is not None and low <= self.happened <= high

    @property
    def place(self) -> float:
        """Share of the predictions below what happened (probability integral transform), ties shared out."""
        value = np.inf if self.happened is None else self.happened
        below, equal = float((self.draws < value).sum()), float((self.draws == value).sum())
        return (below + (equal + 1) / 2) / (len(self.draws) + 1)

    @property
    def error(self) -> float | None:
        """By which share of what happened the median of the predictions misses it."""
        if not self.happened or not np.isfinite(self.happened):
            return None
        return float(np.median(self.draws)) / self.happened - 1

    @property
    def has_failed(self) -> bool:
        """Whether what happened lies outside all predictions, and far outside."""
        finite = self.draws[np.isfinite(self.draws)]
        if self.happened is None or not len(finite) or finite.min() <= self.happened <= finite.max():
            return False
        logs = np.log(np.maximum(finite, 1e-3))
        return bool(abs(np.log(max(self.happened, 1e-3)) - logs.mean()) > FAR * max(float(logs.std()), 0.01))


@dataclass(frozen=True, slots=True)
class Drift:
    """A quantity that was not in the second part what it had been in the first."""

    quantity: str
    of: Mapping[str, str]
    before: tuple[float, float, float]
    after: tuple[float, float, float]
    """Mean and the ends of its 95 % interval."""


@dataclass(frozen=True, slots=True)
class Backtest:
    """What was predicted, and what happened."""

    cut: float
    replications: int
    measures: tuple[Prediction, ...]
    jobs: tuple[Prediction, ...]
    drifts: tuple[Drift, ...]
    learned: tuple[Learned, ...]
    missing: tuple[Missing, ...]

    def coverage(self, level: float) -> float:
        """Return the share of jobs whose end lies inside its interval."""
        return float(np.mean([one.holds(level) for one in self.jobs])) if self.jobs else float("nan")

    @property
    def histogram(self) -> list[int]:
        """How many jobs have their place in each tenth of their predictions: all alike where these hold."""
        places = [one.place for one in self.jobs]
        found: list[int] = np.histogram(places, bins=BINS, range=(0, 1))[0].tolist()
        return found

    @property
    def failed(self) -> tuple[Prediction, ...]:
        """The measures whose prediction has failed."""
        return tuple(one for one in self.measures if one.has_failed)


def backtest(
    past: Past,
    share: float = 0.7,
    *,
    replications: int = 100,
    workers: int = 0,
    given: Given | None = None,
) -> Backtest:
    """Return how well the first part of a past predicts the second."""
    parts = split(past, share)
    first = findings(Evidence.of(parts.first))
    second = findings(Evidence.of(past, parts.cut))
    with tempfile.TemporaryDirectory(prefix="poolsight-") as folder:
        course = Course.of(parts, given or Given(), Path(folder))
        scenarios = [course.predicted(first, number) for number in range(replications)]
        rates = hourly(scenarios[0])
        runs = run_all(scenarios, parts.cut, rates, workers=workers)
        happened = recorded(course, rates)
    return Backtest(
        parts.cut,
        replications,
        _measures(happened, runs),
        _jobs(happened, runs),
        tuple(drifts(first, second)),
        tuple(one for one in first if isinstance(one, Learned)),
        tuple(one for one in first if isinstance(one, Missing)),
    )


def hourly(scenario: Scenario) -> tuple[float, float]:
    """Return what a dedicated and a low-priority node cost in an hour, on average over pools; 0 where unknown."""

    def mean(kind: NodeKind) -> float:
        found = [price_of(scenario, pool, kind).value or 0.0 for pool in scenario.pools]
        return float(np.mean(found)) if found else 0.0

    return mean(NodeKind.DEDICATED), mean(NodeKind.LOW_PRIORITY)


def run_all(
    scenarios: Sequence[Scenario],
    cut: float,
    rates: tuple[float, float],
    *,
    workers: int = 0,
) -> list[Seen]:
    """Return what happens after the cut in a run of each scenario, every one with draws of its own."""
    trials = [Trial(Cell(number, {}, scenario), number) for number, scenario in enumerate(scenarios)]
    seen = []
    for outcome in run_in_order(trials, Wanted(("cost",), TABLES), workers=workers):
        if outcome.failure is not None:
            raise BrokenInvariantError(f"replication {outcome.replication}: {outcome.failure.traceback}")
        tasks, timeline = (outcome.tables[name].to_pandas() for name in TABLES)
        seen.append(simulated(tasks, timeline, cut, rates))
    return seen


def _measures(happened: Seen, runs: Sequence[Seen]) -> tuple[Prediction, ...]:
    return tuple(
        Prediction(name, np.array([one.measures[name] for one in runs]), happened.measures.get(name))
        for name in runs[0].measures
    )


def _jobs(happened: Seen, runs: Sequence[Seen]) -> tuple[Prediction, ...]:
    return tuple(
        Prediction(name, np.array([one.jobs.get(name, np.inf) for one in runs]), value)
        for name, value in happened.jobs.items()
    )


def drifts(first: Sequence[Any], second: Sequence[Any]) -> list[Drift]:
    """Return the quantities whose mean differs between two parts beyond chance."""
    later = {(one.quantity, *sorted(one.of.items())): one for one in second if isinstance(one, Learned)}
    found = []
    for one in first:
        if not isinstance(one, Learned):
            continue
        other = later.get((one.quantity, *sorted(one.of.items())))
        if other is not None and _differ(one, other):
            found.append(Drift(one.quantity, one.of, _mean(one), _mean(other)))
    return found


def _mean(one: Learned) -> tuple[float, float, float]:
    if one.choice is None:
        return one.mean or (0.0, 0.0, 0.0)
    return one.choice.value("mean"), *one.choice.interval("mean")


def _differ(one: Learned, other: Learned) -> bool:
    """Return whether two means differ: by draws of both where there are laws, else by their intervals."""
    if one.choice is not None and other.choice is not None:
        stream = np.random.Generator(np.random.PCG64(SEED))
        drawn = (stream.choice(each.draws("mean"), DRAWS) for each in (one.choice, other.choice))
        mine, others = (np.log(np.maximum(each, 1e-9)) for each in drawn)
        ratios = mine - others
        low, high = np.quantile(ratios, [SURPRISE / 2, 1 - SURPRISE / 2])
        return bool(low > 0 or high < 0)
    if one.mean is None or other.mean is None:
        return False
    gap = abs(one.mean[0] - other.mean[0])
    spread = sum(((found[2] - found[1]) / (2 * 1.96)) ** 2 for found in (one.mean, other.mean)) ** 0.5
    found: bool = spread > 0 and gap > 3.29 * spread
    return found
