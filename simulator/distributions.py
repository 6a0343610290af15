"""Distributions that are drawn by inverse CDF, so that a stream's k-th number means the same everywhere.

In a scenario: a bare value is a constant; otherwise a mapping with one key that names the family, e.g.
`{exponential: {mean: 60s}}`. Time parameters are durations, number parameters plain numbers.
"""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from simulator.durations import Duration

Values = npt.NDArray[np.float64]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Z95 = 1.6448536269514722
"""95th percentile of the standard normal distribution."""


class _Family(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Constant(_Family):
    """Always the same value."""

    family: Literal["constant"] = "constant"
    value: NotNegative

    def quantile(self, u: Values) -> Values:
        return np.full(len(u), self.value)

    @property
    def mean(self) -> float:
        return self.value


class Uniform(_Family):
    """Every value between `low` and `high` alike."""

    family: Literal["uniform"] = "uniform"
    low: NotNegative
    high: NotNegative

    def quantile(self, u: Values) -> Values:
        return self.low + u * (self.high - self.low)

    @property
    def mean(self) -> float:
        return (self.low + self.high) / 2


class Exponential(_Family):
    """Memoryless, with the given mean."""

    family: Literal["exponential"] = "exponential"
    mean: Positive

    def quantile(self, u: Values) -> Values:
        return -self.mean * np.log1p(-u)


class Lognormal(_Family):
    """Given by its median and 95th percentile; σ = ln(p95 / median) / 1.6449."""

    family: Literal["lognormal"] = "lognormal"
    median: Positive
    p95: Positive

    def quantile(self, u: Values) -> Values:
        from scipy.special import ndtri  # noqa: PLC0415 - heavy, and few scenarios need it

        # u = 0 would give an infinite exponent: half of the generator's step keeps it finite.
        deviate = ndtri(np.clip(u, 2.0**-54, None))
        return np.asarray(self.median * np.exp(self.sigma * deviate), dtype=np.float64)

    @property
    def sigma(self) -> float:
        return math.log(self.p95 / self.median) / Z95

    @property
    def mean(self) -> float:
        return self.median * math.exp(self.sigma**2 / 2)


class Weibull(_Family):
    """Hazard that grows (`shape` > 1) or falls (`shape` < 1) with age."""

    family: Literal["weibull"] = "weibull"
    shape: Positive
    scale: Positive

    def quantile(self, u: Values) -> Values:
        return np.asarray(self.scale * (-np.log1p(-u)) ** (1 / self.shape), dtype=np.float64)

    @property
    def mean(self) -> float:
        return self.scale * math.gamma(1 + 1 / self.shape)


Family = Constant | Uniform | Exponential | Lognormal | Weibull
SHAPES = {"shape"}
"""Parameters that are plain numbers even where the values are durations."""


def _named(value: Any) -> Any:
    """Turn `{exponential: {mean: 60s}}` into the tagged form, and a bare value into a constant."""
    if isinstance(value, dict) and len(value) == 1 and "family" not in value:
        ((family, parameters),) = value.items()
        if isinstance(parameters, dict):
            return {"family": family, **parameters}
    return value


def _timed(value: Any) -> Any:
    if isinstance(value, dict) and "family" in value:
        return value  # written by ourselves: seconds
    value = _named(value)
    if isinstance(value, dict):
        return {
            key: v if key in SHAPES or key == "family" else Duration.seconds(v) for key, v in value.items()
        }
    return value if isinstance(value, BaseModel) else {"family": "constant", "value": Duration.seconds(value)}


def _numbered(value: Any) -> Any:
    value = _named(value)
    return value if isinstance(value, dict | BaseModel) else {"family": "constant", "value": value}


TimeDistribution = Annotated[Family, Field(discriminator="family"), BeforeValidator(_timed)]
NumberDistribution = Annotated[Family, Field(discriminator="family"), BeforeValidator(_numbered)]
