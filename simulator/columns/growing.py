"""A column that grows while a run goes on, at the cost of what is added."""

from typing import Any

import numpy as np

from simulator.columns.broadcast import Column


class Growing:
    """One value a task; `values` are those of all tasks so far."""

    __slots__ = ("_count", "_rows")

    def __init__(self, dtype: type[np.generic]) -> None:
        self._rows = np.zeros(0, dtype=dtype)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, row: int) -> Any:
        return self._rows[row]

    @property
    def values(self) -> Column:
        """The rows in use; a view that later additions may leave behind."""
        return self._rows[: self._count]

    def append(self, more: Column) -> None:
        """Add rows; where there is no room for them, the column grows by half at least."""
        after = self._count + len(more)
        if after > len(self._rows):
            wider = np.zeros(max(after, self._count + self._count // 2), dtype=self._rows.dtype)
            wider[: self._count] = self.values
            self._rows = wider
        self._rows[self._count : after] = more
        self._count = after

    def shorten(self, count: int) -> None:
        """Remove all rows but the first `count`."""
        self._count = count
