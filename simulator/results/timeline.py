"""A pool over time: what waits, what runs, how many nodes there are and should be, at every change."""

from typing import Final

import numpy as np
import numpy.typing as npt

from simulator.results.control import IDLE, PREEMPTED, Control
from simulator.scenario.workload import Workload
from simulator.states import Outcome, TaskState

Ints = npt.NDArray[np.int64]
Change = tuple[Ints, Ints, Ints | int]
"""Pool, instant, by how much: one number for each, or the same for all."""

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
    keyed = {series: [_keyed(change, stride) for change in changes[series]] for series in SERIES}
    keys = _distinct([key for parts in keyed.values() for key, _ in parts])
    pool = keys // stride
    columns = {"pool": pool, "time": keys - pool * stride}
    opens = np.flatnonzero(np.append(True, pool[1:] != pool[:-1])) if len(pool) else np.zeros(0, dtype=np.int64)
    for series in SERIES:
        level = np.zeros(len(keys), dtype=np.int64)
        for key, amount in keyed[series]:
            level += _level(keys, key, amount)
        base = np.where(opens > 0, level[opens - 1], 0) if len(opens) else level[:0]
        columns[series] = level - np.repeat(base, np.diff(np.append(opens, len(keys)))) if len(opens) > 1 else level
    return columns


def _keyed(change: Change, stride: int) -> tuple[Ints, Ints | int]:
    """Give the instants as keys, ascending if all amounts are one."""
    pool, time, amount = change
    key = pool * stride + time if pool.any() else time
    return (np.sort(key), amount) if isinstance(amount, int) else (key, amount)


def _distinct(parts: list[Ints]) -> Ints:
    """Give the distinct keys of all parts, ascending."""
    keys = np.concatenate(parts)
    keys.sort()
    return keys[np.append(True, keys[1:] != keys[:-1])] if len(keys) else keys


def _level(keys: Ints, key: Ints, amount: Ints | int) -> Ints:
    """Add up at each of `keys` what has changed until then."""
    if isinstance(amount, int):
        return amount * np.searchsorted(key, keys, side="right")
    # Sums of whole numbers below 2**53: exact as floats.
    return np.cumsum(np.bincount(np.searchsorted(keys, key), amount, len(keys))).astype(np.int64)


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
    return {
        "queued_tasks": [
            (pool_of_task[submitted], workload.submit[submitted], 1),
            (pool, assigned, -1),
            (pool[back], end[back], 1),
        ],
        "running_tasks": [(pool, assigned, 1), (pool[ended], end[ended], -1)],
        "used_slots": _slot_changes(workload, control, pool_of_task[every]),
    }


def _slot_changes(workload: Workload, control: Control, pool: Ints) -> list[Change]:
    """Give the changes of the slots in use, those of tasks of one size together."""
    attempts = control.raw.attempts
    slots = workload.slots[attempts.task]
    ended = attempts.outcome != Outcome.RUNNING
    changes: list[Change] = []
    for size in np.unique(workload.slots).tolist():
        rows = slots == size
        off = rows & ended
        changes += [(pool[rows], attempts.assigned[rows], size), (pool[off], attempts.end[off], -size)]
    return changes


def _node_changes(control: Control) -> dict[str, list[Change]]:
    node, state, start, end = control.node, control.state, control.start, control.end
    alive = end < control.raw.end

    def levels(rows: npt.NDArray[np.bool_]) -> list[Change]:
        pool = control.node_pool[node[rows]]
        closed = alive[rows]
        return [(pool, start[rows], 1), (pool[closed], end[rows][closed], -1)]

    worked = control.worked
    pool = control.node_pool[worked.node]
    closed = worked.end < control.raw.end
    return {
        "current_dedicated": levels(control.node_kind[node] == 0),
        "current_low_priority": levels(control.node_kind[node] == 1),
        "usable_nodes": levels(state == IDLE),
        "preempted_nodes": levels(state == PREEMPTED),
        "running_nodes": [(pool, worked.start, 1), (pool[closed], worked.end[closed], -1)],
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
