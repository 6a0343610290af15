"""A counterfactual beside a past: what happened, the same replayed, and what other pools would have done."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from simulator.calibration.backtest import hourly, run_all
from simulator.calibration.calibrate import findings
from simulator.calibration.evidence import Evidence
from simulator.calibration.forecast import Course
from simulator.calibration.outcomes import Seen, recorded
from simulator.calibration.split import split
from simulator.errors import InputError
from simulator.experiment.estimates import Estimate, mean
from simulator.history.past import Past
from simulator.history.pools import Given
from simulator.scenario.format.complete import listed, lookup

Pools = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Row:
    """A measure of the time after the cut."""

    name: str
    recorded: float | None
    replayed: Estimate
    changed: Estimate
    difference: Estimate
    """Of both, run by run under the same draws."""


def against(
    past: Past,
    change: Callable[[Pools], Pools],
    share: float = 0.7,
    *,
    replications: int = 20,
    workers: int = 0,
    given: Given | None = None,
) -> tuple[Row, ...]:
    """Return what became of the second part, what becomes of it when it is replayed, and on changed pools.

    Tasks come when they came and take as long as they took; only the times of nodes, and evictions, are drawn.
    """
    parts = split(past, share)
    found = findings(Evidence.of(past))
    with tempfile.TemporaryDirectory(prefix="poolsight-") as folder:
        course = Course.of(parts, given or Given(), Path(folder))
        same, other = course.recorded(found), course.recorded(found, change(course.pools))
        runs = [
            run_all([scenario] * replications, parts.cut, hourly(scenario), workers=workers)
            for scenario in (same, other)
        ]
        happened = recorded(course, hourly(same))
    return tuple(_row(name, happened, *runs) for name in runs[0][0].measures)


def _row(name: str, happened: Seen, same: Sequence[Seen], other: Sequence[Seen]) -> Row:
    one, two = (np.array([run.measures[name] for run in runs]) for runs in (same, other))
    return Row(name, happened.measures.get(name), mean(one), mean(two), mean(two - one))


def pools_of(document: Mapping[str, Any]) -> Callable[[Pools], Pools]:
    """Return what puts the pools of a scenario in the place of those of the past, by their ids.

    They are taken as they are written, so that what they do not state is measured, as for the pools of the past.
    """

    def change(pools: Pools) -> Pools:
        bodies = {str(lookup(one, "id")): one for one in listed(document, "pools")}
        missing = [str(one["id"]) for one in pools if one["id"] not in bodies]
        if missing:
            text = f"has no pool {', '.join(missing)}, but {', '.join(bodies) or 'none'}"
            raise InputError(f"--against: the scenario {text}: give its pools the ids of the past")
        return [bodies[str(one["id"])] for one in pools]

    return change


def scaled_by(formula: str) -> Callable[[Pools], Pools]:
    """Return what lets every pool of the past scale itself by a formula, as often as it was evaluated before."""

    def change(pools: Pools) -> Pools:
        fixed = ("targetDedicatedNodes", "targetLowPriorityNodes")
        scaling = {"enableAutoScale": True, "autoScaleFormula": formula}
        return [{key: value for key, value in one.items() if key not in fixed} | scaling for one in pools]

    return change
