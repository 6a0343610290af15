"""Random streams of jobs, each found by its name."""

import numpy as np

from simulator.columns.broadcast import constant
from simulator.distributions import Constant, Distribution
from simulator.streams import stream
from simulator.workload.block import Floats


class JobStreams:
    """The random streams of one job in one replication."""

    def __init__(self, seed: int, replication: int, job: str, drawn: int = 0) -> None:
        self._seed = seed
        self._replication = replication
        self._job = job
        self._drawn = drawn
        """How many numbers of each stream others have: tasks that are listed later go on where those before ended."""

    def generator(self, purpose: str, part: int | str) -> np.random.Generator:
        """Return the generator of a purpose; its name is part of the seed, so that no name may ever change."""
        found = stream(self._seed, self._replication, f"{purpose}:{self._job}:{part}")
        if self._drawn:
            found.bit_generator.advance(self._drawn)  # type: ignore[attr-defined]  # PCG64 has it, its base has not
        return found

    def draw(self, shape: Distribution[float] | None, purpose: str, part: int | str, count: int) -> Floats:
        """Draw `count` values, 0 where no distribution is given."""
        if shape is None:
            return constant(0.0, count, np.float64)
        if isinstance(shape, Constant):
            return constant(shape.mean, count, np.float64)
        return shape.draws(self.generator(purpose, part).random(count))
