"""The columns of a sweep's data set: the trial, the axes, the measures, and what went wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from simulator.experiment.axes import Cell
from simulator.experiment.trial import Outcome, Wanted
from simulator.results.record.frames import texts

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_DTYPES: Final[Mapping[str, np.dtype[Any]]] = {
    "number": np.dtype(np.int32),
    "int": np.dtype(np.int64),
    "float": np.dtype(np.float64),
    "bool": np.dtype(np.bool_),
}
"""Of the kinds of columns that are no text."""


def _kinds(cells: Sequence[Cell], wanted: Wanted) -> dict[str, str]:
    """Return the columns of a data set and the kind of each: they depend on the experiment alone."""
    return {
        "cell": "number",
        "replication": "number",
        **{name: _axis_type([cell.shown[name] for cell in cells]) for name in (cells[0].shown if cells else ())},
        **dict.fromkeys(wanted.measures, "float"),
        **dict.fromkeys(("error_type", "error_message", "error_traceback"), "text"),
    }


def schema_of(cells: Sequence[Cell], wanted: Wanted) -> pa.Schema:
    """Return the names and types of the columns on disk."""
    import pyarrow as pa

    text = pa.string()
    kinds = {kind: pa.from_numpy_dtype(dtype) for kind, dtype in _DTYPES.items()}
    return pa.schema([(name, kinds.get(kind, text)) for name, kind in _kinds(cells, wanted).items()])


def _axis_type(values: Sequence[Any]) -> str:
    """Return the narrowest type that holds all values of an axis."""
    for name, kind in (("bool", bool), ("int", int), ("float", int | float)):
        if all(isinstance(value, kind) and (name == "bool" or not isinstance(value, bool)) for value in values):
            return name
    return "text"


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def table_of(rows: Sequence[Mapping[str, Any]], cells: Sequence[Cell], wanted: Wanted) -> pa.Table:
    """Return rows as a table with these columns."""
    import pyarrow as pa

    schema = schema_of(cells, wanted)
    columns = []
    for field in schema:
        values = [row[field.name] for row in rows]
        is_text = pa.types.is_string(field.type)
        columns.append(pa.array(list(map(_text, values)) if is_text else values, field.type))
    return pa.table(columns, schema=schema)


def to_frame(outcomes: Sequence[Outcome], cells: Sequence[Cell], wanted: Wanted) -> pd.DataFrame:
    """Return outcomes as the frame that a directory of them would give."""
    import pandas as pd

    rows = [outcome.row(cells[outcome.cell].shown) for outcome in sorted(outcomes, key=lambda outcome: outcome.key)]
    columns: dict[str, Any] = {}
    for name, kind in _kinds(cells, wanted).items():
        values = [row[name] for row in rows]
        columns[name] = texts(map(_text, values)) if kind == "text" else np.array(values, dtype=_DTYPES[kind])
    return pd.DataFrame(columns)
