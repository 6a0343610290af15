"""Shares and rates of what was counted, with how sure they are: Jeffreys' intervals, which are near their level.

L. D. Brown, T. T. Cai and A. DasGupta, Interval Estimation for a Binomial Proportion, Statistical Science 16, 2001.
"""

from __future__ import annotations

from simulator.fits.fit import LEVEL


def share(hits: int, count: int, level: float = LEVEL) -> tuple[float, float, float]:
    """Return a share and the ends of its interval; the lower one of none, and the upper one of all, is the share."""
    from scipy.special import betaincinv

    tail = (1 - level) / 2
    low = 0.0 if hits == 0 else float(betaincinv(hits + 0.5, count - hits + 0.5, tail))
    high = 1.0 if hits == count else float(betaincinv(hits + 0.5, count - hits + 0.5, 1 - tail))
    return hits / count, low, high


def rate(events: int, time: float, level: float = LEVEL) -> tuple[float, float, float]:
    """Return events per unit of time, and the ends of the interval of a Poisson process; none: an upper end alone."""
    from scipy.special import gammaincinv

    tail = (1 - level) / 2
    low = 0.0 if events == 0 else float(gammaincinv(events + 0.5, tail)) / time
    return events / time, low, float(gammaincinv(events + 0.5, 1 - tail)) / time
