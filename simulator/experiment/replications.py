"""One scenario, many rolls of the dice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from simulator.errors import BrokenInvariantError
from simulator.experiment.axes import Cell
from simulator.experiment.estimates import LEVEL, Estimate, mean, probability, quantiles
from simulator.experiment.measures import MEASURES, Values
from simulator.experiment.runner import run_in_order
from simulator.experiment.trial import Trial
from simulator.scenario.schema import Scenario

Floats = npt.NDArray[np.float64]
FIRST_BATCH: Final = 10
"""Replications before the stopping rule looks for the first time: fewer tell too little about the spread."""


@dataclass(frozen=True, slots=True)
class Replications:
    """The measures of every replication; a measure that a replication does not have is NaN."""

    values: dict[str, Floats]
    count: int
    reached: bool
    """Whether the precision asked for was reached; always true where none was."""
    precision: float | None

    def estimate(self, measure: str, level: float = LEVEL) -> Estimate | None:
        """Estimate the mean of a measure; None if no replication has it."""
        known = self.values[measure][~np.isnan(self.values[measure])]
        return mean(known, level) if len(known) else None

    def spread(self, measure: str) -> dict[str, float] | None:
        """Give p5, p50 and p95 of single replications."""
        known = self.values[measure][~np.isnan(self.values[measure])]
        return quantiles(known) if len(known) else None

    def within(self, measure: str, limit: float) -> Estimate:
        """Estimate the probability that a measure stays within a limit; a replication without it does not."""
        return probability(int((self.values[measure] <= limit).sum()), self.count)


def run_many(scenario: Scenario, replications: range, workers: int = 0) -> list[Values]:
    """Simulate replications, on several processes if that pays; the order is that of their numbers.

    `workers` 0 means one for each processor. The result does not depend on it.
    """
    cell = Cell(0, {}, scenario)
    outcomes = run_in_order([Trial(cell, number) for number in replications], workers=workers)
    for outcome in outcomes:
        if outcome.failure is not None:
            raise BrokenInvariantError(f"replication {outcome.replication}: {outcome.failure.traceback}")
    return [outcome.values for outcome in outcomes]


def replicate(
    scenario: Scenario,
    count: int | None = None,
    *,
    precision: float = 0.05,
    measures: tuple[str, ...] = ("makespan", "cost"),
    cap: int = 1000,
    workers: int = 0,
) -> Replications:
    """Run `count` replications, or as many as it takes.

    Without a count the run goes on until the half-width of the 95 % interval of each of `measures` is at most
    `precision` of its mean, looked at after 10 replications and after each further half; never more than `cap`.
    """
    wanted = FIRST_BATCH if count is None else count
    found = run_many(scenario, range(wanted), workers)
    while True:
        made = Replications(_columns(found), len(found), reached=True, precision=None if count else precision)
        if count is not None:
            return made
        estimates = [made.estimate(measure) for measure in measures]
        if all(estimate is None or estimate.relative <= precision for estimate in estimates):
            return made
        if len(found) >= cap:
            return Replications(made.values, made.count, reached=False, precision=precision)
        more = min(max(len(found) // 2, 1), cap - len(found))
        found += run_many(scenario, range(len(found), len(found) + more), workers)


def _columns(rows: list[Values]) -> dict[str, Floats]:
    return {
        name: np.array([np.nan if row[name] is None else row[name] for row in rows], dtype=np.float64)
        for name in MEASURES
    }
