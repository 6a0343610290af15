"""Successive elimination: every design gets a few runs, and only those still in question get more.

A design goes that breaks a constraint beyond doubt. One that costs more, beyond doubt and with the same random numbers,
than the cheapest that keeps all constraints so far is set aside, also one that could be cheaper by less than the
tolerance; should that cheapest one turn out to break a constraint, those set aside come back.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from simulator.experiment.axes import Cell
from simulator.experiment.estimates import corrected, mean
from simulator.experiment.runner import run_in_order
from simulator.planning.constraints import Check, Constraint, Tolerance, Verdict
from simulator.planning.designs import Design, judged, longer
from simulator.planning.looks import Looks
from simulator.planning.runs import Columns, Report, Run, run_all


def race(
    cells: Sequence[Cell],
    objective: str,
    constraints: Sequence[Constraint],
    measures: Sequence[str],
    looks: Looks,
    tolerance: Tolerance,
    *,
    known: Mapping[int, Columns] | None = None,
    run: Run = run_in_order,
    on_progress: Report = lambda _: None,
) -> list[Design]:
    """Run designs until the cheapest that keeps all constraints is known, none is left, or the cap is reached.

    `known` are runs that were made before, by the place of their cell. Designs come in the order of the cells.
    """
    made = Race(cells, objective, constraints, looks, tolerance)
    for index, columns in (known or {}).items():
        made.add(index, columns)
    made.run([index for index in range(len(cells)) if index not in made.runs], measures, run, on_progress)
    while not made.is_settled:
        behind = [index for index in made.running if made.runs[index].count < looks.cap]
        if not behind:
            break
        least = min(made.runs[index].count for index in behind)
        made.run([index for index in behind if made.runs[index].count == least], measures, run, on_progress)
    return made.designs()


@dataclass(slots=True)
class Race:
    """The designs, their runs and what is known of them so far."""

    cells: Sequence[Cell]
    objective: str
    constraints: Sequence[Constraint]
    looks: Looks
    tolerance: Tolerance
    runs: dict[int, Columns] = field(default_factory=dict)
    checks: dict[int, tuple[Check, ...]] = field(default_factory=dict)

    def run(self, wanted: Sequence[int], measures: Sequence[str], run: Run, on_progress: Report) -> None:
        """Bring designs, which have the same number of runs, to their next look."""
        if not wanted:
            return
        start = self.runs[wanted[0]].count if wanted[0] in self.runs else 0
        until = self.looks.after(start) if start else self.looks.first
        on_progress(f"{len(wanted)} of {len(self.cells)} designs, {until} runs each")
        made = run_all([self.cells[index].scenario for index in wanted], range(start, until), measures, run=run)
        for index, columns in zip(wanted, made, strict=True):
            self.add(index, columns)

    def add(self, index: int, columns: Columns) -> None:
        """Put further runs of a design behind its earlier ones and look at it; what was excluded earlier stays so."""
        so_far = longer(self.runs[index], columns) if index in self.runs else columns
        level = self.looks.level(so_far.count)
        found = tuple(one.check(so_far, level, self.tolerance) for one in self.constraints)
        earlier = self.checks.get(index)
        self.runs[index] = so_far
        self.checks[index] = found if earlier is None else tuple(map(Check.narrowed, found, earlier))

    @property
    def running(self) -> list[int]:
        """Designs in question: not broken, and not clearly dearer than the leader."""
        leader = self._leader()
        left = [index for index in self.runs if self._standing(index) is not Verdict.BROKEN]
        return left if leader is None else [index for index in left if not self._is_dearer(index, leader)]

    @property
    def is_settled(self) -> bool:
        """Whether nothing is in question, or one design that keeps all constraints beyond doubt or the tolerance."""
        running = self.running
        return len(running) <= 1 and all(self._keeps(index) for index in running)

    def designs(self) -> list[Design]:
        """Return all with what is known of them; the winner is the cheapest that keeps every constraint."""
        kept = [index for index in self.runs if self._keeps(index)]
        winner = min(kept, key=self._price, default=None)
        found = []
        for index, cell in enumerate(self.cells):
            is_dearer = winner is not None and index != winner and self._is_dearer(index, winner)
            design = judged(cell, self.runs[index], self.objective, self.checks[index])
            found.append(replace(design, is_winner=index == winner, is_dearer=is_dearer))
        return found

    def _leader(self) -> int | None:
        """Return the cheapest design that keeps every constraint, by its verdicts or at least by its estimates.

        Of those that cost as much, within the tolerance, it is the one that keeps them best.
        """
        good = [index for index in self.runs if self._keeps(index) or self._seems_to_keep(index)]
        least = min((self._price(index) for index in good), default=math.inf)
        equal = [index for index in good if self._price(index) <= least + self.tolerance.cost * abs(least)]
        return min(equal, key=self._shortfall, default=None)

    def _price(self, index: int) -> float:
        price = self.runs[index].estimate(self.objective)
        return math.inf if price is None else price.value

    def _standing(self, index: int) -> Verdict:
        return Verdict.of_all(check.verdict for check in self.checks[index])

    def _keeps(self, index: int) -> bool:
        return self._standing(index) in (Verdict.KEPT, Verdict.WITHIN)

    def _seems_to_keep(self, index: int) -> bool:
        """Return whether its estimates keep every constraint and more runs can still settle it."""
        is_open = self._standing(index) is Verdict.OPEN and self.runs[index].count < self.looks.cap
        return is_open and all(check.is_met for check in self.checks[index])

    def _shortfall(self, index: int) -> tuple[bool, float]:
        """Rank what keeps every constraint first, then by how far inside the narrowest limit it is."""
        return (not self._keeps(index), max((check.shortfall for check in self.checks[index]), default=0.0))

    def _is_dearer(self, index: int, leader: int) -> bool:
        """Compare in pairs, as far as both have run: whether no more than the tolerance can be saved."""
        if index == leader:
            return False
        one, other = self.runs[index][self.objective], self.runs[leader][self.objective]
        shared = min(len(one), len(other))
        excess = one[:shared] - (1 - self.tolerance.cost) * other[:shared]
        known = excess[~np.isnan(excess)]
        level = corrected(self.looks.confidence, len(self.cells) * len(self.looks.counts))
        return len(known) > 0 and mean(known, level).low > 0
