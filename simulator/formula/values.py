"""What an expression can be worth: double, doubleVec, string, timestamp, timeinterval, deallocation keyword.

A double is a Python float and a doubleVec a list of them. Instants and intervals are 64-bit counts of 100 ns
(ticks), instants since the year 1 as in the service's own runtime.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Final

TICKS_PER_SECOND: Final = 10_000_000
MAX_INTERVAL: Final = 2**63 - 1
MAX_TIMESTAMP: Final = 3_155_378_975_999_999_999
"""The last tick of the year 9999."""


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """A signed duration in ticks."""

    ticks: int


@dataclass(frozen=True, slots=True, order=True)
class Timestamp:
    """A UTC instant in ticks since 0001-01-01."""

    ticks: int

    @property
    def fields(self) -> datetime:
        """Year to second; the part below a second is left out, and what lies beyond the calendar is its end."""
        return _EPOCH + timedelta(seconds=min(max(self.ticks, 0), MAX_TIMESTAMP) // TICKS_PER_SECOND)

    @classmethod
    def of(cls, value: datetime) -> "Timestamp":
        """Read an aware datetime."""
        span = value - _EPOCH
        micro = (span.days * 86_400 + span.seconds) * 1_000_000 + span.microseconds
        return cls(micro * 10)

    @property
    def as_datetime(self) -> datetime:
        """The instant as a datetime, cut to microseconds."""
        return _EPOCH + timedelta(microseconds=self.ticks // 10)


_EPOCH: Final = datetime(1, 1, 1, tzinfo=timezone.utc)  # noqa: UP017 - one word less to read


@dataclass(frozen=True, slots=True)
class Keyword:
    """One of the four values of `$NodeDeallocationOption`."""

    name: str


Vector = list[float]
Value = float | Vector | str | Timestamp | Interval | Keyword

_TYPE_NAMES: Final[dict[type, str]] = {
    float: "double",
    list: "doubleVec",
    str: "string",
    Timestamp: "timestamp",
    Interval: "timeinterval",
    Keyword: "deallocation option",
}


def type_name(value: Value) -> str:
    """Return the language's name of a value's type."""
    return _TYPE_NAMES[type(value)]


def format_value(value: Value) -> str:
    """Write a value as the results string does (`docs/autoscale-language.md#results-string`)."""
    if isinstance(value, float):
        return format_double(value)
    if isinstance(value, list):
        return f"[{','.join(map(format_double, value))}]"
    if isinstance(value, Timestamp):
        milli = value.ticks // 10_000 % 1000
        fields = value.fields
        return f"{fields.year:04}-{fields:%m-%dT%H:%M:%S}.{milli:03}Z"
    if isinstance(value, Interval):
        return format_interval(value)
    return value.name if isinstance(value, Keyword) else value


def format_double(value: float) -> str:
    """Write the shortest text that reads back equal, without exponent."""
    if value.is_integer() and -1e16 < value < 1e16:
        return str(int(value))
    text = repr(value)
    if text in _NOT_FINITE:
        return _NOT_FINITE[text]
    if "e" in text:
        text = f"{Decimal(text):f}"
    return text.removesuffix(".0")


_NOT_FINITE: Final = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}


def format_interval(value: Interval) -> str:
    """Write an ISO 8601 duration with days as the largest unit."""
    sign = "-" if value.ticks < 0 else ""
    seconds, fraction = divmod(abs(value.ticks), TICKS_PER_SECOND)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    part = f".{fraction:07}".rstrip("0") if fraction else ""
    clock = "".join(f"{amount}{unit}" for amount, unit in ((hours, "H"), (minutes, "M")) if amount)
    clock += f"{seconds}{part}S" if seconds or part else ""
    text = (f"{days}D" if days else "") + (f"T{clock}" if clock else "")
    return f"{sign}P{text or 'T0S'}"


_W3C: Final = re.compile(
    r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,7}))?)?(Z|[+-]\d{2}:\d{2})?)?)?)?",
    re.ASCII,
)
_RFC1123: Final = re.compile(r"([A-Z][a-z]{2}), (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT", re.ASCII)
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def parse_time(text: str) -> Timestamp:
    """Read W3C-DTF or RFC 1123 (`docs/autoscale-language.md#time-and-calendar`); `ValueError` says what is wrong."""
    if found := _RFC1123.fullmatch(text):
        day_name, day, month, year, hour, minute, second = found.groups()
        if month not in _MONTHS or day_name not in _DAYS:
            raise ValueError(f'"{text}" is no RFC 1123 time')
        when = datetime(
            int(year), _MONTHS.index(month) + 1, int(day), int(hour), int(minute), int(second), tzinfo=_EPOCH.tzinfo
        )
        if _DAYS[when.weekday()] != day_name:
            raise ValueError(f"{when:%Y-%m-%d} is a {_DAYS[when.weekday()]}, not a {day_name}")
        return Timestamp.of(when)
    found = _W3C.fullmatch(text)
    if found is None:
        hint = " with at most 7 digits of a second" if re.search(r"\.\d{8}", text) else ""
        raise ValueError(f'"{text}" is no time, expected one like 2024-03-05T07:30:00Z{hint}')
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    when = datetime(
        int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0), int(second or 0),
        tzinfo=_EPOCH.tzinfo,
    )  # fmt: skip
    ticks = Timestamp.of(when).ticks + (int(fraction.ljust(7, "0")) if fraction else 0)
    if zone and zone != "Z":
        hours, minutes = int(zone[1:3]), int(zone[4:6])
        if hours > 14 or minutes > 59:
            raise ValueError(f"{zone} is no zone")
        shift = (hours * 60 + minutes) * 60 * TICKS_PER_SECOND
        ticks += -shift if zone[0] == "+" else shift
    if not 0 <= ticks <= MAX_TIMESTAMP:
        raise ValueError(f'"{text}" is outside the years 1 to 9999')
    return Timestamp(ticks)


def weekday(value: Timestamp, sunday: int) -> int:
    """Return 1 for Monday to 6 for Saturday, and `sunday` for Sunday."""
    number = date.isoweekday(value.fields)
    return sunday if number == 7 else number
