"""Random streams: one per purpose, found by name, independent of who else draws.

Two runs with the same seed and replication give every purpose the same numbers, so two policies face the
same luck (common random numbers), and adding a stream changes no other.
"""

from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

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
        quantile: "Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]",
    ) -> None:
        self._generator = generator
        self._quantile = quantile
        self._block: list[float] = []

    def next(self) -> float:
        if not self._block:
            self._block = self._quantile(self._generator.random(BLOCK)).tolist()[::-1]
        return self._block.pop()
