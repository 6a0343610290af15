"""What becomes of running tasks when a formula shrinks its pool: tried with loads, reported with the smallest found."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from simulator.formula.formula import Formula
from simulator.formula.lint.analysis import Analysis
from simulator.formula.lint.mend import keep_tasks
from simulator.formula.lint.trial import HOURS, dates, reads_clock
from simulator.formula.miniature import Interruption, Load, Story, play
from simulator.formula.tree import Name, Statement, walk
from simulator.formula.values import TICKS_PER_SECOND, Timestamp
from simulator.formula.variables import OPTION

MINUTE: Final = 60
HOUR: Final = 3600
INTERRUPTING: Final = frozenset({"requeue", "terminate"})
ENOUGH: Final = 5
"""Tasks that a reader can keep in mind."""
MOST_TRIES: Final = 40
ONE_BY_ONE: Final = 60
GOLDEN: Final = 0.6180339887498949
"""Its multiples spread evenly over the unit interval, whatever their number."""


def options(analysis: Analysis) -> set[str]:
    """Return the deallocation options that a formula may set."""
    found = {
        node.name
        for statement in analysis.tree.statements
        if statement.target == OPTION
        for node in walk(statement.value)
        if isinstance(node, Name)
    }
    return found or {"requeue"}


def check_interruptions(
    analysis: Analysis,
    formula: Formula,
    assignments: Mapping[str, Statement],
    slots: Sequence[int],
    interval_minutes: float,
) -> None:
    """Report a pool that shrinks under running tasks, where a load shows it, with as few of its tasks as do."""
    if not options(analysis) & INTERRUPTING or all(f.is_constant for f in analysis.targets.values()):
        return
    for load in loads(formula, slots, int(interval_minutes * MINUTE)):
        story = play(formula, load, until_interrupted=True)
        if story.interruptions:
            _report(analysis, formula, assignments, _smaller(formula, story))
            return


def _smaller(formula: Formula, story: Story) -> Story:
    """Return what happens with as few tasks of a load as are still interrupted, as far as some tries lead."""
    tries, at, size = 0, 0, max(1, len(story.load.tasks) // 2)
    while len(story.load.tasks) > ENOUGH and tries < MOST_TRIES:
        tasks = story.load.tasks
        fewer = tasks[:at] + tasks[at + size :]
        tried = play(formula, replace(story.load, tasks=fewer), until_interrupted=True) if fewer else story
        tries += 1
        if tried is not story and tried.interruptions:
            story = tried
        else:
            at += size
        if at >= len(story.load.tasks):
            if size == 1:
                break
            at, size = 0, max(1, size // 2)
    return story


def _report(analysis: Analysis, formula: Formula, assignments: Mapping[str, Statement], story: Story) -> None:
    found = story.interruptions[0]
    options = [statement for statement in analysis.tree.statements if statement.target == OPTION]
    statement = options[-1] if options else assignments.get(found.kind, next(iter(assignments.values())))
    ended = "are stopped for good" if found.option == "terminate" else "start again from the beginning"
    why = f"{OPTION} is {found.option}" if options else f"no {OPTION} is set, so the service takes requeue"
    text = f"the pool shrinks under running tasks, and {why}: they {ended}."
    edits = keep_tasks(analysis.source.text, formula.tree)
    evidence = tuple(_reported(story, found))
    analysis.report("interrupts-tasks", statement.start, text, edits=edits, evidence=evidence)


def _reported(story: Story, found: Interruption) -> Iterator[str]:
    """Yield the load, and what happened to it."""
    load = story.load
    groups: dict[tuple[int, int], int] = {}
    for task in load.tasks:
        groups[task] = groups.get(task, 0) + 1
    shown = [
        f"{count} task{'s' if count > 1 else ''} of {spelled(duration)} at {spelled(at)}"
        for (at, duration), count in sorted(groups.items())
    ]
    start = load.start.as_datetime
    slots = f", {load.slots} slots a node" if load.slots > 1 else ""
    yield f"from {start:%A %H:%M} UTC, an evaluation every {spelled(load.interval)}{slots}: {'; '.join(shown)}"
    if load.preempted:
        away = " to ".join(map(spelled, load.preempted))
        yield f"half of the low-priority nodes are preempted from {away}"
    tasks = f"{found.tasks} running task{'s' if found.tasks > 1 else ''}"
    yield (
        f"at {spelled(found.at)} {found.kind} goes from {found.before} to {found.after}: {found.option} stops {tasks}"
    )


def spelled(seconds: int) -> str:
    """Return a duration as people write it, in hours and minutes."""
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
    for number in slots:
        yield Load(_one_by_one(), noon, 6 * HOUR, interval, number)
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


def _one_by_one() -> tuple[tuple[int, int], ...]:
    """Return tasks of very different lengths that come now and then, as on a working day."""
    parts = [number * GOLDEN % 1 for number in range(ONE_BY_ONE)]
    arrivals = [int((number + part) * 4 * MINUTE) for number, part in enumerate(parts)]
    return tuple(zip(arrivals, [int((3 + 40 * part * part) * MINUTE) for part in parts], strict=True))


def _by_clock(formula: Formula, slots: int, interval: int) -> Iterator[Load]:
    """Yield long tasks through a working day, a weekend, and the dates that a formula names."""
    quarter = max(interval, 15 * MINUTE)
    monday, friday = HOURS[0], Timestamp(HOURS[0].ticks + (4 * 24 + 9) * HOUR * TICKS_PER_SECOND)
    for start in (monday, friday):
        yield Load(((0, 60 * HOUR),) * 3 * slots, start, 28 * HOUR, quarter, slots)
    for date in dates(formula):
        start = Timestamp(max(0, date.ticks - HOUR * TICKS_PER_SECOND))
        yield Load(((0, 60 * HOUR),) * 3 * slots, start, 6 * HOUR, interval, slots)
