"""Columns of a trace's table as numbers, and what is wrong with them row by row."""

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from simulator.durations import LONGEST
from simulator.errors import shortened
from simulator.scenario.format.section import LARGEST

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]
Bad = list[tuple[int, str]]
"""What is wrong in which row."""

MOST_REPORTED: Final = 20
"""Bad lines of one file that are reported; more would help nobody."""
BOOLEAN: Final = "b"
"""Kind of a column of true and false."""
SPAN: Final = "m"
"""Kind of a column of spans of time, whose unit is its own."""
MOST: Final = {
    "submit": LONGEST,
    "duration": LONGEST,
    "cores": 2e6,
    "memory": 2e6,
    "slots": float(LARGEST),
    "instances": float(LARGEST),
}
"""Largest values that a run has room for: seconds, GiB, counts."""
UNITS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def too_late(seconds: Floats, column: str) -> Bad:
    """Return the rows whose tasks would come later than a run can last."""
    late = np.flatnonzero(~(seconds <= MOST["submit"]))[: MOST_REPORTED + 1]
    return [(int(i), f"expected a time in {column!r} at most a hundred years after the first") for i in late]


def unfit_ids(series: "pd.Series[Any]", column: str) -> Bad:
    """Return the rows whose id another row has, or that no terminal can show."""
    ids = series.map(str)
    twice = np.flatnonzero(ids.duplicated())[: MOST_REPORTED + 1]
    odd = [row for row, text in enumerate(ids) if not text.isprintable()][: MOST_REPORTED + 1]
    return [
        *((int(i), f"the id {shown(ids.iloc[i])} stands twice in {column!r}; ids name one task each") for i in twice),
        *((row, f"expected an id of characters that can be shown in {column!r}") for row in odd),
    ]


def shown(value: object) -> str:
    """Return a value of a column as its file has it."""
    plain = value.item() if isinstance(value, np.generic) else value
    return shortened(repr(plain) if isinstance(plain, str) else str(plain), 60)


def numbers_of(series: "pd.Series[Any]", key: str, column: str, unit: str) -> tuple[Floats, Bad]:
    """Return a column as numbers, and what is wrong with it by row; `unit` is that of spans."""
    import pandas as pd

    whole = key in ("slots", "instances")
    is_span = series.dtype.kind == SPAN and not whole
    if series.dtype.kind == BOOLEAN:
        return np.zeros(len(series)), [(0, f"expected numbers in {column!r}, not true and false")]
    values = series.dt.total_seconds() if is_span else pd.to_numeric(series, errors="coerce")
    numbers = np.asarray(values, dtype=np.float64)
    low = 1 if whole else 0
    # Submit times may be Unix times, in whatever unit: what they come to is looked at later.
    most = math.inf if key == "submit" else MOST[key] / (UNITS[unit] if key == "duration" and not is_span else 1.0)
    with np.errstate(invalid="ignore"):
        wrong = ~np.isfinite(numbers) | (numbers < low) | (numbers > most)
        if whole:
            wrong |= numbers != np.floor(numbers)
    what = "a whole number from 1" if whole else "a number that is finite and not negative"
    limit = f", at most {most:.10g}"
    found = np.flatnonzero(wrong)[: MOST_REPORTED + 1].tolist()
    return numbers, [
        (i, f"expected {what}{limit if numbers[i] > most else ''} in {column!r}, not {shown(series.iloc[i])}")
        for i in found
    ]
