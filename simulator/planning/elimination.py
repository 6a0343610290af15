"""Successive elimination: every design gets a few runs, and only those still in question get more.

A design goes that breaks a constraint beyond doubt. One that costs more, beyond doubt and with the same draws, than the
cheapest that keeps all constraints so far is set aside; should that one turn out to break a constraint, those set aside
come back. Doubt is shared out over designs and rounds (Bonferroni), so that with 95 % no design goes wrongly.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from simulator.experiment.axes import Cell
from simulator.experiment.estimates import LEVEL, corrected, mean
from simulator.experiment.runner import run_in_order
from simulator.planning.constraints import Constraint, Verdict
from simulator.planning.designs import Design, Fate, judged, longer
from simulator.planning.runs import Columns, Run, run_all

OnProgress = Callable[[str], None]


def eliminate(
    cells: Sequence[Cell],
    objective: str,
    constraints: Sequence[Constraint],
    measures: Sequence[str],
    *,
    first: int,
    most: int,
    run: Run = run_in_order,
    on_progress: OnProgress = lambda _: None,
) -> list[Design]:
    """Run designs until what is in question has `most` runs, or one is left that keeps all constraints beyond doubt.

    Designs come in the order of the cells.
    """
    rounds = max(1, math.ceil(math.log2(max(most / first, 1))) + 1)
    race = Race(cells, objective, constraints, corrected(LEVEL, len(cells) * rounds))
    until = first
    race.run(range(len(cells)), until, measures, run, on_progress)
    while True:
        behind = [index for index in race.running if race.runs[index].count < until]
        if not behind:
            if until >= most or race.is_settled:
                break
            until = min(most, 2 * until)
            behind = race.running
        race.run(behind, until, measures, run, on_progress)
    return race.designs()


@dataclass(slots=True)
class Race:
    """The designs and their runs so far."""

    cells: Sequence[Cell]
    objective: str
    constraints: Sequence[Constraint]
    level: float
    runs: dict[int, Columns] = field(default_factory=dict)
    broken: set[int] = field(default_factory=set)

    def run(
        self, wanted: Sequence[int], until: int, measures: Sequence[str], run: Run, on_progress: OnProgress
    ) -> None:
        """Bring designs to `until` runs each."""
        for start in sorted({self.runs[index].count if index in self.runs else 0 for index in wanted}):
            here = [index for index in wanted if (self.runs[index].count if index in self.runs else 0) == start]
            on_progress(f"{len(here)} of {len(self.cells)} designs, {until} runs each")
            scenarios = [self.cells[index].scenario for index in here]
            made = run_all(scenarios, range(start, until), measures, run=run)
            for index, columns in zip(here, made, strict=True):
                self.runs[index] = longer(self.runs[index], columns) if index in self.runs else columns
        self.broken |= {index for index in wanted if self._verdict(index, Verdict.BROKEN)}

    @property
    def running(self) -> list[int]:
        """Designs in question: not broken, and not clearly dearer than the best so far."""
        best = self.best
        left = [index for index in self.runs if index not in self.broken]
        return left if best is None else [index for index in left if not self._is_dearer(index, best)]

    @property
    def best(self) -> int | None:
        """The cheapest design whose estimates keep every constraint."""
        good = [
            index
            for index, columns in self.runs.items()
            if index not in self.broken and all(one.check(columns).is_met for one in self.constraints)
        ]
        return min(good, key=lambda index: float(self.runs[index][self.objective].mean()), default=None)

    @property
    def is_settled(self) -> bool:
        """Whether nothing is in question, or one design that keeps all constraints beyond doubt."""
        running = self.running
        if len(running) > 1:
            return False
        checks = [one.check(self.runs[index], self.level) for index in running for one in self.constraints]
        return all(check.verdict is Verdict.KEPT for check in checks)

    def designs(self) -> list[Design]:
        """Return all with what became of them."""
        running = set(self.running)
        found = []
        for index, cell in enumerate(self.cells):
            design = judged(cell, self.runs[index], self.objective, self.constraints)
            fate = Fate.BROKEN if index in self.broken else Fate.KEPT if index in running else Fate.DEARER
            found.append(replace(design, fate=fate))
        return found

    def _verdict(self, index: int, wanted: Verdict) -> bool:
        return any(one.check(self.runs[index], self.level).verdict is wanted for one in self.constraints)

    def _is_dearer(self, index: int, best: int) -> bool:
        """Compare in pairs, as far as both have run."""
        if index == best:
            return False
        one, other = self.runs[index][self.objective], self.runs[best][self.objective]
        shared = min(len(one), len(other))
        return mean(one[:shared] - other[:shared], self.level).low > 0
