"""Everything of a run that operations can name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.engine.jobs.job import Job
    from simulator.engine.jobs.schedule import Schedule
    from simulator.engine.pools.pool import Pool
    from simulator.engine.world import World


@dataclass(frozen=True, slots=True)
class Directory:
    """The pools, jobs and schedules of a run, created or not; ids are compared without case, as the service does."""

    world: World
    pools: Sequence[Pool]
    """By number."""
    jobs: Sequence[Job]
    """By number."""
    schedules: Sequence[Schedule]

    def pool(self, name: str) -> Pool | None:
        """Return the pool of an id; None if there is none."""
        exact = next((pool for pool in self.pools if pool.id == name), None)
        return exact or next((pool for pool in self.pools if pool.id.lower() == name.lower()), None)

    def job(self, name: str) -> Job | None:
        """Return the job of an id; None if there is none."""
        return next((job for job in self.jobs if job.body.id.lower() == name.lower()), None)

    def schedule(self, name: str) -> Schedule | None:
        """Return the schedule of an id; None if there is none."""
        return next((one for one in self.schedules if one.body.id.lower() == name.lower()), None)
