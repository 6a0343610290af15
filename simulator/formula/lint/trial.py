"""Trying a formula out: pools without work, pools full of work, at several hours of the week.

What a formula does to a pool in the long run cannot be read off a single expression; it is evaluated again and
again, each time from the targets that it set before.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from simulator.formula.formula import Formula
from simulator.formula.history import PERIOD_TICKS, History, Series
from simulator.formula.run import Context
from simulator.formula.values import Timestamp, parse_time
from simulator.formula.variables import DEDICATED, LOW_PRIORITY, METRICS, SLOTS

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
KINDS: Final = (DEDICATED, LOW_PRIORITY)
COUNTS: Final = {DEDICATED: "$CurrentDedicatedNodes", LOW_PRIORITY: "$CurrentLowPriorityNodes"}


@dataclass(frozen=True, slots=True)
class Trial:
    """Targets by kind that a formula settles at, one for each of `HOURS`; None where it ran into an error."""

    idle: list[Mapping[str, float] | None]
    """Nothing to do, from a pool of some nodes."""
    loaded: list[Mapping[str, float] | None]
    """Much to do, from a pool without nodes."""
    first: list[Mapping[str, float] | None]
    """Something to do, one evaluation from a pool without nodes."""
    more: list[Mapping[str, float] | None]
    """Twice as much to do, one evaluation from a pool without nodes."""


def try_out(formula: Formula, slots: int) -> Trial:
    """Evaluate a formula where nothing, something and much waits, on nodes of so many slots."""

    def settled(tasks: float, nodes: float, rounds: int) -> list[Mapping[str, float] | None]:
        return [_settle(formula, now, tasks, nodes, rounds, slots) for now in HOURS]

    return Trial(
        idle=settled(0.0, START, ROUNDS),
        loaded=settled(MANY, 0.0, ROUNDS),
        first=settled(FEW, 0.0, 1),
        more=settled(2 * FEW, 0.0, 1),
    )


def _settle(
    formula: Formula, now: Timestamp, tasks: float, nodes: float, rounds: int, slots: int
) -> Mapping[str, float] | None:
    """Evaluate so many times, each time from the targets of the time before; give the last targets."""
    targets = dict.fromkeys(KINDS, nodes)
    for _ in range(rounds):
        run = formula.evaluate(_context(now, tasks, targets, slots))
        if run.error is not None:
            return None
        after = {DEDICATED: float(run.target_dedicated_nodes), LOW_PRIORITY: float(run.target_low_priority_nodes)}
        if after == targets:
            break
        targets = after
    return targets


def _context(now: Timestamp, tasks: float, targets: Mapping[str, float], slots: int) -> Context:
    values = dict.fromkeys(METRICS, 0.0)
    total = sum(targets.values())
    running = min(tasks, total * slots)
    values |= {
        "$PendingTasks": tasks,
        "$ActiveTasks": tasks - running,
        "$RunningTasks": running,
        "$CPUPercent": 1.0 if running else 0.0,
        "$UsableNodeCount": total,
        **{COUNTS[kind]: targets[kind] for kind in KINDS},
    }
    instants = [now.ticks - k * PERIOD_TICKS for k in range(SAMPLES, -1, -1)]
    samples = History()
    for name, value in values.items():
        if name != "$CPUPercent" or total:
            samples.series[name] = series = Series()
            series.times, series.values = instants, [value] * len(instants)
    return Context(
        now=now,
        target_dedicated_nodes=int(targets[DEDICATED]),
        target_low_priority_nodes=int(targets[LOW_PRIORITY]),
        live={SLOTS: float(slots), **{COUNTS[kind]: targets[kind] for kind in KINDS}},
        samples=samples,
    )
