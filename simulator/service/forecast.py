"""When the work of a session will be done and what it will cost: the same requests, with other draws."""

from __future__ import annotations

import re
from typing import Any, Final

import numpy as np

from simulator.engine.simulation import simulate
from simulator.results.answer.metrics import summarize
from simulator.scenario.prepared import Prepared
from simulator.service.replies import Asked, RefusedError
from simulator.service_codes import ServiceCode

MOST: Final = 200
"""Replications of one forecast."""
USUAL: Final = 20
SHARES: Final = {"low": 0.05, "median": 0.5, "high": 0.95}
"""Of all runs, which are below each figure."""


def replications_of(asked: Asked) -> int:
    """Return how many runs a request asks for."""
    text = asked.query.get("replications", str(USUAL))
    if not re.fullmatch(r"[0-9]{1,4}", text) or not 2 <= int(text) <= MOST:
        raise RefusedError(ServiceCode.INVALID_QUERY, f"Expected replications from 2 to {MOST}, found '{text[:40]}'.")
    return int(text)


def forecast(prepared: Prepared, replications: int) -> dict[str, Any]:
    """Return how runs of all that was done so far go on to their end, each with draws of its own from the beginning.

    The first has those of the run that is served. Nine in ten runs end between `low` and `high`; one that leaves tasks
    unfinished is not `completed`, and ends with the last task that did complete.
    """
    ends: list[float] = []
    costs: list[float] = []
    done = 0
    for replication in range(replications):
        recording = simulate(prepared, replication)
        answer, tasks = summarize(recording), recording.tasks
        ended = tasks["end"].max() if len(tasks) else None
        ends.append(0.0 if ended is None or np.isnan(ended) else float(ended))
        costs.append(float(answer["cost"]["total"]))
        done += answer["tasks"]["unfinished"] == 0
    return {
        "replications": replications,
        "completed": int(done),
        "seconds": _spread(ends),
        "cost": _spread(costs),
    }


def _spread(values: list[float]) -> dict[str, float]:
    return {name: float(np.quantile(values, share)) for name, share in SHARES.items()}
