"""Arrival patterns of a few bursts, the bounds within which they are looked for, and simpler ones next to each."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import comb
from typing import Final

STEP: Final = 10
"""Seconds between two possible arrivals."""
MINUTE: Final = 60
DURATIONS: Final = (1, 2, 5, 10, 15, 20, 30, 45, 60, 90)
"""Minutes that a task may take."""
ROUND: Final = (900, 300, MINUTE)
"""Seconds to which arrivals are rounded when a pattern is made simpler, the simplest first."""
HOURS_OF_WEEK: Final = 7 * 24
AWAY: Final = (30, 90)
"""Minutes for which the cloud may take low-priority nodes back."""
AWAY_STEP: Final = 300
"""Seconds between two instants at which it may begin."""
HALF: Final = 0.5
Away = tuple[int, int]
"""From when to when, in seconds, there are no low-priority nodes."""


@dataclass(frozen=True, slots=True, order=True)
class Burst:
    """Equal tasks that come at once."""

    at: int
    """Seconds from the start."""
    tasks: int
    minutes: int
    """How long each runs."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A load: bursts in the order of their arrival, from some hour of the week on."""

    bursts: tuple[Burst, ...]
    hour: int = 0
    """Hours since Monday 00:00 UTC at which the run starts."""
    away: Away | None = None

    @property
    def tasks(self) -> int:
        """How many tasks come in all."""
        return sum(burst.tasks for burst in self.bursts)

    @property
    def order(self) -> tuple[tuple[Burst, ...], int, tuple[int, ...]]:
        """By which patterns are put into order."""
        return self.bursts, self.hour, self.away or ()

    def __str__(self) -> str:
        parts = [
            f"{burst.tasks} task{'s' if burst.tasks > 1 else ''} of {burst.minutes} min at {clock(burst.at)}"
            for burst in self.bursts
        ]
        if self.away is not None:
            parts.append(f"no low-priority nodes from {clock(self.away[0])} to {clock(self.away[1])}")
        return "; ".join(parts) or "no task at all"


def clock(seconds: int) -> str:
    """Return minutes and seconds as people write them."""
    minutes, rest = divmod(seconds, MINUTE)
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"


@dataclass(frozen=True, slots=True)
class Bounds:
    """Within which patterns are looked for."""

    tasks: int = 5
    """At most so many in all."""
    bursts: int = 3
    span_minutes: int = 60
    """All tasks come within it."""
    longest_minutes: int = 60
    hours: tuple[int, ...] = (10,)
    """Hours of the week at which a run may start."""
    away: tuple[int, ...] = ()
    """Minutes for which low-priority nodes may be away; none where the formula asks for none."""

    @property
    def durations(self) -> tuple[int, ...]:
        return tuple(minutes for minutes in DURATIONS if minutes <= self.longest_minutes) or (self.longest_minutes,)

    @property
    def arrivals(self) -> int:
        """How many instants a burst may come at."""
        return self.span_minutes * MINUTE // STEP + 1

    @property
    def size(self) -> int:
        """How many patterns there are: counts of tasks that fit, times arrivals and durations, starts, and absences."""
        places = self.arrivals * len(self.durations)
        return sum(
            comb(places, bursts) * comb(self.tasks, bursts) for bursts in range(1, min(self.bursts, self.tasks) + 1)
        ) * (len(self.hours) * len(self.absences))

    @property
    def absences(self) -> tuple[Away | None, ...]:
        """When low-priority nodes may be away."""
        starts = range(AWAY_STEP, self.span_minutes * MINUTE + 1, AWAY_STEP)
        return (None, *((start, start + minutes * MINUTE) for start in starts for minutes in self.away))


def draw(bounds: Bounds, stream: random.Random) -> Pattern:
    """Draw a pattern within bounds."""
    count = stream.randint(1, min(bounds.bursts, bounds.tasks))
    cuts = sorted(stream.sample(range(1, bounds.tasks + 1), count))
    sizes = [high - low for low, high in zip([0, *cuts[:-1]], cuts, strict=True)]
    bursts = [Burst(stream.randrange(bounds.arrivals) * STEP, size, stream.choice(bounds.durations)) for size in sizes]
    return Pattern(tuple(sorted(bursts)), stream.choice(bounds.hours), _absence(bounds, stream))


def _absence(bounds: Bounds, stream: random.Random) -> Away | None:
    """Draw when low-priority nodes are away, if at all; no number is drawn where they never are."""
    return stream.choice(bounds.absences) if bounds.away else None


def neighbour(pattern: Pattern, bounds: Bounds, stream: random.Random) -> Pattern:
    """Draw a pattern that differs in one coordinate."""
    bursts = list(pattern.bursts)
    index = stream.randrange(len(bursts))
    burst = bursts[index]
    free = bounds.tasks - pattern.tasks
    match stream.randrange(6):
        case 0:
            shift = stream.choice((-300, -60, -30, -10, 10, 30, 60, 300))
            at = min(max(0, burst.at + shift), (bounds.arrivals - 1) * STEP)
            bursts[index] = replace(burst, at=at)
        case 1:
            bursts[index] = replace(burst, at=stream.randrange(bounds.arrivals) * STEP)
        case 2:
            bursts[index] = replace(burst, minutes=stream.choice(bounds.durations))
        case 3:
            bursts[index] = replace(burst, tasks=stream.randint(1, burst.tasks + free))
        case 4 if len(bursts) > 1:
            del bursts[index]
        case 5 if len(bursts) < bounds.bursts and free > 0:
            at = stream.randrange(bounds.arrivals) * STEP
            bursts.append(Burst(at, stream.randint(1, free), stream.choice(bounds.durations)))
        case _ if bounds.away and stream.random() < HALF:
            return replace(pattern, away=_absence(bounds, stream))
        case _:
            return replace(pattern, hour=stream.choice(bounds.hours))
    return replace(pattern, bursts=tuple(sorted(bursts)))


def simpler(pattern: Pattern) -> Iterator[Pattern]:
    """Yield simpler patterns, the boldest first: fewer bursts, fewer tasks, rounder times, shorter tasks."""
    bursts = pattern.bursts
    if pattern.away is not None:
        yield replace(pattern, away=None)
    for index in range(len(bursts)):
        if len(bursts) > 1:
            yield replace(pattern, bursts=bursts[:index] + bursts[index + 1 :])
    for index, burst in enumerate(bursts):
        for tasks in sorted({1, burst.tasks // 2, burst.tasks - 1}):
            if 0 < tasks < burst.tasks:
                yield _with(pattern, index, replace(burst, tasks=tasks))
    for index, burst in enumerate(bursts):
        if burst.at:
            yield _with(pattern, index, replace(burst, at=0))
        for unit in ROUND:
            if burst.at % unit:
                yield _with(pattern, index, replace(burst, at=burst.at // unit * unit))
        for minutes in (10, 30, 60):
            if minutes < burst.minutes or (burst.minutes % 10 and minutes == 10):
                yield _with(pattern, index, replace(burst, minutes=minutes))


def _with(pattern: Pattern, index: int, burst: Burst) -> Pattern:
    bursts = (*pattern.bursts[:index], burst, *pattern.bursts[index + 1 :])
    return replace(pattern, bursts=tuple(sorted(bursts)))


def complexity(pattern: Pattern) -> tuple[int, int, int, int]:
    """Return how complicated a pattern is: bursts, tasks, odd times, minutes."""
    odd = (pattern.away is not None) + sum(
        1 + (burst.at % MINUTE > 0) + (burst.at % 300 > 0) for burst in pattern.bursts if burst.at
    )
    return len(pattern.bursts), pattern.tasks, odd, sum(burst.minutes for burst in pattern.bursts)
