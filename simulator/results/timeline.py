"""A pool over time: what waits, what runs, how many nodes there are and should be, at every change."""

from collections import Counter
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from simulator.results.control import DEALLOCATED, IDLE, PREEMPTED, Control
from simulator.results.raw import RawRun
from simulator.scenario.columns import chosen, constant, is_constant
from simulator.scenario.workload import Workload
from simulator.states import Outcome, TaskState

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Instants:
    """When something happened in which pool, any number of times; several series may count the same."""

    pool: Ints
    time: Ints

    def keys(self, stride: int) -> Ints:
        """Give pool and time as one number each, ascending."""
        keys = self.time if is_constant(self.pool) and not self.pool[0] else self.pool * stride + self.time
        return keys if is_constant(keys) or (keys[1:] >= keys[:-1]).all() else np.sort(keys)


Changes = list[tuple[Instants, int]]
"""What changes a level, and by how much each time."""


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
    "deallocated_nodes",
)


def make_timeline(workload: Workload, control: Control) -> dict[str, Ints]:
    """Give a column for each series, `pool` and `time` (ms): one row for each instant at which any changed."""
    changes = {**task_changes(workload, control), **node_changes(control), **_target_changes(control)}
    stride = control.stride + 1
    instants = {id(found): found for parts in changes.values() for found, _ in parts}
    sorted_keys = {name: found.keys(stride) for name, found in instants.items()}
    keys = _distinct(list(sorted_keys.values()))
    pool = keys // stride
    columns = {"pool": pool.astype(np.int32), "time": keys - pool * stride}
    opens = np.flatnonzero(np.append(True, pool[1:] != pool[:-1])) if len(pool) else np.zeros(0, dtype=np.int64)
    uses = Counter(id(found) for parts in changes.values() for found, _ in parts)
    counts: dict[int, Ints] = {}
    for series in SERIES:
        level = np.zeros(len(keys), dtype=np.int32)
        for found, amount in changes[series]:
            name = id(found)
            if name not in counts:
                counts[name] = np.searchsorted(sorted_keys[name], keys, side="right").astype(np.int32)
            level += np.int32(amount) * counts[name]
            uses[name] -= 1
            if not uses[name]:
                del counts[name], sorted_keys[name]
        if len(opens) > 1:
            base = np.where(opens > 0, level[opens - 1], 0)
            level -= np.repeat(base, np.diff(np.append(opens, len(keys)))).astype(np.int32)
        columns[series] = level
    return columns


def _distinct(parts: list[Ints]) -> Ints:
    """Give the distinct keys of all parts, each of them ascending."""
    keys = np.concatenate([np.zeros(0, dtype=np.int64), *map(_once, parts)])
    keys.sort(kind="stable")  # which merges what is in order already
    return _once(keys)


def _once(keys: Ints) -> Ints:
    if is_constant(keys):
        return keys[:1]
    return keys[np.append(True, keys[1:] != keys[:-1])] if len(keys) else keys


def task_changes(workload: Workload, control: Control) -> dict[str, Changes]:
    """Give what changes the numbers of tasks that wait and run, and of slots in use."""
    raw = control.raw
    tasks, attempts = raw.tasks, raw.attempts
    primary = attempts.instance == 0
    is_plain = bool(primary.all()) and is_constant(workload.slots)
    made = np.flatnonzero(primary)
    task = attempts.task[made]
    ended = attempts.outcome[made] != Outcome.RUNNING
    begin = Instants(_pool(raw, task), attempts.assigned[made])
    end = Instants(_pool(raw, task[ended]), attempts.end[made][ended])
    last = np.full(len(workload), -1, dtype=np.int32)
    last[task] = np.arange(len(task), dtype=np.int32)  # rows are in order of assignment: the last one written wins
    final = np.zeros(len(task), dtype=bool)
    completed = last[(tasks.state == TaskState.COMPLETED) & (last >= 0)]
    final[completed] = True
    back = np.flatnonzero(ended & ~final)
    returned = Instants(_pool(raw, task[back]), attempts.end[made][back])
    rows = None if tasks.submitted.all() else np.flatnonzero(tasks.submitted)
    came = Instants(chosen(tasks.pool, rows), chosen(workload.submit, rows))
    slots = [(begin, int(workload.slots[0])), (end, -int(workload.slots[0]))] if is_plain and len(workload) else None
    return {
        "queued_tasks": [(came, 1), (begin, -1), (returned, 1), *_changed(raw, final)],
        "running_tasks": [(begin, 1), (end, -1)],
        "used_slots": slots or _slot_changes(workload, raw),
    }


def _changed(raw: RawRun, final: npt.NDArray[np.bool_]) -> Changes:
    """Correct the queue by tasks that a client ended while they waited, or reactivated after they had failed."""
    attempts = raw.attempts
    changes: Changes = []

    def put(row: int, instant: int, amount: int) -> None:
        changes.append((Instants(_pool(raw, np.array([row])), np.array([instant])), amount))

    ended: set[int] = set()
    history = raw.recorder.task_changes
    primary = np.flatnonzero(attempts.instance == 0)
    for number, (row, instant, again) in enumerate(history):
        mine = np.flatnonzero((attempts.task[primary] == row) & (attempts.assigned[primary] <= instant))
        before = [place for place in mine.tolist() if attempts.end[primary[place]] <= instant]
        put(row, instant, 1 if again else -1)
        if again and row not in ended and before:
            put(row, int(attempts.end[primary[before[-1]]]), -1)
        elif not again and before and final[before[-1]] and all(later[0] != row for later in history[number + 1 :]):
            put(row, int(attempts.end[primary[before[-1]]]), 1)
        ended = ended - {row} if again else ended | {row}
    return changes


def _pool(raw: RawRun, task: npt.NDArray[np.int32]) -> Ints:
    """Give the pool of each of some tasks."""
    return raw.tasks.pool[task].astype(np.int64) if len(raw.pools) > 1 else constant(0, len(task), np.int64)


def _slot_changes(workload: Workload, raw: RawRun) -> Changes:
    """Give the changes of the slots in use, those of tasks of one size together."""
    attempts = raw.attempts
    slots = workload.slots[attempts.task]
    ended = attempts.outcome != Outcome.RUNNING
    changes: Changes = []
    for size in np.unique(workload.slots).tolist():
        on = np.flatnonzero(slots == size)
        off = on[ended[on]]
        changes.append((Instants(_pool(raw, attempts.task[on]), attempts.assigned[on]), size))
        changes.append((Instants(_pool(raw, attempts.task[off]), attempts.end[off]), -size))
    return changes


def node_changes(control: Control) -> dict[str, Changes]:
    """Give what changes the numbers of nodes."""
    node, state, start, end = control.node, control.state, control.start, control.end
    # A node that changes its state in the run's last instant has left the state before.
    is_last = np.append(node[1:] != node[:-1], True) if len(node) else np.zeros(0, dtype=np.bool_)
    closed_rows = (end < control.raw.end) | ~is_last

    def levels(rows: npt.NDArray[np.bool_]) -> Changes:
        pool = control.node_pool[node[rows]]
        closed = closed_rows[rows]
        return [(Instants(pool, start[rows]), 1), (Instants(pool[closed], end[rows][closed]), -1)]

    worked = control.worked
    pool = control.node_pool[worked.node]
    closed = worked.end < control.raw.end
    return {
        "current_dedicated": levels(control.node_kind[node] == 0),
        "current_low_priority": levels(control.node_kind[node] == 1),
        "usable_nodes": levels((state == IDLE) & control.is_open),
        "preempted_nodes": levels(state == PREEMPTED),
        "deallocated_nodes": levels(np.isin(state, DEALLOCATED)),
        "running_nodes": [(Instants(pool, worked.start), 1), (Instants(pool[closed], worked.end[closed]), -1)],
    }


def _target_changes(control: Control) -> dict[str, Changes]:
    rows = control.raw.recorder.targets
    found: dict[str, Changes] = {}
    for position, series in ((2, "target_dedicated"), (3, "target_low_priority")):
        before: dict[int, int] = {}
        by_amount: dict[int, list[tuple[int, int]]] = {}
        for row in rows:
            amount = row[position] - before.get(row[0], 0)
            by_amount.setdefault(amount, []).append((row[0], row[1]))
            before[row[0]] = row[position]
        found[series] = [
            (Instants(*np.array(where, dtype=np.int64).reshape(-1, 2).T), amount) for amount, where in by_amount.items()
        ]
    return found
