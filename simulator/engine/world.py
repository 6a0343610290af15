"""What every process of a run shares: clock, scenario, record, streams, and the pools by id."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simulator.engine.environment import Environment
from simulator.engine.nodes.machine_numbers import Names
from simulator.results.raw.recorder import Recorder
from simulator.scenario import Scenario
from simulator.states import NodeKind
from simulator.streams import Draws, Luck, stream
from simulator.units import to_ms

if TYPE_CHECKING:
    import numpy as np

    from simulator.distributions import Distribution
    from simulator.engine.jobs.job import Job
    from simulator.engine.jobs.schedule import Schedule
    from simulator.engine.nodes.node import Node
    from simulator.engine.pools.pool import Pool
    from simulator.scenario.format.bodies import Pool as Description
    from simulator.scenario.format.schema import Account
    from simulator.streams import Quantile


@dataclass(frozen=True, slots=True)
class Outage:
    """Capacity that the region cannot give for a while."""

    size: str | None
    """Lower-case name of a VM size; None = all."""
    zone: int | None
    """None = all zones."""

    def hits(self, size: str, zone: int) -> bool:
        """Say whether a VM of this size in this zone cannot be had."""
        return self.size in (None, size.lower()) and self.zone in (None, zone)


@dataclass(slots=True)
class World:
    """The context of one run; passed to every process, never global."""

    env: Environment
    scenario: Scenario
    replication: int
    record: Recorder
    pools: dict[str, Pool] = field(default_factory=dict)
    jobs: list[Job] = field(default_factory=list)
    """All jobs of the run, by number, also those that are not created yet."""
    schedules: list[Schedule] = field(default_factory=list)
    addresses: Names = field(default_factory=Names)
    """Numbers of the machines' addresses, over all pools."""
    outages: list[Outage] = field(default_factory=list)
    """Shortages of capacity that last."""

    def spans(self, name: str, distribution: Distribution[float]) -> Callable[[], int]:
        """Give a function that draws one span in milliseconds at each call, from the stream `name`."""
        draws = Draws(stream(self.scenario.seed, self.replication, name), distribution.quantile)
        return lambda: to_ms(draws.next())

    def dice(self, name: str) -> Callable[[], float]:
        """Give a function that draws one number in [0, 1) at each call, from the stream `name`."""
        return Draws(stream(self.scenario.seed, self.replication, name), lambda u: u).next

    def node_spans(self, name: str, distribution: Distribution[float]) -> Callable[[Node], int]:
        """Give a function that draws the next span of a node in milliseconds, whatever other nodes have drawn."""
        luck = self._luck(name, distribution.quantile)
        return lambda node: to_ms(luck[node.kind].next(node.place))

    def node_dice(self, name: str) -> Callable[[Node], float]:
        """Give a function that draws the next number in [0, 1) of a node, whatever other nodes have drawn."""
        luck = self._luck(name, lambda u: u)
        return lambda node: luck[node.kind].next(node.place)

    def _luck(self, name: str, quantile: Quantile) -> dict[NodeKind, Luck]:
        """Give each kind of node luck of its own: how many there are of one kind is nothing to the other."""

        def generator(kind: NodeKind) -> Callable[[int], np.random.Generator]:
            return lambda turn: stream(self.scenario.seed, self.replication, f"{name}:{kind}:{turn}")

        return {kind: Luck(generator(kind), quantile) for kind in NodeKind}

    def pool_named(self, name: str) -> Pool | None:
        """Look up a pool; the service compares ids without case."""
        pool = self.pools.get(name)
        if pool is None:
            pool = next((pool for known, pool in self.pools.items() if known.lower() == name.lower()), None)
        return pool

    def job_number(self, name: str) -> int:
        """Give the number of a job, -1 if there is none of that name."""
        return next((job.number for job in self.jobs if job.body.id.lower() == name.lower()), -1)

    def account_of(self, pool: Description) -> Account:
        """Give the account that a pool belongs to."""
        name = pool.simulation.account
        if name is None:
            return self.scenario.account
        return next(found for known, found in self.scenario.accounts.items() if known.lower() == name.lower())

    def core_use(self, account: Account, kind: str, family: str | None = None) -> int:
        """Count the cores that nodes of one kind hold or have been promised, over all pools of an account."""
        return sum(pool.cores_held(kind, family) for pool in self.pools.values() if pool.account is account)

    def has_capacity(self, pool: Pool, zone: int) -> bool:
        """Say whether the region can give a VM of the pool's size in a zone now."""
        return not any(outage.hits(pool.description.vm_size, zone) for outage in self.outages)
