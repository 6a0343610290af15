"""Instants of a scenario file: ISO-8601 times, UTC where no zone is given, or durations since the origin."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from operator import is_
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, PlainSerializer

from simulator.durations import format_duration

_ISO_TIME: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?)?", re.IGNORECASE | re.ASCII
)
EXPECTED_TIME: Final = "expected an ISO-8601 time like 2026-01-05T08:00:00Z"
YEARS: Final = (1900, 2150)
"""Of an origin: instants of runs of a hundred years fit into the 64-bit nanoseconds of tables."""


def parse_time(value: object) -> datetime:
    """Read an ISO-8601 time as UTC."""
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day, tzinfo=UTC)
    if isinstance(value, str):
        value = _parsed(value.strip().upper())
    if not isinstance(value, datetime):
        raise ValueError(EXPECTED_TIME)  # noqa: TRY004
    try:
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except OverflowError:
        raise ValueError("in UTC this lies outside of the years 1 to 9999") from None


def _parsed(text: str) -> datetime:
    if not _ISO_TIME.fullmatch(text):
        raise ValueError(EXPECTED_TIME)
    try:
        return datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text))
    except ValueError:
        raise ValueError(f"no such date or time; {EXPECTED_TIME}") from None


def _origin(value: datetime) -> datetime:
    first, last = YEARS
    if not first <= value.year <= last:
        raise ValueError(f"expected a time from {first} to {last}")
    return value


def _write(value: datetime) -> str:
    return value.isoformat().replace("+00:00", "Z")


def to_the_second(instant: datetime) -> str:
    """Return an instant as messages write it, without fractions of a second."""
    return instant.isoformat(timespec="seconds").replace("+00:00", "Z")


Origin = Annotated[
    datetime, BeforeValidator(parse_time), AfterValidator(_origin), PlainSerializer(_write, return_type=str)
]
"""The instant that all times of a run count from."""

INSTANT_KEYS: Final = frozenset(
    {"at", "times", "submit", "createdat", "start", "until", "horizon", "donotrununtil", "donotrunafter"}
)
"""Folded names of the keys whose value is an instant."""


@lru_cache(maxsize=4096)
def _is_instant(key: object) -> bool:
    return isinstance(key, str) and key.replace("_", "").lower() in INSTANT_KEYS


def offsets(data: Any, origin: datetime | None, *, instant: bool = False) -> Any:
    """Replace absolute times under the keys of instants by durations since `origin`; by 0 where that is not known.

    What holds none is returned as it is.
    """
    kind = type(data)
    if kind is str and not instant:
        return data
    if kind is dict or isinstance(data, Mapping):
        made = {key: offsets(value, origin, instant=_is_instant(key)) for key, value in data.items()}
        return data if kind is dict and all(map(is_, made.values(), data.values())) else made
    if kind is list or isinstance(data, list | tuple):
        items = [offsets(item, origin, instant=instant) for item in data]
        return data if kind is list and all(map(is_, items, data)) else items
    if instant and (isinstance(data, date) or (isinstance(data, str) and _ISO_TIME.fullmatch(data.strip()))):
        try:
            time = parse_time(data)
            seconds = 0.0 if origin is None else (time - origin).total_seconds()
        except ValueError:
            return data
        return format_duration(seconds)
    return data
