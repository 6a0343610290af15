"""How the cloud takes low-priority nodes back: the models a pool can choose from."""

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Final, Literal, Self

from pydantic import Field, ValidationInfo, model_validator

from simulator.durations import Seconds
from simulator.scenario.format.section import Amount, Count, Fraction, Section

BANDS: Final = {"0-5": 0.025, "5-10": 0.075, "10-15": 0.125, "15-20": 0.175, "20+": 0.25}
"""Middle of each published eviction-rate band, read as a probability per hour (docs/model.md#preemption-models)."""

EvictionRateBand = Literal["0-5", "5-10", "10-15", "15-20", "20+"]
Rate = Annotated[Amount, Field(gt=0)]


class NoPreemption(Section):
    """Nodes are never taken back."""

    model: Literal["none"] = "none"


class Hazard(Section):
    """Exponential life per VM, from `creating` until gone."""

    model: Literal["hazard"]
    rate_per_hour: Amount | None = None
    eviction_rate_band: EvictionRateBand | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.rate_per_hour is None) == (self.eviction_rate_band is None):
            raise ValueError("expected either ratePerHour or evictionRateBand")
        return self

    @property
    def rate(self) -> float:
        """Hazard per hour; a band with middle p gives -ln(1 - p)."""
        if self.rate_per_hour is not None:
            return self.rate_per_hour
        return -math.log1p(-BANDS[self.eviction_rate_band or "0-5"])


UNWRITTEN: Final = Hazard.model_construct(model="hazard", eviction_rate_band="5-10")
"""What a pool faces whose file has no `preemption`: a low rate, because none at all is nobody's experience."""


class WeibullHazard(Section):
    """Ageing hazard: life is Weibull distributed, shape above 1 means older nodes die sooner."""

    model: Literal["weibull"]
    shape: Rate
    scale: Seconds


class WeibullLife(Section):
    """Shape and scale of one of the competing risks of a bathtub."""

    shape: Rate
    scale: Seconds


class BathtubHazard(Section):
    """Competing risks, the earliest of three ends a life: early deaths, steady rate, wear-out."""

    model: Literal["bathtub"]
    early: WeibullLife
    rate_per_hour: Amount
    wear_out: WeibullLife


class CapacityEvent(Section):
    """At given times, or as a Poisson process, a fraction of the low-priority nodes goes at once."""

    model: Literal["capacity_event"]
    times: tuple[Seconds, ...] | None = None
    mean_interval: Seconds | None = None
    fraction: Fraction

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
    available: Count


class CapacityCurve(Section):
    """Low-priority nodes available over time, from points or a CSV with columns `time` and `available`."""

    model: Literal["capacity_curve"]
    points: tuple[CapacityPoint, ...] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _fetch(cls, data: object, info: ValidationInfo) -> object:
        if not isinstance(data, Mapping) or "file" not in data:
            return data
        if "points" in data:
            raise ValueError("expected either points or file")
        if info.context is None or "read_curve" not in info.context:
            raise ValueError("a file can be named only in a scenario that is loaded from a file")
        rest = {key: value for key, value in data.items() if key != "file"}
        return {**rest, "points": info.context["read_curve"](data["file"])}

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        times = [point.at for point in self.points]
        if any(later <= earlier for earlier, later in pairwise(times)):
            raise ValueError("expected points in order of time, each time once")
        return self


Preemption = Annotated[
    NoPreemption | Hazard | WeibullHazard | BathtubHazard | CapacityEvent | CapacityCurve,
    Field(discriminator="model"),
]
