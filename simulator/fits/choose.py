"""The law of a sample: each family at its likeliest, then the best of those by Akaike's criterion.

A sample seldom decides between families alone. Intervals are therefore of all that hold, each with its Akaike weight
(K. P. Burnham and D. R. Anderson, Model Selection and Multimodel Inference, 2002).

How sure parameters are: where all of a lognormal sample was seen whole, as the theory of normal samples has it; else as
the curvature of the likelihood has it (observed information), widened by Student's t. Quantiles and means are taken of
thousands of parameters drawn so, which keeps the skewness that a symmetric interval would lose. Where no family fits,
the values themselves are the law, and what they do not decide is drawn with the weights of a Bayesian bootstrap
(D. B. Rubin, Annals of Statistics 9, 1981, 130-134).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np

from simulator.fits.distances import distance
from simulator.fits.families import FAMILIES, Family, rounded, seconds
from simulator.fits.fit import DRAWS, LEVEL, SEED, Fit, Law
from simulator.fits.sample import FINE, Floats, Sample

LEAST: Final = 5
"""Ends that have to be seen before anything is fitted."""
LEAST_FOR_MIXTURE: Final = 30
"""Ends before two kinds of work are taken apart."""
SURPRISE: Final = 1.1
"""Distance times √n that a fitted law exceeds in about one sample of two hundred (chosen between the published limits
for exponential and normal laws with estimated parameters)."""
TINY: Final = 0.03
"""Distance that changes no answer, however many values show it."""
MOST_VALUES: Final = 200
"""Values that an empirical law has in a file."""
RICH: Final = 10.0
"""By how much a mixture has to be better by Akaike's criterion before it is taken: its many local maxima flatter it."""
FARTHEST: Final = 20.0
"""Of a free parameter from the likeliest: e²⁰ times as long is beyond all use."""
STEP: Final = 1e-3
"""Of a free parameter, for the curvature of the likelihood."""


@dataclass(frozen=True)
class Choice:
    """The law that is taken, and those that the sample may come from as well."""

    fit: Fit
    tried: tuple[Fit, ...] = ()
    """The best first."""

    @cached_property
    def _mixed(self) -> tuple[tuple[Fit, int], ...]:
        """The laws that hold, each with how many of some draws are of it."""
        rivals = [one for one in self.tried if one.holds] if self.fit in self.tried else []
        if not rivals:
            return ((self.fit, self.fit.others.shape[1]),)
        least = min(one.aic for one in rivals)
        weights = np.exp([(least - one.aic) / 2 for one in rivals])
        return tuple(zip(rivals, np.rint(DRAWS * weights / weights.sum()).astype(int).tolist(), strict=True))

    def value(self, name: str) -> float:
        """Return a summary of the law."""
        return self.fit.value(name)

    def interval(self, name: str, level: float = LEVEL) -> tuple[float, float]:
        """Return between which ends a summary lies, as sure as `level`."""
        found = self.draws(name)
        low, high = np.quantile(found, [(1 - level) / 2, (1 + level) / 2])
        return float(low), float(high)

    def draws(self, name: str) -> Floats:
        """Return a summary of each law that the sample allows, as often as it allows it."""
        return np.concatenate([one.summaries(name)[:count] for one, count in self._mixed])

    def other(self, number: int, salt: int = 0) -> Any:
        """Return the distribution of one of the laws that the sample allows; of another salt, drawn on its own."""
        places = [(one, place) for one, count in self._mixed for place in range(count)]
        stream = np.random.Generator(np.random.PCG64([SEED, salt, number]))
        one, place = places[int(stream.integers(len(places)))]
        return one.law.body(one.others[:, place])


def choose(sample: Sample, families: Sequence[str] = tuple(FAMILIES)) -> Choice | None:
    """Return the law of a sample; None where too few ends were seen."""
    if sample.ended < LEAST:
        return None
    if not sample.censored and float(np.ptp(sample.exact)) < FINE:
        return Choice(_constant(sample))
    found = [fit for name in families if _may_be(name, sample) and (fit := fitted(FAMILIES[name], sample)) is not None]
    tried = tuple(sorted(_sober(found), key=lambda one: one.aic))
    best = next((one for one in tried if one.holds), None)
    if best is None and (not len(sample.beyond) or not tried):
        return None if len(sample.beyond) else Choice(_empirical(sample), tried)
    return Choice(best or tried[0], tried)


def _sober(found: Sequence[Fit]) -> list[Fit]:
    """Return laws without the mixture where a simple one is about as good: it finds two kinds in any sample."""
    simple = min((one.aic for one in found if one.family != "mixture"), default=np.inf)
    return [one for one in found if one.family != "mixture" or one.aic < simple - RICH]


def _may_be(name: str, sample: Sample) -> bool:
    """Return whether a family is tried: bounds need ends that were seen whole, two kinds of work many of them."""
    if name == "uniform":
        return not sample.censored
    return name != "mixture" or sample.ended >= LEAST_FOR_MIXTURE


Loss = Callable[[Floats], float]


def fitted(family: Family, sample: Sample) -> Fit | None:
    """Return the likeliest law of a family; None where the sample has none."""
    from scipy.optimize import minimize

    def loss(at: Floats) -> float:
        with np.errstate(all="ignore"):
            found = -family.log_likelihood(at, sample)
        return found if np.isfinite(found) else 1e300

    begin = family.start(np.maximum(sample.middles, 1e-9))
    at = _closed(family, sample, begin)
    if at is None:
        at = minimize(loss, begin, method="Nelder-Mead", options={"xatol": 1e-5, "fatol": 1e-7, "maxiter": 2000}).x
    if loss(at) >= 1e300:
        return None
    others = _others(family, sample, at, loss)
    if others is None or not np.isfinite(others).all():
        return None
    with np.errstate(all="ignore"):
        far = distance(sample, lambda x: family.share_below(at, x))
    law = Law(family.quantile, family.mean, family.body)
    limit = max(SURPRISE / sample.ended**0.5, TINY)
    return Fit(
        family.name, at, law, sample.count, sample.ended, sample.censored, family.size, -loss(at), far, limit, others
    )


def _closed(family: Family, sample: Sample, begin: Floats) -> Floats | None:
    """Return the likeliest parameters where a formula has them; None where they have to be looked for."""
    if family.name == "exponential" and not len(sample.after):  # time at risk over ends
        return np.log([(sample.exact.sum() + sample.beyond.sum()) / sample.ended])
    is_known = family.name in ("exponential", "uniform", "lognormal") and not sample.censored
    return begin if is_known else None


def _others(family: Family, sample: Sample, at: Floats, loss: Loss) -> Floats | None:
    """Return parameters that the sample allows, a column each."""
    stream = np.random.Generator(np.random.PCG64(SEED))
    count, freedom = sample.ended, max(sample.ended - family.size, 1)
    if family.name == "exponential":  # the sum of n ends is gamma distributed
        return at[:, None] + np.log(count / stream.standard_gamma(count, DRAWS))[None, :]
    if family.name == "lognormal" and not sample.censored:  # as of normal samples
        widths = np.exp(at[1]) * np.sqrt(count / stream.chisquare(count - 1, DRAWS))
        middles = at[0] + widths / np.sqrt(count) * stream.standard_normal(DRAWS)
        return np.stack([middles, np.log(widths)])
    if family.name == "uniform":
        return _bounds(at, count, stream)
    root = _root(_curvature(loss, at))
    if root is None:
        return None
    t = stream.standard_normal((family.size, DRAWS)) / np.sqrt(stream.chisquare(freedom, DRAWS) / freedom)
    found: Floats = at[:, None] + np.clip(root @ t * np.sqrt(count / freedom), -FARTHEST, FARTHEST)
    return found


def _bounds(at: Floats, count: int, stream: np.random.Generator) -> Floats:
    """Return bounds that lie beyond the least and the greatest value as far as n draws leave room on both sides."""
    covered = stream.beta(count - 1, 2, DRAWS)
    below = stream.random(DRAWS) * (1 - covered)
    width = (at[1] - at[0]) / covered
    low = at[0] - below * width
    return np.stack([low, low + width])


def _curvature(loss: Loss, at: Floats) -> Floats:
    """Return the matrix of second differences of a loss."""
    size = len(at)
    found = np.empty((size, size))
    steps = np.eye(size) * STEP
    for one in range(size):
        for two in range(one, size):
            a, b = steps[one], steps[two]
            found[one, two] = found[two, one] = (
                loss(at + a + b) - loss(at + a - b) - loss(at - a + b) + loss(at - a - b)
            ) / (4 * STEP**2)
    return found


def _root(curvature: Floats) -> Floats | None:
    """Return a root of the inverse of a matrix; None where it is not positive."""
    try:
        root: Floats = np.linalg.cholesky(np.linalg.inv(curvature))
    except np.linalg.LinAlgError:
        return None
    return root if bool(np.isfinite(root).all()) else None


def _constant(sample: Sample) -> Fit:
    """Return the law of values that no clock distinguishes; a family's would be steeper than a scenario can have it."""
    value = rounded(float(np.median(sample.exact)))
    law = Law(
        lambda at, _: at[0],
        lambda at: at[0],
        lambda at: seconds(float(at[0])),
    )
    at = np.array([value])
    others = np.full((1, 2), value)
    return Fit("constant", at, law, sample.count, sample.ended, 0, 1, 0.0, 0.0, TINY, others)


def _empirical(sample: Sample) -> Fit:
    """Return the values themselves as a law; of many, as many as a file can have, equally far apart in rank."""
    values = sample.middles
    stream = np.random.Generator(np.random.PCG64(SEED))
    kept = min(len(values), MOST_VALUES)
    shares = (np.arange(kept) + 0.5) / kept
    others = np.stack([_weighted_quantiles(values, stream, shares) for _ in range(DRAWS // 4)], axis=1)
    at = np.quantile(values, shares, method="inverted_cdf")
    law = Law(_value_at, lambda at: at.mean(axis=0), _body_of_values)
    return Fit("empirical", at, law, sample.count, sample.ended, sample.censored, len(values), 0.0, 0.0, TINY, others)


def _weighted_quantiles(values: Floats, stream: np.random.Generator, shares: Floats) -> Floats:
    """Return quantiles of values that have the weights of one draw of a Bayesian bootstrap."""
    weights = stream.standard_exponential(len(values))
    ranks = np.cumsum(weights) - weights / 2
    found: Floats = np.interp(shares * weights.sum(), ranks, values)
    return found


def _value_at(at: Floats, share: float) -> Floats:
    found: Floats = np.quantile(at, share, axis=0, method="hazen")
    return found


def _body_of_values(at: Floats) -> object:
    return {"empirical": {"values": [seconds(rounded(float(value))) for value in at]}}
