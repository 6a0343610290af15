"""A law that was fitted: its parameters, how sure they are, and how far the sample lies from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import numpy as np

from simulator.durations import LONGEST
from simulator.fits.sample import Floats

LEVEL: Final = 0.95
"""How sure the intervals in a file are."""
SUMMARIES: Final = ("median", "p95", "mean")
"""What is stated of every law, each with its interval."""
DRAWS: Final = 2000
"""Other laws that would do as well: enough for the ends of an interval."""
SEED: Final = 20260105
"""Of the stream that draws them: the same sample has the same intervals."""


@dataclass(frozen=True)
class Law:
    """What a kind of law makes of parameters, one column each."""

    quantile: Callable[[Floats, float], Floats]
    mean: Callable[[Floats], Floats]
    body: Callable[[Floats], Any]

    def summary(self, parameters: Floats, name: str) -> Floats:
        """Return a summary of each column of parameters."""
        if name == "mean":
            return self.mean(parameters)
        return self.quantile(parameters, {"median": 0.5, "p95": 0.95}[name])


@dataclass(frozen=True, eq=False)
class Fit:
    """A law, and others between which the sample does not decide."""

    family: str
    parameters: Floats
    law: Law = field(repr=False)
    count: int
    """Values that were seen, in part or whole."""
    ended: int
    """Ends that were seen, exactly or between two looks."""
    censored: int
    size: int
    """Parameters that were fitted."""
    log_likelihood: float
    distance: float
    """Kolmogorov–Smirnov: the largest distance between the sample's distribution and the law's."""
    limit: float
    """Up to which a distance is no wonder, or too small to matter."""
    others: Floats = field(repr=False)
    """Parameters of other laws that the sample allows, a column each, as often as it allows them."""

    @property
    def aic(self) -> float:
        """Akaike's criterion, corrected for small samples: the less, the better."""
        k, spare = self.size, max(self.ended - self.size - 1, 1)
        return 2 * k - 2 * self.log_likelihood + 2 * k * (k + 1) / spare

    @property
    def holds(self) -> bool:
        """Whether the sample may come from the law."""
        return self.distance <= self.limit

    @cached_property
    def body(self) -> Any:
        """The distribution as a scenario has it."""
        return self.law.body(self.parameters)

    def value(self, name: str) -> float:
        """Return a summary of the law."""
        return float(self.law.summary(self.parameters[:, None], name)[0])

    def summaries(self, name: str) -> Floats:
        """Return a summary of each law that the sample allows."""
        with np.errstate(all="ignore"):
            found = self.law.summary(self.others, name)
        return np.nan_to_num(np.minimum(found, LONGEST), nan=LONGEST)
