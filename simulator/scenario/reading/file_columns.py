"""Columns and curves in CSV files that a scenario names: read relative to the scenario's own directory."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path
from typing import Any, Final

from simulator.durations import format_duration
from simulator.errors import InputError
from simulator.files import read_text
from simulator.scenario.format.price_list import PriceList

LISTED: Final = PriceList()
"""Those of the shipped sizes."""


def context_of(folder: str | Path, prices: PriceList = LISTED) -> dict[str, Any]:
    """Return what the schema needs to read files that are named relative to the scenario."""
    directory = Path(folder)

    def read_column(name: object, column: object) -> list[float]:
        rows = _rows(directory, name)
        header = rows[0]
        if column is None and len(header) == 1:
            column = header[0]
        if column not in header:
            raise ValueError(f"{name} has no column {column!r}, but {', '.join(header)}")
        at = header.index(str(column))
        return [_number(name, line, row, at) for line, row in enumerate(rows[1:], 2)]

    def read_curve(name: object) -> list[dict[str, Any]]:
        rows = _rows(directory, name)
        if [cell.strip().lower() for cell in rows[0][:2]] != ["time", "available"]:
            raise ValueError(f"{name}: expected the columns time (seconds) and available in the first line")
        points = [[_number(name, line, row, at) for at in (0, 1)] for line, row in enumerate(rows[1:], 2)]
        return [{"at": format_duration(time), "available": int(available)} for time, available in points]

    def read_evictions(name: object) -> list[dict[str, Any]]:
        return _evictions(name, _rows(directory, name))

    return {
        "directory": directory,
        "read_column": read_column,
        "read_curve": read_curve,
        "read_evictions": read_evictions,
        "prices": prices,
    }


def _evictions(name: object, rows: list[list[str]]) -> list[dict[str, Any]]:
    """Return the evictions of a file: times in seconds, and how many nodes or which one, line by line."""
    header = [cell.strip().lower() for cell in rows[0]]
    if "time" not in header or ("count" in header) == ("node" in header):
        raise ValueError(f"{name}: expected the columns time (seconds) and either count or node in the first line")
    found = []
    for line, row in enumerate(rows[1:], 2):
        cells = dict(zip(header, row, strict=False))
        one: dict[str, Any] = {"at": format_duration(_number(name, line, row, header.index("time")))}
        one |= {"pool": cells["pool"].strip()} if cells.get("pool") else {}
        if "node" in header:
            one["nodes"] = (cells.get("node", "").strip(),)
        else:
            one["count"] = int(_number(name, line, row, header.index("count")))
        found.append(one)
    return found


def _rows(directory: Path, name: object) -> list[list[str]]:
    try:
        text = read_text(directory / str(name), newline="")
        rows = [row for row in csv.reader(io.StringIO(text, newline="")) if row]
    except InputError as error:
        raise ValueError(f"{name} {error.problems[0].message}") from None
    except csv.Error:
        raise ValueError(f"{name} cannot be read as CSV") from None
    if len(rows) < 2:
        raise ValueError(f"{name}: expected a line of column names and at least one row")
    return rows


def _number(name: object, line: int, row: list[str], at: int) -> float:
    try:
        value = float(row[at])
    except (ValueError, IndexError):
        raise ValueError(f"{name}:{line}: expected a number in column {at + 1}") from None
    if not math.isfinite(value) or value < 0:
        raise ValueError(f"{name}:{line}: expected a number that is finite and not negative, not {row[at]}")
    return value
