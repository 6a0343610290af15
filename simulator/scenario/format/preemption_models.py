"""How the cloud takes low-priority nodes back: the models a pool can choose from."""

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Final, Literal, Self

from pydantic import Field, ValidationInfo, model_validator

from simulator.durations import Seconds
from simulator.scenario.format.key_marks import PROBABILITY, Factor, RatePerHour
from simulator.scenario.format.section import Count, Fraction, Positive, Section

BANDS: Final = {"0-5": 0.025, "5-10": 0.075, "10-15": 0.125, "15-20": 0.175}
"""Middle of each published eviction-rate band, a probability per hour (docs/model.md#preemption-models)."""
OPEN_BAND: Final = "20+"
"""The band that has no upper end."""
OPEN_PROBABILITY: Final = 0.25
"""What it is taken for where the scenario does not say: assumed."""

EvictionRateBand = Literal["0-5", "5-10", "10-15", "15-20", "20+"]
Shape = Annotated[Factor, Field(gt=0)]


class NoPreemption(Section):
    """Nodes are never taken back."""

    model: Literal["none"] = "none"


class Hazard(Section):
    """Exponential life per VM, from `creating` until gone."""

    model: Literal["hazard"]
    rate_per_hour: RatePerHour | None = None
    """Evictions of one node in an hour of its life."""
    eviction_rate_band: EvictionRateBand | None = None
    """Published band of the probability of an eviction within an hour, in per cent; its middle counts."""
    open_band: Annotated[float, Field(ge=0.2, lt=1), PROBABILITY] | None = None
    """What the band 20+ stands for, a probability per hour; None = 0.25: no upper end of it is published."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.rate_per_hour is None) == (self.eviction_rate_band is None):
            raise ValueError("expected either ratePerHour or evictionRateBand")
        if self.open_band is not None and self.eviction_rate_band != OPEN_BAND:
            raise ValueError(f"openBand goes with evictionRateBand {OPEN_BAND} alone")
        return self

    @property
    def band_probability(self) -> float | None:
        """Chance of an eviction within an hour that the band stands for; None where the rate is given."""
        if self.eviction_rate_band == OPEN_BAND:
            return OPEN_PROBABILITY if self.open_band is None else self.open_band
        return None if self.eviction_rate_band is None else BANDS[self.eviction_rate_band]

    @property
    def rate(self) -> float:
        """Hazard per hour; a band that stands for the probability p gives -ln(1 - p)."""
        chance = self.band_probability
        return self.rate_per_hour or 0.0 if chance is None else -math.log1p(-chance)


UNWRITTEN: Final = Hazard.model_construct(model="hazard", eviction_rate_band="5-10")
"""What a pool faces whose file has no `preemption`: a low rate, because none at all is nobody's experience."""


class WeibullHazard(Section):
    """Ageing hazard: life is Weibull distributed, shape above 1 means older nodes die sooner."""

    model: Literal["weibull"]
    shape: Shape
    """Above 1 older nodes are taken sooner, below 1 younger ones; 1 is a constant rate."""
    scale: Seconds
    """Age by which 63 % of the nodes have been taken."""


class WeibullLife(Section):
    """Shape and scale of one of the competing risks of a bathtub."""

    shape: Shape
    """Above 1 the risk grows with age, below 1 it falls."""
    scale: Seconds
    """Age by which 63 % of the nodes have been taken."""


class BathtubHazard(Section):
    """Competing risks, the earliest of three ends a life: early deaths, steady rate, wear-out."""

    model: Literal["bathtub"]
    early: WeibullLife
    """Early deaths: shape below 1."""
    rate_per_hour: RatePerHour
    """Steady evictions of one node in an hour."""
    wear_out: WeibullLife
    """Wear-out: shape above 1."""


class CapacityEvent(Section):
    """At given times, or as a Poisson process, a fraction of the low-priority nodes goes at once."""

    model: Literal["capacity_event"]
    times: tuple[Seconds, ...] | None = None
    """When capacity is taken, since the origin."""
    mean_interval: Seconds | None = None
    """Mean time between events of a Poisson process, instead of `times`."""
    fraction: Fraction
    """Share of the low-priority nodes that goes at each event."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.times is None) == (self.mean_interval is None):
            raise ValueError("expected either times or meanInterval")
        if self.mean_interval is not None and not 0 < self.mean_interval < math.inf:
            raise ValueError("expected a meanInterval above 0")
        return self


class CapacityPoint(Section):
    """The number of low-priority nodes available from `at` on."""

    at: Seconds
    """Since the origin."""
    available: Count
    """How many low-priority nodes the pool can have from then on."""


def fetched(data: object, info: ValidationInfo, key: str, reader: str) -> object:
    """Return a section with what the file that it names holds under `key`."""
    if not isinstance(data, Mapping) or "file" not in data:
        return data
    if key in data:
        raise ValueError(f"expected either {key} or file")
    if info.context is None or reader not in info.context:
        raise ValueError("a file can be named only in a scenario that is loaded from a file")
    rest = {name: value for name, value in data.items() if name != "file"}
    return {**rest, key: info.context[reader](data["file"])}


class CapacityCurve(Section):
    """Low-priority nodes available over time, from points or a CSV with columns `time` and `available`."""

    model: Literal["capacity_curve"]
    points: tuple[CapacityPoint, ...] = Field(min_length=1)
    """How many nodes are available from when on."""

    @model_validator(mode="before")
    @classmethod
    def _fetch(cls, data: object, info: ValidationInfo) -> object:
        return fetched(data, info, "points", "read_curve")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        times = [point.at for point in self.points]
        if any(later <= earlier for earlier, later in pairwise(times)):
            raise ValueError("expected points in order of time, each time once")
        return self


class Eviction(Section):
    """Low-priority nodes that are taken at one time: those named, or a number of them at random."""

    at: Seconds
    """Since the origin."""
    pool: str | None = None
    """None: the pool whose trace this is; evictions of other pools are passed over."""
    count: Positive | None = None
    """How many nodes are taken, drawn from those that are there."""
    nodes: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    """Ids of the nodes that are taken."""

    def is_of(self, name: str) -> bool:
        """Return whether it concerns the pool `name`, in whose trace it stands."""
        return self.pool is None or self.pool.lower() == name.lower()

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.count is None) == (not self.nodes):
            raise ValueError("expected either count or nodes")
        return self


class PreemptionTrace(Section):
    """Evictions at given instants, from a list or a CSV with columns `time`, `count` or `node`, and maybe `pool`."""

    model: Literal["trace"]
    evictions: tuple[Eviction, ...] = Field(min_length=1)
    """Which nodes are taken when."""

    @model_validator(mode="before")
    @classmethod
    def _fetch(cls, data: object, info: ValidationInfo) -> object:
        return fetched(data, info, "evictions", "read_evictions")

    def of_pool(self, name: str) -> list[Eviction]:
        """Return the evictions of a pool, by time."""
        return sorted((one for one in self.evictions if one.is_of(name)), key=lambda one: one.at)


Preemption = Annotated[
    NoPreemption | Hazard | WeibullHazard | BathtubHazard | CapacityEvent | CapacityCurve | PreemptionTrace,
    Field(discriminator="model"),
]
