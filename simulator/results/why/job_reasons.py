"""What a task's job had to do with its waiting: not there, disabled, ended, or running as many tasks as it may."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from simulator.results.why.evidence import Run, rows_of
from simulator.scenario.format.job_operations import UpdateJob
from simulator.service_codes import SUCCESS
from simulator.workload.planned_jobs import planned

Floats = npt.NDArray[np.float64]
SERVED = "active"
REFUSED = "completed"
"""The first state of a job that was refused."""
DELETED = "deleting"
"""A job's last state; after it the job is not there."""


def inactive(run: Run, task: Mapping[Any, Any], start: float, end: float) -> list[tuple[float, float, str]]:
    """Return the parts of [start, end) in which the task's job did not let its tasks run, and why."""
    frame = run.frame("jobs")
    rows = rows_of(frame[frame["job"] == task["job"]])
    if not rows:
        return [(start, end, "its job was never created")]
    found = []
    first = float(rows[0]["start"])
    if start < first:
        found.append((start, min(first, end), "its job is not created yet"))
    for row in rows:
        begin, finish = max(float(row["start"]), start), min(float(row["end"]), end)
        if row["state"] != SERVED and begin < finish:
            reason = row["reason"]
            why = f": {reason}" if isinstance(reason, str) and reason else ""
            what = "was refused" if rows[0]["state"] == REFUSED else f"is {row['state']}"
            found.append((begin, finish, f"its job {what}{why}"))
    gone = float(rows[-1]["end"])
    if rows[-1]["state"] == DELETED and gone < end:
        found.append((max(gone, start), end, "its job was deleted"))
    return found


def at_limit(run: Run, task: Mapping[Any, Any], time: Floats) -> npt.NDArray[np.bool_]:
    """Return at which instants the task's job ran as many tasks as `maxParallelTasks` lets it."""
    most = next((one.job.max_parallel_tasks for one in planned(run.scenario) if one.job.id == task["job"]), -1)
    if most < 0:
        return np.zeros(len(time), dtype=np.bool_)
    attempts, tasks = run.frame("attempts"), run.frame("tasks")
    primary = attempts[attempts["instance"] == 0]
    mine = primary[(tasks["job"].to_numpy(dtype=object) == task["job"])[primary["task"].to_numpy()]]
    began = np.searchsorted(np.sort(mine["assigned"].to_numpy()), time, side="right")
    ended = np.searchsorted(np.sort(mine["end"].to_numpy()), time, side="right")
    return np.asarray(began - ended >= most)


def prepared_during(
    run: Run, task: Mapping[Any, Any], node: str, start: float, end: float
) -> tuple[float, float] | None:
    """Return when the task's job prepared `node` inside [start, end), None where it did not."""
    frame = run.frame("node_tasks")
    mine = (frame["job"] == task["job"]) & (frame["node"] == node) & (frame["kind"] == "preparation")
    rows = rows_of(frame[mine & (frame["start"] < end) & (frame["end"] > start)])
    if not rows:
        return None
    return max(float(rows[0]["start"]), start), min(float(rows[-1]["end"]), end)


class Priorities:
    """The priority of each job over time: what its body says, then what accepted updates made of it."""

    def __init__(self, run: Run) -> None:
        self._first = {one.job.id.lower(): one.job.priority for one in planned(run.scenario)}
        frame = run.frame("operations")
        done = frame[(frame["operation"] == "updateJob") & (frame["code"] == SUCCESS)]
        accepted = {(round(float(row["time"]), 3), str(row["target"]).lower()) for row in rows_of(done)}
        updates = [one for one in run.scenario.timeline if isinstance(one, UpdateJob)]
        self._changes = [
            (one.at, one.job.lower(), one.priority)
            for one in sorted(updates, key=lambda one: one.at)
            if one.priority is not None and (round(one.at, 3), one.job.lower()) in accepted
        ]

    def of(self, job: str, time: Floats) -> npt.NDArray[np.int64]:
        """Return the priority of a job at given instants."""
        name = job.lower()
        found = np.full(len(time), self._first.get(name, 0), dtype=np.int64)
        for at, changed, priority in self._changes:
            if changed == name:
                found[time >= at] = priority
        return found
