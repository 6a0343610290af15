"""Quantiles of Student's t distribution.

With n degrees of freedom and t = √n sinh s, the density of s is Γ((n+1)/2)/(√π Γ(n/2)) · (cosh s)^(−n): even,
log-concave and smooth for every n. The share of the middle, and the logarithm of the share of a tail, are concave in s,
so that Newton's method finds s from the normal quantile. Both shares are integrals of positive terms, which the
Gauss–Legendre rule takes to rounding.
"""

import math
from functools import lru_cache
from typing import Final

import numpy as np

from simulator.numerics.normal import quantile as normal_quantile
from simulator.numerics.quadrature import gauss

NODES: Final = 64
DECAY: Final = 45.0
"""A tail is integrated until the density has fallen by e to this power; less than one part in 10¹⁸ is left of it."""
CLOSE: Final = 1e-9
"""Newton's method ends with an error below this, relative to what is sought: what is left is its square."""
MAX_STEPS: Final = 200
MANY: Final = 125.0
"""From this argument on, the ratio of two gamma functions is taken from its asymptotic series."""


@lru_cache(maxsize=1024)
def quantile(freedom: float, share: float) -> float:
    """Return the value below which a share of Student's t with so many degrees of freedom, at least 1, falls."""
    if not 0.0 < share < 1.0:
        return math.copysign(math.inf, share - 0.5)
    middle = 2.0 * abs(share - 0.5)
    if middle == 0.0:
        return 0.0
    tail = min(share, 1.0 - share)
    s = math.asinh(abs(float(normal_quantile(np.array([tail]))[0])) / math.sqrt(freedom))
    scale = 2.0 * math.exp(_log_gamma_ratio(freedom / 2.0)) / math.sqrt(math.pi)
    for _ in range(MAX_STEPS):
        if middle < 0.5:
            step = (middle / scale - _middle(freedom, s)) * math.cosh(s) ** freedom
            error = step / s
        else:
            length = _tail(freedom, s)
            error = math.log(scale * length / (2.0 * tail)) - freedom * _log_cosh(s)
            step = error * length
        s += step
        if abs(error) < CLOSE:
            with np.errstate(over="ignore"):
                return math.copysign(math.sqrt(freedom) * float(np.sinh(s)), share - 0.5)
    raise ArithmeticError(f"no quantile of Student's t was found for {freedom:g} degrees of freedom")


def _middle(freedom: float, s: float) -> float:
    """Return the integral of (cosh w)^(−n) from 0 to s."""
    places, weights = gauss(NODES)
    return float(s * (weights * np.exp(-freedom * np.log1p(2.0 * np.sinh(s * places / 2.0) ** 2))).sum())


def _tail(freedom: float, s: float) -> float:
    """Return the integral of (cosh w)^(−n) beyond s, relative to its value there."""
    places, weights = gauss(NODES)
    lean = math.tanh(s)
    fallen = math.exp(DECAY / freedom)  # cosh w + tanh s sinh w at the end
    end = math.log((fallen + math.sqrt(fallen * fallen - 1.0 + lean * lean)) / (1.0 + lean))
    w = end * places
    growth = 2.0 * np.sinh(w / 2.0) ** 2 + lean * np.sinh(w)
    return float(end * (weights * np.exp(-freedom * np.log1p(growth))).sum())


def _log_cosh(s: float) -> float:
    return math.log1p(math.sinh(s) ** 2) / 2.0 if s < 1.0 else s + math.log1p(math.exp(-2.0 * s)) - math.log(2.0)


def _log_gamma_ratio(a: float) -> float:
    """Return ln(Γ(a + ½)/Γ(a)); from `MANY` on by DLMF 5.11.13, as the difference of two large logarithms cancels."""
    if a < MANY:
        return math.log(math.gamma(a + 0.5) / math.gamma(a))
    w = 1.0 / a
    series = 1.0 - w / 8 * (1.0 - w / 16 * (1.0 + w * 5 / 8 * (1.0 - w * 21 / 160 * (1.0 + w * 19 / 8))))
    return 0.5 * math.log(a) + math.log(series)
