"""The cheapest design that keeps every constraint: search, shortlist, front, and a winner confirmed on fresh draws."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from simulator.errors import InputError
from simulator.experiment.axes import Cell
from simulator.experiment.design import Axis
from simulator.planning.constraints import Check, Verdict
from simulator.planning.designs import Design, judged, pareto
from simulator.planning.elimination import eliminate
from simulator.planning.plan_file import Question
from simulator.planning.runs import Run, run_all, run_on
from simulator.planning.screening import screen

FRESH: Final = 1_000_000
"""Number of the first replication of the confirmation: no search has seen its draws."""
SHORTLIST: Final = 5
TRIED: Final = 3
"""So many designs are put to the confirmation, the cheapest first, until one stands it."""
DECIDED: Final = {
    "nodes": ("targetdedicatednodes", "targetlowprioritynodes", "autoscaleformula"),
    "VM size": ("vmsize",),
    "spot share": ("spotshare", "targetlowprioritynodes"),
    "slots per node": ("taskslotspernode",),
    "fill type": ("nodefilltype",),
}
"""What planners usually decide, and the ends of the paths that do it."""


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
    winner: Design | None
    """None where no design keeps every constraint, or none stood the confirmation."""
    confirmation: Design | None
    """The winner's fresh runs."""
    refuted: tuple[Design, ...]
    """Cheaper ones that did not stand it: their fresh runs."""
    unexplored: tuple[str, ...]

    @property
    def shortlist(self) -> tuple[Design, ...]:
        """The cheapest designs that keep every constraint; without any, those that come nearest."""
        good = sorted((one for one in self.designs if one.is_feasible), key=lambda one: one.price)
        if good:
            return tuple(good[:SHORTLIST])
        return tuple(sorted(self.designs, key=_shortfall)[:SHORTLIST])

    @property
    def front(self) -> tuple[Design, ...]:
        """Designs, of all that were run, that none beats in both objective and makespan."""
        return pareto(self.designs)

    @property
    def runs(self) -> int:
        return sum(one.runs.count for one in self.designs)

    @property
    def binding(self) -> tuple[Design, Check] | None:
        """The cheapest design below the winner's price, and the constraint that it breaks most; None without one."""
        if self.winner is None:
            return None
        cheaper = [one for one in self.designs if one.price < self.winner.price and not one.is_feasible]
        if not cheaper:
            return None
        nearest = min(cheaper, key=_shortfall)
        worst = nearest.worst
        return None if worst is None else (nearest, worst)

    def to_dict(self) -> dict[str, Any]:
        binding = self.binding
        return {
            "name": self.name,
            "minimize": self.objective,
            "method": self.method,
            "designs_in_space": self.size,
            "designs_run": len(self.designs),
            "runs": self.runs,
            "winner": None if self.winner is None else self.winner.to_dict(),
            "confirmation": None if self.confirmation is None else self.confirmation.to_dict(),
            "refuted": [one.to_dict() for one in self.refuted],
            "binding": None if binding is None else {"design": dict(binding[0].shown), **binding[1].to_dict()},
            "shortlist": [one.to_dict() for one in self.shortlist],
            "pareto": [one.to_dict() for one in self.front],
            "designs": [one.to_dict() for one in self.designs],
            "not_explored": list(self.unexplored),
        }


def make_plan(
    question: Question,
    *,
    workers: int = 0,
    cluster: str | None = None,
    on_progress: Callable[[str], None] = lambda _: None,
) -> Plan:
    """Search the space of a question and confirm the winner; the answer does not depend on who runs the trials."""
    run = run_on(workers, cluster)
    search, objective = question.search, question.objective
    screened: dict[tuple[Any, ...], Design] = {}
    cells: Sequence[Cell] = question.cells
    method = "every design, successive elimination"
    if not cells:
        looked = screen(
            question.base,
            question.axes,
            objective,
            question.constraints,
            question.measures,
            trials=search.trials,
            replications=search.first,
            seed=search.seed,
            run=run,
            on_progress=on_progress,
        )
        cells = looked.finalists
        screened = {_key(one.cell): one for one in looked.designs}
        method = f"Optuna (TPE, {search.trials} trials), successive elimination of the best {len(cells)}"
    found = eliminate(
        cells,
        objective,
        question.constraints,
        question.measures,
        first=search.first,
        most=search.replications,
        run=run,
        on_progress=on_progress,
    )
    designs = tuple({**screened, **{_key(one.cell): one for one in found}}.values())
    winner, confirmation, refuted = _confirm(question, designs, run, on_progress)
    return Plan(
        question.name,
        objective,
        designs,
        question.size,
        method,
        winner,
        confirmation,
        refuted,
        _unexplored(question, designs, winner),
    )


def _key(cell: Cell) -> tuple[Any, ...]:
    return tuple(sorted(cell.shown.items()))


def _confirm(
    question: Question, designs: Sequence[Design], run: Run, on_progress: Callable[[str], None]
) -> tuple[Design | None, Design | None, tuple[Design, ...]]:
    """Run the cheapest feasible designs on fresh draws until one keeps every constraint there too."""
    refuted: list[Design] = []
    feasible = sorted((one for one in designs if one.is_feasible), key=lambda one: one.price)
    for design in feasible[:TRIED]:
        on_progress(f"confirming {design.name}")
        numbers = range(FRESH, FRESH + question.search.confirm)
        runs = run_all([design.cell.scenario], numbers, question.measures, run=run)[0]
        again = judged(design.cell, runs, question.objective, question.constraints)
        if again.is_feasible:
            return design, again, tuple(refuted)
        refuted.append(again)
    return None, None, tuple(refuted)


def _shortfall(design: Design) -> tuple[float, float, float]:
    """Rank by probability missed, then by how far the measure is from its limit, then by price."""
    worst = design.worst
    return (0.0 if worst is None else worst.shortfall, design.distance, design.price)


def _unexplored(question: Question, designs: Sequence[Design], winner: Design | None) -> tuple[str, ...]:
    """Report what the answer does not cover."""
    notes = []
    if question.size is None:
        notes.append(f"{len(designs)} designs of a continuous space were run")
    elif len(designs) < question.size:
        notes.append(f"{question.size - len(designs):,} of {question.size:,} designs were not run")
    if winner is not None:
        for axis in question.axes:
            numbers = [level.shown for level in axis.levels if isinstance(level.shown, int | float)]
            value = winner.shown[axis.name]
            if len(numbers) > 1 and len(numbers) == len(axis.levels) and value in (min(numbers), max(numbers)):
                edge = "lowest" if value == min(numbers) else "highest"
                if _has_beyond(question, winner, axis, sorted(numbers), is_low=value == min(numbers)):
                    notes.append(f"{axis.name} = {value} is the {edge} looked at: beyond it may be cheaper still")
    paths = {path.lower().rpartition(".")[2] for one in designs[:1] for path in _paths(question)}
    left = [what for what, ends in DECIDED.items() if not paths & set(ends)]
    if left:
        notes.append(f"left as the scenario has it: {', '.join(left)}")
    return tuple(notes)


def _has_beyond(question: Question, winner: Design, axis: Axis, numbers: Sequence[float], *, is_low: bool) -> bool:
    """Return whether there is a value beyond the end of an axis that still makes a scenario: no share is below 0."""
    end, step = (numbers[0], numbers[0] - numbers[1]) if is_low else (numbers[-1], numbers[-1] - numbers[-2])
    whole = all(float(number).is_integer() for number in numbers)
    steps = {step, math.copysign(1.0, step)} if whole else {step, step / 10}
    others = _settings(question, winner)
    for further in steps:
        value = int(end + further) if whole else end + further
        try:
            question.base.scenario_with({**others, **dict.fromkeys(axis.at(0.0).settings, value)})
        except InputError:
            continue
        return True
    return False


def _settings(question: Question, design: Design) -> dict[str, object]:
    """Return what a design sets, by path."""
    found: dict[str, object] = {}
    for axis in question.axes:
        shown = design.shown[axis.name]
        level = next((one for one in axis.levels if one.shown == shown), None)
        found |= dict.fromkeys(axis.at(0.0).settings, shown) if level is None else level.settings
    return found


def _paths(question: Question) -> set[str]:
    return {path for axis in question.axes for path in axis.at(0.0).settings}


def open_checks(design: Design) -> tuple[Check, ...]:
    """Return the constraints that the runs of a design have not settled."""
    return tuple(check for check in design.checks if check.verdict is Verdict.OPEN)
