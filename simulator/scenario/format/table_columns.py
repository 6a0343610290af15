"""What a run has room for, and what it asks of the columns of a trace."""

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from simulator.durations import LONGEST
from simulator.scenario.format.section import LARGEST
from simulator.tables.faults import Fault, Floats, faults_where, shown

if TYPE_CHECKING:
    import pandas as pd

MOST_REPORTED: Final = 20
"""Bad lines of one file that are reported; more would help nobody."""
WHOLE: Final = frozenset({"slots", "instances"})
"""Uses whose numbers are whole and at least 1."""
MOST: Final = {
    "submit": LONGEST,
    "duration": LONGEST,
    "estimate": LONGEST,
    "cores": 2e6,
    "memory": 2e6,
    "slots": float(LARGEST),
    "instances": float(LARGEST),
}
"""Largest values that a run has room for: seconds, GiB, counts."""


def too_late(seconds: Floats, column: str) -> list[Fault]:
    """Return the rows whose tasks would come later than a run can last."""
    with np.errstate(invalid="ignore"):
        late = np.flatnonzero(~(seconds <= MOST["submit"]))
    text = f"expected a time in {column!r} at most a hundred years after the first"
    return [Fault(text, late)] if len(late) else []


def unfit_ids(ids: "pd.Series[Any]", column: str) -> list[Fault]:
    """Return the rows whose id another row has, or that no terminal can show."""
    twice = np.flatnonzero(ids.duplicated())
    found = [
        Fault(f"the id {shown(ids.iloc[row])} stands twice in {column!r}; ids name one task each", np.array([row]))
        for row in twice[: MOST_REPORTED + 1]
    ]
    odd = np.array([row for row, text in enumerate(ids) if not text.isprintable()], dtype=np.int64)
    return found + ([Fault(f"expected an id of characters that can be shown in {column!r}", odd)] if len(odd) else [])


def out_of_range(values: Floats, use: str, column: str, written: "pd.Series[Any]", most: float) -> list[Fault]:
    """Return the rows whose number is none that a run takes for this use, `most` in the column's unit."""
    least = 1 if use in WHOLE else 0
    with np.errstate(invalid="ignore"):
        large = values > MOST[use]
        wrong = ~np.isfinite(values) | (values < least) | large
        if use in WHOLE:
            wrong |= values != np.floor(values)
    what = "a whole number from 1" if use in WHOLE else "a number that is finite and not negative"
    cells = written.to_numpy()
    return [
        *faults_where(large, f"expected {what}, at most {most:.10g} in {column!r}", cells),
        *faults_where(wrong & ~large, f"expected {what} in {column!r}", cells),
    ]
