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
        """Return the job of an id; None if there is none."""
        return next((job for job in self.jobs if job.body.id.lower() == name.lower()), None)

    def schedule(self, name: str) -> Schedule | None:
        """Return the schedule of an id; None if there is none."""
        return next((one for one in self.schedules if one.body.id.lower() == name.lower()), None)
