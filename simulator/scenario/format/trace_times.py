"""What the submit times of a trace mean: time since its first task or its start, dates, or Unix time."""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from simulator.tables.instants import unix_unit

Floats = npt.NDArray[np.float64]


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
    scale = unix_unit(first, float(numbers.max()), unit)
    if scale is not None:
        date = datetime.fromtimestamp(round(first * scale, 3), UTC)
        return SubmitTimes((numbers - first) * scale, first=date)
    with np.errstate(over="ignore"):  # what is too late is refused by its row
        return SubmitTimes((numbers - first) * unit, shift=first * unit)
