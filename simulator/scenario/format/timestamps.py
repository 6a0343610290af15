"""Instants of a scenario file: ISO-8601 times, UTC where no zone is given, or durations since the origin."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, PlainSerializer

from simulator.durations import format_duration

_ISO_TIME: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?)?", re.IGNORECASE
)


def parse_time(value: object) -> datetime:
    """Read an ISO-8601 time as UTC."""
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day, tzinfo=UTC)
    if isinstance(value, str):
        if not _ISO_TIME.fullmatch(value.strip()):
            raise ValueError("expected an ISO-8601 time like 2026-01-05T08:00:00Z")
        text = re.sub(r"(\.\d{6})\d+", r"\1", value.strip())
        value = datetime.fromisoformat(text)
    if not isinstance(value, datetime):
        raise ValueError("expected an ISO-8601 time like 2026-01-05T08:00:00Z")  # noqa: TRY004
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _write(value: datetime) -> str:
    return value.isoformat().replace("+00:00", "Z")


UtcTime = Annotated[datetime, BeforeValidator(parse_time), PlainSerializer(_write, return_type=str)]

INSTANT_KEYS: Final = frozenset(
    {"at", "times", "submit", "createdat", "start", "until", "horizon", "donotrununtil", "donotrunafter"}
)
"""Folded names of the keys whose value is an instant."""


def offsets(data: Any, origin: datetime | None, *, instant: bool = False) -> Any:
    """Replace absolute times under the keys of instants by durations since `origin`; by 0 where that is not known."""
    if isinstance(data, Mapping):
        return {
            key: offsets(
                value,
                origin,
                instant=isinstance(key, str) and key.replace("_", "").lower() in INSTANT_KEYS,
            )
            for key, value in data.items()
        }
    if isinstance(data, list | tuple):
        return [offsets(item, origin, instant=instant) for item in data]
    if instant and (isinstance(data, date) or (isinstance(data, str) and _ISO_TIME.fullmatch(data.strip()))):
        try:
            time = parse_time(data)
            seconds = 0.0 if origin is None else (time - origin).total_seconds()
        except ValueError:
            return data
        return format_duration(seconds)
    return data
