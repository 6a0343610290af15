"""Why a task may not go to a node with room: its kind, a failed preparation, a manager or a gang that comes first."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from simulator.results.why.evidence import Run, rows_of
from simulator.results.why.room import Need, Shut
from simulator.scenario.format.bodies import Job
from simulator.workload.planned_jobs import planned

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
RENEWED = ("creating", "reimaging", "upgradingos")
"""After these a node knows nothing of a preparation that failed on it."""


def takes_dedicated_only(run: Run, task: Mapping[Any, Any]) -> bool:
    """Return whether low-priority nodes are closed to a task: to managers that ask for it, to gangs by option."""
    job = _job(run, task)
    manager = None if job is None else job.job_manager_task
    if manager is not None and manager.id == task["id"] and not manager.allow_low_priority_node:
        return True
    return bool(task["instances"] > 1 and run.scenario.options.gang_node_types == "dedicated")


def shut_to(run: Run, task: Mapping[Any, Any], need: Need) -> Shut:
    """Return the nodes that take no task like this, and from when to when."""
    found: Shut = []
    if need.only_dedicated:
        nodes = run.frame("nodes")
        low = nodes[(nodes["pool"] == task["pool"]) & (nodes["kind"] == "low_priority")]
        found += [(str(node), 0.0, math.inf) for node in low["node"]]
    job = _job(run, task)
    preparation = None if job is None else job.job_preparation_task
    if preparation is None or not preparation.wait_for_success:
        return found
    frame, states = run.frame("node_tasks"), run.frame("node_states")
    failed = frame[(frame["job"] == task["job"]) & (frame["kind"] == "preparation") & (frame["outcome"] == "failed")]
    for row in rows_of(failed):
        anew = states[(states["node"] == row["node"]) & states["state"].isin(RENEWED) & (states["start"] >= row["end"])]
        found.append((str(row["node"]), float(row["end"]), float(anew["start"].min()) if len(anew) else math.inf))
    return found


def without_manager(run: Run, task: Mapping[Any, Any], time: Floats) -> Bools:
    """Return at which instants the manager of the task's job had yet to start: nobody else of the job starts before."""
    job = _job(run, task)
    manager = None if job is None else job.job_manager_task
    if manager is None or manager.id == task["id"]:
        return np.zeros(len(time), dtype=np.bool_)
    tasks, attempts = run.frame("tasks"), run.frame("attempts")
    number = tasks[(tasks["job"] == task["job"]) & (tasks["id"] == manager.id)]["task"]
    assigned = attempts[attempts["task"].isin(number)]["assigned"]
    return np.asarray(time < (assigned.min() if len(assigned) else math.inf))


def kept_for_gang(run: Run, task: Mapping[Any, Any], time: Floats) -> Bools:
    """Return at which instants another multi-instance task, no less important, waited where they may reserve nodes."""
    if not run.scenario.options.gang_reserve:
        return np.zeros(len(time), dtype=np.bool_)
    tasks, attempts = run.frame("tasks"), run.frame("attempts")
    priority = {one.job.id: one.job.priority for one in planned(run.scenario)}
    mine = priority.get(str(task["job"]), 0)
    able = [job for job, rank in priority.items() if rank >= mine]
    gangs = tasks[(tasks["pool"] == task["pool"]) & (tasks["instances"] > 1) & tasks["job"].isin(able)]
    gangs = gangs[gangs["task"] != task["task"]]
    runs = attempts[attempts["task"].isin(gangs["task"]) & (attempts["instance"] == 0)]
    there = _before(gangs["submit"], time) - _before(gangs["end"].dropna(), time)
    return np.asarray(there > _before(runs["assigned"], time) - _before(runs["end"], time))


def _before(instants: Any, time: Floats) -> npt.NDArray[np.int64]:
    """Count those that have come by each instant."""
    return np.searchsorted(np.sort(instants.to_numpy(dtype=np.float64)), time, side="right").astype(np.int64)


def _job(run: Run, task: Mapping[Any, Any]) -> Job | None:
    return next((one.job for one in planned(run.scenario) if one.job.id == task["job"]), None)
