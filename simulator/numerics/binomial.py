"""The binomial distribution: quantiles, from probabilities relative to the most likely count, and exact bounds."""

import math
from functools import lru_cache
from typing import Final

import numpy as np

HALVINGS: Final = 52
"""So often an interval is halved: what is left of it is below the precision of a double."""


@lru_cache(maxsize=256)
def quantile(count: int, chance: float, share: float) -> int:
    """Return the least number of hits in `count` trials that is not exceeded with a probability of at least `share`.

    The ratio of two neighbouring probabilities is (n − k)p/((k + 1)(1 − p)): multiplied up from the mode outwards, all
    terms are at most 1, and what underflows is too small to count.
    """
    mode = min(int((count + 1) * chance), count)
    hits = np.arange(count, dtype=np.float64)
    odds = chance / (1.0 - chance)
    ratios = (count - hits) / (hits + 1.0) * odds
    weights = np.ones(count + 1)
    with np.errstate(under="ignore"):
        weights[mode + 1 :] = np.cumprod(ratios[mode:])
        weights[:mode] = np.cumprod(1.0 / ratios[:mode][::-1])[::-1]
        total = weights.sum()
        if share <= 0.5:
            return int(np.searchsorted(np.cumsum(weights), share * total))
        above = np.cumsum(weights[::-1])[::-1]  # P(hits ≥ k)
        return int(np.searchsorted(-above[1:], -(1.0 - share) * total))


@lru_cache(maxsize=4096)
def lower_bound(hits: int, count: int, tail: float) -> float:
    """Return the chance below which so many hits or more in `count` trials have less than the probability `tail`.

    The exact lower bound for a chance (C. J. Clopper and E. S. Pearson, 1934), 0 without a hit; the upper bound is 1
    minus the lower bound for the misses.
    """
    if hits == 0:
        return 0.0
    ways = math.lgamma(count + 1) - math.lgamma(hits + 1) - math.lgamma(count - hits + 1)
    further = np.arange(hits, count, dtype=np.float64)
    ratios = (count - further) / (further + 1.0)
    low, high, wanted = 0.0, hits / count, math.log(tail)
    for _ in range(HALVINGS):
        chance = (low + high) / 2
        misses = (count - hits) * math.log1p(-chance) if hits < count else 0.0
        with np.errstate(under="ignore"):
            beyond = 1.0 + float(np.cumprod(ratios * (chance / (1.0 - chance))).sum()) if hits < count else 1.0
        if ways + hits * math.log(chance) + misses + math.log(beyond) < wanted:
            low = chance
        else:
            high = chance
    return low
