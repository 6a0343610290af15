"""Rules about what becomes of a pool: found by trying the formula out, shown with the load that did it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from simulator.formula.formula import Formula
from simulator.formula.lint.analysis import Analysis
from simulator.formula.lint.mend import keep_tasks, replace_names
from simulator.formula.lint.targets import OTHER, OWN, has_floor, last_assignments
from simulator.formula.lint.trial import (
    FEW,
    HOURS,
    MANY,
    START,
    Targets,
    Trial,
    dates,
    every_hour,
    reads_clock,
    settler,
    try_out,
)
from simulator.formula.miniature import Interruption, Load, Story, play
from simulator.formula.run import Context
from simulator.formula.tree import Binary, Name, Number, Statement, walk
from simulator.formula.unparse import write
from simulator.formula.values import TICKS_PER_SECOND, Timestamp
from simulator.formula.variables import DEDICATED, OPTION, TARGETS, TASK_METRICS

MINUTE: Final = 60
HOUR: Final = 3600
DEFAULT_INTERVAL: Final = 5.0
DEMAND: Final = ("ignores-slots", "double-demand", "counted-twice")
"""Rules about too many nodes."""
MOST_SLOTS: Final = 256
SWING: Final = 2.0
"""A target that goes up and down by fewer nodes settles."""


def check_behaviour(analysis: Analysis, formula: Formula, slots: int | None, interval_minutes: float | None) -> None:
    """Report what a formula does to a pool and its tasks."""
    assignments = last_assignments(analysis)
    if not assignments:
        return
    _check_signals(analysis, assignments, slots)
    tried = slots or _likely_slots(analysis)
    trial = try_out(formula, tried)
    _check_ends(analysis, formula, trial, assignments, tried)
    _check_swings(analysis, formula, trial, assignments, tried)
    if len(assignments) == 2 and (_answers_twice(trial) or _same_share(analysis, assignments)):
        later = max(assignments.values(), key=lambda statement: statement.start)
        analysis.report("double-demand", later.start, "both kinds of nodes are given the whole demand: twice the pool.")
    _show_demand(analysis, trial, tried)
    several = (slots,) if slots else (1, tried) if tried > 1 else (1, 4)
    _check_interruptions(analysis, formula, assignments, several, interval_minutes or DEFAULT_INTERVAL)


def show_moments(analysis: Analysis, formula: Formula) -> None:
    """Add to findings the moment at which they hurt: a new pool without samples, or some tasks on an empty pool."""
    error = formula.evaluate(Context(HOURS[1])).error
    for index, finding in enumerate(analysis.findings):
        if error is not None and finding.place == error.place and not finding.evidence:
            lines = (f"at the first evaluation of a new pool: {error.detail}",)
            analysis.findings[index] = replace(finding, evidence=lines)


def _show_demand(analysis: Analysis, trial: Trial, slots: int) -> None:
    """Add to findings about too many nodes how many a formula asks for, and how many would do."""
    rounds = next((found for found in trial.busy if found), None)
    if rounds is None:
        return
    asked = " and ".join(f"{rounds[-1][full]:g} for {full}" for full in TARGETS if rounds[-1][full])
    line = f"{FEW:g} tasks that do not end: the evaluations come to {asked or 'no node'}; {-(-FEW // slots):g} would do"
    for index, finding in enumerate(analysis.findings):
        if finding.rule in DEMAND:
            analysis.findings[index] = replace(finding, evidence=(line,))


def _likely_slots(analysis: Analysis) -> int:
    """Return the slots of a node that a formula seems to be made for: what it divides tasks by, else 1."""
    divisors = [
        int(divisor.low)
        for statement in analysis.tree.statements
        for node in walk(statement.value)
        if isinstance(node, Binary) and node.sign == "/"
        if (divisor := analysis.facts[id(node.right)]).is_constant and 2 <= divisor.low <= MOST_SLOTS
        if analysis.facts[id(node.left)].counted & set(TASK_METRICS)
    ]
    return max(divisors, default=1)


# ---- what the target follows ---------------------------------------------------------------------------------


def _check_signals(analysis: Analysis, assignments: Mapping[str, Statement], slots: int | None) -> None:
    kills = sorted(_options(analysis) & {"requeue", "terminate"})
    for full, statement in assignments.items():
        asked = analysis.targets[full].causes & set(TASK_METRICS)
        whole = analysis.targets[full].sources & set(TASK_METRICS)
        if "$ActiveTasks" in asked and not asked & {"$RunningTasks", "$PendingTasks"}:
            end = f" and '{kills[0]}' kills them when the pool shrinks" if kills else ""
            text = f"$ActiveTasks counts waiting tasks only: running ones are not seen{end}."
            edits = replace_names(analysis.source.text, "$ActiveTasks", "$PendingTasks")
            analysis.report("active-only-scaling", statement.start, text, edits=edits)
        if slots is not None and slots > 1 and whole:
            text = f"tasks are counted as if each needed a node, but a node has {slots} slots."
            analysis.report("ignores-slots", statement.start, text)


def _options(analysis: Analysis) -> set[str]:
    """Return the deallocation options that a formula may set."""
    found = {
        node.name
        for statement in analysis.tree.statements
        if statement.target == OPTION
        for node in walk(statement.value)
        if isinstance(node, Name)
    }
    return found or {"requeue"}


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
            lines = (f"nothing waits, nothing runs, {START:g} nodes: the evaluations set {steps}",)
            _report_with_evidence(analysis, "never-zero", statement.start, text, lines)
        is_stuck = all(found[full] == 0 for rounds in trial.loaded for found in rounds or ())
        if is_stuck and any(trial.loaded) and full not in _left_alone(trial, full):
            if _ever_starts(formula, full, slots):
                continue
            text = f"from 0 nodes {full} stays 0, whatever waits."
            lines = (f"{MANY:g} tasks wait, 0 nodes: every evaluation of a week sets 0",)
            _report_with_evidence(analysis, "stuck-at-zero", statement.start, text, lines)


def _ever_starts(formula: Formula, full: str, slots: int) -> bool:
    settle = settler(formula, slots)
    for now in every_hour(formula):
        for tasks in (MANY, FEW):
            rounds = settle(now, tasks, 0.0, 1)
            if rounds and rounds[-1][full] > 0:
                return True
    return False


def _left_alone(trial: Trial, full: str) -> set[str]:
    """Return the kinds that may stay at 0 because the other kind takes the work."""
    other = OTHER[full]
    return {full} if any(found[other] > 0 for rounds in trial.loaded for found in rounds or ()) else set()


def _check_swings(
    analysis: Analysis, formula: Formula, trial: Trial, assignments: Mapping[str, Statement], slots: int
) -> None:
    """Report a target that comes back to the same two values again and again, under a load that does not change."""
    if "rand(" in formula.text.replace(" ", ""):
        return
    for full, statement in assignments.items():
        for tasks, runs in ((FEW, trial.busy), (MANY, trial.loaded)):
            tail = next((found for rounds in runs if (found := _swing(rounds, full))), None)
            if tail:
                shown = ", ".join(f"{value:g}" for value in tail)
                text = f"while {tasks:g} tasks are there all the time, {full} goes {shown}, and so on."
                lines = (f"{tasks:g} tasks that do not end, {slots} a node: the evaluations set {shown}, ...",)
                _report_with_evidence(analysis, "swings", statement.start, text, lines)
                break


def _swing(rounds: list[Targets] | None, full: str) -> list[float]:
    values = [found[full] for found in rounds or ()]
    tail = values[-4:]
    if len(values) < 8 or tail[0] != tail[2] or tail[1] != tail[3] or abs(tail[0] - tail[1]) < SWING:
        return []
    return tail if abs(tail[0] - tail[1]) >= max(tail) / 4 else []


def _answers_twice(trial: Trial) -> bool:
    """Return whether more tasks bring more than one and a half times the nodes that they need."""
    for needed, one, two in trial.steps:
        more = [two[full] - one[full] for full in TARGETS]
        if min(more) > 0 and sum(more) > 1.5 * needed:
            return True
    return False


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


# ---- what it does to running tasks ---------------------------------------------------------------------------


def _check_interruptions(
    analysis: Analysis,
    formula: Formula,
    assignments: Mapping[str, Statement],
    slots: Sequence[int],
    interval_minutes: float,
) -> None:
    if not _options(analysis) & {"requeue", "terminate"} or all(f.is_constant for f in analysis.targets.values()):
        return
    for load in loads(formula, slots, int(interval_minutes * MINUTE)):
        story = play(formula, load, until_interrupted=True)
        if story.interruptions:
            _report_interruption(analysis, formula, assignments, story)
            return


def _report_interruption(
    analysis: Analysis, formula: Formula, assignments: Mapping[str, Statement], story: Story
) -> None:
    found = story.interruptions[0]
    options = [statement for statement in analysis.tree.statements if statement.target == OPTION]
    statement = options[-1] if options else assignments.get(found.kind, next(iter(assignments.values())))
    ended = "are stopped for good" if found.option == "terminate" else "start again from the beginning"
    why = f"{OPTION} is {found.option}" if options else f"no {OPTION} is set, so the service takes requeue"
    text = f"the pool shrinks under running tasks, and {why}: they {ended}."
    edits = keep_tasks(analysis.source.text, formula.tree)
    _report_with_evidence(
        analysis, "interrupts-tasks", statement.start, text, tuple(_evidence_of(story, found)), edits=edits
    )


def _evidence_of(story: Story, found: Interruption) -> Iterator[str]:
    """Yield the load, and what happened to it."""
    load = story.load
    groups: dict[tuple[int, int], int] = {}
    for task in load.tasks:
        groups[task] = groups.get(task, 0) + 1
    shown = [
        f"{count} task{'s' if count > 1 else ''} of {_minutes(duration)} at {_minutes(at)}"
        for (at, duration), count in sorted(groups.items())
    ]
    start = load.start.as_datetime
    slots = f", {load.slots} slots a node" if load.slots > 1 else ""
    yield f"from {start:%A %H:%M} UTC, an evaluation every {_minutes(load.interval)}{slots}: {'; '.join(shown)}"
    if load.preempted:
        away = " to ".join(map(_minutes, load.preempted))
        yield f"half of the low-priority nodes are preempted from {away}"
    tasks = f"{found.tasks} running task{'s' if found.tasks > 1 else ''}"
    yield (
        f"at {_minutes(found.at)} {found.kind} goes from {found.before} to {found.after}: {found.option} stops {tasks}"
    )


def _minutes(seconds: int) -> str:
    hours, minutes = divmod(seconds // MINUTE, 60)
    return " ".join(f"{number} {unit}" for number, unit in ((hours, "h"), (minutes, "min")) if number) or "0 min"


def loads(formula: Formula, slots: Sequence[int], interval: int) -> Iterator[Load]:
    """Yield the loads under which a formula is tried, the simplest first."""
    noon = HOURS[1]
    for number in slots:
        for tasks in _small(interval, number):
            last = max(at + duration for at, duration in tasks)
            yield Load(tasks, noon, min(last, 2 * HOUR) + 12 * interval, interval, number)
        if "$PreemptedNodeCount" in formula.text:
            away = (HOUR, 2 * HOUR)
            yield Load(((0, 5 * HOUR),) * 8, noon, 4 * HOUR, interval, number, preempted=away)
        yield from _late_arrivals(formula, interval, number)
    if reads_clock(formula):
        yield from _by_clock(formula, slots[-1], interval)


def _late_arrivals(formula: Formula, interval: int, slots: int) -> Iterator[Load]:
    """Yield a task that comes seconds before the evaluation that shrinks the pool, too late for the samples."""
    first = (0, 10 * MINUTE)
    alone = play(formula, Load((first,), HOURS[1], 6 * HOUR, interval, slots))
    sizes = [(at, sum(targets.values())) for at, targets in alone.targets]
    shrinks = (at for (_, before), (at, after) in pairwise(sizes) if after < before)
    at = next((at for at in shrinks if at > first[1]), None)
    if at is not None:
        yield Load((first, (at - 10, 40 * MINUTE)), HOURS[1], at + 2 * interval, interval, slots)


def _small(interval: int, slots: int) -> Iterator[tuple[tuple[int, int], ...]]:
    """Yield tasks of unequal length, tasks that come when others end, and crowds."""
    step = max(interval, 5 * MINUTE)
    yield ((0, 40 * MINUTE),)
    yield ((0, 10 * MINUTE), (0, 40 * MINUTE), (0, 100 * MINUTE))
    yield (*((0, 8 * MINUTE),) * 4, (0, 80 * MINUTE))
    yield (*((0, 20 * MINUTE),) * 3, *((23 * MINUTE, HOUR),) * 2)
    yield tuple((number * 7 * MINUTE, 25 * MINUTE) for number in range(5))
    yield (*((0, 3 * step),) * 5, *((4 * step + MINUTE, 90 * MINUTE),) * 5)
    yield (*((0, (6 + number) * MINUTE) for number in range(10 * slots)), *((0, 2 * HOUR),) * 3)
    yield ((0, 12 * MINUTE),) * 100 + ((0, 90 * MINUTE),) * 20


def _by_clock(formula: Formula, slots: int, interval: int) -> Iterator[Load]:
    """Yield long tasks through a working day, a weekend, and the dates that a formula names."""
    quarter = max(interval, 15 * MINUTE)
    monday, friday = HOURS[0], Timestamp(HOURS[0].ticks + (4 * 24 + 9) * HOUR * TICKS_PER_SECOND)
    for start in (monday, friday):
        yield Load(((0, 60 * HOUR),) * 3 * slots, start, 28 * HOUR, quarter, slots)
    for date in dates(formula):
        start = Timestamp(max(0, date.ticks - HOUR * TICKS_PER_SECOND))
        yield Load(((0, 60 * HOUR),) * 3 * slots, start, 6 * HOUR, interval, slots)


def _report_with_evidence(
    analysis: Analysis,
    rule: str,
    offset: int,
    text: str,
    lines: tuple[str, ...],
    **details: object,
) -> None:
    analysis.report(rule, offset, text, **details)  # type: ignore[arg-type]
    analysis.findings[-1] = replace(analysis.findings[-1], evidence=lines)
