"""The cheapest design that keeps every constraint: search, shortlist, front, and what the runs leave open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from simulator.experiment.axes import Cell
from simulator.planning.constraints import Check, Tolerance, Verdict
from simulator.planning.designs import Design, judged, pareto
from simulator.planning.looks import Looks
from simulator.planning.plan_file import Question
from simulator.planning.race import race
from simulator.planning.runs import Columns, Report, Run, run_all, run_on
from simulator.planning.screening import screen
from simulator.planning.unexplored import unexplored
from simulator.results.answer.assumed import Assumed, lines_by_name

FRESH: Final = 1_000_000
"""Number of the first replication that gives the winner's figures: no search has seen its random numbers."""
SHORTLIST: Final = 5


class Status(StrEnum):
    """What a plan knows."""

    FOUND = "found"
    """A design keeps every constraint; cheaper ones may be open."""
    OPEN = "open"
    """None is known to keep every constraint, and some may."""
    NONE = "none"
    """Every design that was run breaks a constraint."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The answer to a plan file."""

    name: str
    objective: str
    designs: tuple[Design, ...]
    """Every design that was run, in the order of the space."""
    size: int | None
    """Designs in the space; None = a continuum."""
    method: str
    confidence: float
    """Of all verdicts together."""
    fresh: Design | None
    """The winner on runs that the search has not seen."""
    unexplored: tuple[str, ...]

    @property
    def winner(self) -> Design | None:
        """The cheapest design that keeps every constraint; None where none is known to."""
        return next((one for one in self.designs if one.is_winner), None)

    @property
    def status(self) -> Status:
        if self.winner is not None:
            return Status.FOUND
        return Status.OPEN if self.open else Status.NONE

    @property
    def kept(self) -> tuple[Design, ...]:
        """Designs that keep every constraint, the cheapest first."""
        return tuple(sorted((one for one in self.designs if one.keeps), key=_price))

    @property
    def broken(self) -> tuple[Design, ...]:
        """Designs that break a constraint, the nearest first."""
        return tuple(sorted((one for one in self.designs if one.standing is Verdict.BROKEN), key=_shortfall))

    @property
    def open(self) -> tuple[Design, ...]:
        """Designs that may keep every constraint and be cheaper than the winner, the cheapest first."""
        return tuple(sorted((one for one in self.designs if one.is_open), key=_price))

    @property
    def dearer(self) -> tuple[Design, ...]:
        """Designs that are open and not followed up, as they cost more than the winner, the cheapest first."""
        return tuple(
            sorted((one for one in self.designs if one.standing is Verdict.OPEN and one.is_dearer), key=_price)
        )

    @property
    def shortlist(self) -> tuple[Design, ...]:
        """The cheapest designs that keep every constraint or may, then those that come nearest."""
        good = sorted((*self.kept, *self.open), key=_price)
        return tuple((*good, *self.broken)[:SHORTLIST])

    @property
    def front(self) -> tuple[Design, ...]:
        """Designs, of all that were run, that none beats in both objective and makespan."""
        return pareto(self.designs, self.objective)

    @property
    def runs(self) -> int:
        return sum(one.runs.count for one in self.designs)

    @property
    def assumptions(self) -> list[str]:
        """What acted in the runs of designs that the service does not publish."""
        found: dict[str, list[Assumed]] = {}
        for design in self.designs if self.fresh is None else (*self.designs, self.fresh):
            found.setdefault(design.name, []).extend(design.runs.assumptions)
        return lines_by_name(found, "design")

    @property
    def binding(self) -> tuple[Design, Check] | None:
        """The nearest of the broken designs below the winner's price, and the constraint it breaks most."""
        winner = self.winner
        cheaper = [one for one in self.broken if winner is not None and one.price < winner.price]
        worst = cheaper[0].worst if cheaper else None
        return None if worst is None else (cheaper[0], worst)

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as plain data."""
        binding, winner = self.binding, self.winner
        return {
            "name": self.name,
            "status": str(self.status),
            "minimize": self.objective,
            "method": self.method,
            "confidence": self.confidence,
            "designs_in_space": self.size,
            "designs_run": len(self.designs),
            "runs": self.runs,
            "winner": None if winner is None else winner.to_dict(),
            "fresh": None if self.fresh is None else self.fresh.to_dict(),
            "kept": [dict(one.shown) for one in self.kept],
            "open": [one.to_dict() for one in self.open],
            "broken": [dict(one.shown) for one in self.broken],
            "dearer": [dict(one.shown) for one in self.dearer],
            "binding": None if binding is None else {"design": dict(binding[0].shown), **binding[1].to_dict()},
            "shortlist": [one.to_dict() for one in self.shortlist],
            "pareto": [one.to_dict() for one in self.front],
            "designs": [one.to_dict() for one in self.designs],
            "not_explored": list(self.unexplored),
            "assumptions": self.assumptions,
        }


def make_plan(
    question: Question,
    *,
    workers: int = 0,
    cluster: str | None = None,
    run: Run | None = None,
    on_progress: Report = lambda _: None,
) -> Plan:
    """Search the space of a question; the answer does not depend on who runs the trials.

    `run` makes the trials in place of `workers` processes or a cluster; `on_progress` is called with what is done.
    """
    run = run or run_on(workers, cluster)
    search, tolerance = question.search, question.search.tolerance
    cells, known, method = _candidates(question, run, on_progress)
    looks = Looks(search.first, search.cap, search.confidence, len(cells) * len(question.constraints))
    designs = race(
        cells,
        question.objective,
        question.constraints,
        question.measures,
        looks,
        Tolerance(tolerance.probability, tolerance.limit, tolerance.cost),
        known=known,
        run=run,
        on_progress=on_progress,
    )
    winner = next((one for one in designs if one.is_winner), None)
    fresh = None if winner is None else _fresh(question, winner, run, on_progress)
    missing = unexplored(question, designs, winner)
    return Plan(
        question.name, question.objective, tuple(designs), question.size, method, search.confidence, fresh, missing
    )


def _candidates(question: Question, run: Run, on_progress: Report) -> tuple[Sequence[Cell], Mapping[int, Columns], str]:
    """Return the designs that race, runs of theirs that are made already, and how they were chosen."""
    if question.cells:
        return question.cells, {}, "every design, successive elimination"
    search = question.search
    seen = screen(
        question.base,
        question.axes,
        question.objective,
        question.constraints,
        question.measures,
        trials=search.trials,
        replications=search.first,
        seed=search.seed,
        run=run,
        on_progress=on_progress,
    )
    method = f"Optuna (TPE, {search.trials} trials), successive elimination of the {len(seen)} different designs"
    return [one.cell for one in seen], {place: one.runs for place, one in enumerate(seen)}, method


def _fresh(question: Question, winner: Design, run: Run, on_progress: Report) -> Design:
    """Run the winner with random numbers that the search has not seen: it was not chosen for its figures there."""
    on_progress(f"fresh runs of {winner.name}")
    numbers = range(FRESH, FRESH + question.search.fresh)
    columns = run_all([winner.cell.scenario], numbers, question.measures, run=run)[0]
    return judged(winner.cell, columns, question.objective, [one.check(columns) for one in question.constraints])


def _price(design: Design) -> float:
    return design.price


def _shortfall(design: Design) -> tuple[float, float, float]:
    """Rank by probability missed, then by how far the measure is from its limit, then by price."""
    worst = design.worst
    return (0.0 if worst is None else worst.shortfall, design.distance, design.price)
