"""Spans of time as schedulers, workflow engines and clients print them, as columns of seconds.

Bare numbers are in the unit of the column. A text such as `12:34` is refused where nothing says whether it means hours
and minutes or minutes and seconds.
"""

import re
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from simulator.durations import parse_duration
from simulator.tables.faults import Fault, Floats, faults_where

if TYPE_CHECKING:
    import pandas as pd

SECONDS: Final = {"ns": 1e-9, "us": 1e-6, "ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
"""Units of columns of numbers."""
EXPECTED: Final = "a number, or a span of time like 90s, 1m 30s, 01:02:03, 1-02:03:04 or PT15M"
_WORDS: Final = {
    **SECONDS,
    **dict.fromkeys(("µs", "μs", "usec", "microsecond", "microseconds"), 1e-6),
    **dict.fromkeys(("msec", "millisecond", "milliseconds", "millis"), 0.001),
    **dict.fromkeys(("sec", "secs", "second", "seconds"), 1.0),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), 60.0),
    **dict.fromkeys(("hr", "hrs", "hour", "hours"), 3600.0),
    **dict.fromkeys(("day", "days"), 86400.0),
    **dict.fromkeys(("w", "week", "weeks"), 604800.0),
}
_PART: Final = re.compile(r"([0-9]+(?:[.,][0-9]+)?)\s*([a-zµμ]+)")
_PARTS: Final = re.compile(r"(?:[0-9]+(?:[.,][0-9]+)?\s*[a-zµμ]+[\s,]*)+")
_CLOCK: Final = re.compile(
    r"(?:(?P<d>[0-9]+)(?:-| days?,? ?|\.))?(?P<h>[0-9]+):(?P<m>[0-9]{1,2}):(?P<s>[0-9]{1,2}(?:[.,][0-9]+)?)"
)
_SHORT_CLOCK: Final = re.compile(r"(?P<m>[0-9]+):(?P<s>[0-9]{2}(?:[.,][0-9]+)?)")
_NUMBER: Final = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?(?:[eE][+-]?[0-9]+)?")
_CLOCK_UNITS: Final = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0}
ABSENT: Final = frozenset({"", "-", "--", "nan", "na", "n/a", "none", "null", "unknown", "invalid", "\\n", "<na>"})
"""How tables write, in lower case, that a value is not there."""


def seconds_of(text: str, unit: float = 1.0, *, minutes_first: bool = False) -> float:
    """Return a span in seconds; raise ValueError where it is none.

    `unit` is that of bare numbers; `minutes_first` reads `12:34` as minutes and seconds.
    """
    plain = text.strip().lower()
    if _NUMBER.fullmatch(plain):
        return float(plain.replace(",", ".")) * unit
    if _PARTS.fullmatch(plain):
        parts = _PART.findall(plain)
        if all(word in _WORDS for _, word in parts):
            return sum(float(number.replace(",", ".")) * _WORDS[word] for number, word in parts)
    clock = _CLOCK.fullmatch(plain) or (_SHORT_CLOCK.fullmatch(plain) if minutes_first else None)
    if clock is not None:
        return sum(float(part.replace(",", ".")) * _CLOCK_UNITS[key] for key, part in clock.groupdict().items() if part)
    if _SHORT_CLOCK.fullmatch(plain):
        raise ValueError("which is either hours and minutes or minutes and seconds")
    return parse_duration(text)


def spans(
    series: "pd.Series[Any]", column: str, unit: str, *, minutes_first: bool = False
) -> tuple[Floats, list[Fault]]:
    """Return a column in seconds, not a number where it has no value, and the rows whose value is no span."""
    import pandas as pd

    if series.dtype.kind == "m":
        return np.asarray(series.dt.total_seconds(), dtype=np.float64), []
    if series.dtype.kind == "b":
        return np.full(len(series), np.nan), [
            Fault(f"expected {EXPECTED} in {column!r}, not true and false", np.zeros(1, dtype=np.int64))
        ]
    scale = SECONDS[unit]
    numbers = np.asarray(pd.to_numeric(series, errors="coerce"), dtype=np.float64) * scale
    texts = np.flatnonzero(np.isnan(numbers) & np.asarray(series.notna()))
    if not len(texts):
        return numbers, []
    codes, distinct = pd.factorize(series.iloc[texts].astype(str))
    found = np.empty(len(distinct))
    wrong = np.zeros(len(distinct), dtype=np.bool_)
    for place, text in enumerate(distinct):
        found[place] = np.nan
        if text.strip().lower() in ABSENT:
            continue
        try:
            found[place] = seconds_of(text, scale, minutes_first=minutes_first)
        except ValueError:
            wrong[place] = True
    numbers[texts] = found[codes]
    mask = np.zeros(len(series), dtype=np.bool_)
    mask[texts] = wrong[codes]
    return numbers, faults_where(mask, f"expected {EXPECTED} in {column!r}", series.array)
