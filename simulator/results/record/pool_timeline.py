"""A pool over time: what waits, what runs, how many nodes there are and should be, at every change."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from simulator.columns.broadcast import chosen, constant, is_constant, where
from simulator.results.raw.control_plane import DEALLOCATED, IDLE, PREEMPTED, Control
from simulator.results.raw.raw_run import RawRun, RawTasks
from simulator.states import Outcome, TaskState
from simulator.workload.build import Workload

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Instants:
    """When something happened in which pool, any number of times; several series may count the same."""

    pool: Ints
    time: Ints

    def keys(self, stride: int) -> Ints:
        """Return pool and time as one number each, ascending."""
        if is_constant(self.pool) and not self.pool[0]:
            return ascending(self.time)
        return ascending(np.multiply(self.pool, stride, dtype=np.int64) + self.time)

    def of(self, pool: int | None) -> Ints:
        """Return the times of one pool, or of all."""
        if pool is None or (is_constant(self.pool) and self.pool[0] == pool):
            return self.time
        mine: Ints = self.time[self.pool == pool]
        return mine


def ascending(keys: Ints) -> Ints:
    """Put keys in order; those that are, are given as they stand."""
    return keys if is_constant(keys) or (keys[1:] >= keys[:-1]).all() else np.sort(keys)


def so_far(keys: Ints, until: Ints) -> Ints:
    """Count, for each of some instants, the keys that are not beyond it; `keys` are ascending."""
    if is_constant(keys):
        return np.where(until >= keys[0], len(keys), 0)
    return np.searchsorted(keys, until, side="right")


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


def make_timeline(workload: Workload, control: Control) -> dict[str, npt.NDArray[Any]]:
    """Return a column for each series, `pool` and `time` (ms): one row for each instant at which any changed."""
    series = {**task_changes(workload, control), **node_changes(control), **_target_changes(control)}
    changes = {name: [part for part in parts if len(part[0].time)] for name, parts in series.items()}
    stride = control.stride + 1
    merged = Merged({id(found): found.keys(stride) for parts in changes.values() for found, _ in parts})
    keys = merged.keys
    none = constant(0, len(keys), np.int32)
    columns: dict[str, npt.NDArray[Any]] = {"pool": none, "time": keys}
    opens = np.zeros(0, dtype=np.int64)
    if len(control.raw.pools) > 1:
        pool = keys // stride
        columns = {"pool": pool.astype(np.int32), "time": keys - pool * stride}
        opens = np.flatnonzero(np.append(True, pool[1:] != pool[:-1])) if len(pool) else opens
    uses = Counter(id(found) for parts in changes.values() for found, _ in parts)
    counts: dict[int, npt.NDArray[np.int32]] = {}
    for name in SERIES:
        if not changes[name]:
            columns[name] = none
            continue
        level = np.zeros(len(keys), dtype=np.int32)
        for found, amount in changes[name]:
            if id(found) not in counts:
                counts[id(found)] = merged.so_far(id(found))
            level += np.int32(amount) * counts[id(found)]
            uses[id(found)] -= 1
            if not uses[id(found)]:
                del counts[id(found)]
        if len(opens) > 1:
            base = np.where(opens > 0, level[opens - 1], 0)
            level -= np.repeat(base, np.diff(np.append(opens, len(keys)))).astype(np.int32)
        columns[name] = level
    return columns


class Merged:
    """Ascending keys of many series as one: what is in order already is merged, and never looked up again."""

    def __init__(self, series: dict[int, Ints]) -> None:
        self._series = series
        self._number = {name: number for number, name in enumerate(series)}
        bits = len(series).bit_length()
        parts = [keys[:1] if is_constant(keys) else keys for keys in series.values()]
        whole, begin = np.empty(sum(map(len, parts)), dtype=np.int64), 0
        for number, keys in enumerate(parts):
            marked = whole[begin : begin + len(keys)]
            np.left_shift(keys, bits, out=marked)  # each key carries the number of its series in its lowest bits
            marked |= number
            begin += len(keys)
        whole.sort(kind="stable")  # which merges what is in order already
        self._of = np.empty(len(whole), dtype=np.int8 if bits < 8 else np.int64)
        np.bitwise_and(whole, (1 << bits) - 1, out=self._of, casting="unsafe")
        whole >>= bits
        self._last = np.flatnonzero(np.append(whole[1:] != whole[:-1], True)) if len(whole) else whole
        self.keys: Ints = whole[self._last]
        """The distinct keys of all series."""

    def so_far(self, name: int) -> npt.NDArray[np.int32]:
        """Count, for each of the distinct keys, how many of one series are not beyond it."""
        mine = self._series[name]
        if is_constant(mine):
            return so_far(mine, self.keys).astype(np.int32)
        if len(mine) < len(self.keys) // 8:
            begins = np.concatenate([[0], np.searchsorted(self.keys, mine), [len(self.keys)]])
            return np.repeat(np.arange(len(mine) + 1, dtype=np.int32), np.diff(begins))
        return np.cumsum(self._of == self._number[name], dtype=np.int32)[self._last]


def task_changes(workload: Workload, control: Control) -> dict[str, Changes]:
    """Return what changes the numbers of tasks that wait and run, and of slots in use."""
    raw = control.raw
    tasks, attempts = raw.tasks, raw.attempts
    primary = where(attempts.instance == 0)
    task, outcome, ends = (chosen(column, primary) for column in (attempts.task, attempts.outcome, attempts.end))
    is_over = outcome != Outcome.RUNNING
    over = where(is_over)
    pools = Whereabouts(workload, raw)
    began, over_at = chosen(attempts.assigned, primary), chosen(ends, over)
    begin = Instants(pools.after(task, began), began)
    end = Instants(pools.before(chosen(task, over), over_at), over_at)
    final = _final(tasks, task, outcome)
    back = np.flatnonzero(is_over & ~final)
    returned = Instants(pools.before(task[back], ends[back]), ends[back])
    rows = where(tasks.submitted)
    came = Instants(chosen(tasks.pool, rows), chosen(workload.submit, rows))
    if raw.recorder.moves:
        here = np.flatnonzero(tasks.submitted)
        came = Instants(pools.before(here, workload.submit[here]), workload.submit[here])
    slots = None
    if primary is None and is_constant(workload.slots):
        slots = [(begin, int(workload.slots[0])), (end, -int(workload.slots[0]))]
    return {
        "queued_tasks": [(came, 1), (begin, -1), (returned, 1), *_changed(raw, final, pools), *_moves(raw)],
        "running_tasks": [(begin, 1), (end, -1)],
        "used_slots": slots or _slot_changes(workload, raw, pools),
    }


def _final(tasks: RawTasks, task: npt.NDArray[np.int32], outcome: npt.NDArray[np.int8]) -> npt.NDArray[np.bool_]:
    """Return which executions are the last one of a task that completed."""
    final: npt.NDArray[np.bool_] = outcome == Outcome.SUCCEEDED
    if final.all():
        return final
    last = np.full(len(tasks.state), -1, dtype=np.int32)
    last[task] = np.arange(len(task), dtype=np.int32)  # rows are in order of assignment: the last one written wins
    final[:] = False
    final[last[np.isin(tasks.state, (TaskState.COMPLETED, TaskState.DELETED)) & (last >= 0)]] = True
    return final


def _moves(raw: RawRun) -> Changes:
    """Return the changes of queues where jobs went from one pool to another with what waited."""
    return [
        (Instants(*(np.full(len(row.waiting), value, dtype=np.int64) for value in (pool, row.time))), amount)
        for row in raw.recorder.moves
        for pool, amount in ((row.source, -1), (row.target, 1))
    ]


def _changed(raw: RawRun, final: npt.NDArray[np.bool_], pools: Whereabouts) -> Changes:
    """Correct the queue by tasks that a client ended while they waited, or reactivated after they had failed."""
    attempts = raw.attempts
    rows: dict[int, list[int]] = {1: [], -1: []}
    instants: dict[int, list[int]] = {1: [], -1: []}

    def put(row: int, instant: int, amount: int) -> None:
        rows[amount].append(row)
        instants[amount].append(instant)

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
    found = [(np.array(rows[amount], np.int64), np.array(instants[amount], np.int64), amount) for amount in rows]
    return [(Instants(pools.before(task, at), at), amount) for task, at, amount in found]


class Whereabouts:
    """The pool of each task over time: jobs may move from one pool to another."""

    def __init__(self, workload: Workload, raw: RawRun) -> None:
        self._job = workload.job
        self._raw = raw

    def before(self, task: npt.NDArray[Any], time: Ints) -> Ints:
        """Return the pool in which each task was at an instant, before jobs moved then."""
        return self._at(task, time)

    def after(self, task: npt.NDArray[Any], time: Ints) -> Ints:
        """Return the pool in which each task was at an instant, after jobs had moved then."""
        return self._at(task, time + 1 if self._raw.recorder.moves else time)

    def _at(self, task: npt.NDArray[Any], time: Ints) -> Ints:
        raw = self._raw
        if len(raw.pools) <= 1:
            return constant(0, len(task), np.int64)
        found: Ints = raw.tasks.pool[task].astype(np.int64)
        for row in reversed(raw.recorder.moves):
            found[(self._job[task] == row.job) & (time <= row.time)] = row.source
        return found


def _slot_changes(workload: Workload, raw: RawRun, pools: Whereabouts) -> Changes:
    """Return the changes of the slots in use, those of tasks of one size together."""
    attempts = raw.attempts
    slots = workload.slots[attempts.task]
    ended = attempts.outcome != Outcome.RUNNING
    changes: Changes = []
    for size in np.unique(workload.slots).tolist():
        on = np.flatnonzero(slots == size)
        off = on[ended[on]]
        begin, end = attempts.assigned[on], attempts.end[off]
        changes.append((Instants(pools.after(attempts.task[on], begin), begin), size))
        changes.append((Instants(pools.before(attempts.task[off], end), end), -size))
    return changes


def node_changes(control: Control) -> dict[str, Changes]:
    """Return what changes the numbers of nodes."""
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
