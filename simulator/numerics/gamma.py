"""Quantiles of the gamma distribution of scale 1: the inverse of the regularised incomplete gamma function P(a, x).

One shape a is asked for values by the million, so each shape gets a table first. With z the normal quantile of u, the
function r(z) = ln(x/a) − ln(u)/a is smooth and of moderate size for all numbers between 0 and 1 that a double can hold;
on short stretches of z it is interpolated in Chebyshev points (L. N. Trefethen, Approximation Theory and Approximation
Practice, 2013). The values in these points are solved for by Newton's method in v = ln(x/a), which converges from
either side: the density of ln X is log-concave, so the logarithms of both tails are concave in v. These are computed

* below, of small shapes, from the series P(a, x) = xᵃe⁻ˣ/Γ(a+1) · Σ xⁿ/((a+1)…(a+n)) (DLMF 8.11.4);
* otherwise from the integral of the density of ln X relative to its value at v, by the Gauss–Legendre rule. All of its
  terms are positive, and nothing cancels however large the shape.
"""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from simulator.numerics.normal import quantile as normal_quantile
from simulator.numerics.quadrature import gauss

Floats = npt.NDArray[np.float64]

WIDTH: Final = 0.25
"""Of a stretch of z."""
USUAL: Final = (-8.5, 8.5)
"""Holds the normal quantiles of all that a stream of random numbers yields: multiples of 2⁻⁵³ below 1."""
FAR: Final = (-39.0, -8.5)
"""Holds those of all other numbers above 0."""
DEGREE: Final = 11
CHUNK: Final = 1 << 14
"""Values that are looked up at once: their columns stay in the processor's cache."""
SMALL: Final = 30.0
"""Below this shape the series needs at most a hundred terms or so."""
DECAY: Final = 45.0
"""A tail is integrated until the density has fallen by e to this power; less than one part in 10¹⁸ is left of it."""
NODES: Final = 48
CLOSE: Final = 1e-8
"""Newton's method ends with a step and an error of the tail's logarithm below this: what is left is its square."""
ROUNDING: Final = 1e-15
MAX_STEPS: Final = 200


def quantile(shape: float, u: Floats) -> Floats:
    """Return the values below which shares `u` of a gamma distribution of scale 1 fall; 0 at 0 and ∞ at 1."""
    found = np.empty(u.shape)
    flat, target = u.reshape(-1), found.reshape(-1)
    for begin in range(0, flat.size, CHUNK):
        part = slice(begin, begin + CHUNK)
        target[part] = _of_chunk(shape, flat[part])
    return found


def _of_chunk(shape: float, u: Floats) -> Floats:
    inside = (u > 0.0) & (u < 1.0)
    share = np.where(inside, u, 0.5)
    z = normal_quantile(share)
    r = _look_up(_table(shape, *USUAL), USUAL[0], np.maximum(z, USUAL[0]))
    far = np.flatnonzero(z < USUAL[0])
    if far.size:
        r[far] = _look_up(_table(shape, *FAR), FAR[0], z[far])
    found: Floats = shape * np.exp(np.log(share) / shape + r)
    return found if inside.all() else np.where(inside, found, np.where(u > 0.5, np.inf, 0.0))


def _look_up(table: Floats, first: float, z: Floats) -> Floats:
    """Return Σ cₖTₖ(t) on the stretch of each z, by Clenshaw's scheme."""
    place = (z - first) / WIDTH
    stretch = place.astype(np.intp)
    t = 2.0 * (place - stretch) - 1.0
    one, two = table[-1].take(stretch), np.zeros(z.shape)
    for row in table[-2:0:-1]:
        one, two = row.take(stretch) + 2.0 * t * one - two, one
    found: Floats = table[0].take(stretch) + t * one - two
    return found


@lru_cache(maxsize=64)
def _table(shape: float, first: float, last: float) -> Floats:
    """Return the Chebyshev coefficients of r(z), by degree and stretch."""
    stretches = np.arange(round((last - first) / WIDTH))
    angles = math.pi * (np.arange(DEGREE + 1) + 0.5) / (DEGREE + 1)
    z = first + WIDTH * (stretches[:, None] + (np.cos(angles) + 1.0) / 2.0)
    waves = np.cos(np.outer(np.arange(DEGREE + 1), angles)) * (2.0 / (DEGREE + 1))
    waves[0] /= 2.0
    return np.ascontiguousarray(waves @ _solve(shape, z.ravel()).reshape(z.shape).T)


# ---- solving for r -----------------------------------------------------------------------------------------


def _solve(shape: float, z: Floats) -> Floats:
    """Return r at the normal quantiles `z`, each from the tail that is the smaller one, or nearly so."""
    log_u, log_rest = _log_normal(z), _log_normal(-z)
    border = max(0.0, -math.log(shape))  # where x is the larger one of a and 1
    is_below = log_u <= _lower(shape, np.zeros(1), np.full(1, border))[0]
    # The cube root of X is nearly normal (E. B. Wilson and M. M. Hilferty, 1931).
    root = 1.0 - 1.0 / (9.0 * shape) + z / (3.0 * math.sqrt(shape))
    v = 3.0 * np.log(np.maximum(root, 1e-100))
    r = np.empty(z.shape)

    lower = log_u[is_below]
    least = math.lgamma(shape + 1.0) / shape - math.log(shape)  # P(a, x) ≤ xᵃ/Γ(a+1)
    start = np.maximum(np.minimum(v[is_below], border) - lower / shape, least)
    r[is_below] = _newton(lambda at: _lower(shape, lower, at), start, -1.0)

    upper = log_rest[~is_below]
    start = np.maximum(v[~is_below], border)
    if shape <= 1.0:
        start = np.log(np.maximum(-upper - math.lgamma(shape), 1.0) / shape)  # Q(a, x) ≤ e⁻ˣ/Γ(a) from x = 1 on
    r[~is_below] = _newton(lambda at: _upper(shape, upper, at), start, 1.0) - log_u[~is_below] / shape
    return r


def _newton(tail: Callable[[Floats], tuple[Floats, Floats]], at: Floats, sign: float) -> Floats:
    """Return where a tail has its wanted size; `tail` returns how far off its logarithm is, and one over its slope."""
    for _ in range(MAX_STEPS):
        excess, length = tail(at)
        step = excess * length
        at = at + sign * step
        rounded = np.abs(excess) <= ROUNDING  # of a tiny shape the logarithm hardly changes where x does
        if (rounded | ((np.abs(excess) <= CLOSE) & (np.abs(step) <= CLOSE))).all():
            return at
    raise ArithmeticError("a quantile of the gamma distribution was not found")


def _lower(shape: float, log_u: Floats, r: Floats) -> tuple[Floats, Floats]:
    """Return ln P − ln u, and one over its slope in r."""
    v = log_u / shape + r
    if shape >= SMALL:
        log_tail, length = _tail(shape, v, -1.0)
        return log_tail - log_u, length
    x = shape * np.exp(v)
    term, total, count = np.ones(x.shape), np.ones(x.shape), shape
    while (term > 1e-18 * total).any():
        count += 1.0
        term = term * x / count
        total = total + term
    # Of the logarithm of xᵃ, ln u is left out here and not subtracted afterwards.
    return shape * (r + math.log(shape)) - x - math.lgamma(shape + 1.0) + np.log(total), total / shape


def _upper(shape: float, log_rest: Floats, v: Floats) -> tuple[Floats, Floats]:
    """Return ln Q − ln(1 − u), and minus one over its slope in v."""
    log_tail, length = _tail(shape, v, 1.0)
    return log_tail - log_rest, length


def _tail(shape: float, v: Floats, sign: float) -> tuple[Floats, Floats]:
    """Return the logarithm of the tail beyond v, below (`sign` −1) or above (+1), and its ratio to the density at v.

    The density of V = ln(X/a) is exp(−a D(v)) √(a/2π)/Γ*(a) with D(v) = eᵛ − 1 − v; at v ± t it has fallen by e to
    the power of ±t a (eᵛ − 1) + a eᵛ D(±t), which is convex in t.
    """
    x, lean = shape * np.exp(v), sign * shape * np.expm1(v)
    # Newton's method from the right finds where it ends: D(t) ≥ t²/2, and D(−t) ≥ t²/(2 + 2t/3).
    by_curve = np.sqrt(2.0 * DECAY / x) if sign > 0 else (DECAY / 3 + np.sqrt(DECAY**2 / 9 + 2.0 * DECAY * x)) / x
    end = np.minimum(by_curve, DECAY / np.maximum(lean, 1e-300))
    for _ in range(8):
        fallen, slope = lean * end + x * _beyond_linear(sign * end), lean + sign * x * np.expm1(sign * end)
        end = end - (fallen - DECAY) / slope
    places, weights = gauss(NODES)
    t = end * places[:, None]
    length = end * (weights[:, None] * np.exp(-lean * t - x * _beyond_linear(sign * t))).sum(axis=0)
    return _log_density(shape, v) + np.log(length), length


def _log_density(shape: float, v: Floats) -> Floats:
    """Return the logarithm of the density of ln(X/a)."""
    if shape < SMALL:
        found: Floats = shape * (math.log(shape) + v - np.exp(v)) - math.lgamma(shape)
        return found
    square = 1.0 / (shape * shape)  # Stirling's series (DLMF 5.11.1)
    rest = (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188)))) / shape
    return 0.5 * math.log(shape / (2.0 * math.pi)) - rest - shape * _beyond_linear(v)


def _beyond_linear(y: Floats) -> Floats:
    """Return D(y) = eʸ − 1 − y, by its series where the difference would cancel."""
    near = np.clip(y, -0.5, 0.5)
    total = np.ones(y.shape)
    for place in range(16, 2, -1):
        total = 1.0 + near / place * total
    return np.where(np.abs(y) <= 0.5, near * near / 2.0 * total, np.expm1(y) - y)


def _log_normal(z: Floats) -> Floats:
    """Return the logarithm of the share of a standard normal below z."""
    found = np.array([math.log(math.erfc(-one / math.sqrt(2.0)) / 2.0) if one > -37.0 else 0.0 for one in z.tolist()])
    far = z <= -37.0  # beyond what a double can hold: the asymptotic series (DLMF 7.12.1)
    square = 1.0 / np.square(z, where=far, out=np.ones(z.shape))
    series = np.log1p(-square * (1.0 - 3.0 * square * (1.0 - 5.0 * square * (1.0 - 7.0 * square))))
    return np.where(far, -0.5 / square + 0.5 * np.log(square / (2.0 * math.pi)) + series, found)
