"""Everything of a run that operations can name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simulator.engine.pools.pool import present
from simulator.scenario.format.pool_operations import CreatePool
from simulator.scenario.format.run_names import AGAIN, id_of

if TYPE_CHECKING:
    from simulator.engine.jobs.job import Job
    from simulator.engine.jobs.schedule import Schedule
    from simulator.engine.pools.pool import Pool
    from simulator.engine.world import World
    from simulator.scenario.format.job_operations import AddJob


@dataclass(frozen=True, slots=True)
class Directory:
    """The pools, jobs and schedules of a run, created or not; ids are compared without case, as the service does."""

    world: World
    pools: list[Pool]
    """By number."""
    jobs: list[Job]
    """By number."""
    schedules: list[Schedule]
    coming: list[tuple[CreatePool, Pool]] = field(default_factory=list)
    """Pools made for operations that the scenario did not announce."""
    added: dict[int, Job] = field(default_factory=dict)
    """The job that each `addJob` creates, by the identity of the operation."""

    def pool(self, name: str) -> Pool | None:
        """Return the pool of an id, of several the one that is there; None if there is none."""
        if AGAIN in name:
            return next((pool for pool in self.pools if pool.id.lower() == name.lower()), None)
        found = [pool for pool in self.pools if id_of(pool.id) == name.lower()]
        return present([pool for pool in found if pool.id.startswith(name)] or found)

    def pool_of(self, asked: CreatePool) -> Pool:
        """Return the pool that an operation creates."""
        made = next((pool for operation, pool in self.coming if operation is asked), None)
        if made is not None:
            return made
        scenario = self.world.scenario
        creations = [one for one in scenario.timeline if isinstance(one, CreatePool)]
        return self.pools[len(scenario.pools) + creations.index(asked)]

    def job(self, name: str) -> Job | None:
        """Return the job of an id, of several the one that is there, else the newest; None if there is none."""
        found = self._lives(name)
        return next((job for job in found if job.state is not None), _newest(found))

    def newest_job(self, name: str) -> Job | None:
        """Return the last job of an id that was asked for, whether it was created or not; None if there is none."""
        return _newest(self._lives(name))

    def job_of(self, asked: AddJob) -> Job:
        """Return the job that an operation creates."""
        return self.added[id(asked)]

    def _lives(self, name: str) -> list[Job]:
        """Return the jobs that have an id one after the other, by number."""
        return [job for job in self.jobs if id_of(job.body.id) == name.lower()]

    def schedule(self, name: str) -> Schedule | None:
        """Return the schedule of an id; None if there is none."""
        return next((one for one in self.schedules if one.body.id.lower() == name.lower()), None)


def _newest(jobs: list[Job]) -> Job | None:
    """Return the job that was asked for last; None if there is none."""
    return max(jobs, key=lambda job: (job.asked_for, job.number), default=None)
