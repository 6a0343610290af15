"""What is wrong with the rows of a table: a cause, the rows it holds for, and what one of them has."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from simulator.errors import shortened

Rows = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with some rows."""

    expected: str
    """What was expected of the cell, and of which column."""
    rows: Rows
    """From 0, in file order."""
    values: tuple[str, ...] = ()
    """What the first of these rows have instead, as the file has it."""

    def reports(self, most: int) -> list[tuple[int, str]]:
        """Return the first rows with the words for each."""
        words = [f", not {value}" for value in self.values]
        words += [""] * (len(self.rows) - len(words))
        return [
            (int(row), f"{self.expected}{text}") for row, text in zip(self.rows[:most].tolist(), words, strict=False)
        ]

    def of(self, mask: Mask) -> "Fault":
        """Return the same of some of its rows."""
        places = np.flatnonzero(mask)
        return Fault(self.expected, self.rows[places], tuple(self.values[at] for at in places if at < len(self.values)))


SHOWN = 21
"""Values of a fault that are kept for messages."""


def faults_where(mask: Mask, expected: str, values: Any) -> list[Fault]:
    """Return the fault of the rows where `mask` is set, with what they have; none where it is set nowhere."""
    rows = np.flatnonzero(mask)
    if not len(rows):
        return []
    return [Fault(expected, rows, tuple(shown(values[row]) for row in rows[:SHOWN].tolist()))]


def in_order(faults: Iterable[Fault], most: int) -> list[tuple[int, str]]:
    """Return the first rows of all faults, in file order."""
    return sorted(report for fault in faults for report in fault.reports(most + 1))


def shown(value: object) -> str:
    """Return a value of a column as its file has it."""
    plain = value.item() if isinstance(value, np.generic) else value
    return shortened(repr(plain) if isinstance(plain, str) else str(plain), 60)
