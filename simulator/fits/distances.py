"""How far a sample lies from a law: the distance of Kolmogorov and Smirnov, and Kaplan and Meier's curve."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from simulator.fits.sample import Floats, Sample


def survival(sample: Sample) -> tuple[Floats, Floats]:
    """Return the times at which ends were seen and the share that outlives each (E. L. Kaplan and P. Meier, 1958)."""
    from scipy.stats import CensoredData, ecdf

    if not sample.ended:
        return np.empty(0), np.empty(0)
    found = ecdf(CensoredData(sample.middles, right=sample.beyond)).sf
    return np.asarray(found.quantiles), np.asarray(found.probabilities)


def distance(sample: Sample, share_below: Callable[[Floats], Floats]) -> float:
    """Return the largest distance between a law and a sample, before and after each end that was seen."""
    times, outlived = survival(sample)
    if not len(times):
        return 0.0
    below = 1 - outlived
    before = np.concatenate([[0.0], below[:-1]])
    law = share_below(times)
    return float(max(np.abs(law - below).max(), np.abs(law - before).max()))
