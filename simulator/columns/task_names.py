"""Ids of tasks: numbered ones are not written down before somebody reads them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pyarrow as pa

Ints = npt.NDArray[np.int64]
LIMIT = 2**31
"""Bytes that a column of text may have before its offsets need 64 bits."""


class Names(Protocol):
    """The ids of one block of tasks."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int) -> str: ...

    def column(self, first: int, last: int) -> "pa.Array":
        """Return those from `first` to before `last` as text, without an object for each where that can be avoided."""


@dataclass(frozen=True, slots=True)
class Given:
    """Ids as the file has them."""

    ids: Sequence[str]

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, index: int) -> str:
        return self.ids[index]

    def column(self, first: int, last: int) -> "pa.Array":
        import pyarrow as pa

        return pa.array(self.ids[first:last], pa.string())


@dataclass(frozen=True, slots=True)
class Numbered:
    """`prefix-1`, `prefix-2`, ..."""

    prefix: str
    count: int

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> str:
        return f"{self.prefix}-{index + 1}"

    def column(self, first: int, last: int) -> "pa.Array":
        """Write the numbers digit by digit, in NumPy."""
        import pyarrow as pa

        prefix = np.frombuffer(f"{self.prefix}-".encode(), dtype=np.uint8)
        decades = [(low, high, len(prefix) + len(str(low))) for low, high in _decades(first + 1, last + 1)]
        size = sum((high - low) * width for low, high, width in decades)
        array, offset = (pa.StringArray, np.int32) if size < LIMIT else (pa.LargeStringArray, np.int64)
        data, ends = np.empty(size, dtype=np.uint8), np.zeros(last - first + 1, dtype=offset)
        for low, high, width in decades:
            begin = int(ends[low - 1 - first])
            end = begin + (high - low) * width
            ends[low - first : high - first] = np.arange(begin + width, end + 1, width)
            text = data[begin:end].reshape(-1, width)
            text[:, : len(prefix)] = prefix
            rest = np.arange(low, high, dtype=np.uint32)
            for place in range(width - 1, len(prefix) - 1, -1):
                fewer = rest // 10
                text[:, place] = rest - fewer * 10 + ord("0")
                rest = fewer
        return array.from_buffers(last - first, pa.py_buffer(ends), pa.py_buffer(data))


@dataclass(frozen=True, slots=True)
class Prefixed:
    """A prefix before numbers or texts that somebody else gave."""

    prefix: str
    ids: npt.NDArray[Any]

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, index: int) -> str:
        return f"{self.prefix}{self.ids[index]}"

    def column(self, first: int, last: int) -> "pa.Array":
        import pyarrow as pa
        import pyarrow.compute as pc

        return pc.binary_join_element_wise(self.prefix, pc.cast(pa.array(self.ids[first:last]), pa.string()), "")


@dataclass(frozen=True, slots=True)
class TaskNames:
    """Ids of all tasks by row; strings are made only when read."""

    blocks: tuple[Names, ...]
    starts: Ints
    """Position in file order of each block's first task."""
    order: Ints | None
    """Row to position in file order; None where they are the same."""

    def __len__(self) -> int:
        return sum(map(len, self.blocks))

    def __getitem__(self, row: int) -> str:
        position = row if self.order is None else int(self.order[row])
        block = int(np.searchsorted(self.starts, position, side="right")) - 1
        return self.blocks[block][position - int(self.starts[block])]

    def texts(self) -> list[str]:
        """Return all ids by row."""
        names = [block[index] for block in self.blocks for index in range(len(block))]
        return names if self.order is None else [names[position] for position in self.order.tolist()]

    def column(self, rows: slice = slice(None)) -> "pa.Array":
        """Return ids by row as text."""
        import pyarrow as pa

        if self.order is not None:
            return TaskNames(self.blocks, self.starts, None).column().take(pa.array(self.order[rows]))
        first, last, _ = rows.indices(len(self))
        parts = [
            names.column(max(first - start, 0), min(last - start, len(names)))
            for start, names in zip(self.starts.tolist(), self.blocks, strict=True)
            if start < last and first < start + len(names)
        ]
        return parts[0] if len(parts) == 1 else pa.concat_arrays([pa.array([], pa.string()), *parts])


def _decades(first: int, last: int) -> list[tuple[int, int]]:
    """Split the numbers from `first` (at least 1) to before `last` into spans of numbers with as many digits."""
    digits = range(len(str(first)) - 1, len(str(last)))
    spans = [(max(10**k, first), min(10 ** (k + 1), last)) for k in digits]
    return [(low, high) for low, high in spans if low < high]
