"""How long the tasks of a scenario work, as the closed forms need it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from simulator.scenario.scenario import Scenario
from simulator.workload.build import build

Floats = npt.NDArray[np.float64]
HARDEST: Final = 4.0
"""Evictions expected while the longest task works beyond which nothing is simulated: e⁴, 55 attempts each."""


@dataclass(frozen=True, slots=True)
class Demand:
    """Hours of work of every task, with the slots that it holds as weight."""

    hours: Floats
    weights: Floats

    @classmethod
    def of(cls, scenario: Scenario) -> Demand:
        """Draw the tasks of the first replication."""
        workload = build(scenario, 0)
        held = workload.span
        return cls(held / 3.6e6, workload.slots.astype(np.float64))

    @property
    def mean(self) -> float:
        return float(self.hours.mean())

    @property
    def longest(self) -> float:
        return float(self.hours.max())

    def billed_factor(self, hazard: float) -> float:
        """Return paid time over work where each task starts from zero after a loss: Σ (e^γw − 1)/γ over Σ w."""
        if hazard <= 0:
            return 1.0
        with np.errstate(over="ignore"):
            billed = np.expm1(hazard * self.hours) / hazard
        return float((billed * self.weights).sum() / (self.hours * self.weights).sum())

    def break_even(self, ratio: float) -> float | None:
        """Return the hazard per hour at which spot costs as much as dedicated; None where it never pays.

        (e^γw − 1)/(γw) = 1/ratio, summed over the tasks.
        """
        if ratio >= 1 or ratio <= 0 or not self.hours.any():
            return None
        low, high = 0.0, 1.0 / self.longest
        while self.billed_factor(high) < 1 / ratio:
            low, high = high, 2 * high
        for _ in range(100):
            middle = (low + high) / 2
            low, high = (low, middle) if self.billed_factor(middle) >= 1 / ratio else (middle, high)
        return high
