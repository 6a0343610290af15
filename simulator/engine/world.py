"""What every process of a run shares: clock, scenario, record, random streams, and the outages of the region."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import simpy

from simulator.engine.environment import NODES, Environment
from simulator.engine.random_streams import RandomStreams
from simulator.results.raw.recorder import Recorder
from simulator.scenario import Scenario
from simulator.scenario.format.catalogue import canonical
from simulator.units import to_ms

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from simulator.scenario.format.bodies import Pool
    from simulator.scenario.format.schema import Account, Options


@dataclass(frozen=True, slots=True)
class Outage:
    """Capacity that the region lacks for a while."""

    size: str | None
    """A VM size, as names are compared; None = all."""
    zone: int | None
    """None = all zones."""

    def hits(self, size: str, zone: int) -> bool:
        """Return whether it denies VMs of this size in this zone."""
        return self.size in (None, canonical(size)) and self.zone in (None, zone)


@dataclass(slots=True)
class World:
    """The context of one run; passed to every process, never global."""

    env: Environment
    scenario: Scenario
    record: Recorder
    streams: RandomStreams
    _outages: list[Outage] = field(default_factory=list)
    """Those that last."""
    bring: Callable[[int, Sequence[int]], None] = field(init=False)
    """Submits tasks of a job, by its number, now: their time was not known before."""
    outage_over: simpy.Event = field(init=False)
    """Happens when the next one is over."""

    def __post_init__(self) -> None:
        self.outage_over = simpy.Event(self.env)

    @property
    def options(self) -> Options:
        """The scenario's choices where the service leaves a point open."""
        return self.scenario.options

    def account_of(self, pool: Pool) -> Account:
        """Return the account that a pool belongs to."""
        return self.scenario.account_of(pool)

    @property
    def has_outages(self) -> bool:
        """Whether the region lacks capacity of some kind now."""
        return bool(self._outages)

    def has_capacity(self, size: str, zone: int) -> bool:
        """Return whether the region has a VM of a size in a zone now."""
        return not any(outage.hits(size, zone) for outage in self._outages)

    def begin_outage(self, outage: Outage, duration: float) -> None:
        """Start an outage that ends after `duration` seconds."""
        self._outages.append(outage)
        self.env.after(to_ms(duration), NODES).callbacks.append(lambda _: self._end_outage(outage))

    def _end_outage(self, outage: Outage) -> None:
        self._outages.remove(outage)
        over, self.outage_over = self.outage_over, simpy.Event(self.env)
        over.succeed()
