"""Everything of a run that operations can name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simulator.engine.pools.pool import present
from simulator.scenario.format.run_names import AGAIN, id_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.engine.jobs.job import Job
    from simulator.engine.jobs.schedule import Schedule
    from simulator.engine.pools.pool import Pool
    from simulator.engine.world import World
    from simulator.scenario.format.job_operations import AddJob
    from simulator.scenario.format.pool_operations import CreatePool


@dataclass(frozen=True, slots=True)
class Directory:
    """The pools, jobs and schedules of a run, created or not; ids are compared without case, as the service does."""

    world: World
    pools: list[Pool] = field(default_factory=list)
    """By number."""
    jobs: list[Job] = field(default_factory=list)
    """By number."""
    schedules: list[Schedule] = field(default_factory=list)
    created: dict[int, Pool] = field(default_factory=dict)
    """The pool that each `createPool` creates, by the identity of the operation."""
    added: dict[int, Job] = field(default_factory=dict)
    """The job that each `addJob` creates, likewise."""
    _pools_of: dict[str, list[Pool]] = field(default_factory=dict)
    """Pools that have an id one after the other, by number."""
    _jobs_of: dict[str, list[Job]] = field(default_factory=dict)

    def add_pool(self, pool: Pool) -> None:
        """Note the pool of the next number."""
        self.pools.append(pool)
        self._pools_of.setdefault(id_of(pool.id), []).append(pool)

    def add_job(self, job: Job) -> None:
        """Note the job of the next number."""
        self.jobs.append(job)
        self._jobs_of.setdefault(id_of(job.body.id), []).append(job)

    def pool(self, name: str) -> Pool | None:
        """Return the pool of an id, of several the one that is there; None if there is none."""
        found = self._pools_of.get(id_of(name), [])
        if AGAIN in name:
            return next((pool for pool in found if pool.id.lower() == name.lower()), None)
        return present([pool for pool in found if pool.id.startswith(name)] or found)

    def pool_of(self, asked: CreatePool) -> Pool:
        """Return the pool that an operation creates."""
        return self.created[id(asked)]

    def job(self, name: str) -> Job | None:
        """Return the job of an id, of several the one that is there, else the newest; None if there is none."""
        found = self.jobs_of(name)
        return next((job for job in found if job.state is not None), _newest(found))

    def newest_job(self, name: str) -> Job | None:
        """Return the last job of an id that was asked for, whether it was created or not; None if there is none."""
        return _newest(self.jobs_of(name))

    def job_of(self, asked: AddJob) -> Job:
        """Return the job that an operation creates."""
        return self.added[id(asked)]

    def jobs_of(self, name: str) -> Sequence[Job]:
        """Return the jobs that have an id one after the other, by number."""
        return self._jobs_of.get(name.lower(), ())

    def schedule(self, name: str) -> Schedule | None:
        """Return the schedule of an id; None if there is none."""
        return next((one for one in self.schedules if one.body.id.lower() == name.lower()), None)


def _newest(jobs: Sequence[Job]) -> Job | None:
    """Return the job that was asked for last; None if there is none."""
    return max(jobs, key=lambda job: (job.asked_for, job.number), default=None)
