"""One check: what theory says, what the simulation gave, and whether they agree."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np

from simulator.engine.simulation import simulate
from simulator.experiment.estimates import mean
from simulator.results.record.recording import Recording
from simulator.scenario.scenario import Scenario

LEVEL: Final = 0.999
"""Of each interval: with a right program one case in a thousand fails by chance, for a given seed always the same."""
EMPTY_START: Final = 0.01
"""Share by which a mean of a steady state may be missed: the pool starts empty, and the first fifth is left out."""
WIDEST: Final = 0.25
"""Half-width as a share of the theory beyond which an interval shows nothing; such a case fails."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is spent on a case."""

    scale: float = 1.0
    """Factor on the number of tasks."""
    replications: int = 10
    seed: int = 1
    is_long: bool = False

    def tasks(self, count: int) -> int:
        return round(count * self.scale)


SHORT: Final = Effort()
LONG: Final = Effort(scale=5.0, replications=20, is_long=True)


class Verdict(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    TOO_WIDE = "too wide"
    """The interval holds the theory but is so wide that it would hold nearly anything."""


@dataclass(frozen=True, slots=True)
class Case:
    """The outcome of one check; a bound has one end only in theory, an exact value an interval of no width."""

    family: str
    name: str
    theory: float
    source: str
    """Formula and where it comes from."""
    low: float
    high: float
    unit: str = ""
    relation: str = "="
    """`=` theory lies in the interval; `<=` no run is above the theory."""
    margin: float = 0.0
    count: int = 1
    """Independent runs."""

    @property
    def verdict(self) -> Verdict:
        if self.relation == "<=":
            return Verdict.PASSED if self.high <= self.theory else Verdict.FAILED
        slack = self.margin * abs(self.theory)
        if not self.low - slack <= self.theory <= self.high + slack:
            return Verdict.FAILED
        return Verdict.TOO_WIDE if self.high - self.low > 2 * WIDEST * abs(self.theory) else Verdict.PASSED

    @property
    def passed(self) -> bool:
        return self.verdict is Verdict.PASSED

    def to_dict(self) -> dict[str, Any]:
        return {**asdict(self), "verdict": str(self.verdict)}


Family = Callable[[Effort], Iterator[Case]]


def over_replications(
    family: str,
    name: str,
    theory: float,
    source: str,
    measure: Callable[[int], float],
    effort: Effort,
    *,
    unit: str = "",
    margin: float = EMPTY_START,
) -> Case:
    """Judge a mean by the interval over independent replications."""
    values = np.array([measure(replication) for replication in range(effort.replications)])
    found = mean(values, LEVEL)
    return Case(family, name, theory, source, found.low, found.high, unit, "=", margin, effort.replications)


def simulated(scenario: Scenario, measure: Callable[[Recording], float]) -> Callable[[int], float]:
    """Measure a replication by running it."""
    return lambda replication: measure(simulate(scenario, replication))


def recorded(runs: Sequence[Recording], measure: Callable[[Recording], float]) -> Callable[[int], float]:
    """Measure a replication that was run already."""
    return lambda replication: measure(runs[replication])


def exact(family: str, name: str, theory: float, source: str, found: float, *, unit: str = "") -> Case:
    """Judge a value that has no chance in it."""
    return Case(family, name, theory, source, found, found, unit)


def at_most(family: str, name: str, theory: float, source: str, values: list[float], *, unit: str = "") -> Case:
    """Judge a bound that every run must keep."""
    return Case(family, name, theory, source, min(values), max(values), unit, "<=", count=len(values))
