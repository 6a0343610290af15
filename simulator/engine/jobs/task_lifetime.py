"""The longest time that the service lets a task live, from its addition to its completion.

See `docs/model.md#task-states`.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from simulator.engine.assumptions import TASK_LIFETIME
from simulator.engine.environment import ARRIVALS
from simulator.kernel import job_control
from simulator.states import JobState, TaskState
from simulator.units import to_ms
from simulator.workload.planned_jobs import UNKNOWN

if TYPE_CHECKING:
    from simulator.engine.environment import Environment
    from simulator.engine.pools.pool import Pool
    from simulator.engine.world import World
    from simulator.workload.build import Workload

ENDED = (None, JobState.TERMINATING, JobState.COMPLETED, JobState.DELETING)
"""States of jobs whose tasks wait for nothing any more."""


class TaskOwner(Protocol):
    """A job, as far as its tasks grow old."""

    world: World
    pool: Pool
    workload: Workload
    state: JobState | None
    submitted: dict[int, int]


def end_old_tasks(
    env: Environment, workload: Workload, jobs: Sequence[TaskOwner], horizon: int
) -> Generator[Any, Any, None]:
    """End each task whose time is over and that has not completed, waiting or running.

    Tasks stand in order of their addition; those of recurring jobs, whose time is not known before, are left to them.
    """
    known = np.flatnonzero((workload.submit < to_ms(UNKNOWN)) & (workload.submit <= horizon - TASK_LIFETIME))
    for row in map(int, known):
        due, job = int(workload.submit[row]) + TASK_LIFETIME, jobs[int(workload.job[row])]
        if due > env.clock and _state(job, row) != TaskState.COMPLETED:
            yield env.at(due, ARRIVALS)
        end_tasks(job, [row])


def end_tasks(job: TaskOwner, rows: Iterable[int]) -> None:
    """Complete those tasks of a job that have not as failures; nothing where the job has ended."""
    now, tasks = job.world.env.clock, job.pool.site.tasks
    for row in rows:
        task = job.pool.tenancy.task_of(row)
        state = tasks.state_of(task)
        if job.state in ENDED or state not in (TaskState.ACTIVE, TaskState.RUNNING):
            continue
        if job.world.env.clock < job.submitted.get(row, int(job.workload.submit[row])) + TASK_LIFETIME:
            continue
        job.world.record.task_too_old()
        if state == TaskState.ACTIVE:
            job.world.record.task_ended(row, now)
        job_control.terminate(job.pool.site.change(), task, now)


def _state(job: TaskOwner, row: int) -> int:
    return int(job.pool.site.tasks.state_of(job.pool.tenancy.task_of(row)))
