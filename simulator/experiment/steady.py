"""Steady-state studies: what is left of a run when its warm-up is cut off, and whether there is a steady state.

Warm-up: MSER-5 on the queue times in order of submission (K. P. White, 1997; M. A. Cobb and K. P. White, 1999): drop
the start whose loss makes the standard error of the mean of the rest smallest. The cut is a filter afterwards; the run
itself knows nothing of it. Everything is measured on tasks submitted after it, or between it and the last submission.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final

import numpy as np
import numpy.typing as npt

from simulator.results.answer.metrics import quantiles
from simulator.results.answer.parts import Number, Part
from simulator.results.raw.control_plane import IDLE
from simulator.scenario.format.arrivals import Process
from simulator.scenario.format.task_bodies import TaskGroup
from simulator.states import TaskState
from simulator.units import MS_PER_S, Unit

if TYPE_CHECKING:
    from simulator.results.record.recording import Recording
    from simulator.scenario.format.bodies import Job

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
BATCH: Final = 5
MOSTLY: Final = 0.9
"""Share of the tasks that must come from processes with a rate for the load to be a load."""


@dataclass(frozen=True, slots=True)
class WarmUp:
    """How many tasks at the start are left out, and whether the rule found an end of the warm-up."""

    tasks: int
    is_found: bool


@dataclass(frozen=True, slots=True, eq=False)
class Steady(Part):
    """What is left of a run when its warm-up is cut off; None where there is nothing to measure."""

    queue_mean: Annotated[float | None, Number(Unit.SECONDS, "queue time, mean")]
    queue_p95: Annotated[float | None, Number(Unit.SECONDS, "queue time, p95")]
    turnaround_mean: Annotated[float | None, Number(Unit.SECONDS, "turnaround, mean")]
    in_system: Annotated[float | None, Number(Unit.TASKS, "tasks waiting or running")]
    load: Annotated[float | None, Number(Unit.RATIO, "load, ratio of the work that arrives to the slots")]
    tasks: Annotated[int, Number(Unit.TASKS, "tasks after the warm-up")]
    warmup_tasks: Annotated[int, Number(Unit.TASKS, "tasks of the warm-up")]
    warmup_s: Annotated[float, Number(Unit.SECONDS, "length of the warm-up", "from the first submission")]
    warmup_found: Annotated[float, Number(Unit.SHARE, "runs whose warm-up has an end")]


def mser(series: Floats, batch: int = BATCH) -> tuple[int, bool]:
    """Return how many values to drop at the start, and whether the rule found an end of the warm-up.

    Only the first half is looked at; a minimum at its end means that the series is too short to judge.
    """
    means = series[: len(series) // batch * batch].reshape(-1, batch).mean(axis=1)
    count = len(means)
    half = count // 2
    if half < 1:
        return 0, False
    sums, squares = (np.cumsum(values[::-1])[::-1] for values in (means, means**2))
    left = count - np.arange(count)
    errors = ((squares - sums**2 / left) / left**2)[:half]
    best = int(np.argmin(errors))
    return best * batch, half < 3 or best < half - 1


def common_warmup(series: Sequence[Floats]) -> WarmUp:
    """Return the one warm-up of several runs: MSER-5 on the mean of their queue times, task by task.

    Each run cut at its own best point would be cut where it happens to be low, and its mean would come out too small.
    """
    length = min(map(len, series), default=0)
    dropped, is_found = mser(np.mean([one[:length] for one in series], axis=0)) if length else (0, False)
    return WarmUp(dropped, is_found)


def queue_times(recording: Recording) -> Floats:
    """Return the queue times of all tasks that started, in order of submission, in seconds."""
    start, submit = recording.raw.tasks.first_start, recording.workload.submit
    waits: Floats = (start - submit)[start >= 0] / MS_PER_S
    return waits


def steady(recording: Recording, warmup: WarmUp | None = None) -> Steady:
    """Measure a run as a steady-state study does; None where there is nothing to measure.

    Without a `warmup` found on other runs, that of this run itself is left out.
    """
    workload, tasks = recording.workload, recording.raw.tasks
    started = np.flatnonzero(tasks.first_start >= 0)
    waits = queue_times(recording)
    cut = common_warmup([waits]) if warmup is None else warmup
    dropped, is_found = min(cut.tasks, len(waits)), cut.is_found
    begin = int(workload.submit[started[dropped]]) if dropped < len(started) else 0
    came = workload.submit[tasks.submitted]
    end = int(came.max(initial=0))
    kept = started[dropped:]
    completed = kept[tasks.state[kept] == TaskState.COMPLETED]
    stays = (tasks.end - workload.submit)[completed] / MS_PER_S
    wait, stay = quantiles(waits[dropped:]), quantiles(stays)
    return Steady(
        queue_mean=None if wait is None else wait.mean,
        queue_p95=None if wait is None else wait.p95,
        turnaround_mean=None if stay is None else stay.mean,
        in_system=_in_system(recording, begin, end),
        load=load(recording),
        tasks=len(kept),
        warmup_tasks=dropped,
        warmup_s=(begin - int(came.min(initial=0))) / MS_PER_S,
        warmup_found=float(is_found),
    )


def load(recording: Recording) -> float | None:
    """Return the work that arrives beside what the slots in service can do, of the pool where that is most.

    Both over the second half of the time in which tasks arrive, so that the first boot counts for nothing. None where
    too few tasks come from processes with a rate: a heap of work that is there at once is no load.
    """
    workload, raw, control = recording.workload, recording.raw, recording.control
    came = workload.submit[raw.tasks.submitted]
    if not len(came) or arriving_share(recording) < MOSTLY:
        return None
    end = int(came.max())
    begin = (int(came.min()) + end) // 2
    late = raw.tasks.submitted & (workload.submit >= begin)
    pools = len(raw.pools)
    work = workload.slots * workload.instances * workload.span
    offered = np.bincount(raw.tasks.pool[late], weights=work[late].astype(np.float64), minlength=pools)
    span = _overlap(control.start, control.end, begin, end) * (control.state == IDLE)
    slots = np.array([pool.task_slots_per_node for pool in raw.pools], dtype=np.float64)
    pool_of = control.node_pool[control.node] if len(control.node) else np.zeros(0, dtype=np.int64)
    room = np.bincount(pool_of, weights=span.astype(np.float64), minlength=pools) * slots
    loads = [float(one / most) for one, most in zip(offered, room, strict=True) if one > 0 and most > 0]
    return max(loads, default=None)


def arriving_share(recording: Recording) -> float:
    """Return the share of the tasks whose job has its work from processes with a rate."""
    open_jobs = np.array([_is_open(planned.job) for planned in recording.workload.jobs], dtype=np.bool_)
    return float(open_jobs[recording.workload.job].mean())


def _is_open(job: Job) -> bool:
    sources = job.simulation.workload
    return bool(sources) and all(
        isinstance(source, TaskGroup) and isinstance(source.arrivals, Process) for source in sources
    )


def _in_system(recording: Recording, begin: int, end: int) -> float | None:
    """Return the mean number of tasks that wait or run, over the time from `begin` to `end`."""
    if end <= begin:
        return None
    tasks = recording.raw.tasks
    left = np.where(tasks.state == TaskState.COMPLETED, tasks.end, recording.raw.end)
    return float(_overlap(recording.workload.submit, left, begin, end).sum() / (end - begin))


def _overlap(start: Ints, stop: Ints, begin: int, end: int) -> Ints:
    overlap: Ints = np.clip(np.minimum(stop, end) - np.maximum(start, begin), 0, None)
    return overlap
