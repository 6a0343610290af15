"""Durations, numbers and how they vary: every random quantity of a scenario is one of these shapes.

A bare value is a constant (`90s`, `2`), else a mapping with one key names the shape:
`{lognormal: {median: 60s, p95: 120s}}`. Values are drawn by inverse CDF from a uniform stream, so that a
change of one parameter keeps every draw's random number (common random numbers).
"""

import inspect
import math
from abc import abstractmethod
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, ClassVar, Final, Generic, Self, TypeVar

import numpy as np
import numpy.typing as npt
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    GetJsonSchemaHandler,
    SerializerFunctionWrapHandler,
    Tag,
    ValidationInfo,
    model_serializer,
    model_validator,
)
from pydantic_core import CoreSchema
from typing_extensions import TypeAliasType

from simulator.durations import Seconds, format_duration
from simulator.meanings import describe
from simulator.numerics import gamma
from simulator.numerics.normal import quantile as normal_quantile

Floats = npt.NDArray[np.float64]


LARGEST_MEAN: Final = 1e12
"""Of a distribution: a draw is seldom a thousand times as large, and 64 bits count that in milliseconds."""


def _finite(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("expected a number, found true or false")  # noqa: TRY004 - pydantic reports ValueErrors only
    return value


Number = Annotated[float, Field(ge=0, le=LARGEST_MEAN, allow_inf_nan=False), BeforeValidator(_finite)]
"""A plain number that is not negative."""

T = TypeVar("T", bound=float)
OF: Final = {"seconds": Seconds, "number": Number}
"""What a distribution is of, by the name under which it travels to another process."""


def named_form(name: str, inner: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON Schema of a mapping with the one key `name`."""
    return {"type": "object", "properties": {name: inner}, "required": [name], "additionalProperties": False}


class Distribution(BaseModel, Generic[T]):
    """One shape; `quantile` is its inverse CDF."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
    shape: ClassVar[str]
    has_tail: ClassVar[bool] = False
    """Whether its parameters, each in its range, can come to a mean beyond all numbers."""

    @model_validator(mode="before")
    @classmethod
    def _open(cls, data: object) -> object:
        if isinstance(data, Mapping) and cls.shape in data:
            return data[cls.shape]
        return data

    @model_serializer(mode="wrap")
    def _close(self, handler: SerializerFunctionWrapHandler) -> Any:
        names = {name: field.alias or name for name, field in type(self).model_fields.items()}
        body = {names.get(key, key): value for key, value in handler(self).items() if value is not None}
        return {self.shape: body}

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Describe the form in the file: a mapping with the shape's name as its one key."""
        return named_form(cls.shape, cls._described(schema, handler))

    @classmethod
    def _described(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Return the schema of the parameters, with what each of them means."""
        inner: dict[str, Any] = handler.resolve_ref_schema(handler(schema))
        describe(cls, inner)
        inner.setdefault("description", inspect.getdoc(cls.__pydantic_generic_metadata__["origin"] or cls))
        return inner

    def __reduce__(self) -> str | tuple[Any, ...]:
        """Return how to make a copy in another process: a shape of some values has no name to be found by there."""
        made = type(self).__pydantic_generic_metadata__
        names = [name for name, kind in OF.items() if made["args"] == (kind,)]
        return (_empty, (made["origin"], *names), self.__getstate__()) if names else super().__reduce__()

    @abstractmethod
    def quantile(self, u: Floats) -> Floats:
        """Return the value below which a share `u` (in [0, 1)) of all draws falls."""

    def draws(self, u: Floats) -> Floats:
        """Return the draws of uniform numbers; what is too large for a float is infinite, and its taker refuses it."""
        with np.errstate(over="ignore"):
            return self.quantile(u)

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if not self.has_tail:
            return self
        try:
            is_bounded = self.mean <= LARGEST_MEAN and self.variance < math.inf
        except OverflowError:
            is_bounded = False
        except (ValueError, ZeroDivisionError):
            return self  # its values do not fit together, which the shape itself reports
        if not is_bounded:
            raise ValueError(
                f"the tail is too long: expected a mean of at most {LARGEST_MEAN:.0e}, and a finite variance"
            )
        return self

    @property
    @abstractmethod
    def mean(self) -> float: ...

    @property
    @abstractmethod
    def variance(self) -> float: ...


def _empty(shape: type[Distribution[Any]], of: str) -> Distribution[Any]:
    """Return a distribution that is given its parameters afterwards."""
    kind: type[Distribution[Any]] = shape[OF[of]]  # type: ignore[index]
    return kind.__new__(kind)


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
    cv: Number | None = None
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


class Weibull(Distribution[T]):
    """Shape below 1: many early ends; above 1: ageing."""

    shape: ClassVar[str] = "weibull"
    has_tail: ClassVar[bool] = True
    form: Number = Field(alias="shape", gt=0)
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
    cv: Number = Field(gt=0)
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


SHAPES: Final = (Exponential, Uniform, Lognormal, Weibull, Gamma, Triangular, Empirical)
SHAPE_NAMES: Final = tuple(shape.shape for shape in SHAPES)


def _shape_of(value: object) -> str | None:
    if isinstance(value, Distribution):
        return value.shape
    if isinstance(value, Mapping):
        names = [str(key) for key in value]
        return names[0] if len(names) == 1 and names[0] in (*SHAPE_NAMES, "constant") else None
    return "constant"


_UNION = Discriminator(
    _shape_of,
    custom_error_type="distribution",
    custom_error_message=f"expected one value or a mapping with one key out of {', '.join(SHAPE_NAMES)}",
)

# Both unions have a name, so that each is built once and described once in the schema, wherever it stands.
TimeDistribution = TypeAliasType(
    "TimeDistribution",
    Annotated[
        Annotated[Constant[Seconds], Tag("constant")]
        | Annotated[Exponential[Seconds], Tag("exponential")]
        | Annotated[Uniform[Seconds], Tag("uniform")]
        | Annotated[Lognormal[Seconds], Tag("lognormal")]
        | Annotated[Weibull[Seconds], Tag("weibull")]
        | Annotated[Gamma[Seconds], Tag("gamma")]
        | Annotated[Triangular[Seconds], Tag("triangular")]
        | Annotated[Empirical[Seconds], Tag("empirical")],
        _UNION,
    ],
)
"""A duration that varies; values in seconds."""
NumberDistribution = TypeAliasType(
    "NumberDistribution",
    Annotated[
        Annotated[Constant[Number], Tag("constant")]
        | Annotated[Exponential[Number], Tag("exponential")]
        | Annotated[Uniform[Number], Tag("uniform")]
        | Annotated[Lognormal[Number], Tag("lognormal")]
        | Annotated[Weibull[Number], Tag("weibull")]
        | Annotated[Gamma[Number], Tag("gamma")]
        | Annotated[Triangular[Number], Tag("triangular")]
        | Annotated[Empirical[Number], Tag("empirical")],
        _UNION,
    ],
)
"""A number that varies and is never negative."""
