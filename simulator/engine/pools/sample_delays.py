"""When samples of autoscale metrics are taken, and how late each can be read (`docs/model.md#delay-of-samples`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import numpy as np

from simulator.units import MS_PER_S, to_ms

if TYPE_CHECKING:
    import numpy.typing as npt

    from simulator.engine.random_streams import RandomStreams
    from simulator.scenario.format.schema import Options

PERIOD_S: Final = 30
BLOCK: Final = 128
"""Ticks of a metric that are drawn at once."""
LOST: Final = -1
"""Delay of a sample that can never be read."""


class Profile(NamedTuple):
    """How late samples can be read, in seconds, and how probable it is that one is later still."""

    delay: float
    jitter: float
    late_probability: float = 0.0


EXACT: Final = "exact"
PROFILES: Final = {
    "typical": Profile(0.0, 10.0, 0.02),
    EXACT: Profile(0.0, 0.0),
    "documented": Profile(60.0, 0.0),
}
"""Those that do not follow from options alone."""


@dataclass(slots=True)
class _Drawn:
    """The block of a metric's delays that is in use."""

    generator: np.random.Generator
    number: int
    delays: list[int]


class SampleDelays:
    """Draws for one pool when its sampler ticks, and for each metric how late the sample of a tick can be read.

    Each metric draws from a stream of its own, for every tick alike: neither what is sampled nor what a formula reads
    changes what is drawn.
    """

    def __init__(self, options: Options, streams: RandomStreams, pool: str) -> None:
        self._streams = streams
        self._pool = pool
        name = options.sample_profile
        own = Profile(options.sample_delay_s, options.sample_jitter_s)
        self._profile = PROFILES.get(name, own)
        late = options.sample_late_probability
        is_exact = name == EXACT
        self._late = 0.0 if is_exact else self._profile.late_probability if late == "by_profile" else late
        self._late_max = options.sample_late_max_s
        self._drop = options.sample_drop_probability
        self._varies = bool(self._drop or self._late or self._profile.jitter)
        self._drawn: dict[str, _Drawn] = {}
        self.phase = self._phase(0.0 if is_exact and options.sample_phase_s == "drawn" else options.sample_phase_s)
        """When the sampler ticks inside its period, in ms."""

    def _phase(self, chosen: float | Literal["drawn"]) -> int:
        if chosen != "drawn":
            return to_ms(chosen)
        return int(PERIOD_S * MS_PER_S * self._streams.uniform_draws(f"sample phase:{self._pool}")())

    def of(self, metric: str, tick: int) -> int:
        """Return how many milliseconds after the tick a sample of that metric can be read, or LOST.

        Ticks of a metric are asked for in order.
        """
        if not self._varies:
            return to_ms(self._profile.delay)
        number, place = divmod(tick, BLOCK)
        drawn = self._drawn.get(metric)
        if drawn is None:
            drawn = _Drawn(self._streams.generator(f"samples:{self._pool}:{metric}"), -1, [])
            self._drawn[metric] = drawn
        while drawn.number < number:
            drawn.delays = self._delays(drawn.generator.random((BLOCK, 3)))
            drawn.number += 1
        return drawn.delays[place]

    def _delays(self, draws: npt.NDArray[np.float64]) -> list[int]:
        """Turn one row of draws a tick into delays: whether it is lost, its jitter, whether and how much it is late."""
        lost, jitter, late = draws.T
        seconds = self._profile.delay + self._profile.jitter * jitter
        if self._late:
            seconds += np.where(late < self._late, late / self._late * self._late_max, 0.0)
        found = np.rint(seconds * MS_PER_S).astype(np.int64)
        found[lost < self._drop] = LOST
        delays: list[int] = found.tolist()
        return delays
