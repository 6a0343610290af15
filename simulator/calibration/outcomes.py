"""What happened after the cut, and what would have: the same measures of the past and of a simulated run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from simulator.calibration.evidence import Evidence
from simulator.calibration.forecast import Course
from simulator.fits.sample import Floats
from simulator.states import NodeState
from simulator.units import S_PER_HOUR

if TYPE_CHECKING:
    import pandas as pd

TITLES: Final[Mapping[str, tuple[str, str]]] = {
    "makespan": ("until all was done", "s"),
    "queue_p50": ("queue time, median", "s"),
    "queue_p95": ("queue time, p95", "s"),
    "node_hours": ("node-hours", "h"),
    "cost": ("cost", "USD"),
    "nodes_mean": ("nodes, mean", ""),
    "nodes_peak": ("nodes, peak", ""),
}
"""Measures of the time after the cut: title and unit."""


@dataclass(frozen=True)
class Seen:
    """What became of the tasks after the cut, in the past or in a run."""

    measures: Mapping[str, float]
    jobs: Mapping[str, float]
    """Seconds from a job's first task after the cut until its last one was done."""


@dataclass(frozen=True)
class Steps:
    """How many nodes of both kinds there were, from each instant on."""

    time: Floats
    dedicated: Floats
    low_priority: Floats

    def between(self, begin: float, end: float, rates: tuple[float, float]) -> dict[str, float]:
        """Return node-hours, cost, mean and peak in a span of time."""
        inside = np.clip(np.append(self.time, np.inf), begin, end)
        spans = np.diff(inside)
        hours = [float((count * spans).sum()) / S_PER_HOUR for count in (self.dedicated, self.low_priority)]
        both = (self.dedicated + self.low_priority)[spans > 0]
        return {
            "node_hours": sum(hours),
            "cost": sum(one * rate for one, rate in zip(hours, rates, strict=True)),
            "nodes_mean": sum(hours) / max((end - begin) / S_PER_HOUR, 1e-9),
            "nodes_peak": float(both.max(initial=0.0)),
        }


def _work(jobs: Any, columns: Sequence[Any], cut: float) -> Seen:
    """Return what became of tasks; one that did not end is never done.

    Queue times are those of tasks that ran once: of the others, lists have only the last start.
    """
    import pandas as pd

    created, start, end = (np.asarray(one, dtype=np.float64) for one in columns)
    ends = np.where(np.isnan(end), np.inf, end)
    frame = pd.DataFrame({"job": jobs, "created": created, "end": ends})
    by_job = frame.groupby("job", sort=False).agg(first=("created", "min"), last=("end", "max"))
    waits = (start - created)[~np.isnan(start)]
    p50, p95 = np.quantile(waits, [0.5, 0.95]) if len(waits) else (np.nan, np.nan)
    measures = {"makespan": float(ends.max()) - cut, "queue_p50": float(p50), "queue_p95": float(p95)}
    return Seen(measures, {str(job): float(row["last"] - row["first"]) for job, row in by_job.iterrows()})


def recorded(course: Course, rates: tuple[float, float]) -> Seen:
    """Return what really happened after the cut."""
    tasks, cut = course.replay.tasks[course.is_later], course.parts.cut
    attempts = course.parts.whole.tasks
    again = attempts.groupby(["job", "task"]).agg(rows=("start", "size"), retries=("retries", "max"))
    found = tasks[["job", "task"]].join(again, on=["job", "task"])
    ran_once = (found["rows"] == 1) & (found["retries"].fillna(0) == 0)
    columns = (tasks["created"], tasks["start"].where(ran_once), tasks["end"])
    done = _work(tasks["scenario_job"].to_numpy(), columns, cut)
    steps = steps_of(Evidence.of(course.parts.whole))
    if steps is None:
        return done
    nodes = steps.between(cut, cut + done.measures["makespan"], rates)
    return Seen({**done.measures, **nodes}, done.jobs)


def simulated(tasks: pd.DataFrame, timeline: pd.DataFrame, cut: float, rates: tuple[float, float]) -> Seen:
    """Return what happened after the cut in a run."""
    later = tasks[tasks["submit"] >= cut - 1e-3]
    ran_once = (later["retries"] + later["requeues"] + later["preemptions"]) == 0
    columns = (later["submit"], later["first_start"].where(ran_once), later["end"])
    found = _work(later["job"].astype(str).to_numpy(), columns, cut)
    pools = timeline.groupby("pool", observed=True, sort=False)
    changes = []
    for _, rows in pools:
        low = rows["current_low_priority"] - rows["preempted_nodes"]
        changes.append(np.stack([rows["time"], np.diff(rows["current_dedicated"], prepend=0), np.diff(low, prepend=0)]))
    steps = _summed(changes)
    until = cut + found.measures["makespan"]
    end = until if np.isfinite(until) else float(timeline["time"].max())
    return Seen({**found.measures, **steps.between(cut, end, rates)}, found.jobs)


def _summed(changes: list[Any]) -> Steps:
    """Return the steps of all pools together."""
    every = np.concatenate(changes, axis=1) if changes else np.zeros((3, 1))
    every = every[:, np.argsort(every[0], kind="stable")].astype(np.float64)
    return Steps(every[0], np.cumsum(every[1]), np.cumsum(every[2]))


def steps_of(evidence: Evidence) -> Steps | None:
    """Return how many nodes there were: by a log of their states, else by what resizes left; None without either."""
    spells = evidence.spells
    if len(spells) and bool(spells["is_log"].any()):
        log = spells[spells["is_log"]]
        gone = [str(one) for one in (NodeState.PREEMPTED, NodeState.LEAVINGPOOL)]
        here = (~log["state"].isin(gone)).astype(int)
        before = here.groupby([log["pool"], log["node"]]).shift(1, fill_value=0)
        change, is_low = (here - before).to_numpy(), (log["kind"] == "low_priority").to_numpy()
        return _summed([np.stack([log["time"], np.where(is_low, 0, change), np.where(is_low, change, 0)])])
    pools = evidence.past.pools
    ended = pools[(pools["change"] == "resized") & pools["dedicated"].notna() & pools["time"].notna()]
    if ended.empty:
        return None
    changes = []
    for _, rows in ended.sort_values("time").groupby("pool", sort=False):
        counts = [np.diff(rows[name].fillna(0), prepend=0) for name in ("dedicated", "low_priority")]
        changes.append(np.stack([rows["time"], *counts]))
    return _summed(changes)
