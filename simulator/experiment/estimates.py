"""Intervals from independent replications: each measure with the method that fits it.

Means: Student's t. Probabilities: Wilson's score interval (E. B. Wilson, 1927). Differences between scenarios that
faced the same luck: t of the paired differences.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
LEVEL: Final = 0.95


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number and how sure it is."""

    value: float
    low: float
    """Lower end of the interval; minus infinity where one value tells nothing about its spread."""
    high: float
    count: int
    level: float = LEVEL

    @property
    def half_width(self) -> float:
        return (self.high - self.low) / 2

    @property
    def relative(self) -> float:
        """Half-width as a share of the value; infinite around 0 unless the interval has no width."""
        if self.half_width == 0:
            return 0.0
        return self.half_width / abs(self.value) if self.value else math.inf


def mean(values: Floats, level: float = LEVEL) -> Estimate:
    """Estimate a mean from independent values by Student's t."""
    count = len(values)
    if count == 0:
        raise ValueError("no value to estimate from")
    center = float(values.mean())
    if count == 1:
        return Estimate(center, -math.inf, math.inf, 1, level)
    spread = float(values.std(ddof=1)) / math.sqrt(count)
    half = t_quantile(level, count - 1) * spread
    return Estimate(center, center - half, center + half, count, level)


def t_quantile(level: float, freedom: int) -> float:
    """Give the two-sided quantile of Student's t."""
    from scipy.special import stdtrit  # noqa: PLC0415 - slow to import

    return float(stdtrit(freedom, 0.5 + level / 2))


def probability(hits: int, count: int, level: float = LEVEL) -> Estimate:
    """Estimate a probability by Wilson's score interval."""
    from scipy.special import ndtri  # noqa: PLC0415 - slow to import

    z = float(ndtri(0.5 + level / 2))
    share = hits / count
    center = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return Estimate(share, max(0.0, center - half), min(1.0, center + half), count, level)


def corrected(level: float, comparisons: int) -> float:
    """Give the level of each of several intervals so that all hold together (Bonferroni)."""
    return 1 - (1 - level) / max(comparisons, 1)


def quantiles(values: Floats) -> dict[str, float]:
    """Give what single runs came to: p5, p50 and p95."""
    low, middle, high = (float(value) for value in np.quantile(values, [0.05, 0.5, 0.95]))
    return {"p5": low, "p50": middle, "p95": high}
