"""Columns of a table on their way to Arrow: made rows by rows, so that a large table is never there twice."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from simulator.columns.broadcast import is_constant
from simulator.columns.task_names import TaskNames
from simulator.units import MS_PER_S

if TYPE_CHECKING:
    import pyarrow as pa

Category = tuple[npt.NDArray[Any], list[str]]
"""Codes and the names they stand for; a negative code is empty."""
EVERY = slice(None)


@dataclass(frozen=True, slots=True)
class Scaled:
    """A column of whole numbers that is shown divided; `may_lack` makes negative ones empty."""

    values: npt.NDArray[Any]
    divisor: int
    may_lack: bool = False

    def __len__(self) -> int:
        return len(self.values)

    def part(self, rows: slice) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_] | None]:
        """Return some rows, and which of them are there; None means all."""
        values = self.values[rows]
        return values / self.divisor, values >= 0 if self.may_lack else None


@dataclass(frozen=True, slots=True)
class Partial:
    """A column of whole numbers that are not there in every row."""

    values: npt.NDArray[Any]
    known: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.values)


def seconds(instants: npt.NDArray[np.int64]) -> Scaled:
    """Show milliseconds as seconds, and what never happened (negative) as nothing."""
    return Scaled(instants, MS_PER_S, may_lack=True)


def coded(values: Iterable[str | None]) -> Category:
    """Encode a short column of text."""
    listed = list(values)
    names = sorted({value for value in listed if value})
    place = {name: code for code, name in enumerate(names)}
    return np.array([place.get(value or "", -1) for value in listed], dtype=np.int32), names


def height(values: Any) -> int:
    """Count the rows of a column."""
    return len(values[0] if isinstance(values, tuple) else values)


def is_alike(values: Any) -> bool:
    """Return whether a column is known to have one value only."""
    held = values[0] if isinstance(values, tuple) else values.values if isinstance(values, Scaled) else values
    return isinstance(held, np.ndarray) and is_constant(held)


def in_order(values: Any) -> Any:
    """Return a column that rows can be cut from: ids that stand in another order than the tasks are sorted once."""
    return values.column() if isinstance(values, TaskNames) and values.order is not None else values


def to_arrow(values: Any, kind: str, rows: slice = EVERY) -> "pa.Array":
    """Return some rows of a column with the type that `kind` (see `table_schema.Column`) stands for."""
    import pyarrow as pa

    if kind == "category":
        codes, names = values
        part = codes[rows]
        return pa.DictionaryArray.from_arrays(_numbers(part, np.int32, part >= 0), _texts(names))
    if kind == "text":
        if isinstance(values, TaskNames):
            return values.column(rows)
        return values[rows] if isinstance(values, pa.Array) else _texts(values[rows])
    if kind == "bool":
        return pa.Array.from_buffers(pa.bool_(), height(values[rows]), [None, _bits(values[rows])])
    if isinstance(values, Scaled):
        part, known = values.part(rows)
        return _numbers(part, np.float64, known)
    if kind == "float":
        part = np.asarray(values[rows], dtype=np.float64)
        return _numbers(part, np.float64, ~np.isnan(part))
    if isinstance(values, Partial):
        return _numbers(values.values[rows], values.values.dtype, values.known[rows])
    return _numbers(values[rows], values.dtype, None)


def _numbers(values: npt.NDArray[Any], kind: Any, known: npt.NDArray[np.bool_] | None) -> "pa.Array":
    """Wrap numbers without a copy; `pyarrow.array` would import pandas first, which takes as long as a small run."""
    import pyarrow as pa

    held = np.ascontiguousarray(values, dtype=kind)
    mask = None if known is None or known.all() else _bits(known)
    return pa.Array.from_buffers(pa.from_numpy_dtype(held.dtype), len(held), [mask, pa.py_buffer(held)])


def _texts(values: Sequence[str | None]) -> "pa.Array":
    import pyarrow as pa

    written = [(value or "").encode() for value in values]
    ends = np.cumsum([0, *map(len, written)], dtype=np.int32)
    known = np.fromiter((value is not None for value in values), dtype=np.bool_, count=len(values))
    mask = None if known.all() else _bits(known)
    return pa.StringArray.from_buffers(len(values), pa.py_buffer(ends), pa.py_buffer(b"".join(written)), mask)


def _bits(flags: npt.NDArray[np.bool_]) -> "pa.Buffer":
    import pyarrow as pa

    return pa.py_buffer(np.packbits(flags, bitorder="little"))
