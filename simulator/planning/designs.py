"""Designs: points of the decision space with what is known of them so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from simulator.experiment.axes import Cell
from simulator.experiment.design import Shown, label
from simulator.experiment.estimates import Estimate
from simulator.planning.constraints import Check, Verdict
from simulator.planning.runs import Columns, plain


@dataclass(frozen=True, slots=True)
class Design:
    """One design and its runs."""

    cell: Cell = field(repr=False)
    runs: Columns = field(repr=False)
    checks: tuple[Check, ...]
    objective: Estimate | None
    """Mean of what is minimized; None where no run has it."""
    makespan: Estimate | None
    is_winner: bool = False
    is_dearer: bool = False
    """Whether it costs more than the winner beyond doubt, or less by no more than the tolerance."""

    @property
    def shown(self) -> Mapping[str, Shown]:
        """The decision variables."""
        return self.cell.shown

    @property
    def name(self) -> str:
        return ", ".join(f"{axis} = {label(value)}" for axis, value in self.shown.items()) or "the scenario as it is"

    @property
    def standing(self) -> Verdict:
        """What is known of it: the worst of the verdicts on its constraints."""
        return Verdict.of_all(check.verdict for check in self.checks)

    @property
    def keeps(self) -> bool:
        """Whether it keeps every constraint beyond doubt, or misses none by more than the tolerance."""
        return self.standing in (Verdict.KEPT, Verdict.WITHIN)

    @property
    def is_open(self) -> bool:
        """Whether it may keep every constraint and cost less than the winner, for all that the runs say."""
        return self.standing is Verdict.OPEN and not self.is_dearer

    @property
    def further_runs(self) -> int | None:
        """About how many more runs would settle what is open."""
        needed = [check.further_runs for check in self.checks if check.verdict is Verdict.OPEN]
        return None if None in needed else max((one for one in needed if one is not None), default=None)

    @property
    def worst(self) -> Check | None:
        """The constraint that is broken most, or kept most narrowly."""
        return max(self.checks, key=lambda check: (check.shortfall, check.distance), default=None)

    @property
    def distance(self) -> float:
        """How far the measure of the worst constraint lies beyond its limit; negative inside all."""
        return max((check.distance for check in self.checks if not check.is_met), default=-1.0)

    @property
    def left_work(self) -> int:
        """How many runs ended with tasks unfinished."""
        return int((self.runs["unfinished"] > 0).sum())

    @property
    def price(self) -> float:
        return self.objective.value if self.objective is not None else float("inf")

    def to_dict(self) -> dict[str, Any]:
        return {
            "design": dict(self.shown),
            "replications": self.runs.count,
            "runs_that_left_work": self.left_work,
            "objective": plain(self.objective),
            "makespan": plain(self.makespan),
            "standing": str(self.standing),
            "is_dearer": self.is_dearer,
            "further_runs": self.further_runs if self.is_open else None,
            "checks": [check.to_dict() for check in self.checks],
        }


def judged(cell: Cell, runs: Columns, objective: str, checks: Sequence[Check]) -> Design:
    """Make a design of its runs so far and what they say of the constraints."""
    return Design(cell, runs, tuple(checks), runs.estimate(objective), runs.estimate("makespan"))


def longer(first: Columns, second: Columns) -> Columns:
    """Put later replications behind earlier ones."""
    values = {name: np.concatenate([first[name], second[name]]) for name in first.values}
    return Columns(values, tuple(dict.fromkeys((*first.assumptions, *second.assumptions))))


def pareto(designs: Sequence[Design]) -> tuple[Design, ...]:
    """Return the designs that no other beats in both objective and makespan, the cheapest first."""
    known = [one for one in designs if one.objective is not None and one.makespan is not None]
    front: list[Design] = []
    for one in sorted(known, key=lambda design: (design.price, _span(design))):
        if not front or _span(one) < _span(front[-1]):
            front.append(one)
    return tuple(front)


def _span(design: Design) -> float:
    return design.makespan.value if design.makespan is not None else float("inf")
