"""Columns of a table on their way to Arrow: made rows by rows, so that a large table is never there twice."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

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

    def __getitem__(self, rows: slice) -> npt.NDArray[np.float64]:
        values = self.values[rows]
        shown = values / self.divisor
        if self.may_lack:
            shown[values < 0] = np.nan
        return shown


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


def to_arrow(values: Any, kind: str, rows: slice = EVERY) -> "pa.Array":
    """Give some rows of a column with the type that `kind` (see `schema.Column`) stands for."""
    import pyarrow as pa  # noqa: PLC0415 - slow to import

    if kind == "category":
        codes, names = values
        indices = codes[rows].astype(np.int32, copy=False)
        lacking = indices < 0
        known = pa.array(np.ascontiguousarray(indices), mask=lacking if lacking.any() else None)
        return pa.DictionaryArray.from_arrays(known, pa.array(names, pa.string()))
    if kind == "text":
        return values[rows] if isinstance(values, pa.Array) else pa.array(values[rows], pa.string())
    if kind == "float":
        return pa.array(np.asarray(values[rows], dtype=np.float64), from_pandas=True)
    if kind == "int" and isinstance(values, np.ma.MaskedArray):
        part = values[rows]
        return pa.array(np.ascontiguousarray(part.data), mask=np.ma.getmaskarray(part))
    return pa.array(np.ascontiguousarray(values[rows]))
