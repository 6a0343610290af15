"""When replications are enough: the rule of `--replications auto`, of one scenario and of every cell of a sweep."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from simulator.experiment.estimates import LEVEL, Estimate, Floats, estimate, probability

FIRST_LOOK: Final = 20
"""Replications before the rule looks for the first time: fewer show too little of the spread of skewed measures."""
POINTS: Final = 0.05
"""Half-width of a probability that is precise enough unless another is asked for."""
STOP_ON: Final = ("makespan", "cost")


@dataclass(frozen=True, slots=True)
class Stopping:
    """Go on until the interval of each measure shows a relative error of at most `precision`, or `cap` is reached.

    Looked at after 20 replications and after each further half. The error is relative to the unknown mean, so the
    half-width must be below precision / (1 + precision) of the estimate (A. M. Law, Simulation Modeling and Analysis,
    9.4). With a deadline, the half-width of the probability to keep it counts as well.
    """

    precision: float = 0.05
    cap: int = 1000
    measures: tuple[str, ...] = STOP_ON
    deadline: float | None = None
    """Seconds; None = nobody asks."""
    points: float = POINTS
    """Half-width of the probability to keep the deadline."""

    @property
    def first(self) -> int:
        """How many replications there are before the first look."""
        return min(FIRST_LOOK, self.cap)

    def after(self, size: int) -> int:
        """Return how many there are at the next look."""
        return min(self.cap, size + max(size // 2, 1))

    def relative(self, columns: Mapping[str, Floats]) -> dict[str, float]:
        """Return the half-width as a share of the mean of each measure."""
        found = ((name, estimate(name, columns, LEVEL)) for name in self.measures)
        return {name: math.inf if one is None else one.relative for name, one in found}

    def is_reached(self, columns: Mapping[str, Floats]) -> bool:
        """Return whether every measure is as precise as was asked for."""
        is_narrow = self.deadline is None or on_time(columns, self.deadline).half_width <= self.points
        return is_narrow and all(
            one <= self.precision / (1 + self.precision) for one in self.relative(columns).values()
        )


def on_time(columns: Mapping[str, Floats], deadline: float) -> Estimate:
    """Estimate the probability that all work is done by a deadline in seconds."""
    kept = is_on_time(columns, deadline)
    return probability(int(kept.sum()), len(kept))


def is_on_time(columns: Mapping[str, Floats], deadline: float) -> npt.NDArray[np.bool_]:
    """Return in which runs all work is done by a deadline in seconds."""
    return np.asarray((columns["makespan"] <= deadline) & (columns["tasks.unfinished"] == 0), dtype=np.bool_)
