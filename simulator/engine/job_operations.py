"""How jobs and tasks do what a client asks of them: one handler for each operation of `scenario.job_operations`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from simulator.engine.answers import DONE, Answer
from simulator.engine.job import REFUSALS, Job, find_task
from simulator.kernel import job_control
from simulator.scenario.job_operations import (
    AddJob,
    AddTasks,
    DisableJob,
    EnableJob,
    JobOperation,
    OnJob,
    ReactivateTask,
    TerminateJob,
    TerminateTask,
)
from simulator.states import TaskState

if TYPE_CHECKING:
    from simulator.engine.world import World

Handler = Callable[[Job, Any], Answer]
NO_TASK = Answer("TaskNotFound", "The specified task does not exist")


def add_tasks(job: Job, _: AddTasks) -> Answer:
    """Say whether the job takes them; they arrive by themselves."""
    return REFUSALS.get(job.state, DONE)


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
    kernel, task, now = job.pool.kernel, job.pool.task_of(row), job.world.env.clock
    if kernel.state[task] == TaskState.COMPLETED:
        return Answer("TaskCompleted", "The task has completed already")
    if kernel.state[task] == TaskState.ACTIVE:
        job.world.record.task_changes.append((row, now, False))
    job_control.terminate(kernel, task, now)
    return DONE


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
    job_control.reactivate(kernel, task)
    return DONE


HANDLERS: Final[Mapping[type[OnJob], Handler]] = {
    AddTasks: add_tasks,
    DisableJob: disable,
    EnableJob: enable,
    TerminateJob: terminate,
    TerminateTask: terminate_task,
    ReactivateTask: reactivate_task,
}


def perform(world: World, asked: JobOperation) -> Answer:
    """Do it, or say why not."""
    name = asked.job.id if isinstance(asked, AddJob) else asked.job
    number = world.job_number(name)
    if number < 0:
        return REFUSALS[None]
    if isinstance(asked, AddJob):
        return world.jobs[number].create()
    return HANDLERS[type(asked)](world.jobs[number], asked)
