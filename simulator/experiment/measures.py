"""The measures that experiments follow: those of the answer, and those of a steady-state study.

`simulator/results/answer/answer.py` holds the registry; here names are looked up, and a wrong one is explained.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from simulator.errors import InputError
from simulator.experiment.steady import Steady
from simulator.results.answer.measures import MEASURES, ROWS, Measure, Row, rows
from simulator.results.answer.parts import Keys
from simulator.scenario.checks.ids import near
from simulator.workload.planned_jobs import planned
from simulator.workload.planned_pools import planned_pools

if TYPE_CHECKING:
    from simulator.scenario.scenario import Scenario

Values = dict[str, float | None]

ALWAYS_SHOWN: Final = ("makespan", "cost")
"""Measures that have a row also where they are 0: that a pool costs nothing is an answer."""
STEADY: Final = "steady"
"""Where measures stand that leave the warm-up out (`experiment/steady.py`)."""
PATHS: Final = (*ROWS, *rows(Steady, (STEADY,)))
"""Every number that can be followed by its path."""
SHOWN_STEADY: Final = tuple(
    f"{STEADY}.{name}" for name in ("queue_mean", "queue_p95", "turnaround_mean", "in_system", "load")
)
"""What a steady-state study shows."""


@lru_cache(maxsize=4096)
def find_measure(name: str) -> Measure:
    """Return the measure of a name or of a path into the answer."""
    if name in MEASURES:
        return MEASURES[name]
    row = _row(name)
    if row is None:
        raise InputError(f"no measure '{name}'{_instead(name)}")
    return row.measure(name)


def is_measure(name: str) -> bool:
    """Return whether a name is that of a measure, or of a path into the answer."""
    return name in MEASURES or _row(name) is not None


def _row(name: str) -> Row | None:
    return next((row for row in PATHS if row.keys(name) is not None), None)


def _instead(name: str) -> str:
    """Return what there is: the entries of the part of the answer that is named, or names and an example of a path."""
    part, entries = _known_part(name.split("."))
    if entries:
        begin = f"{part}."
        hint = near(name.removeprefix(begin), entries, ";").replace("'", f"'{begin}", 1)
        return f"{hint} {part} has {', '.join(entries)}"
    plain = [row.path for row in PATHS if all(isinstance(step, str) for step in row.steps)]
    close = get_close_matches(name, [*MEASURES, *plain], n=1)
    names = f", did you mean '{close[0]}'? It may be" if close else f"; expected one of {', '.join(MEASURES)}, or"
    return f"{names} a path into the answer such as jobs.NAME.makespan_s"


def _known_part(parts: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """Return the longest part of the answer that a wrong name begins with, and what stands in it."""
    for length in range(len(parts) - 1, 0, -1):
        below = [row.steps[length] for row in PATHS if len(row.steps) > length and row.begins_with(parts[:length])]
        entries = [entry for step in below for entry in (step.names or () if isinstance(step, Keys) else (step,))]
        if entries:
            return ".".join(parts[:length]), tuple(dict.fromkeys(entries))
    return "", ()


def with_weights(names: Iterable[str]) -> tuple[str, ...]:
    """Return measures with what their intervals need beside them."""
    kept = list(names)
    weights = (find_measure(name).weight for name in kept)
    return tuple(dict.fromkeys([*kept, *(weight for weight in weights if weight is not None)]))


def check_measures(names: Iterable[str], scenario: Scenario) -> None:
    """Raise InputError with every measure that no run of the scenario has."""
    every = planned(scenario)
    known = {
        "job": {jobs.job.id for jobs in every},
        "pool": {pool.id for pool in planned_pools(scenario, every).bodies},
    }
    wrong: list[str] = []
    for name in names:
        try:
            find_measure(name)
        except InputError as error:
            wrong += [problem.message for problem in error.problems]
        else:
            wrong += _unknown_keys(name, known)
    if wrong:
        raise InputError("; ".join(wrong))


def _unknown_keys(name: str, known: Mapping[str, set[str]]) -> list[str]:
    """Return the jobs and pools in the name of a measure that a scenario does not have."""
    row = _row(name)
    found = (row.keys(name) if row else None) or []
    return [
        f"no measure '{name}': the scenario has no {keys.noun} '{key}'{near(key, sorted(known[keys.noun]))}"
        for keys, key in found
        if keys.names is None and key not in known[keys.noun] and key not in keys.beside
    ]
