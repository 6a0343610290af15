"""Families of laws for positive numbers: a row each of one table.

Parameters stand in an array whose first axis counts them, so that one call serves one law or thousands of draws. They
are free of bounds: logarithms of what is positive, log odds of what is a share.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Final

import numpy as np

from simulator.distributions.shapes import Z95
from simulator.durations import format_duration
from simulator.fits.sample import Floats, Sample

DIGITS: Final = 6
"""Significant digits of a parameter in a file: more than any sample is worth."""
LARGEST_LOG: Final = 50.0
"""Of a free parameter: beyond it nothing that lasts can lie."""


def rounded(value: float) -> float:
    """Return a number with the digits that a file has."""
    return float(f"{value:.{DIGITS}g}")


def seconds(value: float) -> str:
    """Return a time as a scenario has it."""
    return format_duration(rounded(value)).replace(".0s", "s")


class Family(ABC):
    """One family of laws."""

    name: ClassVar[str]
    size: ClassVar[int]
    """Number of its parameters."""

    @abstractmethod
    def start(self, values: Floats) -> Floats:
        """Return parameters to look for better ones from, by values whose ends were all seen."""

    @abstractmethod
    def log_density(self, at: Floats, x: Floats) -> Floats: ...

    @abstractmethod
    def log_survival(self, at: Floats, x: Floats) -> Floats:
        """Return the logarithm of the share of all draws that lie above `x`."""

    @abstractmethod
    def quantile(self, at: Floats, share: float) -> Floats: ...

    @abstractmethod
    def mean(self, at: Floats) -> Floats: ...

    @abstractmethod
    def body(self, at: Floats) -> Any:
        """Return the distribution of times as a scenario has it."""

    def share_below(self, at: Floats, x: Floats) -> Floats:
        """Return the share of all draws that lie below `x`."""
        found: Floats = -np.expm1(self.log_survival(at, x))
        return found

    def log_likelihood(self, at: Floats, sample: Sample) -> float:
        """Return how likely a sample is, what was seen in part with what it may have been."""
        total = float(self.log_density(at, sample.exact).sum())
        if len(sample.beyond):
            total += float(self.log_survival(at, sample.beyond).sum())
        if len(sample.after):
            alive, gone = self.log_survival(at, sample.after), self.log_survival(at, sample.before)
            total += float((alive + np.log(np.maximum(-np.expm1(gone - alive), np.finfo(float).tiny))).sum())
        return total


class Exponential(Family):
    """Memoryless: the logarithm of the mean."""

    name = "exponential"
    size = 1

    def start(self, values: Floats) -> Floats:
        return np.log([values.mean()])

    def log_density(self, at: Floats, x: Floats) -> Floats:
        found: Floats = -at[0] - x * np.exp(-at[0])
        return found

    def log_survival(self, at: Floats, x: Floats) -> Floats:
        found: Floats = -x * np.exp(-at[0])
        return found

    def quantile(self, at: Floats, share: float) -> Floats:
        found: Floats = -np.log1p(-share) * np.exp(at[0])
        return found

    def mean(self, at: Floats) -> Floats:
        found: Floats = np.exp(at[0])
        return found

    def body(self, at: Floats) -> Any:
        return {"exponential": {"mean": seconds(float(np.exp(at[0])))}}


class Lognormal(Family):
    """Mean of the logarithms, and the logarithm of their standard deviation."""

    name = "lognormal"
    size = 2

    def start(self, values: Floats) -> Floats:
        logs = np.log(values)
        return np.array([logs.mean(), np.log(max(logs.std(), 1e-6))])

    def log_density(self, at: Floats, x: Floats) -> Floats:
        logs = np.log(x)
        found: Floats = -0.5 * ((logs - at[0]) * np.exp(-at[1])) ** 2 - at[1] - logs - 0.5 * np.log(2 * np.pi)
        return found

    def log_survival(self, at: Floats, x: Floats) -> Floats:
        from scipy.special import log_ndtr

        with np.errstate(divide="ignore"):
            found: Floats = log_ndtr((at[0] - np.log(x)) * np.exp(-at[1]))
        return found

    def quantile(self, at: Floats, share: float) -> Floats:
        from scipy.special import ndtri

        found: Floats = np.exp(at[0] + np.exp(at[1]) * float(ndtri(share)))
        return found

    def mean(self, at: Floats) -> Floats:
        found: Floats = np.exp(at[0] + np.exp(2 * at[1]) / 2)
        return found

    def body(self, at: Floats) -> Any:
        return {"lognormal": {"median": seconds(np.exp(at[0])), "p95": seconds(np.exp(at[0] + Z95 * np.exp(at[1])))}}


class Weibull(Family):
    """Logarithms of shape and scale."""

    name = "weibull"
    size = 2

    def start(self, values: Floats) -> Floats:
        spread = max(float(np.log(values).std()), 1e-6)
        form = np.pi / np.sqrt(6) / spread
        return np.array([np.log(form), float(np.log(values).mean()) + 0.5772 / form])

    def _log_hazard(self, at: Floats, x: Floats) -> Floats:
        """Return the logarithm of the hazard summed up to `x`."""
        with np.errstate(divide="ignore"):
            found: Floats = np.exp(at[0]) * (np.log(x) - at[1])
            return found

    def log_density(self, at: Floats, x: Floats) -> Floats:
        level = self._log_hazard(at, x)
        found: Floats = at[0] - np.log(x) + level - np.exp(np.minimum(level, LARGEST_LOG))
        return found

    def log_survival(self, at: Floats, x: Floats) -> Floats:
        return -np.exp(np.minimum(self._log_hazard(at, x), LARGEST_LOG))

    def quantile(self, at: Floats, share: float) -> Floats:
        found: Floats = np.exp(at[1]) * (-np.log1p(-share)) ** np.exp(-at[0])
        return found

    def mean(self, at: Floats) -> Floats:
        from scipy.special import gammaln

        found: Floats = np.exp(np.minimum(at[1] + gammaln(1 + np.exp(-at[0])), LARGEST_LOG))
        return found

    def body(self, at: Floats) -> Any:
        return {"weibull": {"shape": rounded(np.exp(at[0])), "scale": seconds(np.exp(at[1]))}}


class Gamma(Family):
    """Logarithms of shape and scale."""

    name = "gamma"
    size = 2

    def start(self, values: Floats) -> Floats:
        mean = float(values.mean())
        gap = max(np.log(mean) - float(np.log(values).mean()), 1e-9)
        form = (3 - gap + np.sqrt((gap - 3) ** 2 + 24 * gap)) / (12 * gap)  # Minka's first step
        return np.array([np.log(form), np.log(mean / form)])

    def log_density(self, at: Floats, x: Floats) -> Floats:
        from scipy.special import gammaln

        form = np.exp(at[0])
        found: Floats = (form - 1) * np.log(x) - x * np.exp(-at[1]) - gammaln(form) - form * at[1]
        return found

    def log_survival(self, at: Floats, x: Floats) -> Floats:
        from scipy.special import gammaincc

        upper = gammaincc(np.exp(at[0]), x * np.exp(-at[1]))
        found: Floats = np.log(np.maximum(upper, np.finfo(float).tiny))
        return found

    def quantile(self, at: Floats, share: float) -> Floats:
        from scipy.special import gammaincinv

        found: Floats = gammaincinv(np.exp(at[0]), share) * np.exp(at[1])
        return found

    def mean(self, at: Floats) -> Floats:
        found: Floats = np.exp(at[0] + at[1])
        return found

    def body(self, at: Floats) -> Any:
        return {"gamma": {"mean": seconds(np.exp(at[0] + at[1])), "cv": rounded(np.exp(-at[0] / 2))}}


class Uniform(Family):
    """Least and greatest value, as they are: the two that were seen are the likeliest."""

    name = "uniform"
    size = 2

    def start(self, values: Floats) -> Floats:
        return np.array([values.min(), values.max()])

    def log_density(self, at: Floats, x: Floats) -> Floats:
        return np.where((x >= at[0]) & (x <= at[1]), -np.log(at[1] - at[0]), -np.inf)

    def log_survival(self, at: Floats, x: Floats) -> Floats:
        with np.errstate(divide="ignore"):
            found: Floats = np.log(np.clip((at[1] - x) / (at[1] - at[0]), 0.0, 1.0))
            return found

    def quantile(self, at: Floats, share: float) -> Floats:
        found: Floats = at[0] + share * (at[1] - at[0])
        return found

    def mean(self, at: Floats) -> Floats:
        found: Floats = (at[0] + at[1]) / 2
        return found

    def body(self, at: Floats) -> Any:
        return {"uniform": {"low": seconds(max(float(at[0]), 0.0)), "high": seconds(float(at[1]))}}


class Mixture(Family):
    """Two lognormal kinds of work in one: log odds of the first, then the parameters of both."""

    name = "mixture"
    size = 5

    def start(self, values: Floats) -> Floats:
        """Return the parts that expectation and maximisation settle on, from the lower and the upper half."""
        logs = np.sort(np.log(values))
        half = max(len(logs) // 2, 1)
        share, parts = 0.5, [(float(part.mean()), max(float(part.std()), 0.05)) for part in (logs[:half], logs[half:])]
        for _ in range(60):
            first, second = (
                weight * np.exp(-0.5 * ((logs - middle) / width) ** 2) / width
                for weight, (middle, width) in zip((share, 1 - share), parts, strict=True)
            )
            own = first / np.maximum(first + second, np.finfo(float).tiny)
            share = float(np.clip(own.mean(), 0.01, 0.99))
            parts = [_weighted(logs, weights) for weights in (own, 1 - own)]
        return np.array([np.log(share / (1 - share)), *(free for m, s in parts for free in (m, np.log(s)))])

    def _each(self, at: Floats) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
        """Return the logarithm of the share and the parameters of both parts."""
        return (-np.logaddexp(0, -at[0]), at[1:3]), (-np.logaddexp(0, at[0]), at[3:5])

    def log_density(self, at: Floats, x: Floats) -> Floats:
        (one, first), (two, second) = self._each(at)
        part = Lognormal()
        return np.logaddexp(one + part.log_density(first, x), two + part.log_density(second, x))

    def log_survival(self, at: Floats, x: Floats) -> Floats:
        (one, first), (two, second) = self._each(at)
        part = Lognormal()
        return np.logaddexp(one + part.log_survival(first, x), two + part.log_survival(second, x))

    def quantile(self, at: Floats, share: float) -> Floats:
        """Halve the interval between the quantiles of both parts."""
        part = Lognormal()
        ends = np.stack([part.quantile(at[1:3], share), part.quantile(at[3:5], share)])
        low, high = ends.min(axis=0), ends.max(axis=0)
        for _ in range(50):
            middle = (low + high) / 2
            is_below = self.share_below(at, middle) < share
            low, high = np.where(is_below, middle, low), np.where(is_below, high, middle)
        found: Floats = (low + high) / 2
        return found

    def mean(self, at: Floats) -> Floats:
        (one, first), (two, second) = self._each(at)
        part = Lognormal()
        return np.exp(one) * part.mean(first) + np.exp(two) * part.mean(second)

    def body(self, at: Floats) -> Any:
        (one, first), (_, second) = self._each(at)
        parts = {name: Lognormal().body(part) for name, part in (("first", first), ("second", second))}
        return {"mixture": {"share": rounded(float(np.exp(one))), **parts}}


def _weighted(logs: Floats, weights: Floats) -> tuple[float, float]:
    total = max(float(weights.sum()), 1e-9)
    middle = float((weights * logs).sum()) / total
    return middle, max(float(np.sqrt((weights * (logs - middle) ** 2).sum() / total)), 0.02)


FAMILIES: Final[Mapping[str, Family]] = {
    one.name: one for one in (Exponential(), Lognormal(), Weibull(), Gamma(), Uniform(), Mixture())
}
"""By name; the simple before the rich."""
