"""What the submit times of a trace mean: time since its first task or its start, dates, or Unix time."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]

UNIX_YEARS: Final = (datetime(2000, 1, 1, tzinfo=UTC).timestamp(), datetime(2101, 1, 1, tzinfo=UTC).timestamp())
"""Seconds of Unix time that are read as such: no trace lasts so long that its own time reaches them."""
UNIX_UNITS: Final = (1.0, 1e-3, 1e-6, 1e-9)
"""Seconds, milliseconds, microseconds, nanoseconds."""


@dataclass(frozen=True, slots=True)
class SubmitTimes:
    """When the tasks of a trace come."""

    seconds: Floats
    """Since the trace's time 0."""
    first: datetime | None = None
    """The date of time 0, where the trace has dates."""
    shift: float = 0.0
    """Seconds by which numbers were moved so that the first task comes at time 0."""


def of_numbers(numbers: Floats, unit: float, *, keep: bool) -> SubmitTimes:
    """Return submit times that are numbers of `unit` seconds each; `keep` leaves them as they are."""
    if keep or not len(numbers):
        return SubmitTimes(numbers * unit)
    first = float(numbers.min())
    scale = _unix_unit(first, float(numbers.max()), unit)
    if scale is not None:
        date = datetime.fromtimestamp(round(first * scale, 3), UTC)
        return SubmitTimes((numbers - first) * scale, first=date)
    with np.errstate(over="ignore"):  # what is too late is refused by its row
        return SubmitTimes((numbers - first) * unit, shift=first * unit)


def _unix_unit(first: float, last: float, unit: float) -> float | None:
    """Return the unit of Unix times in seconds; None of numbers that are time since some start."""
    begin, end = UNIX_YEARS
    if first * unit < begin:
        return None
    return next((scale for scale in UNIX_UNITS if begin <= first * scale and last * scale < end), None)


def of_dates(column: "pd.Series[Any]") -> SubmitTimes:
    """Return submit times that are dates, UTC where they name no zone; not a number where one is none."""
    import pandas as pd

    times = pd.to_datetime(column, utc=True, format="ISO8601", errors="coerce")
    seconds = np.asarray((times - times.min()).dt.total_seconds(), dtype=np.float64)
    known = times.dropna()
    return SubmitTimes(seconds, first=known.min().to_pydatetime(warn=False) if len(known) else None)
