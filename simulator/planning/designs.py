"""Designs: points of the decision space with what is known of them so far."""

from __future__ import annotations

import math
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


def pareto(designs: Sequence[Design], objective: str) -> tuple[Design, ...]:
    """Return the designs that no other beats in both objective and makespan, the cheapest first.

    Two designs are held against each other by the replications that both have: those faced the same draws, and means
    of other runs would differ by chance.
    """
    known = [one for one in designs if one.objective is not None and one.makespan is not None]
    counts = sorted({one.runs.count for one in known})
    all_means = [{count: means(one, objective, count) for count in counts if count <= one.runs.count} for one in known]
    front = [
        one
        for one, mine in zip(known, all_means, strict=True)
        if not any(_beats(other, mine) for other in all_means if other is not mine)
    ]
    return tuple(sorted(front, key=lambda design: design.price))


def means(design: Design, objective: str, count: int) -> tuple[float, float]:
    """Return the means of objective and makespan over the first replications; infinite where none of them has one."""
    columns = (design.runs[name][:count] for name in (objective, "makespan"))
    cost, span = (float(np.nanmean(column)) if not np.isnan(column).all() else math.inf for column in columns)
    return cost, span


def _beats(one: Mapping[int, tuple[float, float]], two: Mapping[int, tuple[float, float]]) -> bool:
    """Return whether a design is better in one of two means and no worse in the other, over the runs both have."""
    shared = max(one.keys() & two.keys())
    (cost, span), (other_cost, other_span) = one[shared], two[shared]
    return cost <= other_cost and span <= other_span and (cost, span) != (other_cost, other_span)
