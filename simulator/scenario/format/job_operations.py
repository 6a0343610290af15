"""What a client does to jobs and tasks, and when: the timeline's operations beside those on pools."""

from typing import Annotated, Any, Final, Literal, Self

from pydantic import BeforeValidator, model_validator

from simulator.durations import Limit, Seconds
from simulator.scenario.format.alike_tasks import TaskList
from simulator.scenario.format.bodies import Job, MaxParallelTasks, OnAllTasksComplete, Priority
from simulator.scenario.format.key_marks import INERT, Effect, Mark
from simulator.scenario.format.network import JobNetwork
from simulator.scenario.format.section import Retries, Section, lower
from simulator.scenario.format.task_bodies import Workload
from simulator.service_codes import TerminateReason


class AddJob(Section):
    """Add a job with its tasks; it is created at that time."""

    at: Seconds
    """When, since the origin or as a date."""
    operation: Literal["addJob"]
    job: Job
    """Body of the job."""


class OnJob(Section):
    """What every operation on a job says."""

    at: Seconds
    """When, since the origin or as a date."""
    job: str
    """Id of the job."""


class AddTasks(OnJob):
    """Add tasks to a job that exists: listed ones, groups, or both."""

    operation: Literal["addTasks"]
    tasks: TaskList = ()
    """Listed tasks."""
    workload: tuple[Workload, ...] = ()
    """Groups of tasks drawn from distributions, and traces."""


class DisableJob(OnJob):
    """Start no more tasks of a job, and do with those that run as said."""

    operation: Literal["disableJob"]
    disable_tasks: Annotated[Literal["requeue", "terminate", "wait"], BeforeValidator(lower)] = "requeue"
    """What becomes of its running tasks: requeue, terminate, or wait for their end."""


class EnableJob(OnJob):
    """Start tasks of a disabled job again."""

    operation: Literal["enableJob"]


class TerminateJob(OnJob):
    """End a job: what runs is ended, what waits never runs."""

    operation: Literal["terminateJob"]
    terminate_reason: str = TerminateReason.BY_USER.value
    """Reason that the job shows afterwards."""


class TerminateTask(OnJob):
    """Complete a task that waits or runs as a failure."""

    operation: Literal["terminateTask"]
    task: str
    """Id of the task."""


class ReactivateTask(OnJob):
    """Queue a task that has failed again."""

    operation: Literal["reactivateTask"]
    task: str
    """Id of the task."""


class DeleteTask(OnJob):
    """Remove a task for good, with its files; one that runs is stopped first. Its id may be used again."""

    operation: Literal["deleteTask"]
    task: str
    """Id of the task."""


KEPT_RETRIES: Final = "tasks keep the retry count that they were added with"


class UpdatedConstraints(Section):
    """The constraints of a job that can be changed here."""

    max_wall_clock_time: Limit | None = None
    """How long the job may be active, from its creation."""
    max_task_retry_count: Annotated[Retries, Mark(Effect.NOT_SIMULATED_YET, KEPT_RETRIES)] | None = None
    """How often tasks that are added later may be tried again."""


class UpdatedAutoPool(Section):
    """What can be changed of a pool that a job has brought along."""

    keep_alive: bool = False
    """Whether the pool stays, and is paid for, when its job has ended."""
    pool_lifetime_option: Annotated[str | None, INERT] = None
    """Whether the pool goes with its job; stays as it was when the job was added."""
    auto_pool_id_prefix: Annotated[str | None, INERT] = None
    """What the id of the pool begins with; stays as it was when the job was added."""
    pool: Annotated[dict[str, Any] | None, INERT] = None
    """Body of the pool; stays as it was when the job was added."""


class UpdatedPool(Section):
    """Where a job goes, or what becomes of the pool that it has brought along."""

    pool_id: str | None = None
    """Id of the pool."""
    auto_pool_specification: UpdatedAutoPool | None = None
    """Change of the pool that the job has brought along, instead of `poolId`."""

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.pool_id is None) == (self.auto_pool_specification is None):
            raise ValueError("name poolId or autoPoolSpecification, one of the two")
        return self


class UpdateJob(OnJob):
    """Change a job as the service's Update Job does: what is not named stays."""

    operation: Literal["updateJob"]
    priority: Priority | None = None
    """New priority; None leaves it as it is."""
    max_parallel_tasks: MaxParallelTasks | None = None
    """New limit; None leaves it as it is."""
    constraints: UpdatedConstraints | None = None
    """New limit of time; None leaves it as it is."""
    on_all_tasks_complete: Annotated[OnAllTasksComplete, BeforeValidator(lower)] | None = None
    """Whether the job ends when all of its tasks have completed; None leaves it as it is."""
    allow_task_preemption: bool | None = None
    """Whether tasks of jobs with a higher priority may take the place of its running tasks; None leaves it as it is."""
    metadata: Annotated[tuple[dict[str, Any], ...], INERT] | None = None
    """New name-value pairs."""
    network_configuration: Annotated[JobNetwork, INERT] | None = None
    """New network of the job's tasks."""
    pool_info: UpdatedPool | None = None
    """Pool to go to, only while the job is disabled; one that it has brought along stays until it ends."""

    @property
    def goal(self) -> str | None:
        """Id of the pool that the job goes to; None where it stays."""
        return None if self.pool_info is None else self.pool_info.pool_id


class DeleteJob(OnJob):
    """Remove a job with all of its tasks, whatever state it is in. When it is gone, its id may be used again."""

    operation: Literal["deleteJob"]


class OnSchedule(Section):
    """What every operation on a job schedule says."""

    at: Seconds
    """When, since the origin or as a date."""
    job_schedule: str
    """Id of the schedule."""


class DisableJobSchedule(OnSchedule):
    """Create no more jobs; the one that runs goes on."""

    operation: Literal["disableJobSchedule"]


class EnableJobSchedule(OnSchedule):
    """Create jobs again."""

    operation: Literal["enableJobSchedule"]


class TerminateJobSchedule(OnSchedule):
    """End a schedule and the job that it runs."""

    operation: Literal["terminateJobSchedule"]


class DeleteJobSchedule(OnSchedule):
    """Remove a schedule with all of its jobs and their tasks."""

    operation: Literal["deleteJobSchedule"]


ScheduleOperation = DisableJobSchedule | EnableJobSchedule | TerminateJobSchedule | DeleteJobSchedule
TaskOperation = TerminateTask | ReactivateTask | DeleteTask
JobOperation = (
    AddJob
    | AddTasks
    | DisableJob
    | EnableJob
    | TerminateJob
    | UpdateJob
    | DeleteJob
    | TaskOperation
    | ScheduleOperation
)
