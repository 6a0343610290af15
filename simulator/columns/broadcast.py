"""Columns of a workload: one value a task, and no memory where all tasks have the same.

A constant column is a view of one number (stride 0), read-only like all columns of a workload; NumPy reads it as any
other array.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Column = npt.NDArray[Any]


def constant(value: float, count: int, dtype: type[np.generic]) -> Column:
    """Return a column that has `value` in every row."""
    column: Column = np.ndarray((count,), dtype, np.array(value, dtype), strides=(0,))
    column.flags.writeable = False
    return column


def is_constant(column: Column) -> bool:
    """Return whether a column is known to have one value only."""
    return column.strides == (0,) and len(column) > 0


def rescaled(column: Column, scale: float, dtype: type[np.generic]) -> Column:
    """Multiply and round to `dtype`; a scale of 1 only changes the type."""
    if is_constant(column):
        return constant(rescaled(column[:1].copy(), scale, dtype)[0], len(column), dtype)
    if scale == 1:
        return column.astype(dtype, copy=False)
    scaled = column * float(scale)
    return np.rint(scaled, out=scaled).astype(dtype)


def joined(parts: Sequence[Column]) -> Column:
    """Put columns one behind the other."""
    if len(parts) == 1:
        return parts[0]
    first = next((part for part in parts if len(part)), None)
    if first is None:
        return np.empty(0)
    if all(is_constant(part) and part[0] == first[0] for part in parts if len(part)):
        return constant(first[0], sum(map(len, parts)), first.dtype.type)
    return np.concatenate(parts)


def chosen(column: Column, rows: npt.NDArray[np.signedinteger[Any]] | None) -> Column:
    """Return the column of some rows, in their order; None means all of them as they stand."""
    if rows is None:
        return column
    return constant(column[0], len(rows), column.dtype.type) if is_constant(column) else column[rows]


def looked_up(values: Column, places: npt.NDArray[np.signedinteger[Any]]) -> Column:
    """Return for each row the value at its place."""
    return constant(values[places[0]], len(places), values.dtype.type) if is_constant(places) else values[places]


def where(rows: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64] | None:
    """Return the rows that are set as `chosen` takes them; None where all are, so that nothing is copied."""
    return None if rows.all() else np.flatnonzero(rows)


def is_one_of(column: Column, values: Iterable[int]) -> npt.NDArray[np.bool_]:
    """Return which rows have one of a few values; for short columns NumPy's own takes far longer to begin."""
    found = np.zeros(len(column), dtype=np.bool_)
    for value in values:
        found |= column == value
    return found


def distinct(columns: Sequence[Column]) -> tuple[list[tuple[int, ...]], npt.NDArray[np.int32]]:
    """Return the distinct rows of columns of integers in ascending order, and for each row its place among them."""
    place: npt.NDArray[np.int64] | None = None
    rows: list[tuple[int, ...]] = [()]
    for column in columns:
        if is_constant(column):
            rows = [(*row, int(column[0])) for row in rows]
            continue
        values, code = np.unique(column, return_inverse=True)
        pairs = code if place is None else place * len(values) + code
        found, place = np.unique(pairs, return_inverse=True)
        rows = [(*rows[pair // len(values)], int(values[pair % len(values)])) for pair in found.tolist()]
    if place is None:
        return rows, constant(0, len(columns[0]), np.int32)
    return rows, place.astype(np.int32)
