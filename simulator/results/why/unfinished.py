"""Why a task did not complete: a few words for each, so that nothing waits for ever without being explained."""

import math
import re
from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

from simulator.policy.codes import RESIZE_ERRORS, RETARGETED, SUCCESS
from simulator.results.raw.control_plane import IDLE, STATES, Control
from simulator.results.why.impossible import POOL_DELETED, put_impossible
from simulator.scenario.checks.never_runs import NeverRuns
from simulator.scenario.scenario import Scenario
from simulator.states import JobState, NodeState, TaskState
from simulator.units import to_ms
from simulator.workload.build import Workload
from simulator.workload.planned_jobs import Planned

NONE: Final = ""
BROKEN: Final = (
    NodeState.STARTTASKFAILED,
    NodeState.UNUSABLE,
    NodeState.UNKNOWN,
    NodeState.OFFLINE,
    NodeState.DEALLOCATED,
)
"""States in which nodes fill a pool's target and take no task."""
SCHEDULE_ORDERS: Final = {
    "enableJobSchedule": "",
    "disableJobSchedule": "it was disabled",
    "terminateJobSchedule": "it had been ended",
    "deleteJobSchedule": "it had been deleted",
}
"""What the last accepted order means for jobs that are due after it."""
STILL_RAN: Final = "the one before still ran"
NO_NODE: Final = "no node in service when the run ended"
NO_TARGETS: Final = "the pool's targets are 0"
NO_SUCH_JOB: Final = "its schedule has created no such job"
ENDED: Final = "its job ended"
NEVER: Final = "never submitted, its job had ended"
NEVER_FOR_DELETED: Final = "never submitted, its job was deleted"
PLAIN: Final = (
    "not yet submitted when the run ended",
    "still running when the run ended",
    "its job still prepared the node when the run ended",
    "queued when the run ended",
    "needs several nodes at once, which its pool never gives",
    "waits for a task that did not satisfy it",
    "waits for a task that does not exist",
    *(f"needs more {what} than any node of its pool has" for what in ("memory", "cores", "slots")),
    *NeverRuns,
    POOL_DELETED,
    "its job was deleted",
    NEVER_FOR_DELETED,
    "its job is disabled",
    NO_NODE,
    *(f"{NO_NODE}: {why}" for why in (NO_TARGETS, *RESIZE_ERRORS)),
    *(f"{NO_SUCH_JOB}: {why}" for why in (STILL_RAN, *filter(None, SCHEDULE_ORDERS.values()))),
)
"""Every reason that is the same in all runs."""
_OTHERS: Final = re.compile(rf"{NO_NODE}: \d+ ({{0}})(, \d+ ({{0}}))*|({ENDED}|{NEVER}): .+".format("|".join(BROKEN)))


def is_reason(text: str) -> bool:
    """Return whether a run can give this reason: nodes are counted in some, and a client says why it ended a job."""
    return text in PLAIN or _OTHERS.fullmatch(text) is not None


def unfinished_why(scenario: Scenario, workload: Workload, control: Control) -> tuple[list[str], npt.NDArray[np.int32]]:
    """Return the reasons that occur, and for each task the index of its reason; reason 0 is "completed"."""
    raw = control.raw
    names = [NONE]
    codes = np.zeros(len(workload), dtype=np.int32)

    def put(rows: npt.NDArray[np.bool_], why: str) -> None:
        if rows.any():
            if why not in names:
                names.append(why)
            codes[rows] = names.index(why)

    state = raw.tasks.state
    put(state == TaskState.PLANNED, "not yet submitted when the run ended")
    put(state == TaskState.RUNNING, "still running when the run ended")
    put(state == TaskState.PREPARING, "its job still prepared the node when the run ended")
    waiting = state == TaskState.ACTIVE
    for index, pool in enumerate(raw.pools):
        mine = waiting & (raw.tasks.pool == index)
        if not mine.any():
            continue
        size = scenario.sizes[pool.vm_size]
        put(mine, _why_waiting(control, index))
        put(
            mine & raw.never_fits & (workload.instances > 1),
            "needs several nodes at once, which its pool never gives",
        )
        unknown = np.isin(np.arange(len(workload)), workload.dependencies.orphans)
        put(mine & raw.blocked, "waits for a task that did not satisfy it")
        put(mine & raw.blocked & unknown, "waits for a task that does not exist")
        for need, room, what in (
            (workload.memory, math.inf if scenario.options.memory_is_only_told else size.memory_gib * 1024, "memory"),
            (workload.cores, math.inf if scenario.options.cpu_slowdown else size.vcpus * 1000, "cores"),
            (workload.slots, pool.task_slots_per_node, "slots"),
        ):
            put(mine & raw.never_fits & (need > room), f"needs more {what} than any node of its pool has")
    put_impossible(scenario, workload, control, put)
    _put_jobs(scenario, workload, control, put)
    return names, codes


def _put_jobs(
    scenario: Scenario, workload: Workload, control: Control, put: Callable[[npt.NDArray[np.bool_], str], None]
) -> None:
    """Report what the job has to do with it: ended, disabled, never created, or full."""
    raw = control.raw
    last = {row.job: row for row in raw.recorder.job_states}
    waiting, never = raw.tasks.state == TaskState.ACTIVE, ~raw.tasks.submitted
    if not (waiting | never).any():
        return
    for number, planned in enumerate(workload.jobs):
        row, mine = last.get(number), workload.job == number
        if row is None and planned.schedule >= 0:
            why = _skipped(scenario.job_schedules[planned.schedule].id, control, planned)
            put(never & mine, f"{NO_SUCH_JOB}: {why}")
        elif row is not None and row.state is JobState.DELETING:
            put(waiting & mine, "its job was deleted")
            put(never & mine, NEVER_FOR_DELETED)
        elif row is not None and row.state in (JobState.TERMINATING, JobState.COMPLETED):
            put(waiting & mine, f"{ENDED}: {row.reason}")
            put(never & mine, f"{NEVER}: {row.reason}")
        elif row is not None and row.state in (JobState.DISABLING, JobState.DISABLED):
            put(waiting & mine, "its job is disabled")


def _skipped(schedule: str, control: Control, planned: Planned) -> str:
    """Report why a schedule has not created a job that was due."""
    name, word = schedule.lower(), ""
    for row in control.raw.recorder.operations:
        if row.target.lower() == name and row.code == SUCCESS and row.time <= to_ms(planned.due):
            word = SCHEDULE_ORDERS.get(row.operation, word)
    return word or STILL_RAN


def _why_waiting(control: Control, pool: int) -> str:
    """Report what keeps a task waiting that some node could run."""
    raw = control.raw
    node = control.node
    is_last = np.append(node[1:] != node[:-1], True) if len(node) else np.zeros(0, dtype=bool)
    left = (control.node_pool[node] == pool) & is_last & (control.end == raw.end) if len(node) else is_last
    if (left & (control.state == IDLE)).any():
        return "queued when the run ended"
    errors = [
        row.code for row in raw.recorder.resizes if row.pool == pool and row.code not in ("", SUCCESS, RETARGETED)
    ]
    targets = [row for row in raw.recorder.targets if row[0] == pool]
    wants_none = not targets or not any(targets[-1][2:])
    stuck = [code for code in np.unique(control.state[left]).tolist() if STATES[code] in BROKEN]
    if stuck:
        counts = (f"{int((control.state[left] == code).sum())} {STATES[code]}" for code in stuck)
        return f"{NO_NODE}: {', '.join(counts)}"
    if errors:
        return f"{NO_NODE}: {errors[-1]}"
    return NO_NODE + (f": {NO_TARGETS}" if wants_none else "")
