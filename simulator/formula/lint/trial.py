"""Trying a formula out at constant loads: what its target settles at, at several hours of the week.

What a formula does to a pool in the long run cannot be read off a single expression; it is evaluated again and
again, each time from the targets that it set before.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from simulator.formula.formula import Formula
from simulator.formula.history import PERIOD_TICKS, History, Series
from simulator.formula.literals import wrong_time
from simulator.formula.run import Context
from simulator.formula.tree import Member, Name, Text, walk
from simulator.formula.values import TICKS_PER_SECOND, Timestamp, parse_time
from simulator.formula.variables import ALIASES, DEDICATED, LOW_PRIORITY, METRIC_ALIASES, METRICS, SLOTS

HOURS: Final = tuple(
    parse_time(text)
    for text in (
        "2026-03-02T03:00:00Z",  # a Monday
        "2026-03-02T10:00:00Z",
        "2026-03-02T15:00:00Z",
        "2026-03-02T21:00:00Z",
        "2026-03-07T03:00:00Z",
        "2026-03-07T12:00:00Z",
        "2026-03-08T22:00:00Z",
    )
)
SAMPLES: Final = 240
"""Two hours of samples, so that every usual window is full."""
ROUNDS: Final = 12
START: Final = 8.0
MANY: Final = 200.0
FEW: Final = 12.0
HANDFUL: Final = 5.0
FINISHED: Final = 40.0
"""Tasks that have succeeded on a pool which has nothing to do any more."""
FAILED: Final = 2.0
KINDS: Final = (DEDICATED, LOW_PRIORITY)
COUNTS: Final = {DEDICATED: "$CurrentDedicatedNodes", LOW_PRIORITY: "$CurrentLowPriorityNodes"}
HOUR: Final = 3600 * TICKS_PER_SECOND
MOST_DATES: Final = 4
"""Time literals of a formula that are looked around."""
Targets = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Trial:
    """The targets that a formula sets at constant loads, one entry for each instant; None where it ran into an error.

    Idle: nothing to do, from a pool of some nodes. Loaded: much to do, from a pool without nodes.
    """

    idle: list[list[Targets] | None]
    """All rounds, of which the last is what it settles at."""
    loaded: list[list[Targets] | None]
    busy: list[list[Targets] | None]
    """Something to do, from a pool without nodes."""
    steps: list[tuple[float, Targets, Targets]]
    """Of some loads: how many nodes more twice the tasks need, and the targets at once and twice."""
    started: list[tuple[Targets, Targets]]
    """Targets of a pool without nodes while much waits, and those once these nodes run as much as they can and nothing
    waits any more."""


def try_out(formula: Formula, slots: int) -> Trial:
    """Evaluate a formula where nothing, something and much waits, on nodes of so many slots."""
    moments = instants(formula)
    settle = settler(formula, slots)
    nowhere = dict.fromkeys(KINDS, 0.0)
    there = {kind: START if kind in assigned(formula) else 0.0 for kind in KINDS}
    steps = []
    for tasks in (2.0 * slots, FEW):
        for now in moments:
            one, two = settle(now, tasks, nowhere, 1), settle(now, 2 * tasks, nowhere, 1)
            if one and two:
                steps.append((tasks / slots, one[-1], two[-1]))
    loaded = [settle(now, MANY, nowhere, ROUNDS) for now in moments]
    started = []
    for now, rounds in zip(moments, loaded, strict=True):
        first = rounds[0] if rounds else nowhere
        then = settle(now, slots * sum(first.values()), first, 1) if any(first.values()) else None
        if then:
            started.append((first, then[-1]))
    return Trial(
        idle=[settle(now, 0.0, there, ROUNDS) for now in moments],
        loaded=loaded,
        busy=[settle(now, FEW, nowhere, ROUNDS) for now in moments],
        steps=steps,
        started=started,
    )


def assigned(formula: Formula) -> set[str]:
    """Return the targets that a formula sets, by their full names."""
    return {ALIASES.get(statement.target or "", statement.target or "") for statement in formula.tree.statements}


def instants(formula: Formula) -> tuple[Timestamp, ...]:
    """Return hours of a week, and those around the dates that a formula names."""
    if not reads_clock(formula):
        return HOURS[:1]
    around = [
        Timestamp(date.ticks + hours * HOUR)
        for date in dates(formula)
        for hours in (-1, 1, 30)
        if date.ticks + hours * HOUR > 0
    ]
    return (*HOURS, *around)


def reads_clock(formula: Formula) -> bool:
    """Return whether the time of an evaluation matters to a formula."""
    return "time(" in formula.text.replace(" ", "") or "HistoryBeginTime" in formula.text


def dates(formula: Formula) -> list[Timestamp]:
    """Return the first few dates that a formula names."""
    found = [
        parse_time(node.value)
        for statement in formula.tree.statements
        for node in walk(statement.value)
        if isinstance(node, Text) and node.value and wrong_time(node.value) is None
    ]
    return sorted(set(found))[:MOST_DATES]


def every_hour(formula: Formula) -> Iterator[Timestamp]:
    """Yield the hours of a week, days of a year, and those around the dates that a formula names."""
    monday = HOURS[0].ticks - 3 * HOUR
    if reads_clock(formula):
        yield from (Timestamp(monday + hours * HOUR) for hours in range(7 * 24))
        if any(_is_date_part(node) for s in formula.tree.statements for node in walk(s.value)):
            yield from (Timestamp(monday + day * 24 * HOUR + 12 * HOUR) for day in range(366))
    yield from instants(formula)


def _is_date_part(node: object) -> bool:
    return isinstance(node, Member) and node.name in ("day", "month", "year", "minute")


def settler(formula: Formula, slots: int) -> Callable[[Timestamp, float, Targets, int], list[Targets] | None]:
    """Return a function that evaluates again and again, each time from the targets of the time before."""
    read = {node.name for s in formula.tree.statements for node in walk(s.value) if isinstance(node, Name)}
    metrics: list[str] = [name for name in METRICS if name in {METRIC_ALIASES.get(name, name) for name in read}]

    def settle(now: Timestamp, tasks: float, nodes: Targets, rounds: int) -> list[Targets] | None:
        targets = nodes
        times = [now.ticks - k * PERIOD_TICKS for k in range(SAMPLES, -1, -1)]
        found: list[Targets] = []
        for _ in range(rounds):
            run = formula.evaluate(_context(now, tasks, targets, slots, metrics, times))
            if run.error is not None:
                return None
            after = {DEDICATED: float(run.target_dedicated_nodes), LOW_PRIORITY: float(run.target_low_priority_nodes)}
            found.append(after)
            if after == targets:
                break
            targets = after
        return found

    return settle


def _context(
    now: Timestamp, tasks: float, targets: Targets, slots: int, metrics: list[str], times: list[int]
) -> Context:
    total = sum(targets.values())
    running = min(tasks, total * slots)
    values = {
        "$PendingTasks": tasks,
        "$ActiveTasks": tasks - running,
        "$RunningTasks": running,
        "$SucceededTasks": 0.0 if tasks else FINISHED,
        "$FailedTasks": 0.0 if tasks else FAILED,
        "$CPUPercent": 1.0 if running else 0.0,
        "$UsableNodeCount": total,
        **{COUNTS[kind]: targets[kind] for kind in KINDS},
    }
    samples = History()
    for name in metrics:
        if name != "$CPUPercent" or total:
            samples.series[name] = series = Series()
            series.times, series.values = times, [values.get(name, 0.0)] * len(times)
    return Context(
        now=now,
        target_dedicated_nodes=int(targets[DEDICATED]),
        target_low_priority_nodes=int(targets[LOW_PRIORITY]),
        live={SLOTS: float(slots), **{COUNTS[kind]: targets[kind] for kind in KINDS}},
        samples=samples,
    )
