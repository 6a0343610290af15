"""Why a task did not complete: a few words for each, so that nothing waits for ever without being explained."""

import math
from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

from simulator.results.raw.control_plane import IDLE, STATES, Control
from simulator.results.why.impossible import put_impossible
from simulator.results.why.reasons import BROKEN, NO_TARGETS, LeftOut, Unfinished
from simulator.scenario.format.run_names import id_of
from simulator.scenario.scenario import Scenario
from simulator.service_codes import RESIZE_ERRORS, SUCCESS
from simulator.states import JobState, TaskState
from simulator.units import to_ms
from simulator.workload.build import Workload
from simulator.workload.planned_jobs import Planned

NONE: Final = ""
SCHEDULE_ORDERS: Final = {
    "enableJobSchedule": None,
    "disableJobSchedule": LeftOut.DISABLED,
    "terminateJobSchedule": LeftOut.TERMINATED,
    "deleteJobSchedule": LeftOut.DELETED,
}
"""What the last accepted order means for jobs that are due after it."""


def unfinished_why(scenario: Scenario, workload: Workload, control: Control) -> tuple[list[str], npt.NDArray[np.int32]]:
    """Return the reasons that occur, and for each task the index of its reason; reason 0 is "completed"."""
    raw = control.raw
    names = [NONE]
    codes = np.zeros(len(workload), dtype=np.int32)

    def put(rows: npt.NDArray[np.bool_], why: str) -> None:
        if rows.any():
            if why not in names:
                names.append(str(why))
            codes[rows] = names.index(why)

    state = raw.tasks.state
    put(state == TaskState.PLANNED, Unfinished.NOT_SUBMITTED)
    put(state == TaskState.RUNNING, Unfinished.RUNNING)
    put(state == TaskState.PREPARING, Unfinished.PREPARING)
    put(state == TaskState.DELETED, Unfinished.DELETED)
    waiting = state == TaskState.ACTIVE
    for index, pool in enumerate(raw.pools):
        mine = waiting & (raw.tasks.pool == index)
        life = raw.recorder.pools.get(index)
        if life is None or life.deleted >= 0:
            put(mine, Unfinished.NOT_CREATED if life is None else Unfinished.POOL_DELETED)
            continue
        size = scenario.sizes[pool.vm_size]
        put(mine, _why_waiting(control, index))
        put(mine & raw.never_fits & (workload.instances > 1), Unfinished.NEEDS_NODES)
        unknown = np.isin(np.arange(len(workload)), workload.dependencies.orphans)
        put(mine & raw.blocked, Unfinished.DEPENDENCY)
        put(mine & raw.blocked & unknown, Unfinished.NO_SUCH_TASK)
        memory = math.inf if scenario.options.memory_is_only_reported else size.memory_gib * 1024
        cores = math.inf if scenario.options.cpu_slowdown else size.vcpus * 1000
        for need, room, why in (
            (workload.memory, memory, Unfinished.NEEDS_MEMORY),
            (workload.cores, cores, Unfinished.NEEDS_CORES),
            (workload.slots, pool.task_slots_per_node, Unfinished.NEEDS_SLOTS),
        ):
            put(mine & raw.never_fits & (need > room), why)
    put_impossible(scenario, workload, control, put)
    _put_jobs(scenario, workload, control, put)
    return names, codes


def _put_jobs(
    scenario: Scenario, workload: Workload, control: Control, put: Callable[[npt.NDArray[np.bool_], str], None]
) -> None:
    """Report what the job has to do with it: ended, disabled, never created, or full."""
    raw = control.raw
    last = {row.job: row for row in raw.recorder.job_states}
    first = {row.job: row for row in reversed(raw.recorder.job_states)}
    waiting, never = raw.tasks.state == TaskState.ACTIVE, ~raw.tasks.submitted
    if not (waiting | never).any():
        return
    for number, planned in enumerate(workload.jobs):
        row, mine = last.get(number), workload.job == number
        if row is None and planned.schedule >= 0:
            why = _skipped(scenario.job_schedules[planned.schedule].id, control, planned)
            put(never & mine, Unfinished.NO_SUCH_JOB.because(why))
        elif row is None and planned.is_added:
            code = _refused(control, planned)
            put(never & mine, Unfinished.JOB_REFUSED.because(code) if code else Unfinished.NOT_SUBMITTED)
        elif row is not None and row.state is JobState.DELETING:
            put(waiting & mine, Unfinished.JOB_DELETED)
            put(never & mine, Unfinished.NEVER_DELETED)
        elif row is not None and first[number].state is JobState.COMPLETED:
            put((waiting | never) & mine, Unfinished.JOB_REFUSED.because(first[number].reason))
        elif row is not None and row.state in (JobState.TERMINATING, JobState.COMPLETED):
            put(waiting & mine, Unfinished.JOB_ENDED.because(row.reason))
            put(never & mine, Unfinished.NEVER_ENDED.because(row.reason))
        elif row is not None:
            put(never & mine & (workload.submit <= raw.end), Unfinished.ID_TAKEN)
            if row.state in (JobState.DISABLING, JobState.DISABLED):
                put(waiting & mine, Unfinished.JOB_DISABLED)


def _refused(control: Control, planned: Planned) -> str:
    """Return the code with which the operation was refused that creates a job; empty where it has not come."""
    name, due = id_of(planned.job.id), to_ms(planned.due)
    answers = [row for row in control.raw.recorder.operations if row.operation == "addJob" and row.time == due]
    return next((row.code for row in answers if row.target.lower() == name and row.code != SUCCESS), "")


def _skipped(schedule: str, control: Control, planned: Planned) -> LeftOut:
    """Report why a schedule has not created a job that was due."""
    name, why = schedule.lower(), None
    for row in control.raw.recorder.operations:
        if row.target.lower() == name and row.code == SUCCESS and row.time <= to_ms(planned.due):
            why = SCHEDULE_ORDERS.get(row.operation, why)
    return why or LeftOut.STILL_RAN


def _why_waiting(control: Control, pool: int) -> str:
    """Report what keeps a task waiting that some node could run."""
    raw = control.raw
    node = control.node
    is_last = np.append(node[1:] != node[:-1], True) if len(node) else np.zeros(0, dtype=bool)
    left = (control.node_pool[node] == pool) & is_last & (control.end == raw.end) if len(node) else is_last
    if (left & (control.state == IDLE)).any():
        return Unfinished.QUEUED
    errors = [row.code for row in raw.recorder.resizes if row.pool == pool and row.code in RESIZE_ERRORS]
    targets = [row for row in raw.recorder.targets if row[0] == pool]
    wants_none = not targets or not any(targets[-1][2:])
    stuck = [code for code in np.unique(control.state[left]).tolist() if STATES[code] in BROKEN]
    if stuck:
        counts = (f"{int((control.state[left] == code).sum())} {STATES[code]}" for code in stuck)
        return Unfinished.NO_NODE.because(", ".join(counts))
    if errors:
        return Unfinished.NO_NODE.because(errors[-1])
    return Unfinished.NO_NODE.because(NO_TARGETS) if wants_none else Unfinished.NO_NODE
