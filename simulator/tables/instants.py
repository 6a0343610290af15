"""Dates in any usual form as columns of seconds since 1970, UTC.

Nothing is guessed: a date such as 03/04/2026 is read where another row shows which number is the day, or where that is
given; times without a zone are UTC unless one is given, and a column that has times with and without zones is reported.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from simulator.tables.faults import Fault, Floats, Mask, faults_where
from simulator.tables.spans import ABSENT

if TYPE_CHECKING:
    import pandas as pd

Order = Literal["day_first", "month_first"]

EXPECTED: Final = "a date like 2026-03-02T07:00:00Z, or Unix time"
UNIX_YEARS: Final = (946684800.0, 4133980800.0)
"""Seconds of Unix time of the years 2000 to 2100: no trace lasts so long that its own time reaches them."""
UNIX_UNITS: Final = (1.0, 1e-3, 1e-6, 1e-9)
"""Seconds, milliseconds, microseconds, nanoseconds."""
_ZONE: Final = re.compile(r"(?:z|utc|gmt|[+-][0-9]{2}:?[0-9]{2})$", re.IGNORECASE)
_CLOCK: Final = r"(?:[ T](?P<clock>[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?(?: ?[AaPp][Mm])?))?"
_TAIL: Final = r"\s*(?P<zone>Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2})?"
_NUMBERED: Final = re.compile(
    rf"(?P<a>[0-9]{{1,4}})(?P<mark>[/.-])(?P<b>[0-9]{{1,2}})(?P=mark)(?P<c>[0-9]{{1,4}}),?{_CLOCK}{_TAIL}"
)
"""Three numbers: year first, or day and month in either order."""


@dataclass(frozen=True, slots=True)
class Instants:
    """A column of dates."""

    seconds: Floats
    """Since 1970, UTC; not a number where there is none."""
    faults: list[Fault] = field(default_factory=list)
    without_zone: int = 0
    """Times that name no zone."""
    with_zone: int = 0

    @property
    def mixes_zones(self) -> bool:
        return self.without_zone > 0 and self.with_zone > 0


def unix_unit(first: float, last: float, unit: float = 1e-12) -> float | None:
    """Return the unit of Unix times in seconds; None of numbers that are time since some start.

    Numbers that their own `unit` in seconds explains are no Unix time.
    """
    begin, end = UNIX_YEARS
    if first * unit < begin and unit > UNIX_UNITS[-1] / 10:
        return None
    return next((scale for scale in UNIX_UNITS if begin <= first * scale and last * scale < end), None)


def count_from_a_start(columns: "Iterable[pd.Series[Any]]") -> bool:
    """Return whether the times of several columns are numbers since some start rather than dates or Unix time."""
    import pandas as pd

    low, high = [], []
    for series in columns:
        if series.dtype.kind == "m":
            return True
        if series.dtype.kind == "M":
            return False
        if not _begins_with_a_number(series):
            return False
        numbers = pd.to_numeric(series, errors="coerce")
        known = numbers[numbers > 0]
        if len(known):
            low.append(float(known.min()))
            high.append(float(known.max()))
    return not low or unix_unit(min(low), max(high)) is None


def _begins_with_a_number(series: "pd.Series[Any]") -> bool:
    """Return whether the first cell of a column that has a value is a number, or none has one.

    Numbers are looked for in whole columns only then: that takes seconds where a million cells are dates.
    """
    if series.dtype.kind in "fiub":
        return True
    first = next((cell for cell in map(str, series) if cell.strip().lower() not in ABSENT), "0")
    try:
        float(first.replace(",", "."))
    except ValueError:
        return False
    return True


def instants(series: "pd.Series[Any]", column: str, *, zone: str | None = None, order: Order | None = None) -> Instants:
    """Return a column of dates or Unix times; `zone` is that of times that name none."""
    import pandas as pd

    if series.dtype.kind == "M":
        return _of_dates(series, column, zone)
    known = np.array(series.notna())
    if series.dtype.kind in "fiu" or _begins_with_a_number(series):
        numbers = np.asarray(pd.to_numeric(series, errors="coerce"), dtype=np.float64)
        if series.dtype.kind in "fiu" or (known.any() and not np.isnan(numbers[known]).any()):
            return _of_numbers(series, numbers, column)
    texts = series.astype("str").str.strip()
    known &= ~np.asarray(texts.str.lower().isin(ABSENT))
    return _of_texts(series, texts, known, column, zone, order)


def _of_dates(series: "pd.Series[Any]", column: str, zone: str | None) -> Instants:
    """Return a column that Parquet or a data frame already has as dates."""
    import pandas as pd

    has_zone = isinstance(series.dtype, pd.DatetimeTZDtype)
    utc = series.dt.tz_convert("UTC") if has_zone else _localized(series, zone)
    seconds = _seconds(utc)
    count = int(series.notna().sum())
    lost = np.isnan(seconds) & np.asarray(series.notna())
    faults = faults_where(lost, f"expected a time that the zone {zone} has once in {column!r}", series.array)
    return Instants(seconds, faults, 0 if has_zone else count, count if has_zone else 0)


def _of_numbers(series: "pd.Series[Any]", numbers: Floats, column: str) -> Instants:
    known = numbers[np.isfinite(numbers) & (numbers > 0)]
    scale = unix_unit(float(known.min()), float(known.max())) if len(known) else None
    if scale is None:
        wrong = np.isfinite(numbers)
        return Instants(
            np.full(len(numbers), np.nan), faults_where(wrong, f"expected {EXPECTED} in {column!r}", series.array)
        )
    seconds = np.where(numbers > 0, numbers * scale, np.nan)
    return Instants(seconds, [], 0, len(known))


def _of_texts(
    series: "pd.Series[Any]", texts: "pd.Series[Any]", known: Mask, column: str, zone: str | None, order: Order | None
) -> Instants:
    zoned = np.array(texts.str.endswith("Z"), dtype=np.bool_)
    if not zoned.all():
        zoned[~zoned] = np.asarray(texts[~zoned].str.contains(_ZONE))
    zoned &= known
    seconds = np.full(len(texts), np.nan)
    open_ = known.copy()
    for attempt in (_iso, _numbered, _worded):
        rows = np.flatnonzero(open_)
        if not len(rows):
            break
        seconds[rows] = attempt(texts.iloc[rows], zoned[rows], zone, order)
        open_ &= np.isnan(seconds)
    why = f"expected {EXPECTED} in {column!r}"
    if open_.any() and order is None and _is_undecided(texts[open_]):
        why = f"expected a date whose day and month can be known in {column!r}"
    return Instants(
        seconds,
        faults_where(open_, why, series.array),
        int((known & ~open_ & ~zoned).sum()),
        int((zoned & ~open_).sum()),
    )


def _iso(texts: "pd.Series[Any]", zoned: Mask, zone: str | None, _: Order | None) -> Floats:
    import pandas as pd

    if zone is None or zoned.all():
        return _seconds(pd.to_datetime(texts, utc=True, format="ISO8601", errors="coerce"))
    found = np.full(len(texts), np.nan)
    found[zoned] = _seconds(pd.to_datetime(texts[zoned], utc=True, format="ISO8601", errors="coerce"))
    plain = pd.to_datetime(texts[~zoned], format="ISO8601", errors="coerce")
    found[~zoned] = _seconds(_localized(plain, zone))
    return found


def _numbered(texts: "pd.Series[Any]", _zoned: Mask, zone: str | None, order: Order | None) -> Floats:
    """Return dates of three numbers, of which the year has four digits."""
    parts = texts.str.extract(_NUMBERED)
    year_first = np.array(parts["a"].str.len() == 4)
    year_last = np.array(parts["c"].str.len() == 4)
    if not (year_first | year_last).any():
        return np.full(len(texts), np.nan)
    day_first = _day_first(parts[year_last], order)
    if day_first is None:
        year_last[:] = False
    day, month = ("a", "b") if day_first else ("b", "a")
    year = parts["a"].where(year_first, parts["c"])
    months = parts["b"].where(year_first, parts[month])
    days = parts["c"].where(year_first, parts[day])
    clock = parts["clock"].fillna("00:00:00").str.replace(",", ".", regex=False)
    zones = parts["zone"].fillna("").str.upper().str.replace("UTC|GMT|Z", "+00:00", regex=True)
    clock = _in_24_hours(clock)
    iso = year + "-" + months.str.zfill(2) + "-" + days.str.zfill(2) + "T" + clock + zones
    found = _iso(iso.where(year_first | year_last), np.asarray(zones != ""), zone, None)
    return np.where(year_first | year_last, found, np.nan)


def _in_24_hours(clock: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return times of day without AM and PM, hours of two digits."""
    import pandas as pd

    half = clock.str.extract(r"([AaPp])[Mm]$")[0].str.upper()
    plain = clock.str.replace(r"\s*[AaPp][Mm]$", "", regex=True)
    split = plain.str.split(":", n=1)
    hours = np.asarray(split.str[0].astype("Float64").fillna(0), dtype=np.float64)
    hours = np.where(half == "P", hours % 12 + 12, np.where(half == "A", hours % 12, hours))
    return pd.Series(hours.astype(int), index=clock.index).astype("str").str.zfill(2) + ":" + split.str[1]


def _day_first(parts: "pd.DataFrame", order: Order | None) -> bool | None:
    """Return which of two numbers is the day; None where the rows do not show it."""
    if order is not None:
        return order == "day_first"
    first, second = parts["a"].astype("Float64"), parts["b"].astype("Float64")
    if bool((first > 12).any()):
        return True
    if bool((second > 12).any()):
        return False
    return True if bool((parts["mark"] == ".").all()) and len(parts) else None


def _is_undecided(texts: "pd.Series[Any]") -> bool:
    parts = texts.str.extract(_NUMBERED).dropna(subset=["a"])
    return len(parts) > 0 and _day_first(parts, None) is None


_WORDED: Final = (
    "%a, %d %b %Y %H:%M:%S %z",
    "%d %b %Y %H:%M:%S %z",
    "%d %b %Y %H:%M:%S",
    "%a %b %d %H:%M:%S %Y",
    "%b %d %Y %H:%M:%S",
    "%b %d, %Y %H:%M:%S",
    "%d-%b-%Y %H:%M:%S",
    "%b %d, %Y @ %H:%M:%S.%f",
    "%d/%b/%Y:%H:%M:%S %z",
    "%a %b %d %H:%M:%S %z %Y",
    "%b %d, %Y, %I:%M:%S %p",
    "%b %d, %Y %I:%M:%S %p",
)
"""Forms with the name of a month."""


def _worded(texts: "pd.Series[Any]", _zoned: Mask, zone: str | None, _order: Order | None) -> Floats:
    import pandas as pd

    plain = texts.str.replace(r"\b(?:UTC|GMT|Z)\b", "+0000", regex=True).str.replace(r"\s+", " ", regex=True)
    found = np.full(len(texts), np.nan)
    for form in _WORDED:
        rows = np.flatnonzero(np.isnan(found))
        if not len(rows):
            break
        part = plain.iloc[rows]
        if "%z" in form:
            found[rows] = _seconds(pd.to_datetime(part, format=form, errors="coerce", utc=True))
        else:
            found[rows] = _seconds(_localized(pd.to_datetime(part, format=form, errors="coerce"), zone))
    return found


def is_zone(name: str) -> bool:
    """Return whether there is a time zone of that name."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _localized(column: "pd.Series[Any]", zone: str | None) -> "pd.Series[Any]":
    """Return times that name no zone as UTC; those that the zone's clock has twice or never are lost."""
    own = "UTC" if zone is None else ZoneInfo(zone)
    found: pd.Series[Any] = column.dt.tz_localize(own, ambiguous="NaT", nonexistent="NaT").dt.tz_convert("UTC")
    return found


def _seconds(column: "pd.Series[Any]") -> Floats:
    """Return dates as seconds since 1970, exact to the microsecond."""
    micro = np.asarray(column.dt.tz_localize(None), dtype="datetime64[us]")
    found: Floats = micro.astype(np.int64) / 1e6
    found[np.isnat(micro)] = np.nan
    return found
