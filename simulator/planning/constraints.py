"""What a design must keep: limits on means, and on the probability that a run stays within a limit.

queue_p95 <= 10m                      the mean over runs
P(makespan <= 4h) >= 0.95             the share of runs, a chance constraint
P(cost <= 100) >= 90 %
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from simulator.durations import parse_duration
from simulator.errors import InputError
from simulator.experiment.estimates import LEVEL, Estimate, exact_probability, mean, probability
from simulator.experiment.measures import find_measure
from simulator.numerics import normal
from simulator.planning.runs import Columns, plain

_OPERATOR: Final = r"(?P<operator><=|>=|≤|≥)"
_LIMIT: Final = re.compile(rf"(?P<measure>[\w.]+)\s*{_OPERATOR}\s*(?P<limit>.+)")
_CHANCE: Final = re.compile(
    rf"P\s*\(\s*(?P<measure>[\w.]+)\s*{_OPERATOR}\s*(?P<limit>[^)]+)\)\s*(?:>=|≥)\s*(?P<level>.+)"
)
SPANS: Final = ("makespan", "makespan_s")
GROWTH: Final = 1.25
"""Steps in which the number of runs is sought that would settle a constraint."""
MOST_FURTHER: Final = 10_000_000
EXPECTED: Final = "expected e.g. 'queue_p95 <= 10m' or 'P(makespan <= 4h) >= 0.95'"


class Verdict(StrEnum):
    """What an interval says of a constraint."""

    KEPT = "kept"
    WITHIN = "within tolerance"
    """Kept, or missed by no more than the tolerance: more runs would make no difference that matters."""
    OPEN = "open"
    """The interval holds the limit: more runs would settle it."""
    BROKEN = "broken"

    @classmethod
    def of_all(cls, verdicts: Iterable[Verdict]) -> Verdict:
        """Return the verdict of a design from those of its constraints: the worst of them."""
        order = list(cls)
        return max(verdicts, key=order.index, default=cls.KEPT)


@dataclass(frozen=True, slots=True)
class Tolerance:
    """What makes no difference to who asks."""

    probability: float = 0.0
    """Of a chance constraint: how far the probability may miss what is asked."""
    limit: float = 0.0
    """Of a limit on a mean, as a share of it."""
    cost: float = 0.0
    """Of what is minimized, as a share of it."""


@dataclass(frozen=True, slots=True)
class Check:
    """A constraint held against the runs of one design."""

    constraint: Constraint
    estimate: Estimate | None
    """Of the mean or the probability; None where no run has the measure."""
    reach: float | None
    """Of a chance constraint: what the wanted share of runs stays within; of another the mean."""
    slack: float = 0.0
    """How far beyond the goal is still as good."""
    scatter: float = 0.0
    """Of a limit on a mean: standard deviation of single runs."""

    def narrowed(self, earlier: Check) -> Check:
        """Return the check with what an earlier look at fewer of the same runs excluded."""
        if self.estimate is None or earlier.estimate is None:
            return self
        low, high = max(self.estimate.low, earlier.estimate.low), min(self.estimate.high, earlier.estimate.high)
        return self if low > high else replace(self, estimate=replace(self.estimate, low=low, high=high))

    @property
    def is_met(self) -> bool:
        """Whether the estimate itself, without its interval, keeps the constraint."""
        if self.estimate is None:
            return False
        return self.shortfall <= 0

    @property
    def shortfall(self) -> float:
        """How far the estimate lies beyond the limit, as a share of the limit; negative inside."""
        if self.estimate is None:
            return math.inf
        goal = self.constraint.goal
        beyond = self.estimate.value - goal if self.constraint.is_upper else goal - self.estimate.value
        return beyond / abs(goal) if goal else beyond

    @property
    def distance(self) -> float:
        """How far the measure lies beyond its limit, as a share of it: separates designs that fail in every run."""
        if self.reach is None or not math.isfinite(self.reach):
            return math.inf
        limit = self.constraint.limit
        beyond = self.reach - limit if self.constraint.is_at_most else limit - self.reach
        return beyond / abs(limit) if limit else beyond

    @property
    def verdict(self) -> Verdict:
        if self.estimate is None:
            return Verdict.BROKEN
        # Seen from the goal, negative inside: how far out the constraint may be at least and at most.
        ends = (self.estimate.low - self.constraint.goal, self.estimate.high - self.constraint.goal)
        least, most = ends if self.constraint.is_upper else (-ends[1], -ends[0])
        if most <= 0:
            return Verdict.KEPT
        if least > 0:
            return Verdict.BROKEN
        return Verdict.WITHIN if most <= self.slack else Verdict.OPEN

    @property
    def further_runs(self) -> int | None:
        """About how many more runs would settle what is open, if the estimate stays as it is; None if unknown."""
        if self.verdict is not Verdict.OPEN or self.estimate is None:
            return None
        count = self.estimate.count
        while count < MOST_FURTHER:
            count = math.ceil(GROWTH * count)
            if replace(self, estimate=self._after(count, self.estimate)).verdict is not Verdict.OPEN:
                return count - self.estimate.count
        return None

    def _after(self, count: int, known: Estimate) -> Estimate:
        """Return what a known estimate would be after so many runs."""
        if self.constraint.level is not None:
            return probability(known.value * count, count, known.level)
        half = float(normal.quantile(np.array([0.5 + known.level / 2]))[0]) * self.scatter / math.sqrt(count)
        return replace(known, low=known.value - half, high=known.value + half)

    def to_dict(self) -> dict[str, Any]:
        return {
            "constraint": self.constraint.text,
            "estimate": plain(self.estimate),
            "goal": self.constraint.goal,
            "is_met": self.is_met,
            "verdict": str(self.verdict),
            "further_runs": self.further_runs,
            "reach": self.reach if self.reach is not None and math.isfinite(self.reach) else None,
        }


@dataclass(frozen=True, slots=True)
class Constraint:
    """A limit on a measure; with a `level`, on the share of runs that keep it."""

    text: str
    measure: str
    is_at_most: bool
    limit: float
    level: float | None = None
    share_of: str | None = None
    """The measure that the limit is a share of; None = it stands for itself."""

    @property
    def goal(self) -> float:
        """What the estimate is held against."""
        return self.limit if self.level is None else self.level

    @property
    def is_upper(self) -> bool:
        """Whether the goal must not be exceeded; a probability must not fall short."""
        return self.is_at_most if self.level is None else False

    @property
    def unit(self) -> str:
        """Unit of the estimate."""
        return find_measure(self.measure).unit if self.level is None else "share"

    @property
    def implies_all_done(self) -> bool:
        """Whether no design keeps it that leaves work undone more often than `ALL_DONE` allows."""
        return self.measure in SPANS and self.is_at_most and self.level is not None and self.level >= LEVEL

    def check(self, columns: Columns, level: float = LEVEL, tolerance: Tolerance | None = None) -> Check:
        """Hold the constraint against runs; a run whose work is never done has no makespan that counts.

        A mean of makespans among which one has no end has none either, so it keeps no limit.
        """
        tolerance = tolerance or Tolerance()
        if self.level is not None:
            chance = exact_probability(int(self.kept(columns).sum()), columns.count, level)
            return Check(self, chance, self._reach(columns), tolerance.probability)
        known = columns.linearised(self.measure)
        if not len(known) or (self.measure in SPANS and self.is_at_most and (columns["unfinished"] > 0).any()):
            return Check(self, None, None)
        found = mean(known, level).within(*find_measure(self.measure).range)
        return Check(self, found, found.value, tolerance.limit * abs(self.limit), float(known.std()))

    def _reach(self, columns: Columns) -> float:
        """Return the value that the wanted share of runs keeps to; a run without one keeps to none."""
        never = math.inf if self.is_at_most else -math.inf
        values = self._values(columns)
        values = np.where(np.isnan(values), never, values)
        if self.measure in SPANS:
            values = np.where(columns["unfinished"] > 0, never, values)
        ordered = np.sort(values if self.is_at_most else -values)
        place = max(math.ceil((self.level or 1.0) * len(ordered)) - 1, 0)
        return float(ordered[place] if self.is_at_most else -ordered[place])

    def kept(self, columns: Columns) -> npt.NDArray[np.bool_]:
        """Report of each run whether it stays within the limit."""
        values = self._values(columns)
        with np.errstate(invalid="ignore"):
            kept = values <= self.limit if self.is_at_most else values >= self.limit
        if self.measure in SPANS:
            kept = kept & (columns["unfinished"] == 0)
        return np.asarray(kept, dtype=np.bool_)

    def _values(self, columns: Columns) -> npt.NDArray[np.float64]:
        values = columns[self.measure]
        return values if self.share_of is None else values / np.maximum(columns[self.share_of], 1.0)

    @property
    def reach_unit(self) -> str:
        """Unit of the limit, and of what is reached."""
        return find_measure(self.measure).unit if self.share_of is None else "share"


def parse(text: str) -> Constraint:
    """Read a constraint; `InputError` says what was expected."""
    found = _CHANCE.fullmatch(text.strip()) or _LIMIT.fullmatch(text.strip())
    if found is None:
        raise InputError(f"{EXPECTED}, not {text!r}")
    parts = found.groupdict()
    unit = find_measure(parts["measure"]).unit
    level = None
    if "level" in parts:
        level = _share(parts["level"])
        if not 0 < level <= 1:
            raise InputError(f"expected a probability above 0 and at most 1, not {parts['level']!r}")
    is_at_most = parts["operator"] in ("<=", "≤")
    return Constraint(text.strip(), parts["measure"], is_at_most, _limit(parts["limit"], unit), level)


ALL_DONE: Final = Constraint("P(all tasks complete) >= 0.95", "unfinished", is_at_most=True, limit=0.0, level=LEVEL)
"""Held against every design of a scenario without a horizon: a design that leaves work undone is not cheap.

A probability, for rarely a pool gets no node before its resize times out.
"""

NEARLY_ALL_DONE: Final = Constraint(
    "P(at most 1 % of tasks unfinished) >= 0.95", "unfinished", True, 0.01, LEVEL, "tasks.planned"
)
"""The same where a horizon cuts the run off: what has just come may be unfinished.

A design that falls behind is not cheap, and its mean queue time is only of the tasks that got their turn.
"""
UNSAID: Final = (ALL_DONE, NEARLY_ALL_DONE)
"""Constraints that nobody wrote; one of one's own on `unfinished` takes their place."""


def _limit(text: str, unit: str) -> float:
    text = text.strip()
    if unit == "s":
        try:
            return parse_duration(text)
        except ValueError as error:
            raise InputError(f"{error}, not {text!r}") from None
    if unit == "share":
        return _share(text)
    return _number(text.removeprefix("$"))


def _share(text: str) -> float:
    text = text.strip()
    return _number(text[:-1]) / 100 if text.endswith("%") else _number(text)


def _number(text: str) -> float:
    try:
        value = float(text.strip())
    except ValueError:
        raise InputError(f"expected a number, not {text.strip()!r}") from None
    if not math.isfinite(value):
        raise InputError(f"expected a finite number, not {text.strip()!r}")
    return value
