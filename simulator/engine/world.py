"""What every process of a run shares: clock, scenario, record, streams, and the pools by id."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simulator.engine.environment import Environment
from simulator.results.recorder import Recorder
from simulator.scenario import Scenario
from simulator.streams import Draws, stream
from simulator.units import to_ms

if TYPE_CHECKING:
    from simulator.distributions import TimeDistribution
    from simulator.engine.pool import Pool


@dataclass(slots=True)
class World:
    """The context of one run; passed to every process, never global."""

    env: Environment
    scenario: Scenario
    replication: int
    record: Recorder
    pools: dict[str, Pool] = field(default_factory=dict)

    def spans(self, name: str, distribution: TimeDistribution) -> Callable[[], int]:
        """Give a function that draws one span in milliseconds at each call, from the stream `name`."""
        draws = Draws(stream(self.scenario.seed, self.replication, name), distribution.quantile)
        return lambda: to_ms(draws.next())

    def dice(self, name: str) -> Callable[[], float]:
        """Give a function that draws one number in [0, 1) at each call, from the stream `name`."""
        return Draws(stream(self.scenario.seed, self.replication, name), lambda u: u).next

    def pool_named(self, name: str) -> Pool | None:
        """Look up a pool; the service compares ids without case."""
        pool = self.pools.get(name)
        if pool is None:
            pool = next((pool for known, pool in self.pools.items() if known.lower() == name.lower()), None)
        return pool

    def job_number(self, name: str) -> int:
        """Give the place of a job in the scenario, -1 if there is none of that name."""
        jobs = enumerate(self.scenario.jobs)
        return next((number for number, job in jobs if job.id.lower() == name.lower()), -1)

    def core_use(self, kind: str, family: str | None = None) -> int:
        """Count the cores that nodes of one kind hold or have been promised, over all pools."""
        return sum(pool.cores_held(kind, family) for pool in self.pools.values())
