"""Every job and every pool of a scenario with the places of all that belongs to it, in whichever section it stands."""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from simulator.scenario.checks.findings import Loc, readable
from simulator.scenario.checks.ids import AUTO_POOL
from simulator.scenario.checks.moments import BEGINNING, Moment, met, moment_of
from simulator.scenario.checks.named_pools import NamedPools, stated_names, stated_pools
from simulator.scenario.format.alike_tasks import kinds_of
from simulator.scenario.format.bodies import Job, OnAllTasksComplete, OnTaskFailure, Pool, auto_pool_id
from simulator.scenario.format.job_operations import AddJob, AddTasks, DeleteJob, TerminateJob, UpdateJob
from simulator.scenario.format.job_schedules import JobSchedule
from simulator.scenario.format.schema import Description
from simulator.scenario.format.task_bodies import Task, Workload
from simulator.scenario.format.task_endings import named_actions

T = TypeVar("T")


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


class PlacedJob:
    """A job with its pools, its own tasks and those that operations add; each is looked up when it is asked for."""

    def __init__(
        self,
        job: Job,
        loc: Loc,
        pools: NamedPools,
        added: AddJob | None = None,
        schedule: JobSchedule | None = None,
    ) -> None:
        self.job = job
        self.loc = loc
        self.schedule = schedule
        self.later: list[tuple[AddTasks, Loc]] = []
        """Operations that add tasks, and where they stand."""
        self.goals: list[str] = []
        """Ids of pools to which operations move it."""
        self.is_ended = False
        """Whether an operation ends it, or sets what will end it."""
        self._pools = pools
        self._added = added
        self._place = int(loc[1]) if added is not None else BEGINNING[1]

    @property
    def is_scheduled(self) -> bool:
        return self.schedule is not None

    @property
    def is_added(self) -> bool:
        """Whether an operation creates it."""
        return self._added is not None

    @cached_property
    def created_at(self) -> float:
        """When it is created, in seconds since the origin; of a schedule the first of its jobs."""
        if self.schedule is not None:
            return self.schedule.first
        return self.job.simulation.created_at if self._added is None else self._added.at

    @property
    def since(self) -> Moment:
        """When it is created."""
        return self.created_at, self._place

    def begin(self, one: PlacedTask | PlacedSource) -> float:
        """Return when a task comes, or where the time 0 of a source lies, in seconds since the origin."""
        own = one.task.simulation.submit if isinstance(one, PlacedTask) else one.source.start
        if own is None:
            return self.created_at if one.added_at is None else one.added_at
        return self.created_at + own if self.is_scheduled else own

    @cached_property
    def pools(self) -> tuple[Pool, ...]:
        """The pools that its tasks may be on: its own, those created again under its id, and those it is moved to."""
        if self.job.auto_pool:
            own: tuple[Pool, ...] = (self.job.auto_pool.pool,)
        else:
            own = self._pools.bodies(self.job.pool_id or "")
        moved = [pool for name in self.goals for pool in self._pools.bodies(name)]
        return (*own, *(pool for pool in moved if not any(pool is one for one in own)))

    def may_be_on(self, pool: Pool) -> bool:
        """Return whether its tasks may be on a pool."""
        return any(one is pool for one in self.pools)

    @cached_property
    def tasks(self) -> list[PlacedTask]:
        found = [PlacedTask(task, (*self.loc, "tasks", index)) for index, task in enumerate(self.job.tasks)]
        for operation, loc in self.later:
            tasks = enumerate(operation.tasks)
            found += [PlacedTask(task, (*loc, "tasks", index), operation.at) for index, task in tasks]
        return found

    @cached_property
    def kinds(self) -> list[int]:
        """Which of its listed tasks, the job manager the last, are alike."""
        return kinds_of(one.task for one in listed_tasks(self))

    @cached_property
    def sources(self) -> list[PlacedSource]:
        where = (*self.loc, "simulation", "workload")
        found = [PlacedSource(one, (*where, index)) for index, one in enumerate(self.job.simulation.workload)]
        for operation, loc in self.later:
            sources = enumerate(operation.workload)
            found += [PlacedSource(one, (*loc, "workload", index), operation.at) for index, one in sources]
        return found


def place(scenario: Description) -> list[PlacedJob]:
    """Return the jobs of the file, of `addJob` and of schedules, in this order; those that could be read."""
    pools = stated_names(scenario)
    found = [PlacedJob(job, ("jobs", index), pools) for index, job in enumerate(scenario.jobs)]
    for index, operation in enumerate(scenario.timeline):
        if isinstance(operation, AddJob) and (job := readable(operation, "job")) is not None:
            found.append(PlacedJob(job, ("timeline", index, "job"), pools, operation))
    _operate(scenario, NamedJobs(found))
    for index, schedule in enumerate(scenario.job_schedules):
        job = readable(schedule, "job_specification")
        if job is not None:
            loc: Loc = ("jobSchedules", index, "jobSpecification")
            found.append(PlacedJob(job, loc, pools, schedule=schedule))
    return found


class NamedJobs:
    """The jobs of each id, one after the other; ids are compared without case as the service does."""

    def __init__(self, jobs: Iterable[PlacedJob]) -> None:
        self._by_id: dict[str, list[PlacedJob]] = {}
        for one in jobs:
            if not one.is_scheduled:
                self._by_id.setdefault(str(readable(one.job, "id")).lower(), []).append(one)

    def at(self, name: str, moment: Moment) -> PlacedJob | None:
        """Return the job that an operation meets under an id, the first one where it comes before all of them."""
        found = self._by_id.get(name.lower(), [])
        if len(found) < 2:  # it need not be known when the only one is created
            return found[0] if found else None
        return met(found, moment) or found[0]

    def by_id(self) -> Iterable[tuple[str, list[PlacedJob]]]:
        """Return the ids in lower case and the jobs of each, as the scenario lists them."""
        return self._by_id.items()


def _operate(scenario: Description, jobs: NamedJobs) -> None:
    """Note what operations add to jobs, where they move them, and whether they end them."""
    for index, operation in enumerate(scenario.timeline):
        if not isinstance(operation, AddTasks | UpdateJob | TerminateJob | DeleteJob):
            continue
        placed = jobs.at(str(readable(operation, "job")), moment_of(operation, index))
        if placed is None:
            continue
        if isinstance(operation, AddTasks):
            placed.later.append((operation, ("timeline", index)))
            continue
        if not isinstance(operation, UpdateJob):
            placed.is_ended = True
            continue
        placed.is_ended |= ends_by_itself(operation)
        goal = readable(operation, "pool_info.pool_id") if readable(operation, "pool_info") else None
        if goal is not None:
            placed.goals.append(str(goal))


def ends_by_itself(stated: Job | UpdateJob) -> bool:
    """Return whether a job ends by what its body, or an update of it, states: with its tasks, or at a time."""
    constraints = readable(stated, "constraints")
    limit = None if constraints is None else readable(constraints, "max_wall_clock_time")
    is_limited = limit is not None and not math.isinf(limit)
    return is_limited or readable(stated, "on_all_tasks_complete") is OnAllTasksComplete.TERMINATEJOB


def may_end(job: Job, tasks: Iterable[Task]) -> bool:
    """Return whether a job with some tasks may end without an operation: by what it states, its manager, or a task."""
    manager = job.job_manager_task
    if ends_by_itself(job) or (manager is not None and manager.kill_job_on_completion):
        return True
    acts = job.on_task_failure is not OnTaskFailure.NOACTION
    return acts and any("terminate" in named_actions(task) for task in tasks)


def listed_tasks(placed: PlacedJob) -> list[PlacedTask]:
    """Return the listed tasks that could be read, the job manager the last of them."""
    tasks = list(readable(placed, "tasks") or ())
    manager = readable(placed.job, "job_manager_task")
    return tasks if manager is None else [*tasks, PlacedTask(manager, (*placed.loc, "jobManagerTask"))]


def of_each_task(placed: PlacedJob, look: Callable[[PlacedTask], Iterable[T]]) -> Iterator[T]:
    """Yield what `look` finds of each listed task that could be read; of a kind where it finds nothing it sees one."""
    nothing = set[tuple[int, float | None]]()
    for one, number in zip(listed_tasks(placed), placed.kinds, strict=True):
        kind = number, one.added_at
        if kind in nothing:
            continue
        found = [*look(one)]
        if not found:
            nothing.add(kind)
        yield from found


def placed_pools(scenario: Description, jobs: Iterable[PlacedJob]) -> Iterator[tuple[Pool, Loc]]:
    """Yield every pool that could be read with its place: of the file, of `createPool`, and those that jobs bring."""
    yield from stated_pools(scenario)
    for placed in jobs:
        own = readable(placed.job, "auto_pool")
        pool = None if own is None else readable(own, "pool")
        if pool is not None:
            yield pool, (*placed.loc, *AUTO_POOL, "pool")


def named_pools(scenario: Description, jobs: list[PlacedJob]) -> NamedPools:
    """Return every pool that operations may name: the scenario's own and those that jobs bring."""
    found = stated_names(scenario)
    owners: dict[Loc, str] = {
        ("jobSchedules", i, "jobSpecification"): one.id
        for i, one in enumerate(scenario.job_schedules)
        if readable(one, "id")
    }
    for placed in jobs:
        own = readable(placed.job, "auto_pool")
        if own is None:
            continue
        owner = owners.get(placed.loc) or readable(placed.job, "id")
        pool, prefix = readable(own, "pool"), readable(own, "id_prefix")
        if owner is not None and pool is not None and prefix is not None:
            name = auto_pool_id(prefix, owner)
            if name not in found:
                found.add(pool, name, (*placed.loc, *AUTO_POOL, "pool"))
    return found
