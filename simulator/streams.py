"""Random streams: one per purpose, found by name, independent of who else draws.

Two runs with the same seed and replication give every purpose the same numbers, so two policies face the
same luck (common random numbers), and adding a stream changes no other. What many things of one kind draw in turn is
found by thing and turn (`Luck`), so that it does not matter which of them comes first.
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
    """Give the generator of one purpose, e.g. `boot:pool1`, for one replication."""
    key = (replication, crc32(name.encode()))
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key)))


class Draws:
    """Draw from one stream one value at a time, fetched in blocks: the k-th call is the k-th value."""

    def __init__(
        self,
        generator: np.random.Generator,
        quantile: "Quantile",
    ) -> None:
        self._generator = generator
        self._quantile = quantile
        self._block: list[float] = []

    def next(self) -> float:
        if not self._block:
            self._block = self._quantile(self._generator.random(BLOCK)).tolist()[::-1]
        return self._block.pop()


class Luck:
    """Draw for many things: the value of the k-th thing in its j-th turn does not depend on the others.

    Each turn is a stream whose k-th value is the k-th thing's.
    """

    def __init__(self, generator: "Callable[[int], np.random.Generator]", quantile: "Quantile") -> None:
        self._generator = generator
        """Gives the stream of a turn."""
        self._quantile = quantile
        self._turns: list[tuple[np.random.Generator, list[float]]] = []
        self._taken: dict[int, int] = {}

    def next(self, thing: int) -> float:
        """Draw the next value of a thing."""
        turn = self._taken.get(thing, 0)
        self._taken[thing] = turn + 1
        return self.at(thing, turn)

    def at(self, thing: int, turn: int) -> float:
        """Give the value of a thing in a turn; nothing is used up."""
        while len(self._turns) <= turn:
            self._turns.append((self._generator(len(self._turns)), []))
        generator, values = self._turns[turn]
        while len(values) <= thing:
            values += self._quantile(generator.random(BLOCK)).tolist()
        return values[thing]
