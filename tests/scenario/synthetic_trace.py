"""The trace that is replayed in scenarios/trace_replay.yaml: a made-up week of a cluster of 128 processors.

`python -m tests.scenario.synthetic_trace` writes scenarios/traces/week.swf anew.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, log
from pathlib import Path
from random import Random
from typing import Final

FILE: Final = Path(__file__).parents[2] / "scenarios" / "traces" / "week.swf"
SEED: Final = 128
HOUR: Final = 3600
DAY: Final = 24 * HOUR
TO_95_PERCENT: Final = 1.645
"""Standard deviations of a normal distribution from its median to its 95th percentile."""
PROCESSORS: Final = ((1, 60), (2, 20), (4, 15), (8, 5))
"""Sizes of the jobs that come by day, with weights."""
JOBS_PER_HOUR: Final = (8, 14, 12, 6, 10, 14, 12, 10, 6, 2)
"""From 8 to 18 o'clock, on weekdays."""
ARRAYS: Final = ((0, 150), (1, 200), (3, 250))
"""At 18 o'clock on which days an array of how many jobs is left for the night."""
HEADER: Final = f"""\
; Version: 2.2
; Computer: none; a cluster of 16 nodes of 8 processors, made up
; Note: SYNTHETIC. Nobody measured this: `python -m tests.scenario.synthetic_trace` drew it with seed {SEED}.
; Note: A week from Monday 0:00. By day jobs of 1 to 8 processors, at 18 o'clock on three days an array for the night.
; Note: Waits, memory and requests are unknown (-1).
; MaxNodes: 16
; MaxProcs: 128
; StartTime: Mon Jan  5 00:00:00 UTC 2026
"""


@dataclass(frozen=True, order=True, slots=True)
class Job:
    """A line of the trace; seconds."""

    submit: int
    run: int
    processors: int
    user: int


def by_day(draw: Random) -> Iterator[Job]:
    """Yield the jobs that people submit one by one in office hours."""
    sizes, weights = zip(*PROCESSORS, strict=True)
    for day in range(5):
        for hour, rate in enumerate(JOBS_PER_HOUR, 8):
            for _ in range(rate):
                submit = day * DAY + hour * HOUR + draw.randrange(HOUR)
                (size,) = draw.choices(sizes, weights)
                yield Job(submit, lognormal(draw, 20 * 60, 150 * 60), size, draw.randint(1, 9))


def by_night(draw: Random) -> Iterator[Job]:
    """Yield the jobs of the arrays, one processor each, submitted within a minute."""
    for day, count in ARRAYS:
        for _ in range(count):
            yield Job(day * DAY + 18 * HOUR + draw.randrange(60), lognormal(draw, 120 * 60, 300 * 60), 1, 10)


def lognormal(draw: Random, median: float, p95: float) -> int:
    return max(1, round(median * exp(draw.gauss(0, 1) * log(p95 / median) / TO_95_PERCENT)))


def jobs() -> list[Job]:
    """Return the jobs in the order of the trace; they are the same each time."""
    draw = Random(SEED)  # noqa: S311 - not for secrets
    return sorted([*by_day(draw), *by_night(draw)])


def text() -> str:
    """Return the whole trace."""
    lines = (
        f"{number} {job.submit} -1 {job.run} {job.processors} -1 -1 -1 -1 -1 1 {job.user} 1 -1 1 1 -1 -1\n"
        for number, job in enumerate(jobs(), 1)
    )
    return HEADER + "".join(lines)


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(text(), encoding="utf-8")
