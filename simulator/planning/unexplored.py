"""What a plan does not cover: designs not run, values beyond the ends of its axes, decisions left as they are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from simulator.errors import InputError
from simulator.experiment.design import Axis
from simulator.planning.designs import Design, means
from simulator.planning.plan_file import Question

DECIDED: Final = {
    "nodes": ("targetdedicatednodes", "targetlowprioritynodes", "autoscaleformula"),
    "VM size": ("vmsize",),
    "spot share": ("spotshare", "targetlowprioritynodes"),
    "slots per node": ("taskslotspernode",),
    "fill type": ("nodefilltype",),
}
"""What planners usually decide, and the ends of the paths that do it."""


def unexplored(question: Question, designs: Sequence[Design], winner: Design | None) -> tuple[str, ...]:
    """Return what the answer does not cover, in words."""
    found = []
    if question.size is None:
        found.append(f"{len(designs)} designs of a continuous space were run")
    elif len(designs) < question.size:
        found.append(f"{question.size - len(designs):,} of {question.size:,} designs were not run")
    if winner is not None:
        for axis in question.axes:
            numbers = [level.shown for level in axis.levels if isinstance(level.shown, int | float)]
            value = winner.shown[axis.name]
            if len(numbers) > 1 and len(numbers) == len(axis.levels) and value in (min(numbers), max(numbers)):
                edge = "lowest" if value == min(numbers) else "highest"
                if not _is_dearer_there(designs, winner, axis.name, question.objective) and _has_beyond(
                    question, winner, axis, sorted(numbers), is_low=value == min(numbers)
                ):
                    found.append(f"{axis.name} = {value} is the {edge} looked at: beyond it may be cheaper still")
    paths = {path.lower().rpartition(".")[2] for axis in question.axes for path in axis.at(0.0).settings}
    left = [what for what, ends in DECIDED.items() if not paths & set(ends)]
    if left:
        found.append(f"left as the scenario has it: {', '.join(left)}")
    return tuple(found)


def _is_dearer_there(designs: Sequence[Design], winner: Design, name: str, objective: str) -> bool:
    """Return whether the objective rises towards the winner's end of an axis, by the nearest design along it."""
    others = {axis: value for axis, value in winner.shown.items() if axis != name}
    along = [
        one
        for one in designs
        if one is not winner and {axis: value for axis, value in one.shown.items() if axis != name} == others
    ]
    here = float(winner.shown[name])
    nearest = min(along, key=lambda one: abs(float(one.shown[name]) - here), default=None)
    if nearest is None:
        return False
    shared = min(nearest.runs.count, winner.runs.count)
    return means(nearest, objective, shared)[0] < means(winner, objective, shared)[0]


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
