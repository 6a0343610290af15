"""What an operation that a client submits meets: found by the ids in it, before anything else of it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from simulator.engine.jobs.job import REFUSALS
from simulator.engine.operations.on_jobs import second_job
from simulator.policy.response import Answer
from simulator.scenario.format.complete import listed, lookup
from simulator.scenario.format.job_operations import AddJob, AddTasks
from simulator.scenario.format.pool_operations import CreatePool
from simulator.scenario.format.run_names import service_id
from simulator.scenario.format.task_bodies import Task
from simulator.scenario.reading.amend import Surroundings
from simulator.service_codes import ServiceCode
from simulator.workload.planned_pools import is_never_created

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from simulator.engine.construction import Construction
    from simulator.engine.jobs.job import Job as JobControl
    from simulator.scenario.format.bodies import Job, Pool
    from simulator.scenario.format.schema import Operation

NO_TIME: Final = {"duration": "0s"}
MOST_IN_RANGE: Final = 10_000
"""Ids of a range that are looked up: beyond them a warning of one that is missing may be wrong."""
NO_JOB: Final = Answer(ServiceCode.JOB_NOT_FOUND, "The specified job does not exist")
NO_POOL: Final = Answer(ServiceCode.POOL_NOT_FOUND, "The specified pool does not exist")
NO_SCHEDULE: Final = Answer(ServiceCode.SCHEDULE_NOT_FOUND, "The specified job schedule does not exist")
SECOND_POOL: Final = Answer(ServiceCode.POOL_EXISTS, "The specified pool already exists")
SECOND_TASK: Final = Answer(ServiceCode.TASK_EXISTS, "The specified task already exists")


class Encounters:
    """Finds what operations name among all that a run has."""

    def __init__(self, made: Construction) -> None:
        self._made = made

    def refusal(self, asked: Operation | Mapping[str, Any]) -> Answer | None:
        """Return why the service refuses an operation for the ids in it, which name nothing, whenever it comes."""
        directory = self._made.directory
        pool, job, schedule = (lookup(asked, key) for key in ("pool", "job", "jobSchedule"))
        if isinstance(pool, str):
            return NO_POOL if directory.pool(pool) is None else None
        if isinstance(schedule, str):
            return NO_SCHEDULE if directory.schedule(schedule) is None else None
        if isinstance(job, str):
            return NO_JOB if directory.job(job) is None else None
        if lookup(job, "id") is not None and not directory.pools and _goal(job) is not None:
            return NO_POOL
        return None

    def second(self, asked: Operation) -> Answer | None:
        """Return why the service refuses an operation that comes now: what it brings is there under its id.

        A task that is yet to come has its id already.
        """
        directory = self._made.directory
        if isinstance(asked, CreatePool):
            there = directory.pool(asked.pool.id)
            return SECOND_POOL if there is not None and there.exists and not there.is_deleted else None
        if isinstance(asked, AddJob):
            former = directory.job(asked.job.id)
            return second_job(former) if former is not None and former.state is not None else None
        job = directory.job(asked.job) if isinstance(asked, AddTasks) else None
        if job is not None and any(map(job.ids.is_taken, _ids(asked))):
            return REFUSALS.get(job.state, SECOND_TASK)
        return None

    def around(self, asked: Operation | Mapping[str, Any]) -> Surroundings:
        """Return what the checks of an operation have to see of the run."""
        directory = self._made.directory
        pool, job, schedule = (lookup(asked, key) for key in ("pool", "job", "jobSchedule"))
        control = directory.job(job) if isinstance(job, str) else None
        found = [] if control is None or control.body.auto_pool is not None else [*control.pools]
        for name in (pool, lookup(pool, "id"), _goal(job), _goal(asked)):
            met = directory.pool(name) if isinstance(name, str) else None
            if met is not None and met not in found:
                found.append(met)
        bodies = [one.site.description for one in found]
        others = [one.site.description for one in directory.pools[:1]]
        scheduled = directory.schedule(schedule) if isinstance(schedule, str) else None
        is_second = isinstance(lookup(pool, "id"), str)
        return Surroundings(
            pools=() if is_second else [_stated(body) for body in bodies or others if not is_never_created(body)],
            jobs=() if control is None else (self._bare(control, asked),),
            job_schedules=() if scheduled is None else (scheduled.body,),
        )

    def _bare(self, job: JobControl, asked: Operation | Mapping[str, Any]) -> Job:
        """Return the body of a job with those alone of its tasks that an operation names as parents."""
        backlog, own = self._made.backlog, {name.lower() for name in _ids(asked)}
        names = (name for name in dict.fromkeys(_parents(asked)) if name.lower() not in own)
        known = [name for name in names if backlog.named(job.number, name)]
        tasks = tuple(Task.model_validate({"id": name, "commandLine": "", "simulation": NO_TIME}) for name in known)
        simulation = job.body.simulation.model_copy(update={"workload": ()})
        return job.body.model_copy(update={"id": service_id(job.body.id), "tasks": tasks, "simulation": simulation})


def _stated(body: Pool) -> Pool:
    """Return the body of a pool under the id by which clients know it."""
    name = service_id(body.id)
    return body if name == body.id else body.model_copy(update={"id": name})


def _goal(asked: object) -> object:
    """Return the id of the pool to which a body sends a job."""
    return lookup(lookup(asked, "poolInfo"), "poolId")


def _ids(asked: object) -> Iterator[str]:
    """Yield the ids of the tasks that an operation lists."""
    yield from (name for task in listed(asked, "tasks") if isinstance(name := lookup(task, "id"), str))


def _parents(asked: object) -> Iterator[str]:
    """Yield the ids of the tasks for which those that an operation lists wait."""
    for task in listed(asked, "tasks"):
        depends = lookup(task, "dependsOn")
        if depends is None:
            continue
        yield from (name for name in listed(depends, "taskIds") if isinstance(name, str))
        for span in listed(depends, "taskIdRanges"):
            start, end = lookup(span, "start"), lookup(span, "end")
            if isinstance(start, int) and isinstance(end, int):
                yield from map(str, range(start, min(end, start + MOST_IN_RANGE) + 1))
