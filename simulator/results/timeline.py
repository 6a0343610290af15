"""A pool over time: what waits, what runs, how many nodes there are and should be, at every change."""

from typing import Final

import numpy as np
import numpy.typing as npt

from simulator.results.control import IDLE, PREEMPTED, Control
from simulator.scenario.workload import Workload
from simulator.states import Outcome, TaskState

Ints = npt.NDArray[np.int64]
Change = tuple[Ints, Ints, Ints]
"""Pool, instant, by how much."""

SERIES: Final = (
    "queued_tasks",
    "running_tasks",
    "used_slots",
    "target_dedicated",
    "target_low_priority",
    "current_dedicated",
    "current_low_priority",
    "usable_nodes",
    "running_nodes",
    "preempted_nodes",
)


def make_timeline(workload: Workload, control: Control) -> dict[str, Ints]:
    """Give a column for each series, `pool` and `time` (ms): one row for each instant at which any changed."""
    changes = {**_task_changes(workload, control), **_node_changes(control), **_target_changes(control)}
    stride = control.stride + 1
    parts = [pool * stride + time for series in SERIES for pool, time, _ in changes[series]]
    keys = np.unique(np.concatenate(parts)) if parts else np.zeros(0, dtype=np.int64)
    pool = keys // stride
    columns = {"pool": pool, "time": keys % stride}
    opens = np.flatnonzero(np.append(True, pool[1:] != pool[:-1])) if len(pool) else np.zeros(0, dtype=np.int64)
    for series in SERIES:
        steps = np.zeros(len(keys))
        for where, time, amount in changes[series]:
            # Sums of whole numbers below 2**53: exact as floats.
            steps += np.bincount(np.searchsorted(keys, where * stride + time), amount, len(keys))
        level = np.cumsum(steps).astype(np.int64)
        base = np.where(opens > 0, level[opens - 1], 0) if len(opens) else level[:0]
        columns[series] = level - np.repeat(base, np.diff(np.append(opens, len(keys))))
    return columns


def _task_changes(workload: Workload, control: Control) -> dict[str, list[Change]]:
    raw = control.raw
    tasks, attempts = raw.tasks, raw.attempts
    pool_of_task = tasks.pool.astype(np.int64)
    primary = attempts.instance == 0
    task = attempts.task[primary]
    pool = pool_of_task[task]
    assigned, end = attempts.assigned[primary], attempts.end[primary]
    ended = attempts.outcome[primary] != Outcome.RUNNING
    final = np.zeros(len(task), dtype=bool)
    if len(task):
        last = np.full(len(workload), -1, dtype=np.int64)
        last[task] = np.arange(len(task))  # rows are in order of assignment: the last one written wins
        completed = np.flatnonzero(tasks.state == TaskState.COMPLETED)
        final[last[completed][last[completed] >= 0]] = True
    back = ended & ~final
    submitted = np.flatnonzero(tasks.state != TaskState.PLANNED)
    every = attempts.task
    slots = workload.slots[every].astype(np.int64)
    open_end = attempts.outcome != Outcome.RUNNING
    ones = np.ones(len(task), dtype=np.int64)
    return {
        "queued_tasks": [
            (pool_of_task[submitted], workload.submit[submitted], np.ones(len(submitted), dtype=np.int64)),
            (pool, assigned, -ones),
            (pool[back], end[back], ones[back]),
        ],
        "running_tasks": [(pool, assigned, ones), (pool[ended], end[ended], -ones[ended])],
        "used_slots": [
            (pool_of_task[every], attempts.assigned, slots),
            (pool_of_task[every][open_end], attempts.end[open_end], -slots[open_end]),
        ],
    }


def _node_changes(control: Control) -> dict[str, list[Change]]:
    node, state, start, end = control.node, control.state, control.start, control.end
    alive = end < control.raw.end

    def levels(rows: npt.NDArray[np.bool_]) -> list[Change]:
        pool = control.node_pool[node[rows]]
        ones = np.ones(int(rows.sum()), dtype=np.int64)
        closed = alive[rows]
        return [(pool, start[rows], ones), (pool[closed], end[rows][closed], -ones[closed])]

    worked = control.worked
    pool = control.node_pool[worked.node]
    ones = np.ones(len(pool), dtype=np.int64)
    closed = worked.end < control.raw.end
    return {
        "current_dedicated": levels(control.node_kind[node] == 0),
        "current_low_priority": levels(control.node_kind[node] == 1),
        "usable_nodes": levels(state == IDLE),
        "preempted_nodes": levels(state == PREEMPTED),
        "running_nodes": [(pool, worked.start, ones), (pool[closed], worked.end[closed], -ones[closed])],
    }


def _target_changes(control: Control) -> dict[str, list[Change]]:
    rows = control.raw.recorder.targets
    found: dict[str, list[Change]] = {}
    for position, series in ((2, "target_dedicated"), (3, "target_low_priority")):
        before: dict[int, int] = {}
        changes = []
        for row in rows:
            changes.append((row[0], row[1], row[position] - before.get(row[0], 0)))
            before[row[0]] = row[position]
        pool, time, amount = np.array(changes, dtype=np.int64).reshape(-1, 3).T
        found[series] = [(pool, time, amount)]
    return found
