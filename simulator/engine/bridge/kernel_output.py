"""From the kernels' columns back to the record: attempts of all pools in one order, and the outcome of each task."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from simulator.columns.broadcast import chosen, constant, is_constant, is_one_of, joined
from simulator.kernel import Kernel
from simulator.policy.local_disk import FULL_EXIT_CODE
from simulator.results.raw.raw_run import RawAttempts, RawTasks
from simulator.results.raw.recorder import Recorder
from simulator.states import Outcome, TaskState
from simulator.workload.build import Workload

STOPPED = (Outcome.TERMINATED, Outcome.EXPIRED, Outcome.UNFETCHED)
"""How attempts end whose process has not ended by itself."""
PUT_BACK = (Outcome.REQUEUED, Outcome.DISPLACED)
"""How attempts end that a shrink, a client or another task interrupts, their tasks waiting again."""


@dataclass(frozen=True, slots=True)
class Home:
    """The tasks of a pool that are its own in the end."""

    tasks: npt.NDArray[np.int64] | None
    """By their numbers in the pool's kernel; None = all of them."""
    rows: npt.NDArray[np.int64]
    """Their rows of the workload."""

    def of(self, column: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return the part of a kernel's column that is theirs."""
        return column if self.tasks is None else column[self.tasks]


def collect_attempts(
    workload: Workload, kernels: list[Kernel], rows: list[npt.NDArray[np.int64]], numbers: list[list[int]], end: int
) -> RawAttempts:
    """Join the attempt columns of all pools, in order of assignment; what still runs ends at `end`.

    `rows` has the workload row of each kernel's task, `numbers` the node-table row of each kernel's node. Columns that
    need no change are the kernel's own, so a kernel that goes on needs copies (`RawAttempts.copy`).
    """
    parts: dict[str, list[Any]] = {name: [] for name in RawAttempts.__annotations__}
    for kernel, row, number in zip(kernels, rows, numbers, strict=True):
        made = kernel.attempts
        used = slice(len(made))
        task = np.asarray(made.task)[used]
        if not _is_whole(row, len(workload)):
            task = row[task].astype(np.int32)
        node = np.asarray(made.node)[used]
        if number != list(range(len(number))):
            node = np.array(number, dtype=np.int32)[node]
        ends, outcome = _instants(made.end)[used], np.asarray(made.outcome)[used]
        runs = _run_on(kernel)
        if runs.any():
            ends, outcome = np.where(runs, end, ends), np.where(runs, np.int8(Outcome.RUNNING), outcome)
        assigned = _instants(made.assigned)[used]
        latency = workload.latency
        start = assigned + (latency[:1] if is_constant(latency) else latency[task])
        for attempt, wait in kernel.work.waits.items():
            start[attempt] += wait
        columns = (
            task,
            np.asarray(made.instance)[used],
            node,
            assigned,
            start,
            ends,
            outcome,
            *_kept(kernel),
            _pulled(kernel),
        )
        for name, column in zip(parts, columns, strict=True):
            parts[name].append(column)
    if len(kernels) == 1:
        return RawAttempts(**{name: columns[0] for name, columns in parts.items()})
    empty = np.zeros(0, dtype=np.int64)
    order = np.argsort(np.concatenate([empty, *parts["assigned"]]), kind="stable")
    types = dict.fromkeys(("assigned", "start", "end", "kept", "kept_until", "pulled"), np.int64) | {"outcome": np.int8}
    put_together: dict[str, Any] = {
        name: chosen(joined([empty, *columns]), order).astype(types.get(name, np.int32), copy=False)
        for name, columns in parts.items()
    }
    return RawAttempts(**put_together)


def _instants(column: Any) -> npt.NDArray[np.int64]:
    """Return a kernel's column of times as int64; NumPy reads `array("q")` as long long, cast in every step."""
    return np.asarray(column).view(np.int64)


def drop_work_of_failed_tasks(attempts: RawAttempts, tasks: RawTasks) -> RawAttempts:
    """Return the attempts without the work that checkpoints saved of tasks that completed without success."""
    if is_constant(attempts.kept_until):
        return attempts
    failed = ((tasks.state == TaskState.COMPLETED) & ~tasks.succeeded)[attempts.task]
    return replace(
        attempts, kept=np.where(failed, 0, attempts.kept), kept_until=np.where(failed, -1, attempts.kept_until)
    )


def _kept(kernel: Kernel) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the work that a checkpoint saved of each attempt and when it was written, the same for all instances."""
    made = kernel.attempts
    count = len(made)
    if not kernel.work.kept:
        return constant(0, count, np.int64), constant(-1, count, np.int64)
    work, until = np.zeros(count, dtype=np.int64), np.full(count, -1, dtype=np.int64)
    for first, (saved, time) in kernel.work.kept.items():
        instances = kernel.shape_of(made.task[first]).instances
        work[first : first + instances] = saved
        until[first : first + instances] = made.assigned[first] + time
    return work, until


def _pulled(kernel: Kernel) -> npt.NDArray[np.int64]:
    """Return how long attempts pulled an image, at their first instances."""
    if not kernel.work.pulled:
        return constant(0, len(kernel.attempts), np.int64)
    found = np.zeros(len(kernel.attempts), dtype=np.int64)
    found[list(kernel.work.pulled)] = list(kernel.work.pulled.values())
    return found


def _run_on(kernel: Kernel) -> npt.NDArray[np.bool_]:
    """Return which attempts have not ended."""
    found = np.zeros(len(kernel.attempts), dtype=np.bool_)
    task = np.flatnonzero(np.asarray(kernel.state)[: kernel.count] == TaskState.RUNNING)
    shape = np.asarray(kernel.queues.shape, dtype=np.int64)[np.asarray(kernel.queue)[task]]
    instances = np.asarray(kernel.nodes.instances, dtype=np.int64)[shape]
    first = np.asarray(kernel.row)[task]
    for instance in range(int(instances.max(initial=0))):
        found[first[instances > instance] + instance] = True
    return found


def collect_tasks(
    workload: Workload,
    kernels: list[Kernel],
    homes: list[Home],
    attempts: RawAttempts,
    recorder: Recorder,
    *,
    preemption_counts: bool = False,
    sick_codes: Sequence[int] = (),
    deleted: Sequence[int] = (),
) -> RawTasks:
    """Return the final state of every task, and what its attempts show of it.

    `sick_codes` are those of the pools, `deleted` the rows of tasks that are gone.
    """
    count = len(workload)
    state = _gathered(kernels, homes, count, "state")
    task, outcome, start, end, has_started = _fates(attempts)
    began = np.flatnonzero(has_started)
    rows_begun, starts = (chosen(column, None if len(began) == len(task) else began) for column in (task, start))
    last_start, last_outcome = _latest(rows_begun, starts, count), _latest(task, outcome, count)
    is_only = len(task) == np.count_nonzero(last_outcome >= 0)
    first = last_start if is_only else _latest(rows_begun[::-1], starts[::-1], count)
    completed = state == TaskState.COMPLETED
    exited = completed & ~is_one_of(last_outcome, STOPPED)
    for row, error in workload.extras.errors.items():
        exited[row] &= error == "fileUploadError"
    exit_code = _exit_codes(workload, exited, last_outcome)
    _set_codes_of_nodes(exit_code, last_outcome, kernels, homes, sick_codes)
    preempted = task[outcome == Outcome.PREEMPTED]
    back = task[is_one_of(outcome, PUT_BACK)]
    requeued = np.concatenate([back, preempted]) if preemption_counts else back
    last_end = _latest(task, end, count)
    last_end[~completed & (state != TaskState.DELETED)] = -1
    succeeded = completed & (last_outcome == Outcome.SUCCEEDED)
    for row, instant, again in recorder.task_changes:
        if not again and state[row] in (TaskState.COMPLETED, TaskState.DELETED) and last_end[row] <= instant:
            last_end[row], succeeded[row], exited[row], exit_code[row] = instant, False, False, -1
    return RawTasks(
        state=_preparing(state, kernels, homes, attempts, recorder.end),
        exit_code=exit_code,
        exited=exited,
        succeeded=succeeded,
        retries=_gathered(kernels, homes, count, "retries"),
        requeues=_times(requeued, count),
        preemptions=_times(preempted, count),
        first_start=first,
        last_start=last_start,
        end=last_end,
        pool=_pool_of(homes, count),
        deleted=_deleted(state, deleted),
    )


def _deleted(state: npt.NDArray[Any], rows: Sequence[int]) -> npt.NDArray[np.bool_]:
    """Return which tasks have been deleted; what was never submitted was not there."""
    if not rows:
        return constant(False, len(state), np.bool_)
    found = np.zeros(len(state), dtype=np.bool_)
    found[list(rows)] = True
    return np.asarray(found & (state != TaskState.PLANNED), dtype=np.bool_)


def _exit_codes(
    workload: Workload, exited: npt.NDArray[np.bool_], last_outcome: npt.NDArray[Any]
) -> npt.NDArray[np.int32]:
    """Return the exit code of each task's last attempt; -1 where no process has ended by itself."""
    exit_code = np.where(exited, np.int32(0), np.int32(-1))
    failed = np.flatnonzero(exited & (last_outcome == Outcome.FAILED))
    exit_code[failed] = workload.exit_code[failed]
    return exit_code


def _set_codes_of_nodes(
    exit_code: npt.NDArray[np.int32],
    last_outcome: npt.NDArray[Any],
    kernels: list[Kernel],
    homes: list[Home],
    sick_codes: Sequence[int],
) -> None:
    """Write the exit codes of tasks whose last attempt failed because of its node: a sick one, or a full disk."""
    for kernel, home, sick_code in zip(kernels, homes, sick_codes, strict=False):
        for failed, code in ((kernel.work.sickened, sick_code), (kernel.work.full, FULL_EXIT_CODE)):
            if failed:
                rows = np.asarray(kernel.row)[: kernel.count]
                has_begun = np.asarray(kernel.attempts.task)[rows] == np.arange(len(rows))
                mine = home.rows[home.of(has_begun & np.isin(rows, list(failed)))]
                exit_code[mine[last_outcome[mine] == Outcome.FAILED]] = code


def _preparing(
    state: npt.NDArray[Any],
    kernels: list[Kernel],
    homes: list[Home],
    attempts: RawAttempts,
    end: int,
) -> npt.NDArray[Any]:
    """Mark the running tasks whose node is still being prepared when the run ends."""
    if not any(kernel.work.waits for kernel in kernels):
        return state
    found = state.copy()
    task_of, _, start, *_ = _fates(attempts)
    starts = _latest(task_of, start, len(state))
    for kernel, home in zip(kernels, homes, strict=True):
        number = {} if home.tasks is None else dict(zip(home.tasks.tolist(), home.rows.tolist(), strict=True))
        for attempt in kernel.work.waits:
            one = kernel.attempts.task[attempt]
            task = home.rows[one] if home.tasks is None else number.get(one)
            if task is not None and state[task] == TaskState.RUNNING and starts[task] > end:
                found[task] = TaskState.PREPARING
    return found


def _fates(attempts: RawAttempts) -> tuple[npt.NDArray[Any], ...]:
    """Return task, outcome, start, end and whether they started of executions: first instances represent all."""
    columns = (attempts.task, attempts.outcome, attempts.start, attempts.end, attempts.has_started)
    if not attempts.instance.any():
        return columns
    return tuple(column[attempts.instance == 0] for column in columns)


def _gathered(kernels: list[Kernel], homes: list[Home], count: int, name: str) -> npt.NDArray[Any]:
    """Join a column of all kernels; of one kernel that has all tasks, the column itself."""
    columns = [np.asarray(getattr(kernel, name))[: kernel.count] for kernel in kernels]
    if len(columns) == 1 and _is_whole(homes[0].rows, count):
        return columns[0]
    joined = np.zeros(count, dtype=columns[0].dtype if columns else np.int8)
    for home, column in zip(homes, columns, strict=True):
        joined[home.rows] = home.of(column)
    return joined


def _is_whole(rows: npt.NDArray[np.int64], count: int) -> bool:
    """Return whether the tasks of a kernel are all rows of the workload, in their order."""
    return len(rows) == count and bool((rows[1:] > rows[:-1]).all())


def _pool_of(homes: list[Home], count: int) -> npt.NDArray[np.int32]:
    if len(homes) == 1 and len(homes[0].rows) == count:
        return constant(0, count, np.int32)
    pool = np.full(count, -1, np.int32)
    for index, home in enumerate(homes):
        pool[home.rows] = index
    return pool


def _latest(task: npt.NDArray[np.int32], values: npt.NDArray[Any], count: int) -> npt.NDArray[Any]:
    """Return the last value of each task; -1 where it has none."""
    last = np.full(count, -1, values.dtype)
    last[task] = values
    return last


def _times(task: npt.NDArray[np.int32], count: int) -> npt.NDArray[np.int32]:
    """Count how often each task occurs."""
    return np.bincount(task, minlength=count).astype(np.int32) if len(task) else constant(0, count, np.int32)
