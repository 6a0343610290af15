"""Columns and curves in CSV files that a scenario names: read relative to the scenario's own directory."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, TypeVar

from simulator.durations import format_duration
from simulator.errors import InputError
from simulator.files import Folder, read_text
from simulator.scenario.format.price_list import PriceList

LISTED: Final = PriceList()
"""Those of the shipped sizes."""
MOST_REPORTED: Final = 5
"""Bad lines of one file that are reported; more would help nobody."""

T = TypeVar("T")
Cells = Mapping[str, str]
"""The cells of a line by the names of their columns."""


class Table(NamedTuple):
    """A CSV file: the names of its columns, and its lines that are not empty."""

    name: object
    header: list[str]
    lines: list[tuple[int, list[str]]]

    @classmethod
    def read(cls, folder: Folder, name: object) -> Table:
        """Read a file; raise ValueError where it is no table."""
        try:
            reader = csv.reader(io.StringIO(read_text(folder.file(str(name)), newline=""), newline=""))
            lines = [(reader.line_num, [cell.strip() for cell in row]) for row in reader if row]
        except InputError as error:
            raise ValueError(f"{name} {error.problems[0].message}") from None
        except csv.Error:
            raise ValueError(f"{name} cannot be read as CSV") from None
        if len(lines) < 2:
            raise ValueError(f"{name}: expected a line of column names and at least one row")
        return cls(name, lines[0][1], lines[1:])

    @property
    def in_lower_case(self) -> Table:
        """The same with the names of its columns in lower case."""
        return self._replace(header=[cell.lower() for cell in self.header])

    def each(self, read: Callable[[Cells], T]) -> list[T]:
        """Read every line; raise ValueError with all that is wrong, line by line."""
        found, wrong = [], []
        for line, row in self.lines:
            try:
                found.append(read(dict(zip(self.header, row, strict=False))))
            except ValueError as error:
                wrong.append(f"{self.name}:{line}: {error}")
        if wrong:
            more = [f"and {len(wrong) - MOST_REPORTED} lines more"] if len(wrong) > MOST_REPORTED else []
            raise ValueError("; ".join([*wrong[:MOST_REPORTED], *more]))
        return found


def context_of(folder: Folder, prices: PriceList = LISTED) -> dict[str, Any]:
    """Return what the schema needs to read files that are named relative to the scenario."""

    def read_column(name: object, column: object) -> list[float]:
        table = Table.read(folder, name)
        if column is None and len(table.header) == 1:
            column = table.header[0]
        if column not in table.header:
            raise ValueError(f"{name} has no column {column!r}, but {', '.join(table.header)}")
        return table.each(lambda cells: _number(cells, str(column)))

    def read_curve(name: object) -> list[dict[str, Any]]:
        return _points(Table.read(folder, name).in_lower_case)

    def read_evictions(name: object) -> list[dict[str, Any]]:
        return _evictions(Table.read(folder, name).in_lower_case)

    return {
        "folder": folder,
        "read_column": read_column,
        "read_curve": read_curve,
        "read_evictions": read_evictions,
        "prices": prices,
    }


def _points(table: Table) -> list[dict[str, Any]]:
    """Return the points of a curve: times in seconds, one after the other, and how many VMs there are from then on."""
    if table.header[:2] != ["time", "available"]:
        raise ValueError(f"{table.name}: expected the columns time (seconds) and available in the first line")
    last = -1.0

    def point(cells: Cells) -> dict[str, Any]:
        nonlocal last
        time, available = _number(cells, "time"), _whole(cells, "available", 0)
        if time <= last:
            raise ValueError(f"expected a later time than in the line before in column time, not {cells['time']}")
        last = time
        return {"at": format_duration(time), "available": available}

    return table.each(point)


def _evictions(table: Table) -> list[dict[str, Any]]:
    """Return the evictions of a file: times in seconds, and how many nodes or which one, line by line."""
    header = table.header
    if "time" not in header or ("count" in header) == ("node" in header):
        raise ValueError(
            f"{table.name}: expected the columns time (seconds) and either count or node in the first line"
        )

    def eviction(cells: Cells) -> dict[str, Any]:
        one: dict[str, Any] = {"at": format_duration(_number(cells, "time"))}
        one |= {"pool": cells["pool"]} if cells.get("pool") else {}
        if "count" in header:
            return one | {"count": _whole(cells, "count", 1)}
        if not cells.get("node"):
            raise ValueError("expected the id of a node in column node")
        return one | {"nodes": (cells["node"],)}

    return table.each(eviction)


def _number(cells: Cells, column: str) -> float:
    text = cells.get(column, "")
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"expected a number in column {column}, not '{text}'") from None
    if not math.isfinite(value) or value < 0:
        raise ValueError(f"expected a number that is finite and not negative in column {column}, not {text}")
    return value


def _whole(cells: Cells, column: str, least: int) -> int:
    value = _number(cells, column)
    if value != int(value) or value < least:
        raise ValueError(f"expected a whole number from {least} in column {column}, not {cells[column]}")
    return int(value)
