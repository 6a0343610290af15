"""Several scenarios, the same replications of each, measures as columns."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from simulator.errors import BrokenInvariantError
from simulator.experiment.axes import Cell
from simulator.experiment.estimates import LEVEL, Estimate, estimate, linearised, probability, quantiles, ratio
from simulator.experiment.measures import with_weights
from simulator.experiment.runner import run_in_order
from simulator.experiment.trial import Outcome, Trial, Wanted, acted_in
from simulator.results.answer.assumed import Assumed
from simulator.scenario.scenario import Scenario

Floats = npt.NDArray[np.float64]
Run = Callable[[Sequence[Trial], Wanted], list[Outcome]]
"""Runs trials and gives their outcomes in order: here, on other cores, on a cluster; the outcomes are the same."""
Report = Callable[[str], None]
"""Called with what is being done."""
MEASURES: Final = ("cost", "makespan", "lost_node_hours", "preemptions", "unfinished")


@dataclass(frozen=True, slots=True)
class Columns:
    """The measures of one scenario over replications; one that a replication does not have is NaN."""

    values: Mapping[str, Floats]
    assumptions: tuple[Assumed, ...] = ()
    """What acted in any of the runs that the service does not publish."""

    def __getitem__(self, measure: str) -> Floats:
        return self.values[measure]

    @property
    def count(self) -> int:
        return len(next(iter(self.values.values())))

    def estimate(self, measure: str, level: float = LEVEL) -> Estimate | None:
        """Estimate a measure; None where no replication has it."""
        return estimate(measure, self.values, level)

    def linearised(self, measure: str) -> Floats:
        """Return numbers whose mean is the estimate of a measure, one for each replication that has it."""
        return linearised(measure, self.values)

    def spread(self, measure: str) -> dict[str, float] | None:
        """Return p5, p50 and p95 of single replications."""
        known = self.values[measure][~np.isnan(self.values[measure])]
        return quantiles(known) if len(known) else None

    def on_time(self, deadline: float) -> npt.NDArray[np.bool_]:
        """Report of each replication whether all work was done in time."""
        done: npt.NDArray[np.bool_] = (self.values["makespan"] <= deadline) & (self.values["unfinished"] == 0)
        return done

    def misses(self, deadline: float) -> Estimate:
        """Estimate the probability that work is not done by the deadline."""
        return probability(int((~self.on_time(deadline)).sum()), self.count)


def run_on(workers: int = 0, cluster: str | None = None, on_outcome: Callable[[Outcome], object] | None = None) -> Run:
    """Return who runs trials: `workers` processes of this machine (0: one for each processor), or a dask scheduler."""
    return partial(run_in_order, workers=workers, cluster=cluster, on_outcome=on_outcome)


def run_all(
    scenarios: Sequence[Scenario],
    replications: range,
    measures: Sequence[str] = MEASURES,
    *,
    run: Run = run_in_order,
) -> list[Columns]:
    """Run the same replications of every scenario: each faces the same draws."""
    cells = [Cell(number, {}, scenario) for number, scenario in enumerate(scenarios)]
    trials = [Trial(cell, replication) for cell in cells for replication in replications]
    measures = with_weights(measures)
    outcomes = run(trials, Wanted(measures))
    for outcome in outcomes:
        if outcome.failure is not None:
            raise BrokenInvariantError(f"replication {outcome.replication}: {outcome.failure.traceback}")
    size = len(replications)
    of_cells = [outcomes[cell.number * size : (cell.number + 1) * size] for cell in cells]
    return [Columns({name: _column(mine, name) for name in measures}, acted_in(mine)) for mine in of_cells]


def _column(outcomes: Sequence[Any], name: str) -> Floats:
    return np.array([np.nan if one.values[name] is None else one.values[name] for one in outcomes], dtype=np.float64)


def plain(estimate: Estimate | None) -> dict[str, float | None] | None:
    """Return an estimate as plain data; an end that is not known is None."""
    if estimate is None:
        return None
    low, high = (end if np.isfinite(end) else None for end in (estimate.low, estimate.high))
    return {"mean": estimate.value, "low": low, "high": high}


def cost_ratio(one: Columns, other: Columns) -> Estimate:
    """Estimate the ratio of two mean costs from pairs of the same draws (delta method)."""
    base = float(other["cost"].mean())
    if base <= 0:
        return Estimate(float("nan"), float("-inf"), float("inf"), one.count)
    return ratio(one["cost"], other["cost"]).within(0.0, math.inf)
