"""Stretches of a week in which a formula answers alike: what it does is tried in each of them, not at every hour."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Final

from simulator.formula.formula import Formula
from simulator.formula.lint.trial import HOUR, HOURS, KINDS, assigned, instants, reads_clock, settler
from simulator.formula.values import Timestamp

MONDAY: Final = HOURS[0].ticks - 3 * HOUR
"""The midnight at which that week begins."""
DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
LOOKS: Final = (3, 10, 15, 21)
"""Hours at which days are compared: of those that agree, one is gone through hour by hour."""
MOST: Final = 6
"""Regimes that are looked at, the longest first."""
Answer = tuple[float, ...] | None
"""The targets that an evaluation sets; None where it fails."""


@dataclass(frozen=True, slots=True)
class Regime:
    """A stretch of time in which a formula answers alike."""

    start: Timestamp
    hours: int
    described: str = ""
    """When it begins, in words; empty where the clock does not matter."""


def regimes(formula: Formula, slots: int) -> list[Regime]:
    """Return stretches of a week in which a formula answers alike, one for each answer; one where no clock matters."""
    if not reads_clock(formula):
        return [Regime(HOURS[1], 7 * 24)]
    longest: dict[Answer, Regime] = {}
    for answer, found in _stretches(_asked(formula, slots)):
        known = longest.get(answer)
        if answer is not None and (known is None or found.hours > known.hours):
            longest[answer] = found
    ordered = sorted(longest.values(), key=lambda one: -one.hours)
    around = [Regime(date, 2, f"{date.as_datetime:%Y-%m-%d %H:%M} UTC") for date in instants(formula)[len(HOURS) :]]
    return [*ordered, *around][:MOST]


def _asked(formula: Formula, slots: int) -> Callable[[int], Answer]:
    """Return a function that evaluates at an hour of the week, where some tasks wait and some run."""
    settle, kinds = settler(formula, slots), assigned(formula)
    there = {kind: 1.0 if kind in kinds else 0.0 for kind in KINDS}

    @cache
    def answer(hour: int) -> Answer:
        found = settle(Timestamp(MONDAY + hour * HOUR), 3.0 * slots, there, 1)
        return tuple(found[-1][kind] for kind in KINDS) if found else None

    return answer


def _stretches(answer: Callable[[int], Answer]) -> Iterator[tuple[Answer, Regime]]:
    """Yield the stretches of one day of each kind."""
    kinds: dict[tuple[Answer, ...], int] = {}
    for day in range(7):
        kinds.setdefault(tuple(answer(24 * day + hour) for hour in LOOKS), day)
    for day in kinds.values():
        for found, hours in groupby(range(24 * day, 24 * day + 24), key=answer):
            first, *others = hours
            described = f"{DAYS[day]} {first % 24:02}:00 UTC"
            yield found, Regime(Timestamp(MONDAY + first * HOUR), 1 + len(others), described)
