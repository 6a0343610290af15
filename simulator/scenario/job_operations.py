"""What a client does to jobs and tasks, and when: the timeline's operations beside those on pools."""

from typing import Annotated, Literal

from pydantic import BeforeValidator

from simulator.durations import Seconds
from simulator.scenario.bodies import Job
from simulator.scenario.section import Section, lower
from simulator.scenario.tasks import Task, Workload


class AddJob(Section):
    """Add a job with its tasks; it is created at that time."""

    at: Seconds
    operation: Literal["addJob"]
    job: Job


class OnJob(Section):
    """What every operation on a job says."""

    at: Seconds
    job: str


class AddTasks(OnJob):
    """Add tasks to a job that exists: listed ones, groups, or both."""

    operation: Literal["addTasks"]
    tasks: tuple[Task, ...] = ()
    workload: tuple[Workload, ...] = ()


class DisableJob(OnJob):
    """Start no more tasks of a job, and do with those that run as said."""

    operation: Literal["disableJob"]
    disable_tasks: Annotated[Literal["requeue", "terminate", "wait"], BeforeValidator(lower)] = "requeue"


class EnableJob(OnJob):
    """Start tasks of a disabled job again."""

    operation: Literal["enableJob"]


class TerminateJob(OnJob):
    """End a job: what runs is ended, what waits never runs."""

    operation: Literal["terminateJob"]
    terminate_reason: str = "UserTerminate"


class TerminateTask(OnJob):
    """Complete a task that waits or runs as a failure."""

    operation: Literal["terminateTask"]
    task: str


class ReactivateTask(OnJob):
    """Let a task that has failed run again."""

    operation: Literal["reactivateTask"]
    task: str


JobOperation = AddJob | AddTasks | DisableJob | EnableJob | TerminateJob | TerminateTask | ReactivateTask
