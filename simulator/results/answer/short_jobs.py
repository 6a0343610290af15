"""Jobs that a formula cannot serve in time: their work takes less than an evaluation and a boot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from simulator.columns.broadcast import chosen, where
from simulator.results.raw.control_plane import CREATING, IDLE
from simulator.states import TaskState
from simulator.units import MS_PER_S, spoken, to_ms

if TYPE_CHECKING:
    from simulator.results.record.run_facts import Facts

Ints = npt.NDArray[np.int64]
LATEST = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True, eq=False)
class JobSpans:
    """By job, ms: from its first submission to its first start, and from there to its last completion."""

    submit: Ints
    start: Ints
    end: Ints
    is_done: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, recording: Facts) -> JobSpans:
        """Return the spans of all jobs; those with unfinished tasks, or with none, are not done."""
        workload, tasks = recording.workload, recording.raw.tasks
        count = len(workload.jobs)
        submit, start, end = np.full(count, LATEST), np.full(count, LATEST), np.full(count, -1, dtype=np.int64)
        rows = where(tasks.first_start >= 0)
        job = chosen(workload.job, rows)
        np.minimum.at(submit, job, chosen(workload.submit, rows))
        np.minimum.at(start, job, chosen(tasks.first_start, rows))
        np.maximum.at(end, job, chosen(tasks.end, rows))
        left = np.bincount(chosen(workload.job, where(tasks.state != TaskState.COMPLETED)), minlength=count)
        return cls(submit, start, end, (left == 0) & (end >= 0))


def short_job_warnings(recording: Facts) -> list[str]:
    """Report of each pool that scales itself the jobs that found no node and were done before one could have come."""
    pools = recording.raw.pools
    scaled = [number for number, pool in enumerate(pools) if pool.enable_auto_scale]
    if not scaled or not len(recording.control.node):
        return []
    spans, pool_of_job = JobSpans.of(recording), np.array(recording.raw.pool_of_job, dtype=np.int64)
    found = []
    for number in scaled:
        boot, interval = _boot(recording, number), to_ms(pools[number].auto_scale_evaluation_interval)
        mine = np.flatnonzero((pool_of_job == number) & spans.is_done)
        mine = mine[_none_serves(recording, number, spans.submit[mine])]
        short = mine[spans.end[mine] - spans.start[mine] < interval + boot]
        if len(short):
            first = int(short[0])
            name = recording.workload.jobs[first].job.id
            wait, work = (_spoken(span[first]) for span in (spans.start - spans.submit, spans.end - spans.start))
            found.append(
                f"pool '{pools[number].id}' evaluates its formula every {_spoken(interval)} and a node boots in "
                f"{_spoken(boot)}: {len(short):,} of its jobs found no node and had less work than that "
                f"('{name}' waited {wait} for {work} of work); no formula that waits for work helps jobs this short, "
                "nodes kept for them do"
            )
    return found


def _spoken(milliseconds: float) -> str:
    return spoken(float(milliseconds) / MS_PER_S)


def _boot(recording: Facts, pool: int) -> float:
    """Return the mean time from a node's creation to its service; 0 where none came into service."""
    control = recording.control
    mine = control.node_pool[control.node] == pool
    since, until = (np.full(len(control.node_pool), -1, dtype=np.int64) for _ in range(2))
    for state, times in ((CREATING, since), (IDLE, until)):
        rows = np.flatnonzero(mine & (control.state == state))[::-1]  # the first of each node is written last
        times[control.node[rows]] = control.start[rows]
    both = (since >= 0) & (until >= since)
    return float((until - since)[both].mean()) if both.any() else 0.0


def _none_serves(recording: Facts, pool: int, time: Ints) -> npt.NDArray[np.bool_]:
    """Return at which instants no node of a pool is in service."""
    control = recording.control
    rows = (control.node_pool[control.node] == pool) & (control.state == IDLE)
    came, went = (np.sort(edge[rows]) for edge in (control.start, control.end))
    return np.asarray(np.searchsorted(came, time, side="right") == np.searchsorted(went, time, side="right"))
