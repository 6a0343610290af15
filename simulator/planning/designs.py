"""Designs: points of the decision space with what is known of them so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np

from simulator.experiment.axes import Cell
from simulator.experiment.design import Shown, label
from simulator.experiment.estimates import Estimate
from simulator.planning.constraints import Check, Constraint
from simulator.planning.runs import Columns, plain


class Fate(StrEnum):
    """Why a design got no more runs."""

    KEPT = "kept"
    """It was among the last."""
    BROKEN = "breaks a constraint"
    DEARER = "dearer than one that keeps all constraints"


@dataclass(frozen=True, slots=True)
class Design:
    """One design and its runs."""

    cell: Cell = field(repr=False)
    runs: Columns = field(repr=False)
    checks: tuple[Check, ...]
    objective: Estimate | None
    """Mean of what is minimized; None where no run has it."""
    makespan: Estimate | None
    fate: Fate = Fate.KEPT

    @property
    def shown(self) -> Mapping[str, Shown]:
        """The decision variables."""
        return self.cell.shown

    @property
    def name(self) -> str:
        return ", ".join(f"{axis} = {label(value)}" for axis, value in self.shown.items()) or "the scenario as it is"

    @property
    def is_feasible(self) -> bool:
        """Whether its estimates keep every constraint."""
        return all(check.is_met for check in self.checks)

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
            "is_feasible": self.is_feasible,
            "fate": str(self.fate),
            "checks": [check.to_dict() for check in self.checks],
        }


def judged(cell: Cell, runs: Columns, objective: str, constraints: Sequence[Constraint]) -> Design:
    """Make a design of its runs so far."""
    checks = tuple(constraint.check(runs) for constraint in constraints)
    return Design(cell, runs, checks, runs.estimate(objective), runs.estimate("makespan"))


def longer(first: Columns, second: Columns) -> Columns:
    """Put later replications behind earlier ones."""
    return Columns({name: np.concatenate([first[name], second[name]]) for name in first.values})


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
