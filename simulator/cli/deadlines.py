"""A deadline on the command line: a span of time, or an instant of the scenario's clock."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from simulator.durations import parse_duration
from simulator.errors import InputError
from simulator.units import spoken

if TYPE_CHECKING:
    from simulator.scenario import Scenario

CLOCK: Final = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?:Z| ?UTC)?", re.IGNORECASE)
EXPECTED: Final = "a duration like 8h, a time of day like 06:00 (UTC), or a date like 2026-01-06T06:00:00Z"


@dataclass(frozen=True, slots=True)
class Deadline:
    """By when all work is to be done."""

    seconds: float
    """After the first task is added."""
    note: str | None = None
    """How an instant was read; None of a span."""


def read_deadline(text: str | None, scenario: Scenario) -> Deadline | None:
    """Read what --deadline gives: a span counts from the first task, a time of day is the next one after it.

    Where the first task comes is drawn, that of replication 0 counts. Raise InputError where nothing can be read.
    """
    if text is None:
        return None
    clock = CLOCK.fullmatch(text.strip())
    if clock is None and not re.match(r"\d{4}-", text.strip()):
        try:
            return Deadline(parse_duration(text))
        except ValueError as error:
            raise InputError(f"--deadline: {error}; or {EXPECTED.partition(', ')[2]}") from None
    from simulator.scenario.format.timestamps import to_the_second

    first = _first_task(scenario)
    instant = _date(text) if clock is None else _next(first, int(clock[1]), int(clock[2]))
    seconds = (instant - first).total_seconds()
    if seconds <= 0:
        raise InputError(
            f"--deadline: {to_the_second(instant)} is not after the first task, which comes at {to_the_second(first)}"
        )
    return Deadline(seconds, f"deadline {to_the_second(instant)}: {spoken(seconds)} after the first task is added")


def _first_task(scenario: Scenario) -> datetime:
    from simulator.workload.build import build

    submits = build(scenario, 0).submit
    first = int(submits.min()) if len(submits) else 0
    return scenario.origin + timedelta(milliseconds=first)


def _date(text: str) -> datetime:
    from simulator.scenario.format.timestamps import parse_time

    try:
        return parse_time(text.strip())
    except ValueError:
        raise InputError(f"--deadline: expected {EXPECTED}, not '{text}'") from None


def _next(after: datetime, hour: int, minute: int) -> datetime:
    """Return the next instant at which a clock shows a time."""
    found = after.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return found if found > after else found + timedelta(days=1)
