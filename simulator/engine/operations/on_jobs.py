"""How jobs and tasks do what a client asks of them: one handler for each operation of `job_operations`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from simulator.engine.jobs.job import REFUSALS, Job, find_task
from simulator.engine.jobs.schedule import NO_SCHEDULE, Schedule
from simulator.kernel import job_control
from simulator.policy.response import DONE, Answer
from simulator.scenario.format.job_operations import (
    AddJob,
    AddTasks,
    DeleteJob,
    DeleteJobSchedule,
    DeleteTask,
    DisableJob,
    DisableJobSchedule,
    EnableJob,
    EnableJobSchedule,
    JobOperation,
    OnJob,
    OnSchedule,
    ReactivateTask,
    TerminateJob,
    TerminateJobSchedule,
    TerminateTask,
    UpdateJob,
)
from simulator.states import JobState, TaskState

if TYPE_CHECKING:
    from simulator.engine.world import World

Handler = Callable[[Job, Any], Answer]
NO_TASK = Answer("TaskNotFound", "The specified task does not exist")


def add_tasks(job: Job, asked: AddTasks) -> Answer:
    """Say whether the job takes them; they arrive by themselves, a moment before the operation that adds them."""
    answer = REFUSALS.get(job.state, DONE)
    if answer.is_refusal:
        names = {task.id.lower() for task in asked.tasks}
        kernel, now = job.pool.kernel, job.world.env.clock
        rows = np.flatnonzero((job.workload.job == job.number) & (job.workload.submit == now)).tolist()
        found = [job.pool.task_of(row) for row in rows if job.workload.names[row].lower() in names]
        job.take_back(task for task in found if kernel.state[task] == TaskState.ACTIVE)
    return answer


def disable(job: Job, asked: DisableJob) -> Answer:
    """Start no more tasks."""
    return job.disable(asked.disable_tasks)


def enable(job: Job, _: EnableJob) -> Answer:
    """Start tasks again."""
    return job.enable()


def terminate(job: Job, asked: TerminateJob) -> Answer:
    """End the job."""
    return job.terminate(asked.terminate_reason)


def terminate_task(job: Job, asked: TerminateTask) -> Answer:
    """End one task."""
    if job.state in REFUSALS:
        return REFUSALS[job.state]
    row = find_task(job, asked.task)
    if row is None:
        return NO_TASK
    return _end(job, row)


def _end(job: Job, row: int) -> Answer:
    """Complete a task as a failure, unless it has completed."""
    kernel, task, now = job.pool.kernel, job.pool.task_of(row), job.world.env.clock
    if kernel.state[task] == TaskState.COMPLETED:
        return Answer("TaskCompleted", "The task has completed already")
    if kernel.state[task] == TaskState.ACTIVE:
        job.world.record.task_changes.append((row, now, False))
    job_control.terminate(kernel, task, now)
    return DONE


def delete_task(job: Job, asked: DeleteTask) -> Answer:
    """Remove one task; of the record it stays a part, as one that was ended if it had not completed."""
    if job.state is None or job.state is JobState.DELETING:
        return REFUSALS[job.state]
    row = find_task(job, asked.task)
    if row is None:
        return NO_TASK
    if job.state not in REFUSALS:
        _end(job, row)
    job.deleted.add(row)
    return DONE


def update(job: Job, asked: UpdateJob) -> Answer:
    """Change what is named."""
    return job.update(asked)


def delete(job: Job, _: DeleteJob) -> Answer:
    """Remove the job."""
    return job.delete()


def reactivate_task(job: Job, asked: ReactivateTask) -> Answer:
    """Let a failed task run again."""
    if job.state in REFUSALS:
        return REFUSALS[job.state]
    row = find_task(job, asked.task)
    if row is None:
        return NO_TASK
    kernel, task = job.pool.kernel, job.pool.task_of(row)
    if kernel.state[task] != TaskState.COMPLETED:
        return Answer("TaskNotCompleted", "Only a completed task can be reactivated")
    if job.succeeded(task):
        return Answer("TaskSucceeded", "A task that ended with exit code 0 cannot be reactivated")
    job.world.record.task_changes.append((row, job.world.env.clock, True))
    kernel.work.failed(task)  # as if it had never run: no checkpoint is left
    job_control.reactivate(kernel, task)
    return DONE


HANDLERS: Final[Mapping[type[OnJob], Handler]] = {
    AddTasks: add_tasks,
    DisableJob: disable,
    EnableJob: enable,
    TerminateJob: terminate,
    TerminateTask: terminate_task,
    ReactivateTask: reactivate_task,
    DeleteTask: delete_task,
    UpdateJob: update,
    DeleteJob: delete,
}
SCHEDULE_HANDLERS: Final[Mapping[type[OnSchedule], Callable[[Schedule], Answer]]] = {
    DisableJobSchedule: Schedule.disable,
    EnableJobSchedule: Schedule.enable,
    TerminateJobSchedule: Schedule.terminate,
    DeleteJobSchedule: Schedule.delete,
}


def perform(world: World, asked: JobOperation) -> Answer:
    """Do it, or say why not."""
    if isinstance(asked, OnSchedule):
        name = asked.job_schedule.lower()
        schedule = next((one for one in world.schedules if one.body.id.lower() == name), None)
        return NO_SCHEDULE if schedule is None else SCHEDULE_HANDLERS[type(asked)](schedule)
    name = asked.job.id if isinstance(asked, AddJob) else asked.job
    number = world.job_number(name)
    if number < 0:
        return REFUSALS[None]
    if isinstance(asked, AddJob):
        return world.jobs[number].create()
    return HANDLERS[type(asked)](world.jobs[number], asked)
