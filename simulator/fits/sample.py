"""Times that were measured, whole or in part: ended, still going on when last seen, or ended between two looks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
WHOLE: Final = 1.0
FINE: Final = 0.001
"""Seconds that clocks count in: whole ones, or thousandths."""


def _nothing() -> Floats:
    return np.empty(0)


@dataclass(frozen=True)
class Sample:
    """Positive numbers, of which some are known in part."""

    exact: Floats
    beyond: Floats = field(default_factory=_nothing)
    """Of what had not ended yet: how long it had lasted."""
    after: Floats = field(default_factory=_nothing)
    """Of what ended between two looks: how long it had lasted at the first."""
    before: Floats = field(default_factory=_nothing)
    """Likewise at the second."""

    @classmethod
    def of(
        cls, exact: Iterable[float], beyond: Iterable[float] = (), between: Iterable[tuple[float, float]] = ()
    ) -> Self:
        """Return a sample of finite numbers; zeros count as half of what the clock shows at least."""
        pairs = np.asarray([*between], dtype=np.float64).reshape(-1, 2)
        ended, going = (np.asarray([*part], dtype=np.float64) for part in (exact, beyond))
        tick = resolution(ended)
        least = tick / 2
        going = going[going > 0]
        pairs = pairs[pairs[:, 1] > pairs[:, 0]]
        return cls(np.maximum(ended, least), going, np.maximum(pairs[:, 0], 0.0), np.maximum(pairs[:, 1], tick))

    @property
    def ended(self) -> int:
        """How many ends were seen, exactly or between two looks."""
        return len(self.exact) + len(self.after)

    @property
    def count(self) -> int:
        return self.ended + len(self.beyond)

    @property
    def censored(self) -> int:
        """How many are known in part only."""
        return len(self.beyond) + len(self.after)

    @property
    def middles(self) -> Floats:
        """The ends that were seen, in order; one between two looks in the middle."""
        return np.sort(np.concatenate([self.exact, (self.after + self.before) / 2]))


def resolution(values: Floats) -> float:
    """Return the step of the clock that some times were read from."""
    return WHOLE if len(values) and bool((values == np.round(values)).all()) else FINE
