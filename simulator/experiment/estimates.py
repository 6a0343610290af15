"""Intervals from independent replications: each measure with the method that fits it.

Means and ratios: studentised bootstrap (B. Efron and R. J. Tibshirani, An Introduction to the Bootstrap, 1993, 12.5),
joined with Student's t: cost, waits and lost time are skewed, and t alone leaves most of its misses on the optimistic
side. Shares of what all runs have together: further on the side of the long tail. Probabilities: Wilson's score
interval (E. B. Wilson, 1927). Quantiles of single runs: order statistics, which hold whatever the distribution.
Differences between scenarios that faced the same random numbers: the same of pairs.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from simulator.experiment.measures import find_measure
from simulator.numerics import binomial, normal, student
from simulator.results.answer.parts import Fit

Floats = npt.NDArray[np.float64]
LEVEL: Final = 0.95
RESAMPLES: Final = 2000
MINIMUM: Final = 3
"""Values without which there is no skewness."""
FEW: Final = 8
"""Below so many values a bootstrap has too few different samples: Student's t of the linearised values instead."""
MANY: Final = 1000
"""Above so many values the bootstrap costs more than it shows: again Student's t."""
FARTHEST: Final = 4.0
"""How many times as far as Student's t a bootstrap may reach. Resamples without the one value that lies far out show
next to no spread and reach thousands of times as far. In 1,500 studies of each of eleven laws, of 8 to 30 values, the
cut takes at most 0.1 points of coverage, and 0.6 where a rare value lies far from all others."""
LONG_TAIL: Final = 2.5
"""How many times as skewed as a few values show what they come from is taken to be. Chosen: of 10 to 30 values of a law
with a long tail the third moment comes out half as large as it is or less, as the rarest are not among them."""
TINY: Final = 1e-9
"""Spread of a resample, as a share of that of the values, below which it holds one value only and shows nothing."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number and how sure it is."""

    value: float
    low: float
    """Lower end of the interval; minus infinity where one value shows nothing about its spread."""
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

    @property
    def leaves_out_zero(self) -> bool:
        """Whether the number is above or below 0 beyond chance."""
        return self.low > 0 or self.high < 0

    def within(self, least: float, most: float) -> "Estimate":
        """Cut the interval to what the number can be; what is not known stays so, and the estimate inside."""
        low = max(self.low, min(least, self.value)) if math.isfinite(self.low) else self.low
        high = min(self.high, max(most, self.value)) if math.isfinite(self.high) else self.high
        return replace(self, low=low, high=high)


def estimate(name: str, columns: Mapping[str, Floats], level: float = LEVEL) -> Estimate | None:
    """Estimate a measure from its values in replications; None if no replication has it.

    A ratio is estimated from sums where the column of its denominator is given, else as a mean. No interval reaches
    beyond what the measure can be: no cost is negative, no share above 1.
    """
    values, weights = _known(name, columns)
    if not len(values):
        return None
    found = skewed_mean(values, level) if weights is None else share(values * weights, weights, level)
    return found.within(*find_measure(name).range)


def linearised(name: str, columns: Mapping[str, Floats]) -> Floats:
    """Return numbers whose mean is the estimate of a measure, one for each replication that has it.

    Of a mean they are its values; of a ratio what is linear in its parts.
    """
    values, weights = _known(name, columns)
    if weights is None or not len(values):
        return values
    center = float((values * weights).sum() / weights.sum())
    found: Floats = center + (values - center) * weights / weights.mean()
    return found


def _known(name: str, columns: Mapping[str, Floats]) -> tuple[Floats, Floats | None]:
    """Return the values that replications have and, of a ratio, their denominators."""
    values, weights = _columns(name, columns)
    has = ~np.isnan(values)
    return values[has], None if weights is None else weights[has]


def _columns(name: str, columns: Mapping[str, Floats]) -> tuple[Floats, Floats | None]:
    """Return the values of a measure and, of a ratio, its denominators where they are given."""
    measure = find_measure(name)
    weights = columns.get(measure.weight) if measure.weight and measure.fit is Fit.RATIO else None
    return columns[name], weights


def difference_of(
    name: str, one: Mapping[str, Floats], two: Mapping[str, Floats], level: float = LEVEL
) -> Estimate | None:
    """Estimate by how much a measure is larger in the second of two sets of replications that shared their draws.

    Of a ratio it is the difference of the two estimates, as `estimate` makes them. Replications that lack the measure
    in either are left out; None if all do. No two shares are more than all apart.
    """
    (first, below), (second, above) = (_columns(name, columns) for columns in (one, two))
    known = ~np.isnan(first) & ~np.isnan(second)
    first, second = first[known], second[known]
    if not len(first):
        return None
    if below is not None and above is not None:
        found = difference(first * below[known], below[known], second * above[known], above[known], level)
    else:
        found = skewed_mean(second - first, level)
    least, most = find_measure(name).range
    return found.within(least - most, most - least)


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
    """Return the two-sided quantile of Student's t."""
    return student.quantile(freedom, 0.5 + level / 2)


def probability(hits: float, count: int, level: float = LEVEL) -> Estimate:
    """Estimate a probability by Wilson's score interval; `hits` may be what is expected of runs yet to be made."""
    z = float(normal.quantile(np.array([0.5 + level / 2]))[0])
    share = hits / count
    center = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return Estimate(share, max(0.0, center - half), min(1.0, center + half), count, level)


def exact_probability(hits: int, count: int, level: float = LEVEL) -> Estimate:
    """Estimate a probability by exact binomial bounds, which hold what they promise at any level and count."""
    tail = (1 - level) / 2
    low, high = binomial.lower_bound(hits, count, tail), 1 - binomial.lower_bound(count - hits, count, tail)
    return Estimate(hits / count, low, high, count, level)


def ratio(tops: Floats, bottoms: Floats, level: float = LEVEL) -> Estimate:
    """Estimate a ratio of two means from pairs."""
    return _of_ratios([(1.0, tops, bottoms)], level)


def share(tops: Floats, bottoms: Floats, level: float = LEVEL) -> Estimate:
    """Estimate a share of what all runs have together from pairs.

    A rare bad run has a small share of much: the pairs are skewed further than a few of them show, and so than their
    resamples. On the side of the long tail the interval reaches at least as far as the first term of the expansion of
    Student's t for skewed values (P. Hall, The Bootstrap and Edgeworth Expansion, 1992, 2.3).
    """
    usual = ratio(tops, bottoms, level)
    count = len(tops)
    if not FEW <= count <= MANY or usual.half_width == 0:
        return usual
    linear = (tops - usual.value * bottoms) / bottoms.mean()
    t, skewness = t_quantile(level, count - 1), LONG_TAIL * _skewness(linear)
    root = math.sqrt(count)
    reach = (t + abs(skewness) / root * (2 * t * t + 1) / 6) * float(linear.std(ddof=1)) / root
    if skewness < 0:
        return replace(usual, low=min(usual.low, usual.value - reach))
    return replace(usual, high=max(usual.high, usual.value + reach))


def change(one: Floats, two: Floats, level: float = LEVEL) -> Estimate | None:
    """Estimate by what share of the first mean the second one is larger, from pairs, with the uncertainty of both.

    Pairs that lack either are left out. Where every pair differs by the same share, the interval has no width. None
    where fewer than two are left, or where the first mean is not above 0.
    """
    has = ~np.isnan(one) & ~np.isnan(two)
    one, two = one[has], two[has]
    if len(one) < 2 or float(one.mean()) <= 0:
        return None
    found = ratio(two, one, level).within(0.0, math.inf)
    return replace(found, value=found.value - 1, low=found.low - 1, high=found.high - 1)


def skewed_mean(values: Floats, level: float = LEVEL) -> Estimate:
    """Estimate a mean from independent values that may be skewed."""
    return ratio(values, np.ones(len(values)), level)


def needed_for_mean(values: Floats) -> int:
    """Return about how many values an interval of their mean needs, by their skewness; 0 where nothing is skewed.

    Five times the square of the skewness: a rule of thumb, chosen. For Student's t alone it is 25 times (W. G. Cochran,
    Sampling Techniques, 1977, 2.15).
    """
    count = len(values)
    spread = float(values.std()) if count else 0.0
    if count < MINIMUM or spread <= TINY * abs(float(values.mean())):
        return 0
    return math.ceil(5 * _skewness(values) ** 2)


def _skewness(values: Floats) -> float:
    """Estimate the skewness of what at least three values come from, allowing for their number."""
    count = len(values)
    skewness = float(((values - values.mean()) ** 3).mean()) / float(values.std()) ** 3
    return skewness * math.sqrt(count * (count - 1)) / (count - 2)


def difference(
    one_tops: Floats, one_bottoms: Floats, two_tops: Floats, two_bottoms: Floats, level: float = LEVEL
) -> Estimate:
    """Estimate by how much the second of two ratios is larger, from replications that shared their draws."""
    return _of_ratios([(1.0, two_tops, two_bottoms), (-1.0, one_tops, one_bottoms)], level)


Signed = tuple[float, Floats, Floats]
"""A sign, and the tops and bottoms of a ratio."""


def _of_ratios(parts: Sequence[Signed], level: float) -> Estimate:
    """Estimate a sum of signed ratios: with few or very many values by t of what is linear in them, else bootstrap."""
    count = len(parts[0][1])
    centers = [float(tops.sum() / bottoms.sum()) for _, tops, bottoms in parts]
    value = sum(sign * center for (sign, _, _), center in zip(parts, centers, strict=True))
    linear = sum(
        (
            sign * (tops - center * bottoms) / bottoms.mean()
            for (sign, tops, bottoms), center in zip(parts, centers, strict=True)
        ),
        np.zeros(count),
    )
    half = mean(linear, level).half_width
    # What is left of the values themselves in rounding is no spread.
    if half <= TINY * sum(abs(center) for center in centers):
        return Estimate(value, value, value, count, level)
    if not FEW <= count <= MANY:
        return Estimate(value, value - half, value + half, count, level)
    spread = float(linear.std(ddof=1)) / math.sqrt(count)
    steps = _studentised(parts, value, spread)
    ends = np.quantile(steps, [(1 + level) / 2, (1 - level) / 2]) * spread
    # A skewed sample moves the interval to one side; what t allows for on the other stays in it.
    below, above = (float(reach) for reach in np.clip([ends[0], -ends[1]], half, FARTHEST * half))
    return Estimate(value, value - below, value + above, count, level)


def _studentised(parts: Sequence[Signed], value: float, spread: float) -> Floats:
    """Return how far each resample lies from the value, in units of the spread that it itself shows."""
    count = len(parts[0][1])
    columns = [column for _, tops, bottoms in parts for column in (tops, bottoms)]
    means = [_means(column) for column in columns]
    resampled, weights, informative = np.zeros(RESAMPLES), [], np.ones(RESAMPLES, dtype=np.bool_)
    for index, (sign, _, _) in enumerate(parts):
        top, bottom = means[2 * index], means[2 * index + 1]
        # A resample of values that are all 0 has no ratio.
        informative &= bottom > 0
        bottom = np.where(bottom > 0, bottom, 1.0)
        resampled += sign * top / bottom
        weights += [sign / bottom, -sign * top / bottom**2]
    square = np.zeros(RESAMPLES)
    for one, (weight, column) in enumerate(zip(weights, columns, strict=True)):
        for two in range(one, len(columns)):
            twice = 1.0 if one == two else 2.0
            square += twice * weight * weights[two] * _means(column * columns[two])
    spreads = np.sqrt(np.clip(square, 0, None) / (count - 1))
    informative &= spreads > TINY**0.5 * spread
    steps: Floats = (resampled[informative] - value) / spreads[informative]
    return steps


def quantile(values: Floats, share: float, level: float = LEVEL) -> Estimate:
    """Estimate a quantile of single runs by order statistics, whatever the distribution (binomial).

    An end that no value shows is infinite: thirty runs bound no p95 from above; `needed_for` at the level of one side
    (97.5 % where both have 95 %) says how many do.
    """
    ordered = np.sort(values)
    count = len(ordered)
    low, high = _order_statistics(count, share, level)
    return Estimate(
        float(np.quantile(ordered, share)),
        float(ordered[low]) if low >= 0 else -math.inf,
        float(ordered[high]) if high < count else math.inf,
        count,
        level,
    )


def _order_statistics(count: int, share: float, level: float) -> tuple[int, int]:
    """Return the places of the ordered values that hold a quantile between them (binomial); outside where none does."""
    low, high = (binomial.quantile(count, share, end) for end in ((1 - level) / 2, (1 + level) / 2))
    return low - 1, high


def needed_for(share: float, level: float = LEVEL) -> int:
    """Return how many values are needed for the largest (smallest) to lie beyond a quantile with certainty `level`."""
    return math.ceil(math.log(1 - level) / math.log(max(share, 1 - share)))


def corrected(level: float, comparisons: int) -> float:
    """Return the level of each of several intervals so that all hold together (Bonferroni)."""
    return 1 - (1 - level) / max(comparisons, 1)


def quantiles(values: Floats) -> dict[str, float]:
    """Return what single runs came to: p5, p50 and p95."""
    low, middle, high = (float(value) for value in np.quantile(values, [0.05, 0.5, 0.95]))
    return {"p5": low, "p50": middle, "p95": high}


@lru_cache(maxsize=4)
def _draws(count: int) -> npt.NDArray[np.int64]:
    """Return which values each resample takes: the same for all measures and every time, so results repeat."""
    return np.random.default_rng(0).integers(0, count, size=(RESAMPLES, count))


@lru_cache(maxsize=4)
def _shares(count: int) -> Floats:
    """Return how often each resample takes each value, as a share."""
    taken = np.zeros((RESAMPLES, count))
    np.add.at(taken, (np.arange(RESAMPLES)[:, None], _draws(count)), 1 / count)
    return taken


def _means(values: Floats) -> Floats:
    means: Floats = _shares(len(values)) @ values
    return means
