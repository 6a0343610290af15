"""Tasks that wait for what cannot come: the reasons that the checks of a scenario know too, and what a run adds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from simulator.results.raw.control_plane import IDLE, Control
from simulator.scenario.checks.never_runs import NeverRuns, prepares_nothing, reach_of
from simulator.scenario.scenario import Scenario
from simulator.states import TaskState
from simulator.workload.build import Workload

Put = Callable[[npt.NDArray[np.bool_], str], None]
"""Notes the reason of some tasks."""


def put_impossible(scenario: Scenario, workload: Workload, control: Control, put: Put) -> None:
    """Note the reasons of tasks that wait for nodes which their pools cannot have."""
    raw = control.raw
    waiting = (raw.tasks.state == TaskState.ACTIVE) & ~raw.blocked & ~raw.never_fits
    if not waiting.any():
        return
    for index, pool in enumerate(raw.pools):
        mine = waiting & (raw.tasks.pool == index)
        if not mine.any():
            continue
        reach = reach_of(scenario, pool)
        most = reach.most(only_dedicated=scenario.options.gang_node_types == "dedicated")
        put(mine & (workload.instances > 1) & (workload.instances > most), NeverRuns.GANG)
        served = _served(control, index)
        for number in np.unique(workload.job[mine]).tolist():
            own = mine & (workload.job == number)
            if reach.most(only_dedicated=True) < 1:
                _put_managed(workload, number, own, put)
            if served and (prepares_nothing(workload.jobs[number].job) or served <= _unprepared(control, number)):
                put(own, NeverRuns.UNPREPARED)


def _put_managed(workload: Workload, number: int, mine: npt.NDArray[np.bool_], put: Put) -> None:
    """Note what a manager that waits for a dedicated node means for the tasks of its job."""
    manager = workload.jobs[number].job.job_manager_task
    row = workload.extras.managers.get(number)
    if manager is None or row is None or manager.allow_low_priority_node or not mine[row]:
        return
    put(mine, NeverRuns.MANAGER)
    put(mine & (np.arange(len(mine)) == row), NeverRuns.DEDICATED)


def _served(control: Control, pool: int) -> set[int]:
    """Return the nodes of a pool that were in service when the run ended, by number."""
    node = control.node
    is_last = np.append(node[1:] != node[:-1], True) if len(node) else np.zeros(0, dtype=bool)
    left = is_last & (control.end == control.raw.end) & (control.state == IDLE)
    return set(node[left & (control.node_pool[node] == pool)].tolist()) if len(node) else set()


def _unprepared(control: Control, job: int) -> set[int]:
    """Return the nodes on which the preparation of a job failed the last time."""
    last = {
        row.node: row.outcome for row in control.raw.recorder.node_tasks if row.job == job and row.kind == "preparation"
    }
    return {node for node, outcome in last.items() if outcome == "failed"}
