"""Two formulas over a library of loads: the same arrivals, durations and boot times, and what the second changes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from simulator.errors import InputError
from simulator.experiment.compare import Comparison, compare
from simulator.results.answer.assumed import Assumed, lines_by_name
from simulator.scenario.reading import construct
from simulator.scenario.scenario import Scenario
from simulator.workshop.library import LOADS, loads_for
from simulator.workshop.pool import POOL, PoolOptions, check, document

COMPARED: Final[Mapping[str, tuple[str, str]]] = {
    "cost": ("cost", "USD"),
    "queue_mean": ("mean wait", "s"),
    "lost_node_hours": ("lost node-hours", "h"),
    "nodes.lost_to_shrinks_s": ("of these: shrinks", "s"),
    "evaluations.target_changes": ("resizes", ""),
    "unfinished": ("tasks left", ""),
}
"""Measures of the table, with title and unit."""


@dataclass(frozen=True, slots=True)
class Row:
    """One measure under one load."""

    load: str
    measure: str
    first: float | None
    """Mean of the first formula; None where some run has none."""
    second: float | None
    low: float | None
    """Of the difference, second less first, at 95 %."""
    high: float | None

    @property
    def is_clear(self) -> bool:
        """Whether the interval of the difference leaves 0 out."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


@dataclass(frozen=True, slots=True)
class FormulaComparison:
    """Two formulas, load by load."""

    names: tuple[str, str]
    rows: tuple[Row, ...]
    replications: int
    assumptions: tuple[str, ...]
    """What acted in any run that the service does not publish."""


def compare_formulas(
    formulas: Mapping[str, str],
    *,
    loads: Sequence[str] | None = None,
    options: PoolOptions | None = None,
    replications: int = 5,
    seed: int = 1,
    workers: int = 0,
) -> FormulaComparison:
    """Run two formulas through loads of the library, by default all that matter, under common random numbers."""
    options = PoolOptions() if options is None else options
    check(options)
    first, second = formulas
    rows: list[Row] = []
    rests_on: dict[str, list[Assumed]] = {title: [] for title in formulas}
    for name in loads_for(*formulas.values()) if loads is None else loads:
        if name not in LOADS:
            raise InputError(f"no load '{name}' in the library, expected one of {', '.join(LOADS)}")
        scenarios = {title: _scenario(name, text, options, seed) for title, text in formulas.items()}
        found = compare(scenarios, replications, measures=tuple(COMPARED), workers=workers)
        rows += _rows(name, found, first, second)
        for title, made in found.replications.items():
            rests_on[title] += made.assumptions
    return FormulaComparison((first, second), tuple(rows), replications, tuple(lines_by_name(rests_on)))


def _scenario(load: str, formula: str, options: PoolOptions, seed: int) -> Scenario:
    chosen = LOADS[load]
    pools = [(POOL, formula)]
    body = document(pools, chosen.workload, options, horizon=chosen.horizon, seed=seed, away=chosen.away)
    return construct.scenario_of(body if chosen.workload else {**body, "jobs": []})


def _rows(load: str, found: Comparison, first: str, second: str) -> list[Row]:
    rows = []
    for measure in COMPARED:
        one, two = (_mean(found, name, measure) for name in (first, second))
        if measure != "cost" and not one and not two:
            continue  # nothing of the kind happened
        difference = found.differences[second].get(measure)
        low, high = (difference.absolute.low, difference.absolute.high) if difference else (None, None)
        rows.append(Row(load, measure, one, two, low, high))
    return rows


def _mean(found: Comparison, name: str, measure: str) -> float | None:
    values = found.replications[name].values.get(measure)
    mean = float("nan") if values is None or not len(values) else float(values.mean())
    return None if math.isnan(mean) else mean
