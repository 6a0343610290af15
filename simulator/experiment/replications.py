"""One scenario, many rolls of the dice."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from simulator.engine.simulation import simulate
from simulator.experiment.estimates import LEVEL, Estimate, mean, probability, quantiles
from simulator.results.metrics import summarize
from simulator.scenario.schema import Scenario

Floats = npt.NDArray[np.float64]
Values = dict[str, float | None]


@dataclass(frozen=True, slots=True)
class Measure:
    """A number of the answer that is followed over replications."""

    title: str
    unit: str
    """`s` for spans, `USD`, `share`, or nothing for counts."""
    of: Callable[[dict[str, Any]], float | None]


def _inside(summary: dict[str, Any], *path: str) -> float | None:
    value: Any = summary
    for key in path:
        value = None if value is None else value.get(key)
    return None if value is None else float(value)


MEASURES: Final[Mapping[str, Measure]] = {
    "makespan": Measure("makespan", "s", lambda s: _inside(s, "makespan_s")),
    "cost": Measure("cost", "USD", lambda s: _inside(s, "cost", "total")),
    "queue_mean": Measure("queue time, mean", "s", lambda s: _inside(s, "queue_time_s", "mean")),
    "queue_p95": Measure("queue time, p95", "s", lambda s: _inside(s, "queue_time_s", "p95")),
    "useful": Measure("useful share of billed time", "share", lambda s: _inside(s, "utilization", "useful")),
    "node_hours": Measure("node-hours", "", lambda s: sum(s["ledger_node_s"].values()) / 3600),
    "lost_node_hours": Measure("node-hours lost", "", lambda s: s["ledger_node_s"]["busy_lost"] / 3600),
    "preemptions": Measure("task preemptions", "", lambda s: _inside(s, "tasks", "preemptions")),
    "unfinished": Measure("tasks unfinished", "", lambda s: _inside(s, "tasks", "unfinished")),
}
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


def run_one(scenario: Scenario, replication: int) -> Values:
    """Simulate one replication and keep its measures."""
    summary = summarize(simulate(scenario, replication))
    return {name: measure.of(summary) for name, measure in MEASURES.items()}


def run_many(scenario: Scenario, replications: range, workers: int = 0) -> list[Values]:
    """Simulate replications, on several processes if that pays; the order is that of their numbers.

    `workers` 0 means one for each processor. The result does not depend on it.
    """
    workers = min(workers or os.cpu_count() or 1, len(replications))
    if workers <= 1:
        return [run_one(scenario, replication) for replication in replications]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        return list(pool.map(run_one, [scenario] * len(replications), replications))


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
