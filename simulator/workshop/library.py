"""A library of loads that any formula should stand: from nothing at all to a flood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from simulator.formula.formula import Formula
from simulator.formula.lint.trial import assigned
from simulator.formula.variables import LOW_PRIORITY
from simulator.workshop.patterns import Away


@dataclass(frozen=True, slots=True)
class LibraryLoad:
    """A load by name."""

    name: str
    meaning: str
    workload: tuple[Mapping[str, Any], ...]
    horizon: str
    away: Away | None = None
    """From when to when there are no low-priority nodes."""


TEN: Final = {"lognormal": {"median": "10m", "p95": "25m"}}
LOADS: Final[Mapping[str, LibraryLoad]] = {
    load.name: load
    for load in (
        LibraryLoad(
            "burst",
            "40 tasks at once",
            ({"count": 40, "duration": TEN, "arrivals": {"atOnce": {"at": "10m"}}},),
            "6h",
        ),
        LibraryLoad(
            "day",
            "a working day of 8 hours, a task every 4 minutes",
            ({"count": 120, "duration": TEN, "start": "8h", "arrivals": {"poisson": {"ratePerHour": 15}}},),
            "24h",
        ),
        LibraryLoad(
            "week",
            "five working days, a task every 10 minutes",
            tuple(
                {"count": 48, "duration": TEN, "start": f"{24 * day + 8}h", "arrivals": {"poisson": {"ratePerHour": 6}}}
                for day in range(5)
            ),
            "168h",
        ),
        LibraryLoad(
            "batches",
            "20 tasks every two hours, one of five six times as long",
            (
                {"count": 80, "duration": "10m", "arrivals": {"batches": {"size": 16, "every": "2h"}}},
                {"count": 20, "duration": "60m", "arrivals": {"batches": {"size": 4, "every": "2h"}}},
            ),
            "14h",
        ),
        LibraryLoad(
            "drought",
            "40 tasks at once, and no low-priority nodes for two hours from their 20th minute on",
            ({"count": 40, "duration": TEN, "arrivals": {"atOnce": {"at": "10m"}}},),
            "8h",
            away=(1800, 9000),
        ),
        LibraryLoad("empty", "no task at all", (), "12h"),
        LibraryLoad(
            "flood",
            "2,000 tasks at once",
            ({"count": 2000, "duration": "5m", "arrivals": {"atOnce": {"at": "10m"}}},),
            "12h",
        ),
    )
}
"""In the order of the table."""


def loads_for(*formulas: str) -> tuple[str, ...]:
    """Return the loads that mean something to formulas: a drought only where one asks for low-priority nodes."""
    asked = any(LOW_PRIORITY in assigned(Formula.parse(formula)) for formula in formulas)
    return tuple(name for name, load in LOADS.items() if asked or load.away is None)
