"""What a finding looks like in numbers: the moment at which it hurts, and what the formula makes of a few tasks."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from simulator.formula.formula import Formula
from simulator.formula.lint.analysis import Analysis
from simulator.formula.lint.trial import FEW, HANDFUL, HOURS, MANY, Targets, Trial, assigned, settler
from simulator.formula.run import Context
from simulator.formula.variables import TARGETS

TOO_MANY: Final = ("ignores-slots", "double-demand", "counted-twice")
"""Rules about too many nodes."""
ANSWERS: Final = ("fractional-target", "swapped-cap")
"""Rules that show in what a formula sets for so many tasks."""
NOWHERE: Final[Targets] = dict.fromkeys(TARGETS, 0.0)


def show_moments(analysis: Analysis, formula: Formula) -> None:
    """Add to findings that fail on a new pool without samples what the evaluation says."""
    error = formula.evaluate(Context(HOURS[1])).error
    for index, finding in enumerate(analysis.findings):
        if error is not None and finding.place == error.place and not finding.evidence:
            lines = (f"at the first evaluation of a new pool: {error.detail}",)
            analysis.findings[index] = replace(finding, evidence=lines)


def show_answers(analysis: Analysis, formula: Formula, trial: Trial, slots: int) -> None:
    """Add to findings what the formula sets for a few tasks, and how many nodes would do."""
    lines = dict.fromkeys(TOO_MANY, _demand(formula, trial, slots))
    lines |= dict.fromkeys(ANSWERS, _answers(formula, slots))
    lines["active-only-scaling"] = _once_started(formula, slots)
    for index, finding in enumerate(analysis.findings):
        line = lines.get(finding.rule)
        if line and not finding.evidence:
            analysis.findings[index] = replace(finding, evidence=(line,))


def _demand(formula: Formula, trial: Trial, slots: int) -> str:
    handful = settler(formula, slots)(HOURS[1], HANDFUL, NOWHERE, 12)
    busy = next((found for found in trial.busy if found), None)
    for tasks, rounds in ((HANDFUL, handful), (FEW, busy)):
        needed = math.ceil(tasks / slots)
        if rounds and (sum(rounds[-1].values()) > needed or tasks == FEW):
            asked = " and ".join(f"{rounds[-1][full]:g} for {full}" for full in TARGETS if rounds[-1][full])
            return f"{tasks:g} tasks that do not end: the evaluations come to {asked or 'no node'}; {needed:g} would do"
    return ""


def _answers(formula: Formula, slots: int) -> str:
    settle = settler(formula, slots)
    kinds = assigned(formula) & set(TARGETS)
    answers = []
    for tasks in (0.0, 1.0, HANDFUL, MANY):
        rounds = settle(HOURS[1], tasks, NOWHERE, 1)
        if not rounds:
            return ""
        answers.append(f"{_nodes(rounds[-1], kinds)} for {tasks:g}")
    each = f", {slots} a node" if slots > 1 else ""
    return f"with so many tasks on an empty pool{each}, one evaluation sets {', '.join(answers)}"


def _nodes(targets: Mapping[str, float], kinds: set[str]) -> str:
    return " + ".join(f"{targets[full]:g}" for full in TARGETS if full in kinds)


def _once_started(formula: Formula, slots: int) -> str:
    settle = settler(formula, slots)
    first = settle(HOURS[1], HANDFUL, NOWHERE, 1)
    if not first or not any(first[-1].values()):
        return ""
    nodes = sum(first[-1].values())
    running = min(HANDFUL, slots * nodes)
    then = settle(HOURS[1], running, first[-1], 1)
    if not then:
        return ""
    after = _nodes(then[-1], assigned(formula) & set(TARGETS))
    return (
        f"{HANDFUL:g} tasks: one evaluation sets {nodes:g}; once {running:g} run and none waits, the next sets {after}"
    )
