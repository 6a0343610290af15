"""The rules of jobs and tasks in the form of the kernel: columns by task, lists by job, absent where none has any."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from simulator.columns.broadcast import chosen
from simulator.engine.jobs.task_downloads import TaskDownloads
from simulator.engine.pools.disks import Disks
from simulator.kernel import Rules
from simulator.scenario import Scenario
from simulator.scenario.format.bodies import Job
from simulator.workload.build import Workload

Rows = npt.NDArray[np.int64]


def rules_of(
    scenario: Scenario,
    workload: Workload,
    rows: Rows,
    prepare: Callable[[int, int, int], int],
    downloads: TaskDownloads,
    disks: Disks | None,
    *,
    has_sick_nodes: bool,
) -> Rules:
    """Return the rules for the tasks of one pool, which are `rows` of the workload."""
    jobs = [planned.job for planned in workload.jobs]
    here = set(np.flatnonzero(np.bincount(chosen(workload.job, rows))).tolist())
    extras, options = workload.extras, scenario.options
    needs_place = extras.wishes or extras.coordination_failures
    place = {int(row): task for task, row in enumerate(rows)} if needs_place else {}
    found = _job_rules(jobs, here, extras.managers, rows, prepare)
    found |= _columns(workload, rows)
    if downloads.needs:
        fetches = np.zeros(len(rows), dtype=np.int8)
        fetches[list(downloads.needs)] = 1
        found |= {"fetches": array("b", fetches.tobytes()), "fetch": downloads.fetch}
    if disks is not None and disks.writers.any():
        found |= {"holds": array("b", disks.writers.astype(np.int8).tobytes()), "hold": disks.hold}
    if any(row in place for row in extras.wishes):
        wish = np.full(len(rows), -1)
        places = wished_places(workload)
        for row, name in extras.wishes.items():
            if row in place:
                wish[place[row]] = places[name.lower()]
        found["wish"] = _array("i", wish)
    if any(row in place for row in extras.coordination_failures):
        setup = workload.latency[rows] + workload.overhead[rows]
        mine = {place[row]: attempts for row, attempts in extras.coordination_failures.items() if row in place}
        found["coordination_failures"] = {task: (int(setup[task]), attempts) for task, attempts in mine.items()}
    if options.cpu_slowdown:
        found["setup_ms"] = _array("q", workload.latency[rows] + workload.overhead[rows])
    if extras.upload is not None and found.keys() & {"setup_ms", "checkpoint_interval_ms"}:
        found["upload_ms"] = _array("q", extras.upload[rows])
    several = bool((workload.instances[rows] > 1).any())
    rules = Rules(
        reserve_gangs=several and options.gang_reserve,
        dedicated_gangs=several and options.gang_node_types == "dedicated",
        random_order=options.task_order == "random",
        share_cores=options.cpu_slowdown,
        sick_nodes=has_sick_nodes,
        **found,
    )
    return replace(rules, latency=_array("q", workload.latency[rows])) if rules.extends_attempts else rules


def _job_rules(
    jobs: Sequence[Job],
    here: AbstractSet[int],
    managers: Mapping[int, int],
    rows: Rows,
    prepare: Callable[[int, int, int], int],
) -> dict[str, Any]:
    """Return the rules of jobs, those of them that any job with tasks `here` has."""
    found: dict[str, Any] = {}
    if any(jobs[job].max_parallel_tasks >= 0 for job in here):
        found["most_running"] = [job.max_parallel_tasks for job in jobs]
    if any(jobs[job].allow_task_preemption for job in here):
        found["displaceable"] = [job.allow_task_preemption for job in jobs]
    if any(job in here for job in managers):
        rows_of = {job: row for job, row in managers.items() if job in here}
        found["managers"] = [
            int(np.searchsorted(rows, rows_of[job])) if job in rows_of else -1 for job in range(len(jobs))
        ]
        found["dedicated_managers"] = [
            job.job_manager_task is not None and not job.job_manager_task.allow_low_priority_node for job in jobs
        ]
    if any(jobs[job].job_preparation_task is not None for job in here):
        waits = [job.job_preparation_task.wait_for_success if job.job_preparation_task else None for job in jobs]
        found["prepared"] = [0 if wait is None else 1 if wait else 2 for wait in waits]
        found["prepare"] = prepare
    return found


def wished_places(workload: Workload) -> dict[str, int]:
    """Return a number for each node that tasks want to run on, by id in lower case."""
    names = sorted({name.lower() for name in workload.extras.wishes.values()})
    return {name: number for number, name in enumerate(names)}


def retention_of(workload: Workload, rows: Rows) -> Rows | None:
    """Return the retention time of each task in ms; None where all have the service's default."""
    kept = workload.extras.retention
    return None if kept is None else kept[rows]


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
