"""When tasks come: at once, at given times, Poisson, by hour and weekday, in batches, with any interval.

Every process is drawn from uniforms, so that two scenarios which differ only in a rate share their random numbers.
Times are seconds since the scenario's origin; a process without a `start` starts when its job is created.
"""

import math
from abc import abstractmethod
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final, Self

import numpy as np
import numpy.typing as npt
from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    GetJsonSchemaHandler,
    SerializerFunctionWrapHandler,
    Tag,
    model_serializer,
    model_validator,
)
from pydantic_core import CoreSchema

from simulator.columns.broadcast import constant
from simulator.distributions import TimeDistribution, named_form
from simulator.durations import Seconds
from simulator.meanings import describe
from simulator.scenario.format.key_marks import Factor, RatePerHour
from simulator.scenario.format.section import Positive, Section
from simulator.units import S_PER_HOUR

Floats = npt.NDArray[np.float64]
HOURS_PER_WEEK: Final = 168
BLOCK: Final = 4096


class Arrival(Section):
    """One arrival process; `key` is its name in the file."""

    key: ClassVar[str]

    @model_validator(mode="before")
    @classmethod
    def _open(cls, data: object) -> object:
        return data[cls.key] if isinstance(data, Mapping) and set(data) == {cls.key} else data

    @model_serializer(mode="wrap")
    def _close(self, handler: SerializerFunctionWrapHandler) -> Any:
        return {self.key: {name: value for name, value in handler(self).items() if value is not None}}

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Describe the form in the file: a mapping with the process's name as its one key."""
        return named_form(cls.key, super().__get_pydantic_json_schema__(schema, handler))

    @property
    def ends(self) -> bool:
        """Whether the process ends by itself, so that no count is needed."""
        return False

    def later(self, seconds: float) -> Self:
        """Return the same arrivals, every instant that they name so much later."""
        instants = {name: getattr(self, name, None) for name in ("at", "start", "until")}
        moved = {
            name: tuple(one + seconds for one in value) if isinstance(value, tuple) else value + seconds
            for name, value in instants.items()
            if value is not None
        }
        return self.model_copy(update=moved)

    @abstractmethod
    def first(self, created: float) -> float:
        """Return a time before which nothing arrives."""

    @abstractmethod
    def times(self, count: int | None, created: float, hour: float, uniform: np.random.Generator) -> Floats:
        """Draw arrival times in order; `hour` is the hour of the week (0 = Monday 00:00) at the origin."""


class AtOnce(Arrival):
    """All tasks at one instant."""

    key: ClassVar[str] = "atOnce"
    at: Seconds | None = None
    """Since the origin; None: when the job is created."""

    def first(self, created: float) -> float:
        return created if self.at is None else self.at

    def times(self, count: int | None, created: float, hour: float, uniform: np.random.Generator) -> Floats:
        del hour, uniform
        return constant(self.first(created), count or 1, np.float64)


class AtTimes(Arrival):
    """One task at each of the given times."""

    key: ClassVar[str] = "times"
    at: tuple[Seconds, ...] = Field(min_length=1)
    """Times since the origin."""

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Describe the form in the file: `times: [...]`."""
        inner = handler.resolve_ref_schema(handler(schema))
        describe(cls, inner)
        return named_form(cls.key, inner["properties"]["at"])

    @model_validator(mode="before")
    @classmethod
    def _list(cls, data: object) -> object:
        data = data["times"] if isinstance(data, Mapping) and set(data) == {"times"} else data
        return {"at": data} if isinstance(data, list | tuple) else data

    @property
    def ends(self) -> bool:
        return True

    def first(self, created: float) -> float:
        del created
        return min(self.at)

    def times(self, count: int | None, created: float, hour: float, uniform: np.random.Generator) -> Floats:
        del created, hour, uniform
        return np.sort(np.asarray(self.at[:count], dtype=np.float64))


class Process(Arrival):
    """Arrivals one after another from `start`, to `until` or until the count is reached."""

    start: Seconds | None = None
    """When it starts, since the origin; None: when the job is created."""
    until: Seconds | None = None
    """When it ends, since the origin; needed where the group has no `count`."""

    @property
    def ends(self) -> bool:
        return self.until is not None

    def first(self, created: float) -> float:
        return created if self.start is None else self.start


class Drawn(Process):
    """A process that goes on from its last arrival, as its own `offsets` say."""

    @abstractmethod
    def offsets(self, wanted: int, begin: float, hour: float, uniform: np.random.Generator) -> Floats:
        """Draw at least `wanted` further times after `begin`."""

    def times(self, count: int | None, created: float, hour: float, uniform: np.random.Generator) -> Floats:
        now = self.first(created)
        end = math.inf if self.until is None else self.until
        blocks: list[Floats] = []
        drawn = 0
        while now < end and (count is None or drawn < count):
            wanted = BLOCK if count is None else count - drawn
            with np.errstate(over="ignore", invalid="ignore"):  # what is no time is refused with the other columns
                block = self.offsets(wanted, now, hour, uniform)
            if len(block) == 0:
                break
            blocks.append(block)
            drawn += len(block)
            now = float(block[-1])
        times = np.concatenate(blocks) if blocks else np.empty(0)
        return times[times < end][:count]


class Poisson(Drawn):
    """Independent arrivals at a constant rate."""

    key: ClassVar[str] = "poisson"
    rate_per_hour: Annotated[RatePerHour, Field(gt=0)]
    """Mean number of tasks in an hour."""

    def offsets(self, wanted: int, begin: float, hour: float, uniform: np.random.Generator) -> Floats:
        del hour
        gaps = -np.log1p(-uniform.random(wanted))
        return begin + np.cumsum(gaps) * (S_PER_HOUR / self.rate_per_hour)


def _of_length(count: int, what: str) -> BeforeValidator:
    """Return a validator that refuses a list of any other length, and states how long it is."""

    def check(value: object) -> object:
        if isinstance(value, list | tuple) and len(value) != count:
            raise ValueError(f"expected {count} {what}, found {len(value)}")
        return value

    return BeforeValidator(check)


class Profile(Drawn):
    """Poisson arrivals whose rate follows the hour of the day (UTC) and the weekday."""

    key: ClassVar[str] = "profile"
    rates_per_hour: Annotated[
        tuple[RatePerHour, ...],
        Field(min_length=24, max_length=24),
        _of_length(24, "rates, one for each hour of the day"),
    ]
    """24 rates, for the hours 0 to 23 of the day."""
    weekdays: Annotated[
        tuple[Factor, ...], Field(min_length=7, max_length=7), _of_length(7, "factors, Monday to Sunday")
    ] = (1.0,) * 7
    """Seven factors on the rate, Monday to Sunday."""

    @model_validator(mode="after")
    def _some(self) -> Self:
        if max(self.rates_per_hour) * max(self.weekdays) <= 0:
            raise ValueError("expected at least one rate above 0")
        return self

    def offsets(self, wanted: int, begin: float, hour: float, uniform: np.random.Generator) -> Floats:
        """Invert the integrated rate: unit-rate arrivals seen on a clock that runs with the rate."""
        rates = np.outer(self.weekdays, self.rates_per_hour).ravel()
        area = np.concatenate(([0.0], np.cumsum(rates)))
        started = hour + begin / S_PER_HOUR
        weeks, rest = divmod(started, HOURS_PER_WEEK)
        level = np.interp(rest, np.arange(HOURS_PER_WEEK + 1), area) + weeks * area[-1]
        levels = level - np.cumsum(np.log1p(-uniform.random(wanted)))
        full, inside = np.divmod(levels, area[-1])
        segment = np.searchsorted(area[1:], inside, side="right")
        hours = segment + (inside - area[segment]) / rates[segment]
        return np.asarray((full * HOURS_PER_WEEK + hours - hour) * S_PER_HOUR, dtype=np.float64)


class Batches(Process):
    """Groups of `size` tasks, one group every `every`."""

    key: ClassVar[str] = "batches"
    size: Positive
    """Tasks of a batch."""
    every: Seconds
    """Time between batches."""

    @model_validator(mode="after")
    def _positive(self) -> Self:
        if not 0 < self.every < math.inf:
            raise ValueError("expected every above 0")
        return self

    def times(self, count: int | None, created: float, hour: float, uniform: np.random.Generator) -> Floats:
        del hour, uniform
        begin = self.first(created)
        if count is None:
            count = self.size * max(0, math.ceil(((self.until or begin) - begin) / self.every))
        times = begin + (np.arange(count) // self.size) * self.every
        return np.asarray(times if self.until is None else times[times < self.until], dtype=np.float64)


class Renewal(Drawn):
    """Arrivals with independent intervals of any distribution."""

    key: ClassVar[str] = "renewal"
    interval: TimeDistribution
    """Time between one task and the next."""

    @model_validator(mode="after")
    def _positive(self) -> Self:
        if self.interval.mean <= 0:
            raise ValueError("expected an interval above 0")
        return self

    def offsets(self, wanted: int, begin: float, hour: float, uniform: np.random.Generator) -> Floats:
        del hour
        return begin + np.cumsum(self.interval.draws(uniform.random(wanted)))


KINDS: Final = (AtOnce, AtTimes, Poisson, Profile, Batches, Renewal)
NAMES: Final = tuple(kind.key for kind in KINDS)


def _key(value: object) -> str | None:
    if isinstance(value, Arrival):
        return value.key
    if isinstance(value, Mapping) and len(value) == 1:
        name = str(next(iter(value)))
        return name if name in NAMES else None
    return None


Arrivals = Annotated[
    Annotated[AtOnce, Tag("atOnce")]
    | Annotated[AtTimes, Tag("times")]
    | Annotated[Poisson, Tag("poisson")]
    | Annotated[Profile, Tag("profile")]
    | Annotated[Batches, Tag("batches")]
    | Annotated[Renewal, Tag("renewal")],
    Discriminator(
        _key,
        custom_error_type="arrivals",
        custom_error_message=f"expected a mapping with one key out of {', '.join(NAMES)}",
    ),
]
