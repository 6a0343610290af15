"""Random streams: one per purpose, found by name, independent of who else draws.

Two runs with the same seed and replication draw the same numbers for every purpose, so two policies meet the same
circumstances (common random numbers), and adding a stream changes no other. Draws of many items of one kind are found
by item and turn (`IndexedDraws`), so that the order in which the items draw does not matter.
"""

from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    Quantile = Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]

BLOCK = 256


def stream(seed: int, replication: int, name: str) -> np.random.Generator:
    """Return the generator of one purpose, e.g. `boot:pool1`, for one replication."""
    key = (replication, crc32(name.encode()))
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key)))


class Draws:
    """Draws from one stream, one value at a time, fetched in blocks: the k-th call returns the k-th value."""

    def __init__(self, generator: "Callable[[], np.random.Generator]", quantile: "Quantile") -> None:
        self._make = generator
        """Makes the stream; many are never drawn from."""
        self._generator: np.random.Generator | None = None
        self._quantile = quantile
        self._block: list[float] = []

    def next(self) -> float:
        if not self._block:
            if self._generator is None:
                self._generator = self._make()
            self._block = self._quantile(self._generator.random(BLOCK)).tolist()[::-1]
        return self._block.pop()


class IndexedDraws:
    """Draws of many items: the value of the k-th item in its j-th turn does not depend on the others.

    Each turn is a stream whose k-th value is the k-th item's.
    """

    def __init__(self, generator: "Callable[[int], np.random.Generator]", quantile: "Quantile") -> None:
        self._make = generator
        """Makes the stream of a turn."""
        self._quantile = quantile
        self._generators: list[np.random.Generator] = []
        self._values: list[list[float]] = []
        """Those drawn so far, by turn and item."""
        self._taken: dict[int, int] = {}

    def next(self, item: int) -> float:
        """Return the next value of an item."""
        turn = self._taken.get(item, 0)
        self._taken[item] = turn + 1
        if turn < len(self._values):
            values = self._values[turn]
            if item < len(values):
                return values[item]
        return self.at(item, turn)

    def at(self, item: int, turn: int) -> float:
        """Return the value of an item in a turn; nothing is used up."""
        while len(self._values) <= turn:
            self._generators.append(self._make(len(self._values)))
            self._values.append([])
        values = self._values[turn]
        while len(values) <= item:
            values += self._quantile(self._generators[turn].random(BLOCK)).tolist()
        return values[item]
