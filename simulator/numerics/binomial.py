"""Quantiles of the binomial distribution, from its probabilities relative to the most likely count."""

from functools import lru_cache

import numpy as np


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
