"""Intervals from independent replications: each measure with the method that fits it.

Means: Student's t. Probabilities: Wilson's score interval (E. B. Wilson, 1927). Quantiles and ratios: bootstrap, bias
corrected and accelerated (B. Efron, 1987). Differences between scenarios that faced the same luck: the same of pairs.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from simulator.experiment.measures import Fit, find_measure

Floats = npt.NDArray[np.float64]
LEVEL: Final = 0.95
RESAMPLES: Final = 2000
FEW: Final = 8
"""Below so many values a bootstrap has too few different samples: Student's t of the linearised values instead."""
MANY: Final = 1000
"""Above so many values the bootstrap costs more than it tells: again Student's t, or order statistics."""


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


def estimate(name: str, columns: Mapping[str, Floats], level: float = LEVEL) -> Estimate | None:
    """Estimate a measure from its values in replications; None if no replication has it.

    A ratio is estimated from sums where the column of its denominator is given, else as a mean.
    """
    measure = find_measure(name)
    values = columns[name]
    weights = columns.get(measure.weight) if measure.weight else None
    has = ~np.isnan(values) if weights is None else ~np.isnan(values) & ~np.isnan(weights)
    if not has.any():
        return None
    if measure.fit is Fit.RATIO and weights is not None and (weights[has] > 0).all():
        return ratio(values[has] * weights[has], weights[has], level)
    if measure.fit is Fit.QUANTILE:
        return ratio(values[has], np.ones(int(has.sum())), level)
    return mean(values[has], level)


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


def ratio(tops: Floats, bottoms: Floats, level: float = LEVEL) -> Estimate:
    """Estimate a ratio of two means from pairs; with bottoms of 1 it is a mean of skewed values."""
    count = len(tops)
    value = float(tops.sum() / bottoms.sum())
    if not FEW <= count <= MANY:
        around = mean((tops - value * bottoms) / bottoms.mean(), level)
        return Estimate(value, value + around.low, value + around.high, count, level)
    resampled = _means(tops) / _means(bottoms)
    jackknife = (tops.sum() - tops) / (bottoms.sum() - bottoms)
    return replace(_accelerated(value, resampled, jackknife, expanded(level, count)), level=level)


def difference(
    one_tops: Floats, one_bottoms: Floats, two_tops: Floats, two_bottoms: Floats, level: float = LEVEL
) -> Estimate:
    """Estimate by how much the second of two ratios is larger, from replications that shared their luck."""
    count = len(one_tops)
    pairs = ((one_tops, one_bottoms), (two_tops, two_bottoms))
    first, second = (float(tops.sum() / bottoms.sum()) for tops, bottoms in pairs)
    value = second - first
    if not FEW <= count <= MANY:
        parts = [
            (tops - center * bottoms) / bottoms.mean()
            for center, (tops, bottoms) in zip((first, second), pairs, strict=True)
        ]
        around = mean(parts[1] - parts[0], level)
        return Estimate(value, value + around.low, value + around.high, count, level)
    resampled = [_means(tops) / _means(bottoms) for tops, bottoms in pairs]
    jackknife = [(tops.sum() - tops) / (bottoms.sum() - bottoms) for tops, bottoms in pairs]
    made = _accelerated(value, resampled[1] - resampled[0], jackknife[1] - jackknife[0], expanded(level, count))
    return replace(made, level=level)


def expanded(level: float, count: int) -> float:
    """Give the level at which a bootstrap of means must be read off to hold `level` with so few values.

    A resample of n values spreads less than the population by (n - 1) / n, and by z where Student's t belongs
    (T. Hesterberg, What Teachers Should Know About the Bootstrap, The American Statistician 69, 2015).
    """
    from scipy.special import ndtr  # noqa: PLC0415 - slow to import

    return float(1 - 2 * ndtr(-math.sqrt(count / (count - 1)) * t_quantile(level, count - 1)))


def quantile(values: Floats, share: float, level: float = LEVEL) -> Estimate:
    """Estimate a quantile of single runs; `needed_for` says how many are needed to tell."""
    ordered = np.sort(values)
    count = len(ordered)
    value = float(np.quantile(ordered, share))
    if not FEW <= count <= MANY:
        low, high = _order_statistics(count, share, level)
        return Estimate(
            value,
            float(ordered[low]) if low >= 0 else -math.inf,
            float(ordered[high]) if high < count else math.inf,
            count,
            level,
        )
    resampled = np.quantile(ordered[_draws(count)], share, axis=1)
    jackknife = np.array([float(np.quantile(np.delete(ordered, index), share)) for index in range(count)])
    return _accelerated(value, resampled, jackknife, level)


def _order_statistics(count: int, share: float, level: float) -> tuple[int, int]:
    """Give the places of the ordered values that hold a quantile between them (binomial); outside where none does."""
    from scipy.stats import binom  # noqa: PLC0415 - slow to import

    low = int(binom.ppf((1 - level) / 2, count, share)) - 1
    high = int(binom.ppf((1 + level) / 2, count, share))
    return low, high


def needed_for(share: float, level: float = LEVEL) -> int:
    """Give how many values are needed so that the largest (smallest) lies beyond a quantile with certainty `level`."""
    return math.ceil(math.log(1 - level) / math.log(max(share, 1 - share)))


def corrected(level: float, comparisons: int) -> float:
    """Give the level of each of several intervals so that all hold together (Bonferroni)."""
    return 1 - (1 - level) / max(comparisons, 1)


def quantiles(values: Floats) -> dict[str, float]:
    """Give what single runs came to: p5, p50 and p95."""
    low, middle, high = (float(value) for value in np.quantile(values, [0.05, 0.5, 0.95]))
    return {"p5": low, "p50": middle, "p95": high}


@lru_cache(maxsize=4)
def _draws(count: int) -> npt.NDArray[np.int64]:
    """Give which values each resample takes: the same for all measures and every time, so results repeat."""
    return np.random.default_rng(0).integers(0, count, size=(RESAMPLES, count))


@lru_cache(maxsize=4)
def _shares(count: int) -> Floats:
    """Give how often each resample takes each value, as a share."""
    taken = np.zeros((RESAMPLES, count))
    np.add.at(taken, (np.arange(RESAMPLES)[:, None], _draws(count)), 1 / count)
    return taken


def _means(values: Floats) -> Floats:
    means: Floats = _shares(len(values)) @ values
    return means


def _accelerated(value: float, resampled: Floats, jackknife: Floats, level: float) -> Estimate:
    """Give the BCa interval of a statistic from its bootstrap and jackknife values."""
    from scipy.special import ndtr, ndtri  # noqa: PLC0415 - slow to import

    count = len(jackknife)
    if np.ptp(resampled) <= 1e-12 * max(abs(value), 1e-300):
        return Estimate(value, value, value, count, level)
    below = float((resampled < value).mean() + (resampled <= value).mean()) / 2
    edge = 1 / (2 * RESAMPLES)
    bias = float(ndtri(min(max(below, edge), 1 - edge)))
    away = jackknife.mean() - jackknife
    spread = float((away**2).sum())
    acceleration = float((away**3).sum()) / (6 * spread**1.5) if spread > 0 else 0.0
    ends = []
    for side in ((1 - level) / 2, (1 + level) / 2):
        z = bias + float(ndtri(side))
        ends.append(float(ndtr(bias + z / (1 - acceleration * z))))
    low, high = (float(end) for end in np.quantile(resampled, ends))
    return Estimate(value, low, high, count, level)
