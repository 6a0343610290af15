"""The longest time that the service lets a task live, from its addition to its completion.

See `docs/model.md#task-states`.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from simulator.engine.assumptions import TASK_LIFETIME
from simulator.engine.environment import DUE
from simulator.engine.pools.tenancy import ABSENT
from simulator.kernel import job_control
from simulator.states import JobState, TaskState

if TYPE_CHECKING:
    from simulator.engine.backlog import Backlog, Part
    from simulator.engine.environment import Environment
    from simulator.engine.pools.pool import Pool
    from simulator.engine.world import World

ENDED = (None, JobState.TERMINATING, JobState.COMPLETED, JobState.DELETING)
"""States of jobs whose tasks wait for nothing any more."""


class TaskOwner(Protocol):
    """A job, as far as its tasks grow old."""

    world: World
    pool: Pool
    backlog: Backlog
    state: JobState | None
    submitted: dict[int, int]


def end_old_tasks(env: Environment, part: Part, jobs: Sequence[TaskOwner], horizon: int) -> Generator[Any, Any, None]:
    """End each task of a part of the backlog whose time is over and that has not completed, waiting or running.

    Tasks stand in order of their addition; those of recurring jobs, whose time is not known before, are left to them.
    """
    workload = part.workload
    for place in range(part.until(horizon - TASK_LIFETIME)):
        due, job = int(workload.submit[place]) + TASK_LIFETIME, jobs[int(workload.job[place])]
        if due > env.clock and _state(job, part.begin + place) != TaskState.COMPLETED:
            yield env.at(due, DUE)
        end_tasks(job, [part.begin + place])


def end_tasks(job: TaskOwner, rows: Iterable[int]) -> None:
    """Complete those tasks of a job that have not as failures; nothing where the job has ended."""
    now, tasks = job.world.env.clock, job.pool.site.tasks
    for row in rows:
        task = job.pool.tenancy.task_of(row)
        if task == ABSENT:
            continue
        state = tasks.state_of(task)
        if job.state in ENDED or state not in (TaskState.ACTIVE, TaskState.RUNNING):
            continue
        if job.world.env.clock < job.submitted.get(row, job.backlog.submit_of(row)) + TASK_LIFETIME:
            continue
        job.world.record.task_too_old()
        if state == TaskState.ACTIVE:
            job.world.record.task_ended(row, now)
        job_control.terminate(job.pool.site.change(), task, now)


def _state(job: TaskOwner, row: int) -> int:
    task = job.pool.tenancy.task_of(row)
    return TaskState.PLANNED if task == ABSENT else int(job.pool.site.tasks.state_of(task))
