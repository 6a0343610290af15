"""The shapes: how often which value is drawn."""

import math
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, ClassVar, Final, Self

import numpy as np
from pydantic import (
    Field,
    GetJsonSchemaHandler,
    SerializerFunctionWrapHandler,
    ValidationInfo,
    model_serializer,
    model_validator,
)
from pydantic_core import CoreSchema

from simulator.distributions.shape import Distribution, Floats, Ratio, T, named_form
from simulator.durations import Seconds, format_duration
from simulator.numerics import gamma
from simulator.numerics.normal import quantile as normal_quantile


class Constant(Distribution[T]):
    """Always the same value."""

    shape: ClassVar[str] = "constant"
    value: T
    """The value."""

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Describe the bare value."""
        value: dict[str, Any] = cls._described(schema, handler)["properties"]["value"]
        return value

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, data: object) -> object:
        return data if isinstance(data, Mapping) else {"value": data}

    @model_serializer(mode="wrap")
    def _close(self, handler: SerializerFunctionWrapHandler) -> Any:
        return handler(self)["value"]

    def quantile(self, u: Floats) -> Floats:
        return np.full(u.shape, float(self.value))

    @property
    def mean(self) -> float:
        return float(self.value)

    @property
    def variance(self) -> float:
        return 0.0


class Exponential(Distribution[T]):
    """Memoryless."""

    shape: ClassVar[str] = "exponential"
    average: T = Field(alias="mean")
    """Mean."""

    def quantile(self, u: Floats) -> Floats:
        return -float(self.average) * np.log1p(-u)

    @property
    def mean(self) -> float:
        return float(self.average)

    @property
    def variance(self) -> float:
        return float(self.average) ** 2


class Uniform(Distribution[T]):
    """Equally likely between two bounds."""

    shape: ClassVar[str] = "uniform"
    low: T
    """Least value."""
    high: T
    """Greatest value."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.low > self.high:
            raise ValueError("low must not be above high")
        return self

    def quantile(self, u: Floats) -> Floats:
        return float(self.low) + u * (float(self.high) - float(self.low))

    @property
    def mean(self) -> float:
        return (self.low + self.high) / 2

    @property
    def variance(self) -> float:
        return float((self.high - self.low) ** 2 / 12)


Z95: Final = 1.6448536269514722
"""95th percentile of the standard normal distribution."""


class Lognormal(Distribution[T]):
    """Given by median and 95th percentile, or by mean and coefficient of variation."""

    shape: ClassVar[str] = "lognormal"
    has_tail: ClassVar[bool] = True
    median: T | None = None
    """Value that half of the draws lie below; with `p95`."""
    p95: T | None = None
    """Value that 95 % of the draws lie below."""
    average: T | None = Field(default=None, alias="mean")
    """Mean; with `cv`."""
    cv: Ratio | None = None
    """Coefficient of variation: standard deviation over mean."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        by_quantiles = (self.median is not None) + (self.p95 is not None)
        by_moments = (self.average is not None) + (self.cv is not None)
        if (by_quantiles, by_moments) not in {(2, 0), (0, 2)}:
            raise ValueError("expected either median and p95, or mean and cv")
        if self.median is not None and self.p95 is not None and not 0 < self.median <= self.p95:
            raise ValueError("expected 0 < median <= p95")
        if self.average is not None and self.average <= 0:
            raise ValueError("expected a mean above 0")
        return self

    @cached_property
    def _mu_sigma(self) -> tuple[float, float]:
        if self.median is not None and self.p95 is not None:
            return math.log(self.median), math.log(self.p95 / self.median) / Z95
        square = math.log1p(float(self.cv or 0.0) ** 2)
        return math.log(float(self.average or 1.0)) - square / 2, math.sqrt(square)

    def quantile(self, u: Floats) -> Floats:
        mu, sigma = self._mu_sigma
        return np.exp(mu + sigma * normal_quantile(u)) if sigma else np.full(u.shape, math.exp(mu))

    @property
    def mean(self) -> float:
        mu, sigma = self._mu_sigma
        return math.exp(mu + sigma**2 / 2)

    @property
    def variance(self) -> float:
        return self.mean**2 * math.expm1(self._mu_sigma[1] ** 2)


class Mixture(Distribution[T]):
    """Two kinds of work in one: a share of the draws is of the first, the others are of the second."""

    shape: ClassVar[str] = "mixture"
    has_tail: ClassVar[bool] = True
    share: Annotated[Ratio, Field(gt=0, lt=1)]
    """Share of the draws that are of the first."""
    first: Lognormal[T]
    """The first: `{lognormal: …}`."""
    second: Lognormal[T]
    """The second, likewise."""

    @model_validator(mode="after")
    def _spread(self) -> Self:
        if not (self.first.variance > 0 and self.second.variance > 0):
            raise ValueError("expected two parts that vary")
        return self

    @cached_property
    def _table(self) -> tuple[Floats, Floats]:
        """Values in order, and the share of the draws below each: far closer together than draws can show."""
        shares = np.concatenate([MIXED, 1 - MIXED[-2::-1]])
        first, second = self.first.quantile(shares), self.second.quantile(shares)
        values = np.unique(np.concatenate([first, second]))
        below = (np.interp(values, *_ascending(one, shares), left=0.0, right=1.0) for one in (first, second))
        total = sum(part * below_it for part, below_it in zip((self.share, 1 - self.share), below, strict=True))
        return values, np.asarray(total)

    def quantile(self, u: Floats) -> Floats:
        values, below = self._table
        return np.interp(u, below, values)

    @property
    def mean(self) -> float:
        return self.share * self.first.mean + (1 - self.share) * self.second.mean

    @property
    def variance(self) -> float:
        parts = ((self.share, self.first), (1 - self.share, self.second))
        return sum(weight * (one.variance + (one.mean - self.mean) ** 2) for weight, one in parts)


MIXED: Final = np.concatenate([np.geomspace(1e-12, 1e-3, 200)[:-1], np.linspace(1e-3, 0.5, 1000)])
"""Shares up to a half at which a mixture knows its parts: the tail as closely as the middle."""


def _ascending(values: Floats, shares: Floats) -> tuple[Floats, Floats]:
    """Return values, each once, with the share of the draws up to it."""
    is_last = np.append(np.diff(values) > 0, True)
    return values[is_last], shares[is_last]


class Weibull(Distribution[T]):
    """Shape below 1: many early ends; above 1: ageing."""

    shape: ClassVar[str] = "weibull"
    has_tail: ClassVar[bool] = True
    form: Ratio = Field(alias="shape", gt=0)
    """Shape: below 1 many early ends, above 1 ageing."""
    scale: T
    """Value that 63 % of the draws lie below."""

    def quantile(self, u: Floats) -> Floats:
        return float(self.scale) * (-np.log1p(-u)) ** (1 / self.form)

    @property
    def mean(self) -> float:
        return float(self.scale) * math.gamma(1 + 1 / self.form)

    @property
    def variance(self) -> float:
        return float(self.scale) ** 2 * math.gamma(1 + 2 / self.form) - self.mean**2


class Gamma(Distribution[T]):
    """Given by mean and coefficient of variation."""

    shape: ClassVar[str] = "gamma"
    has_tail: ClassVar[bool] = True
    average: T = Field(alias="mean")
    """Mean."""
    cv: Ratio = Field(gt=0)
    """Coefficient of variation: standard deviation over mean."""

    def quantile(self, u: Floats) -> Floats:
        form = self.cv**-2
        return float(self.average) / form * gamma.quantile(form, u)

    @property
    def mean(self) -> float:
        return float(self.average)

    @property
    def variance(self) -> float:
        return (float(self.average) * self.cv) ** 2


class Triangular(Distribution[T]):
    """Least, most likely and greatest value."""

    shape: ClassVar[str] = "triangular"
    low: T
    """Least value."""
    mode: T
    """Most likely value."""
    high: T
    """Greatest value."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low <= self.mode <= self.high:
            raise ValueError("expected low <= mode <= high")
        return self

    def quantile(self, u: Floats) -> Floats:
        low, mode, high = float(self.low), float(self.mode), float(self.high)
        if low == high:
            return np.full(u.shape, low)
        rising = low + np.sqrt(u * (high - low) * (mode - low))
        falling = high - np.sqrt((1 - u) * (high - low) * (high - mode))
        return np.where(u < (mode - low) / (high - low), rising, falling)

    @property
    def mean(self) -> float:
        return (self.low + self.mode + self.high) / 3

    @property
    def variance(self) -> float:
        a, b, c = float(self.low), float(self.high), float(self.mode)
        return (a * a + b * b + c * c - a * b - a * c - b * c) / 18


class Empirical(Distribution[T]):
    """One of given values, each equally likely; `file` and `column` of a CSV are read at loading."""

    shape: ClassVar[str] = "empirical"
    values: tuple[T, ...] = Field(min_length=1)
    """The values, each as likely as the others."""

    @model_validator(mode="before")
    @classmethod
    def _fetch(cls, data: object, info: ValidationInfo) -> object:
        data = data[cls.shape] if isinstance(data, Mapping) and cls.shape in data else data
        if not isinstance(data, Mapping) or "file" not in data:
            return data
        if info.context is None or "read_column" not in info.context:
            raise ValueError("a file can be named only in a scenario that is loaded from a file")
        others = set(data) - {"file", "column"}
        if others:
            raise ValueError(f"beside file only column may stand here, not {', '.join(sorted(map(str, others)))}")
        values = info.context["read_column"](data["file"], data.get("column"))
        in_seconds = cls.__pydantic_generic_metadata__["args"] == (Seconds,)
        return {"values": [format_duration(value) for value in values] if in_seconds else values}

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Describe both forms: values, or a file and its column."""
        inner = cls._described(schema, handler)
        texts = {"file": "Path of a CSV file, relative to the scenario.", "column": "Name of the column that is read."}
        read = {key: {"type": "string", "description": text} for key, text in texts.items()}
        properties = {**inner["properties"], **read}
        return named_form(cls.shape, {**inner, "properties": properties, "required": []})

    @cached_property
    def _sorted(self) -> Floats:
        return np.sort(np.asarray(self.values, dtype=np.float64))

    def quantile(self, u: Floats) -> Floats:
        return self._sorted[(u * len(self.values)).astype(np.int64)]

    @property
    def mean(self) -> float:
        return float(self._sorted.mean())

    @property
    def variance(self) -> float:
        return float(self._sorted.var())


SHAPES: Final = (Exponential, Uniform, Lognormal, Mixture, Weibull, Gamma, Triangular, Empirical)
