"""The rules of jobs and tasks in the form of the kernel: columns by task, lists by job, absent where none has any."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from simulator.columns.broadcast import chosen
from simulator.kernel import Rules
from simulator.scenario import Scenario
from simulator.scenario.format.bodies import Job
from simulator.workload.build import Workload

Rows = npt.NDArray[np.int64]

ON_FAILURE, ON_SUCCESS = 1, 2
"""Bits of a task's alarm: which of its ends the kernel reports."""


def rules_of(
    scenario: Scenario,
    workload: Workload,
    rows: Rows,
    before: int,
    news: News,
) -> Rules:
    """Return the rules for tasks that are `rows` of a workload and come behind `before` others of their pool."""
    extras, options = workload.extras, scenario.options
    needs_place = extras.wishes or extras.coordination_failures
    place = {int(row): task for task, row in enumerate(rows)} if needs_place else {}
    found = _job_rules(news, _managers(workload, rows, before))
    found |= _columns(workload, rows)
    if any(row in place for row in extras.wishes):
        wish = np.full(len(rows), -1)
        for row, name in extras.wishes.items():
            if row in place:
                wish[place[row]] = news.places[name.lower()]
        found["wish"] = _array("i", wish)
    if any(row in place for row in extras.coordination_failures):
        setup = workload.latency[rows] + workload.overhead[rows]
        mine = {place[row]: attempts for row, attempts in extras.coordination_failures.items() if row in place}
        found["coordination_failures"] = {
            before + task: (int(setup[task]), attempts) for task, attempts in mine.items()
        }
    if options.cpu_slowdown:
        found["setup_ms"] = _array("q", workload.latency[rows] + workload.overhead[rows])
    if extras.upload is not None and found.keys() & {"setup_ms", "checkpoint_interval_ms"}:
        found["upload_ms"] = _array("q", extras.upload[rows])
    several = bool((workload.instances[rows] > 1).any())
    return Rules(
        reserve_gangs=several and options.gang_reserve,
        dedicated_gangs=several and options.gang_node_types == "dedicated",
        share_cores=options.cpu_slowdown,
        latency=_array("q", chosen(workload.latency, rows)),
        alarms=_alarms(workload, rows, found.get("managers", ()), before),
        **found,
    )


@dataclass(frozen=True, slots=True)
class News:
    """What a pool learns together with tasks that come."""

    jobs: Sequence[Job]
    """The bodies of all jobs of the run."""
    here: AbstractSet[int]
    """Those of which the pool has had no task before."""
    prepare: Callable[[int, int, int], int]
    """Prepares a node for a job."""
    places: Mapping[str, int]
    """Numbers of the nodes that tasks want to run on."""


def _managers(workload: Workload, rows: Rows, before: int) -> dict[int, int]:
    """Return the tasks among `rows` that manage their jobs, by job."""
    managers = workload.extras.managers
    place = {int(row): before + task for task, row in enumerate(rows)} if managers else {}
    return {job: place[row] for job, row in managers.items() if row in place}


def _alarms(workload: Workload, rows: Rows, managers: Sequence[int], before: int) -> array[int]:
    """Return which ends of tasks matter to their jobs; nothing where none does."""
    extras = workload.extras
    alarms = np.zeros(len(rows), dtype=np.int8)
    if extras.on_failure is not None and extras.on_success is not None:
        alarms |= ON_FAILURE * (extras.on_failure[rows] > 0).astype(np.int8)
        alarms |= ON_SUCCESS * (extras.on_success[rows] > 0).astype(np.int8)
    unfetched = [row for row, action in extras.on_unfetched.items() if action]
    if unfetched:
        alarms[np.isin(rows, unfetched)] |= ON_FAILURE
    for manager in managers:
        if manager >= before:
            alarms[manager - before] = ON_FAILURE | ON_SUCCESS
    return array("b", alarms.tobytes()) if alarms.any() else array("b")


def _job_rules(news: News, managers: Mapping[int, int]) -> dict[str, Any]:
    """Return the rules of the jobs that the pool has not known, those of them that any has; others are neutral."""
    found: dict[str, Any] = {}
    jobs, every = news.jobs, range(len(news.jobs))
    here = [(job, jobs[job]) for job in sorted(news.here)]

    def column(neutral: Any, values: Mapping[int, Any]) -> list[Any]:
        return [values.get(job, neutral) for job in every]

    limits = {job: body.max_parallel_tasks for job, body in here if body.max_parallel_tasks >= 0}
    if limits:
        found["most_running"] = column(-1, limits)
    displaceable = {job: True for job, body in here if body.allow_task_preemption}
    if displaceable:
        found["displaceable"] = column(False, displaceable)
    if managers:
        found["managers"] = column(-1, managers)
        found["dedicated_managers"] = column(False, {job: not _may_run_on_low_priority(jobs[job]) for job in managers})
    prepared = {
        job: 1 if body.job_preparation_task.wait_for_success else 2
        for job, body in here
        if body.job_preparation_task is not None
    }
    if prepared:
        found["prepared"] = column(0, prepared)
        found["prepare"] = news.prepare
    return found


def _may_run_on_low_priority(job: Job) -> bool:
    """Return whether the manager of a job does not need a dedicated node."""
    return job.job_manager_task is None or job.job_manager_task.allow_low_priority_node


def _columns(workload: Workload, rows: Rows) -> dict[str, array[int]]:
    extras = workload.extras
    found = {}
    if extras.limit is not None:
        found["limit"] = _array("q", extras.limit[rows])
    if extras.interval is not None and extras.interval[rows].any():
        zeros = np.zeros(len(workload), dtype=np.int64)
        found["checkpoint_interval_ms"] = _array("q", extras.interval[rows])
        found["checkpoint_cost_ms"] = _array("q", (zeros if extras.cost is None else extras.cost)[rows])
        found["restart_cost_ms"] = _array("q", (zeros if extras.restart is None else extras.restart)[rows])
        found["demand"] = _array("q", chosen(workload.demand, rows))
    return found


def _array(code: str, values: npt.NDArray[Any]) -> array[int]:
    made: array[int] = array(code)
    made.frombytes(np.ascontiguousarray(values, dtype={"q": np.int64, "i": np.int32}[code]).tobytes())
    return made
