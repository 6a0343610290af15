"""Quantiles of the standard normal distribution, without the half second that importing a statistics library takes.

Algorithm AS 241 (PPND16) of M. J. Wichura, Applied Statistics 37 (1988), 477-484: three rational approximations, good
to about one part in 10¹⁶.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

MIDDLE: Final = (
    (
        2509.0809287301226727,
        33430.575583588128105,
        67265.770927008700853,
        45921.953931549871457,
        13731.693765509461125,
        1971.5909503065514427,
        133.14166789178437745,
        3.387132872796366608,
    ),
    (
        5226.495278852854561,
        28729.085735721942674,
        39307.89580009271061,
        21213.794301586595867,
        5394.1960214247511077,
        687.1870074920579083,
        42.313330701600911252,
        1.0,
    ),
)
"""Numerator and denominator where |u − 1/2| ≤ 0.425, highest power first; likewise below."""
TAIL: Final = (
    (
        7.7454501427834140764e-4,
        0.0227238449892691845833,
        0.24178072517745061177,
        1.27045825245236838258,
        3.64784832476320460504,
        5.7694972214606914055,
        4.6303378461565452959,
        1.42343711074968357734,
    ),
    (
        1.05075007164441684324e-9,
        5.475938084995344946e-4,
        0.0151986665636164571966,
        0.14810397642748007459,
        0.68976733498510000455,
        1.6763848301838038494,
        2.05319162663775882187,
        1.0,
    ),
)
FAR_TAIL: Final = (
    (
        2.01033439929228813265e-7,
        2.71155556874348757815e-5,
        0.0012426609473880784386,
        0.026532189526576123093,
        0.29656057182850489123,
        1.7848265399172913358,
        5.4637849111641143699,
        6.6579046435011037772,
    ),
    (
        2.04426310338993978564e-15,
        1.4215117583164458887e-7,
        1.8463183175100546818e-5,
        7.868691311456132591e-4,
        0.0148753612908506148525,
        0.13692988092273580531,
        0.59983220655588793769,
        1.0,
    ),
)

FARTHEST: Final = 50.0
"""Beyond √(−ln u) of any number that is not 0."""


def quantile(u: Floats) -> Floats:
    """Return the value below which a share `u` of a standard normal falls; −∞ at 0 and ∞ at 1."""
    from_middle = u - 0.5
    found = from_middle * _ratio(MIDDLE, 0.180625 - from_middle * from_middle)
    outside = np.flatnonzero(np.abs(from_middle) > 0.425)
    nearer = np.minimum(u[outside], 1.0 - u[outside])
    with np.errstate(divide="ignore"):
        r = np.minimum(np.sqrt(-np.log(nearer)), FARTHEST)
    size = np.where(r <= 5.0, _ratio(TAIL, r - 1.6), _ratio(FAR_TAIL, r - 5.0))
    size[nearer <= 0.0] = np.inf
    found[outside] = np.copysign(size, from_middle[outside])
    return found


def _ratio(approximation: tuple[tuple[float, ...], tuple[float, ...]], r: Floats) -> Floats:
    above, below = (np.full(r.shape, terms[0]) for terms in approximation)
    for up, down in zip(approximation[0][1:], approximation[1][1:], strict=True):
        above = above * r + up
        below = below * r + down
    found: Floats = above / below
    return found
