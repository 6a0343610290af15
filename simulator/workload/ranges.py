"""Ranges of task columns: what is drawn or read is refused where a column of the run has no room for it."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from simulator.columns.broadcast import is_constant
from simulator.durations import LONGEST
from simulator.errors import InputError, Problem
from simulator.units import spoken
from simulator.workload.block import Block, Floats

LATEST: Final = 1e12
"""Seconds after the origin: later than whatever never comes."""
MOST_CORES: Final = 2_000_000.0
MOST_GIB: Final = 2_000_000.0
"""A column of MiB holds a little more."""
MOST_WORK: Final = 1e15
"""Seconds that all tasks together may take one after another: the clock holds a little more."""
_CURE: Final = "expected at most {limit}: choose a distribution whose tail is shorter, or a higher rate"


def check_ranges(job: str, part: int | str, block: Block, latency: Floats, overhead: Floats) -> None:
    """Raise InputError about the first tasks of a source that a column has no room for."""
    spans: Mapping[str, tuple[Floats, float]] = {
        "submit time": (block.submit, LATEST),
        "duration": (block.duration, LONGEST),
        "dispatch latency": (latency, LONGEST),
        "time from its start to its own work": (overhead, LONGEST),
    }
    problems = [
        _problem(job, part, f"a {what} of {{value:.3g}} s", values, most, spoken(most))
        for what, (values, most) in spans.items()
        if not _is_within(values, most)
    ]
    if not _is_within(block.cores, MOST_CORES):
        problems.append(_problem(job, part, "{value:.3g} cores", block.cores, MOST_CORES, f"{MOST_CORES:,.0f} cores"))
    if not _is_within(block.memory, MOST_GIB):
        problems.append(
            _problem(job, part, "{value:.3g} GiB of memory", block.memory, MOST_GIB, f"{MOST_GIB:,.0f} GiB")
        )
    if problems:
        raise InputError(problems)


def check_work(blocks: list[Block]) -> None:
    """Raise InputError where the run times of all tasks add up to more than the clock can count."""
    total = sum(float(np.sum(block.duration)) for block in blocks)
    if total > MOST_WORK:
        raise InputError(f"the tasks take {total:.3g} s together; expected at most {MOST_WORK:.0e} s")


def _is_within(values: Floats, most: float) -> bool:
    """Return whether all are numbers of at most that size."""
    seen = values[:1] if is_constant(values) else values
    return len(seen) == 0 or bool(seen.max() <= most and seen.min() >= -most)


def _problem(job: str, part: int | str, what: str, values: Floats, most: float, limit: str) -> Problem:
    seen = values[:1] if is_constant(values) else values
    outside = np.flatnonzero(~(np.abs(seen) <= most))
    first = int(outside[0])
    count = len(values) if is_constant(values) else len(outside)
    text = f"job '{job}', source {part}: {count:,} of {len(values):,} tasks cannot be counted, the first is task "
    return Problem(f"{text}{first + 1} with {what.format(value=float(seen[first]))}; {_CURE.format(limit=limit)}")
