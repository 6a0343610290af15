"""Columns of a Parquet file by what their type means: numbers, dates, spans of time, text; anything else is refused."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from simulator.errors import InputError, Problem
from simulator.extras import require
from simulator.tables.parquet import read_as_parquet, sound

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

NUMBERS: Final = "numbers"
TEXT: Final = "text"
DATES: Final = "dates"
SPANS: Final = "durations"
MEANT: Final = {
    "id": (NUMBERS, TEXT),
    "submit": (NUMBERS, TEXT, DATES, SPANS),
    "duration": (NUMBERS, TEXT, SPANS),
    "estimate": (NUMBERS, TEXT, SPANS),
    "cores": (NUMBERS, TEXT),
    "memory": (NUMBERS, TEXT),
    "slots": (NUMBERS, TEXT),
    "instances": (NUMBERS, TEXT),
    "start": (NUMBERS, TEXT, DATES, SPANS),
    "end": (NUMBERS, TEXT, DATES, SPANS),
    "depends_on": (NUMBERS, TEXT),
    "exit_code": (NUMBERS, TEXT),
    "failed_attempts": (NUMBERS, TEXT),
    "max_task_retry_count": (NUMBERS, TEXT),
    "keep": (NUMBERS, TEXT),
}
"""What a column of a trace may hold, by what it is used for."""


def read_columns(name: str, wanted: Iterable[tuple[str, str]]) -> "pd.DataFrame":
    """Return the columns of a file, `wanted` by use and name; raise InputError about every one that cannot be used.

    Columns that the file lacks are left out.
    """
    require("pyarrow", f"{name}: a trace in Parquet")
    import pyarrow.parquet as pq

    with read_as_parquet(name):
        with pq.ParquetFile(name) as file:
            have = list(file.schema_arrow.names)
            used = {column: use for use, column in wanted if column in have}
            twice = [column for column in used if have.count(column) > 1]
            if twice:
                raise InputError([Problem(f"has two columns named {column!r}", name) for column in twice])
            if not used:
                return _empty(have)
            table = sound(file.read(columns=list(used)))
        misfits = {column: _misfit(table.column(column).type, use) for column, use in used.items()}
        if any(misfits.values()):
            raise InputError([Problem(f"{column!r} holds {text}", name) for column, text in misfits.items() if text])
        return _frame(table, have)


def _misfit(kind: "pa.DataType", use: str) -> str | None:
    """Return what a column of a type holds, if that is nothing for its use, and what was expected."""
    meaning = _meaning(kind)
    if meaning in MEANT[use]:
        return None
    return f"{meaning or f'values of the type {kind}'}; expected {' or '.join(MEANT[use])} for {use}"


def _meaning(kind: "pa.DataType") -> str | None:
    import pyarrow as pa

    types = pa.types
    if types.is_dictionary(kind):
        return _meaning(kind.value_type)
    if types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind):
        return NUMBERS
    if types.is_string(kind) or types.is_large_string(kind):
        return TEXT
    if types.is_timestamp(kind) or types.is_date(kind):
        return DATES
    if types.is_duration(kind):
        return SPANS
    return "true and false" if types.is_boolean(kind) else "times of day" if types.is_time(kind) else None


def _frame(table: "pa.Table", have: list[str]) -> "pd.DataFrame":
    import pandas as pd
    import pyarrow as pa

    columns: dict[str, Any] = {}
    for column in table.column_names:
        values = table.column(column)
        if pa.types.is_dictionary(values.type):
            values = values.cast(values.type.value_type)
        if pa.types.is_decimal(values.type):
            values = values.cast(pa.float64())
        if pa.types.is_date(values.type):
            values = values.cast(pa.timestamp("ms"))
        columns[column] = values.to_pandas()
    frame = pd.DataFrame(columns)
    frame.attrs["columns"] = have
    return frame


def _empty(have: list[str]) -> "pd.DataFrame":
    import pandas as pd

    frame = pd.DataFrame()
    frame.attrs["columns"] = have
    return frame
