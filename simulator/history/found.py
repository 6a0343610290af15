"""What a reader takes from a file, as the file writes it: columns of raw values, not yet typed or checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from simulator.history.past import TABLES

_REPEATED: Final = frozenset({"job", "pool", "node", "outcome", "state", "size", "kind", "name", "change"})
"""Columns whose values come again and again: one text for all rows."""


class Rows:
    """Raw rows of one table under construction, each with its number in the file."""

    def __init__(self, table: str, fields: Sequence[str]) -> None:
        unknown = set(fields) - set(TABLES[table])
        assert not unknown, f"no columns of {table}: {unknown}"  # noqa: S101 - readers name columns of the table
        self.fields = tuple(fields)
        self.columns: dict[str, Any] = {name: [] for name in fields}
        self.numbers: list[int] = []
        self._seen: dict[Any, Any] = {}
        appends = [(name, column.append) for name, column in self.columns.items()]
        self._plain = [one for one in appends if one[0] not in _REPEATED]
        self._repeated = [one for one in appends if one[0] in _REPEATED]

    def add(self, number: int, values: Mapping[str, Any]) -> None:
        """Add a row; what it lacks is absent."""
        self.numbers.append(number)
        get = values.get
        for name, append in self._plain:
            append(get(name))
        for name, append in self._repeated:
            value = get(name)
            append(self._seen.setdefault(value, value) if isinstance(value, str) else value)

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
