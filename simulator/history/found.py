"""What a reader takes from a file, as the file writes it: columns of raw values, not yet typed or checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

TOGETHER: Final = 1000
"""Rows that are turned into columns at once."""
_REPEATED: Final = frozenset({"job", "pool", "node", "outcome", "state", "size", "kind", "name", "change"})
"""Columns whose values come again and again: one text for all rows."""


class Rows:
    """Raw rows of one table under construction, each with its number in the file; fields are columns of the table."""

    def __init__(self, fields: Sequence[str]) -> None:
        self.fields = tuple(fields)
        self.numbers: list[int] = []
        self._rows: list[tuple[Any, ...]] = []
        self._columns: list[list[Any]] = [[] for _ in fields]
        self._seen: dict[Any, Any] = {}

    def add(self, number: int, values: Mapping[str, Any]) -> None:
        """Add a row; what it lacks is absent."""
        self.append(number, tuple(map(values.get, self.fields)))

    def append(self, number: int, values: tuple[Any, ...]) -> None:
        """Add a row, a value for each field."""
        self.numbers.append(number)
        self._rows.append(values)
        if len(self._rows) >= TOGETHER:
            self._turn()

    def _turn(self) -> None:
        """Move rows to their columns, where texts that come again and again are one text."""
        once = self._seen.setdefault
        for name, column, cells in zip(self.fields, self._columns, zip(*self._rows, strict=True), strict=False):
            if name in _REPEATED:
                column.extend(once(cell, cell) if isinstance(cell, str) else cell for cell in cells)
            else:
                column.extend(cells)
        self._rows.clear()

    @property
    def columns(self) -> dict[str, list[Any]]:
        """What was added, by column."""
        self._turn()
        return dict(zip(self.fields, self._columns, strict=True))

    def __len__(self) -> int:
        return len(self.numbers)


@dataclass(frozen=True)
class Raw:
    """Raw columns of one table; numbers are those of rows in the file."""

    columns: Mapping[str, Any]
    numbers: Sequence[int]

    @classmethod
    def of(cls, rows: Rows) -> Raw:
        """Return the columns of rows that were added one by one."""
        return cls(rows.columns, rows.numbers)


@dataclass(frozen=True)
class Found:
    """What a reader found in a file."""

    rows: int
    """Rows that the file has."""
    tasks: Raw | None = None
    nodes: Raw | None = None
    pools: Raw | None = None
    bodies: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    """Bodies of pools by id."""
    time_unit: str = "s"
    """Unit of bare numbers in columns of times and spans."""
    memory_unit: str = "GiB"
    is_relative: bool = False
    """Whether times are numbers since some start, not dates."""
    minutes_first: bool = False
    """Whether a span like 12:34 is minutes and seconds."""
    is_decimal: bool = False
    """Whether M and G of memory are powers of 1000."""
    origin: float | None = None
    """Unix time of the start of relative times, where the file states it."""
    priorities: Mapping[str, int] = field(default_factory=dict)
    """Of jobs, by id."""
