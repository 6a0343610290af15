"""How sure a figure is: replications of a scene, and of one that is compared with it, with intervals that narrow."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from simulator.experiment.estimates import Estimate, difference_of, estimate
from simulator.experiment.measures import find_measure, with_weights
from simulator.lab.figures import FIGURES
from simulator.lab.runs import Listener, simulated
from simulator.lab.scene import Scene
from simulator.results.answer.metrics import summarize
from simulator.scenario.scenario import Scenario

MOST: Final = 200
USUAL: Final = 30
FEWEST: Final = 3
"""Replications before which nothing is shown of an interval."""
Values = dict[str, list[float]]


def replicated(
    scene: Scene, other: Scene | None, count: int, send: Callable[[dict[str, Any]], None], stop: threading.Event
) -> dict[str, Any]:
    """Run replications one by one and send what is known after each; both scenes face the same random draws."""
    names = with_weights(figure.measure for figure in FIGURES)
    scenarios = [one.scenario() for one in (scene, other) if one is not None]
    values: list[Values] = [{name: [] for name in names} for _ in scenarios]
    known: dict[str, Any] = {}
    for replication in range(min(max(count, FEWEST), MOST)):
        for scenario, own in zip(scenarios, values, strict=True):
            _measure(scenario, replication, own, stop)
        if replication + 1 >= FEWEST:
            known = {"count": replication + 1, "estimates": _estimates(values)}
            send({"sure": known})
    return {"sure": known, "done": True}


def _measure(scenario: Scenario, replication: int, own: Values, stop: threading.Event) -> None:
    answer = summarize(simulated(scenario, replication, Listener(stop=stop))).as_dict()
    for name, found in own.items():
        value = find_measure(name).of(answer)
        found.append(float("nan") if value is None else value)


def _estimates(values: Sequence[Values]) -> list[dict[str, Any]]:
    """Return, for every figure, its estimate, and by how much it is larger than in the other scene."""
    columns = [_columns(one) for one in values]
    return [
        {
            "measure": figure.measure,
            "title": figure.title,
            "unit": str(find_measure(figure.measure).unit),
            "moreIsBetter": figure.more_is_better,
            "now": _plain(estimate(figure.measure, columns[0])),
            "other": _plain(estimate(figure.measure, columns[1])) if len(columns) > 1 else None,
            "difference": _plain(difference_of(figure.measure, columns[1], columns[0])) if len(columns) > 1 else None,
        }
        for figure in FIGURES
    ]


def _columns(values: Mapping[str, list[float]]) -> dict[str, npt.NDArray[np.float64]]:
    return {name: np.array(found, dtype=np.float64) for name, found in values.items()}


def _plain(found: Estimate | None) -> dict[str, float | None] | None:
    if found is None:
        return None
    ends = {"low": found.low, "high": found.high}
    return {"value": found.value, **{name: end if np.isfinite(end) else None for name, end in ends.items()}}
