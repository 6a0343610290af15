"""Rows of the table AzureDiagnostics of Log Analytics as events: `executionInfo_startTime_t` is a field in a field."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from simulator.tables.instants import instants
from simulator.tables.sheets import NotATableError, read_sheet
from simulator.tables.text import FileText

if TYPE_CHECKING:
    import pandas as pd

_TYPED: Final = re.compile(r"(?P<path>\w+)_(?P<kind>[sdbtg])")
"""A column and the letter of its type: text, number, truth, time, GUID."""
OPERATION: Final = "OperationName"
_TIME: Final = re.compile(r"(?:TimeGenerated|time)(?: \[UTC\])?", re.IGNORECASE)


def event_of(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an event of the log for a row of the table; an event of the log stays as it is."""
    if "properties" in row or OPERATION not in row:
        return row
    body: dict[str, Any] = {}
    for column, value in row.items():
        found = _TYPED.fullmatch(column)
        if found is not None and value not in (None, ""):
            _put(body, found["path"].split("_"), _value(value, found["kind"]))
    time = next((value for column, value in row.items() if _TIME.fullmatch(column)), None)
    return {"operationName": row[OPERATION], "time": time, "properties": body}


def _put(body: dict[str, Any], path: list[str], value: Any) -> None:
    for key in path[:-1]:
        inside = body.setdefault(key, {})
        if not isinstance(inside, dict):
            return
        body = inside
    body[path[-1]] = value


def _value(value: Any, kind: str) -> Any:
    """Return a cell as the event had it; numbers of the table are never whole by their type."""
    if kind == "d":
        try:
            number = float(value)
        except (TypeError, ValueError):
            return value
        return int(number) if number.is_integer() else number
    return str(value).lower() == "true" if kind == "b" else value


def expanded(item: Any) -> Iterator[Any]:
    """Yield the events of one thing in a file: the rows of an answer of Log Analytics are lists beside their names."""
    tables = item.get("tables") if isinstance(item, dict) else None
    if not isinstance(tables, list):
        yield item
        return
    for table in tables:
        if isinstance(table, dict) and isinstance(table.get("rows"), list):
            columns = table.get("columns")
            names = [one.get("name") for one in columns if isinstance(one, dict)] if isinstance(columns, list) else []
            for row in table["rows"]:
                yield dict(zip(names, row, strict=False)) if isinstance(row, list) else row


def rows_of_sheet(content: FileText) -> Iterator[dict[str, Any]]:
    """Yield the rows of an export of the table, dates as the service writes them; raise NotATableError."""
    sheet = read_sheet(content, skip_broken=True)
    frame = sheet.frame
    if OPERATION not in frame and "operationName" not in frame:
        raise NotATableError(f"has no column {OPERATION}")
    for column in frame:
        if _TIME.fullmatch(str(column)) or str(column).endswith("_t"):
            frame[column] = _dates(frame[column].astype("string"), str(column))
    for row in frame.astype(object).where(frame.notna(), None).to_dict("records"):
        yield {str(name): value for name, value in row.items()}


def _dates(column: pd.Series[Any], name: str) -> pd.Series[Any]:
    import pandas as pd

    found = instants(column, name)
    dates = pd.Series(pd.to_datetime(found.seconds, unit="s", utc=True), index=column.index)
    return dates.dt.strftime("%Y-%m-%dT%H:%M:%S.%fZ").where(dates.notna(), column)
