"""Rules about what becomes of a pool: found by trying the formula out, shown with the load that did it."""

from collections.abc import Mapping, Sequence
from itertools import islice, pairwise
from typing import Final

from simulator.formula.formula import Formula
from simulator.formula.lint.analysis import Analysis
from simulator.formula.lint.evidence import show_answers
from simulator.formula.lint.interruptions import INTERRUPTING, check_interruptions, options, spelled
from simulator.formula.lint.mend import replace_names
from simulator.formula.lint.regimes import Regime, regimes
from simulator.formula.lint.targets import OTHER, OWN, has_floor, last_assignments
from simulator.formula.lint.trial import (
    FAILED,
    FEW,
    HANDFUL,
    MANY,
    ROUNDS,
    START,
    Targets,
    Trial,
    every_hour,
    settler,
    try_out,
)
from simulator.formula.miniature import Load, play
from simulator.formula.tree import Binary, Number, Statement, walk
from simulator.formula.unparse import write
from simulator.formula.variables import DEDICATED, SLOTS, TARGETS, TASK_METRICS

MINUTE: Final = 60
HOUR: Final = 3600
DEFAULT_INTERVAL: Final = 5.0
MOST_SLOTS: Final = 256
SEVERAL: Final = 4
"""Slots of a node, where a formula reads how many there are and nobody says."""
WHOLE_DEMAND: Final = 0.75
"""A kind that gets more of the demand is meant to get all of it."""
STEADY: Final = 20 * MINUTE
"""How long each task runs of a load that does not change."""
SHOWN: Final = 12
"""Evaluations that are shown."""
MOST_PLAYED: Final = 6
"""Loads and times of the week that are played for one target."""
SWING: Final = 2.0
"""A target that goes up and down by fewer nodes settles."""


def check_behaviour(analysis: Analysis, formula: Formula, slots: int | None, interval_minutes: float | None) -> None:
    """Report what a formula does to a pool and its tasks."""
    assignments = last_assignments(analysis)
    if not assignments:
        return
    tried = slots or _likely_slots(analysis)
    trial = try_out(formula, tried)
    _check_signals(analysis, trial, assignments, slots)
    _check_ends(analysis, formula, trial, assignments, tried)
    _check_swings(analysis, formula, assignments, tried)
    if len(assignments) == 2 and (_answers_twice(trial) or _same_share(analysis, assignments)):
        later = max(assignments.values(), key=lambda statement: statement.start)
        analysis.report("double-demand", later.start, "both kinds of nodes are given the whole demand: twice the pool.")
    show_answers(analysis, formula, trial, tried)
    several = (slots,) if slots else (1, tried) if tried > 1 else (1, 4)
    check_interruptions(analysis, formula, assignments, several, interval_minutes or DEFAULT_INTERVAL)


def _likely_slots(analysis: Analysis) -> int:
    """Return the slots of a node that a formula seems to be made for: what it divides tasks by, some, or 1."""
    shares = {
        id(node.left)
        for statement in analysis.tree.statements
        for node in walk(statement.value)
        if isinstance(node, Binary) and node.sign == "*"
    }
    """Quotients that are multiplied again, such as three quarters."""
    divisors = [
        int(divisor.low)
        for statement in analysis.tree.statements
        for node in walk(statement.value)
        if isinstance(node, Binary) and node.sign == "/" and id(node) not in shares
        if (divisor := analysis.facts[id(node.right)]).is_constant and 2 <= divisor.low <= MOST_SLOTS
        if analysis.facts[id(node.left)].counted & set(TASK_METRICS)
    ]
    return max(divisors, default=SEVERAL if SLOTS in analysis.source.text else 1)


# ---- what the target follows ---------------------------------------------------------------------------------


def _check_signals(analysis: Analysis, trial: Trial, assignments: Mapping[str, Statement], slots: int | None) -> None:
    kills = sorted(options(analysis) & INTERRUPTING)
    for full, statement in assignments.items():
        asked = analysis.targets[full].causes & set(TASK_METRICS)
        whole = analysis.targets[full].sources & set(TASK_METRICS)
        waiting_only = "$ActiveTasks" in asked and not asked & {"$RunningTasks", "$PendingTasks"}
        if waiting_only and not _stays_started(trial, full):
            end = f" and '{kills[0]}' kills them when the pool shrinks" if kills else ""
            text = f"$ActiveTasks counts waiting tasks only: running ones are not seen{end}."
            edits = replace_names(analysis.source.text, "$ActiveTasks", "$PendingTasks")
            analysis.report("active-only-scaling", statement.start, text, edits=edits)
        if slots is not None and slots > 1 and whole:
            text = f"tasks are counted as if each needed a node, but a node has {slots} slots."
            analysis.report("ignores-slots", statement.start, text)


def _stays_started(trial: Trial, full: str) -> bool:
    """Return whether nodes that were asked for stay once all tasks run, wherever any are asked for."""
    seen = [(first[full], then[full]) for first, then in trial.started if first[full] > 0]
    return bool(seen) and all(then >= first for first, then in seen)


# ---- where the target gets to --------------------------------------------------------------------------------


def _ends(runs: Sequence[list[Targets] | None], full: str) -> list[float]:
    return [rounds[-1][full] for rounds in runs if rounds]


def _check_ends(
    analysis: Analysis, formula: Formula, trial: Trial, assignments: Mapping[str, Statement], slots: int
) -> None:
    depends = {*TASK_METRICS, "$CPUPercent", *TARGETS, *OWN.values()}
    for full, statement in assignments.items():
        causes = analysis.targets[full].causes
        idle = _ends(trial.idle, full)
        if not causes & depends or (not causes & {*TASK_METRICS, "$CPUPercent"} and set(idle) <= {START}):
            continue  # a fixed pool, or the harmless formula that keeps what there is
        if idle and min(idle) > 0 and not has_floor(analysis, full):
            text = f"without any work {full} stays at {min(idle):g}: the pool always costs."
            rounds = min((rounds for rounds in trial.idle if rounds), key=lambda rounds: rounds[-1][full])
            steps = ", ".join(f"{found[full]:g}" for found in rounds)
            past = f", {FAILED:g} tasks have failed" if "$FailedTasks" in causes else ""
            lines = (f"nothing waits, nothing runs{past}, {START:g} nodes: the evaluations set {steps}",)
            analysis.report("never-zero", statement.start, text, evidence=lines)
        is_stuck = all(found[full] == 0 for rounds in trial.loaded for found in rounds or ())
        if is_stuck and any(trial.loaded) and full not in _left_alone(trial, full):
            if _ever_starts(formula, full, slots):
                continue
            text = f"from 0 nodes {full} stays 0, whatever waits."
            lines = (f"{HANDFUL:g} tasks or {MANY:g} wait, 0 nodes: every evaluation of a week sets 0",)
            analysis.report("stuck-at-zero", statement.start, text, evidence=lines)


def _ever_starts(formula: Formula, full: str, slots: int) -> bool:
    settle = settler(formula, slots)
    for now in every_hour(formula):
        for tasks in (MANY, FEW, HANDFUL):
            rounds = settle(now, tasks, dict.fromkeys(TARGETS, 0.0), 1)
            if rounds and rounds[-1][full] > 0:
                return True
    return False


def _left_alone(trial: Trial, full: str) -> set[str]:
    """Return the kinds that may stay at 0 because the other kind takes the work."""
    other = OTHER[full]
    return {full} if any(found[other] > 0 for rounds in trial.loaded for found in rounds or ()) else set()


def _check_swings(analysis: Analysis, formula: Formula, assignments: Mapping[str, Statement], slots: int) -> None:
    """Report a target that goes up and down again and again while the number of tasks does not change.

    What constant loads suspect, at any time of the week, must show on a pool in miniature, whose draining nodes keep
    their tasks.
    """
    if "rand(" in formula.text.replace(" ", ""):
        return
    suspects = _suspects(formula, slots)
    for full, statement in assignments.items():
        tries = ((tasks, one) for one in suspects[full] for tasks in (HANDFUL, FEW, MANY))
        for tasks, regime in islice(tries, MOST_PLAYED):
            values = _played_targets(formula, full, int(tasks), slots, regime)
            if _is_swinging(values):
                shown = ", ".join(f"{value:g}" for value in _turns(values)[-4:])
                text = f"while {tasks:g} tasks are there all the time, {full} goes {shown}, and so on."
                steps = ", ".join(f"{value:g}" for value in values[:SHOWN])
                when = f" from {regime.described} on" if regime.described else ""
                each = f"{tasks:g} tasks of {spelled(STEADY)}, each followed by another, {slots} a node"
                evidence = (f"{each}{when}: the evaluations set {steps}, ...",)
                analysis.report("swings", statement.start, text, evidence=evidence)
                break


def _suspects(formula: Formula, slots: int) -> dict[str, list[Regime]]:
    """Return for each target the stretches of the week in which it swings while nothing but it changes."""
    settle, nowhere = settler(formula, slots), dict.fromkeys(TARGETS, 0.0)
    found: dict[str, list[Regime]] = {full: [] for full in TARGETS}
    for regime in regimes(formula, slots):
        loads = [settle(regime.start, tasks, nowhere, ROUNDS) or [] for tasks in (FEW, MANY)]
        for full, suspected in found.items():
            if any(_is_swinging([targets[full] for targets in rounds]) for rounds in loads):
                suspected.append(regime)
    return found


def _played_targets(formula: Formula, full: str, tasks: int, slots: int, regime: Regime) -> list[int]:
    horizon = min(max(regime.hours, 2), 4) * HOUR
    load = Load(((0, STEADY),) * tasks, regime.start, horizon, 5 * MINUTE, slots, is_steady=True)
    return [targets[full] for _, targets in play(formula, load).targets]


def _is_swinging(values: Sequence[float]) -> bool:
    """Return whether a series ends in going up and down between some nodes and clearly fewer."""
    turns = _turns(values)[-4:]
    if len(values) < 8 or len(turns) < 4:
        return False
    tops, bottoms = (turns[::2], turns[1::2]) if turns[0] > turns[1] else (turns[1::2], turns[::2])
    return min(tops) - max(bottoms) >= max(SWING, max(tops) / 4)


def _turns(values: Sequence[float]) -> list[float]:
    """Return the values at which a series turns from rising to falling or back."""
    changes = [value for value, after in pairwise(values) if value != after] + list(values[-1:])
    triples = zip(changes, changes[1:], changes[2:], strict=False)
    return [value for before, value, after in triples if (value - before) * (after - value) < 0]


def _answers_twice(trial: Trial) -> bool:
    """Return whether more tasks bring as many nodes of each kind as all of them need."""
    return any(
        min(two[full] - one[full] for full in TARGETS) > WHOLE_DEMAND * needed for needed, one, two in trial.steps
    )


def _same_share(analysis: Analysis, assignments: Mapping[str, Statement]) -> bool:
    """Return whether both targets are the same part of the tasks: what a node of several slots needs."""
    values = [analysis.definition(assignments[full].value) for full in TARGETS]
    if write(values[0]) != write(values[1]) or not analysis.targets[DEDICATED].counted & set(TASK_METRICS):
        return False
    divisors = (
        node.right.value
        for node in walk(values[0])
        if isinstance(node, Binary) and node.sign == "/" and isinstance(node.right, Number)
    )
    return max(divisors, default=0.0) > 2
