"""Spans of time as people and the service write them: `PT15M`, `90s`, `15m`, `2h`; in memory seconds."""

import math
import re
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Final

from pydantic import AllowInfNan, BeforeValidator, PlainSerializer, WithJsonSchema

UNITS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|min|m|h|d)", re.ASCII)
_SHORT = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|s|min|m|h|d)\s*)+", re.ASCII)
_ISO = re.compile(
    r"P(?:(?P<w>\d+)W)?(?:(?P<d>\d+)D)?(?:T(?:(?P<h>\d+)H)?(?:(?P<m>\d+)M)?(?:(?P<s>\d+(?:\.\d+)?)S)?)?", re.ASCII
)
_CALENDAR = re.compile(r"P(?:\d+Y|\d+M|\d+Y\d+M)(?:\d+W)?(?:\d+D)?(?:T.*)?", re.ASCII)
_ISO_UNITS: Final = {"w": 604800.0, "d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0}
EXPECTED_DURATION: Final = "expected a duration like 90s, 15m, 2h or PT15M"
ISO_ORDER: Final = (
    "after P come days, after T hours, minutes, seconds, each at most once, seconds alone with a fraction"
)
INFINITE: Final = "P10675199DT2H48M5.4775807S"
"""The largest TimeSpan of .NET, which the service writes for "no limit"."""
_CLOCK: Final = re.compile(r"(?:(?P<d>\d+) days?, )?(?P<h>\d+):(?P<m>[0-5]\d):(?P<s>[0-5]\d(?:\.\d+)?)")
"""As `az` prints spans: `0:15:00`, `7 days, 0:00:00`."""
_INFINITE: Final = re.compile(r"P10675199DT2H48M5\.47\d+S|10675199 days?, 2:48:05\.47\d+", re.IGNORECASE)
"""The same as clients write it: with fewer digits, or in words as `az` prints it."""
MOST_KEPT: Final = 1024
"""Texts whose seconds are kept."""
LONGEST: Final = 100 * 365.25 * 86400.0
"""No span of a scenario is longer, so that sums of spans stay inside the clock's integers."""


def parse_duration(value: object) -> float:
    """Read a duration in seconds: `PT15M`, `90s`, `15m`, `2h`, `1h30m`, `0:15:00`; else a `ValueError` says why not."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(EXPECTED_DURATION)  # noqa: TRY004 - pydantic turns only ValueError into a problem
    if not isinstance(value, str):
        raise ValueError(f"a bare number has no unit; {EXPECTED_DURATION}")  # noqa: TRY004
    return _parsed(value.strip())


@lru_cache(maxsize=MOST_KEPT)
def _parsed(text: str) -> float:
    """Return the seconds of a text; pools repeat the same ones."""
    if _SHORT.fullmatch(text):
        return math.fsum(float(number) * UNITS[unit] for number, unit in _PART.findall(text))
    if clock := _CLOCK.fullmatch(text):
        return math.fsum(float(part) * _ISO_UNITS[unit] for unit, part in clock.groupdict().items() if part)
    upper = text.upper()
    if (iso := _ISO.fullmatch(upper)) and upper[-1] not in "PT":
        return math.fsum(float(part) * _ISO_UNITS[unit] for unit, part in iso.groupdict().items() if part)
    if _CALENDAR.fullmatch(upper) and upper[-1] not in "PT":
        raise ValueError(f"months and years have no fixed length; {EXPECTED_DURATION}")
    if "-" in text:
        raise ValueError(
            f"a span cannot be negative, nor an instant lie before the scenario's origin; {EXPECTED_DURATION}"
        )
    if re.fullmatch(r"[0-9.]+", text):
        raise ValueError(f"a bare number has no unit; {EXPECTED_DURATION}")
    if upper.startswith("P"):
        raise ValueError(f"{ISO_ORDER}; {EXPECTED_DURATION}")
    raise ValueError(f"cannot be read as a duration; {EXPECTED_DURATION}")


def _finite(value: object) -> float:
    seconds = parse_duration(value)
    if seconds > LONGEST:
        raise ValueError(f"longer than a hundred years; {EXPECTED_DURATION}")
    return seconds


def _limit(value: object) -> float:
    return math.inf if isinstance(value, str) and _INFINITE.fullmatch(value.strip()) else _finite(value)


def format_duration(seconds: float) -> str:
    """Write seconds so that `parse_duration` gives the same float back."""
    return INFINITE if math.isinf(seconds) else f"{Decimal(repr(float(seconds))):f}s"


def _instant(value: object) -> float:
    """Read an instant that may lie before the origin: then its span is written with a minus."""
    if isinstance(value, str) and value.strip().startswith("-"):
        return -min(parse_duration(value.strip()[1:]), LONGEST)
    return _finite(value)


Seconds = Annotated[
    float,
    BeforeValidator(_finite),
    PlainSerializer(format_duration, return_type=str, when_used="always"),
    WithJsonSchema(
        {
            "type": "string",
            "examples": ["90s", "15m", "2h", "PT15M"],
            "description": "duration: 90s, 15m, PT15M",
        }
    ),
]
"""A duration in seconds."""
Instant = Annotated[
    float,
    BeforeValidator(_instant),
    PlainSerializer(format_duration, return_type=str, when_used="always"),
    WithJsonSchema(
        {
            "type": "string",
            "examples": ["2h", "2026-01-05T08:00:00Z"],
            "description": "a time, or a duration since the origin",
        }
    ),
]
"""An instant in seconds since the origin, negative where it has passed by then."""
Limit = Annotated[
    float,
    AllowInfNan(),
    BeforeValidator(_limit),
    PlainSerializer(format_duration, return_type=str, when_used="always"),
    WithJsonSchema({"type": "string", "examples": ["PT1H"], "description": "limit on a duration"}),
]
"""A limit in seconds, infinite where the service's largest span is written."""
