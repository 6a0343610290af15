"""How jobs and tasks do what a client asks of them: one case for each operation of `job_operations`."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from simulator.engine.jobs.job import REFUSALS, Job
from simulator.kernel import job_control
from simulator.policy.response import DONE, Answer
from simulator.scenario.format.job_operations import (
    AddJob,
    AddTasks,
    DeleteJob,
    DeleteTask,
    DisableJob,
    EnableJob,
    ReactivateTask,
    TaskOperation,
    TerminateJob,
    TerminateTask,
    UpdateJob,
)
from simulator.service_codes import ServiceCode
from simulator.states import JobState, TaskState

if TYPE_CHECKING:
    from simulator.engine.operations.directory import Directory

JobChange = AddTasks | DisableJob | EnableJob | TerminateJob | UpdateJob | DeleteJob | TaskOperation
ELSEWHERE = Answer(ServiceCode.NOT_SIMULATED, "A simulation adds them to the newest job of this id, which was refused")
NO_TASK = Answer(ServiceCode.TASK_NOT_FOUND, "The specified task does not exist")


def perform(directory: Directory, asked: AddJob | JobChange) -> Answer:
    """Perform an operation on a job, or return why not."""
    if isinstance(asked, AddJob):
        return _add_job(directory, asked)
    job = directory.job(asked.job)
    if job is None:
        return REFUSALS[None]
    if isinstance(asked, AddTasks) and job.takes_tasks and job is not directory.newest_job(asked.job):
        return ELSEWHERE
    return _change(job, asked)


def second_job(before: Job) -> Answer:
    """Return why no job is created under the id of one that is there."""
    is_going = before.state is JobState.DELETING
    return REFUSALS[before.state] if is_going else Answer(ServiceCode.JOB_EXISTS, "The specified job already exists")


def _add_job(directory: Directory, asked: AddJob) -> Answer:
    """Create a job, unless another one has its id."""
    before, job = directory.job(asked.job.id), directory.job_of(asked)
    if before is None or before is job or before.state is None:
        return job.create()
    job.refuse()
    return second_job(before)


def _change(job: Job, asked: JobChange) -> Answer:
    match asked:
        case AddTasks():
            return _add_tasks(job, asked)
        case DisableJob():
            return job.disable(asked.disable_tasks)
        case EnableJob():
            return job.enable()
        case TerminateJob():
            return job.terminate(asked.terminate_reason)
        case UpdateJob():
            return job.update(asked)
        case DeleteJob():
            return job.delete()
        case TerminateTask():
            return _terminate_task(job, asked)
        case ReactivateTask():
            return _reactivate_task(job, asked)
        case DeleteTask():
            return _delete_task(job, asked)
        case _:
            assert_never(asked)


def _add_tasks(job: Job, asked: AddTasks) -> Answer:
    """Return whether the job takes tasks; they arrive by themselves, just before the operation that adds them."""
    names = [task.id for task in asked.tasks]
    refusal = REFUSALS.get(job.state)
    if refusal is not None:
        job.take_back(job.ids.just_brought(names))
        return refusal
    if not job.ids.may_recur:
        return DONE
    taken = [name for name in names if job.ids.there(name, job.backlog.operations) is not None]
    job.ids.watch(names)
    if taken:
        job.refuse_tasks(job.ids.just_brought(taken))
        others = "" if len(taken) == len(names) else "; the others were added"
        return Answer(ServiceCode.TASK_EXISTS, f"The job has a task {', '.join(taken)} already{others}")
    return DONE


def _terminate_task(job: Job, asked: TerminateTask) -> Answer:
    """End one task."""
    if job.state in REFUSALS:
        return REFUSALS[job.state]
    row = job.ids.there(asked.task)
    if row is None:
        return NO_TASK
    return _end(job, row)


def _end(job: Job, row: int) -> Answer:
    """Complete a task as a failure, unless it has completed."""
    tasks, task, now = job.pool.site.tasks, job.pool.tenancy.task_of(row), job.world.env.clock
    if tasks.state_of(task) == TaskState.COMPLETED:
        return Answer(ServiceCode.TASK_COMPLETED, "The task has completed already")
    if tasks.state_of(task) == TaskState.ACTIVE:
        job.world.record.task_ended(row, now)
    job_control.terminate(job.pool.site.change(), task, now)
    return DONE


def _delete_task(job: Job, asked: DeleteTask) -> Answer:
    """Remove one task with its files; it stays in the record, as deleted if it had not completed."""
    if job.state is None or job.state is JobState.DELETING:
        return REFUSALS[job.state]
    job.ids.free(asked.task)
    row = job.ids.there(asked.task)
    if row is None:
        return NO_TASK
    job.delete_task(row)
    return DONE


def _reactivate_task(job: Job, asked: ReactivateTask) -> Answer:
    """Run a failed task again."""
    if job.state in REFUSALS:
        return REFUSALS[job.state]
    row = job.ids.there(asked.task)
    if row is None:
        return NO_TASK
    tasks, task = job.pool.site.tasks, job.pool.tenancy.task_of(row)
    if tasks.state_of(task) != TaskState.COMPLETED:
        return Answer(ServiceCode.TASK_NOT_COMPLETED, "Only a completed task can be reactivated")
    if job.has_succeeded(row):
        return Answer(ServiceCode.TASK_SUCCEEDED, "A task that ended with exit code 0 cannot be reactivated")
    job.world.record.task_reactivated(row, job.world.env.clock)
    kernel = job.pool.site.change()
    kernel.work.failed(task)  # as if it had never run: no checkpoint is left
    job_control.reactivate(kernel, task)
    return DONE
