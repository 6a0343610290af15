"""Every job of a scenario with the places of all that belongs to it, in whichever section that stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from simulator.scenario.checks.findings import Loc
from simulator.scenario.format.bodies import Job, Pool, auto_pool_id
from simulator.scenario.format.job_operations import AddJob, AddTasks
from simulator.scenario.format.schema import Scenario
from simulator.scenario.format.task_bodies import Task, Workload


@dataclass(frozen=True, slots=True)
class PlacedTask:
    """One listed task, and where it stands."""

    task: Task
    loc: Loc
    added_at: float | None = None
    """When `addTasks` adds it; None where it stands in its job's body."""


@dataclass(frozen=True, slots=True)
class PlacedSource:
    """A group of tasks or a trace, and where it stands."""

    source: Workload
    loc: Loc
    added_at: float | None = None


@dataclass(slots=True)
class PlacedJob:
    """A job with its pool, its own tasks and those that operations add."""

    job: Job
    loc: Loc
    pool: Pool | None
    created_at: float
    is_scheduled: bool = False
    tasks: list[PlacedTask] = field(default_factory=list)
    sources: list[PlacedSource] = field(default_factory=list)


def place(scenario: Scenario) -> list[PlacedJob]:
    """Give the jobs of the file, of `addJob` and of schedules, in this order."""
    pools = {pool.id.lower(): pool for pool in scenario.pools}
    found = [_placed(job, ("jobs", i), pools, job.simulation.created_at) for i, job in enumerate(scenario.jobs)]
    for index, operation in enumerate(scenario.timeline):
        if isinstance(operation, AddJob):
            found.append(_placed(operation.job, ("timeline", index, "job"), pools, operation.at))
    jobs = {one.job.id.lower(): one for one in reversed(found)}
    for index, operation in enumerate(scenario.timeline):
        if isinstance(operation, AddTasks) and operation.job.lower() in jobs:
            _extend(jobs[operation.job.lower()], operation, ("timeline", index))
    for index, schedule in enumerate(scenario.job_schedules):
        loc: Loc = ("jobSchedules", index, "jobSpecification")
        found.append(_placed(schedule.job_specification, loc, pools, 0.0, is_scheduled=True))
    return found


def _placed(
    job: Job, loc: Loc, pools: Mapping[str, Pool], created_at: float, *, is_scheduled: bool = False
) -> PlacedJob:
    pool = job.auto_pool.pool if job.auto_pool else pools.get((job.pool_id or "").lower())
    tasks = [PlacedTask(task, (*loc, "tasks", index)) for index, task in enumerate(job.tasks)]
    sources = [
        PlacedSource(source, (*loc, "simulation", "workload", index))
        for index, source in enumerate(job.simulation.workload)
    ]
    return PlacedJob(job, loc, pool, created_at, is_scheduled, tasks, sources)


def _extend(placed: PlacedJob, operation: AddTasks, loc: Loc) -> None:
    at = operation.at
    placed.tasks += [PlacedTask(task, (*loc, "tasks", i), at) for i, task in enumerate(operation.tasks)]
    placed.sources += [PlacedSource(source, (*loc, "workload", i), at) for i, source in enumerate(operation.workload)]


def pools_by_name(scenario: Scenario, jobs: list[PlacedJob]) -> dict[str, Pool]:
    """Give every pool that operations may name, by lower-case id: the scenario's own and those that jobs bring."""
    found = {pool.id.lower(): pool for pool in scenario.pools}
    owners: dict[Loc, str] = {
        ("jobSchedules", i, "jobSpecification"): one.id for i, one in enumerate(scenario.job_schedules)
    }
    for placed in jobs:
        own = placed.job.auto_pool
        if own is not None:
            owner = owners.get(placed.loc, placed.job.id)
            found.setdefault(auto_pool_id(own.id_prefix, owner).lower(), own.pool)
    return found
