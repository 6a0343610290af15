"""Traces whose tasks come at other times than the file says: read as meant more often than not, and reported."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from simulator.scenario.checks.findings import Finding, Loc
from simulator.scenario.format.bodies import Job
from simulator.scenario.format.task_dependencies import circles, families
from simulator.scenario.format.timestamps import to_the_second
from simulator.scenario.format.traces import Trace, TraceWorkload
from simulator.units import spoken

SHOWN = 5
"""Tasks that a message names."""
UNNOTICED = 0.001
"""A shift of less than the clock's resolution, in seconds."""


def check_shift(origin: datetime, begin: float, source: TraceWorkload, trace: Trace, loc: Loc) -> Iterator[Finding]:
    """Warn where a trace with dates is replayed at others, and where numbers were moved and nobody wrote so."""
    if trace.first is not None:
        shift = (origin + timedelta(seconds=begin) - trace.first).total_seconds()
        if abs(shift) >= UNNOTICED:
            text = f"{dates(origin, begin, trace.first)}; leave out origin and start to keep the dates"
            yield Finding(text, loc, is_warning=True)
    elif trace.shift >= UNNOTICED and "submit_times" not in source.model_fields_set:
        text = f"{numbers(trace.shift)}; write submitTimes: relative if that is meant, or absolute to keep them"
        yield Finding(text, (*loc[:-1], "submitTimes"), is_warning=True, is_missing=True)


def check_parents(job: Job, source: TraceWorkload, trace: Trace, loc: Loc) -> Iterator[Finding]:
    """Warn of parents that do not act, that no row has, and of tasks that wait for each other."""
    if source.columns.depends_on is None or not trace.parents:
        return
    where = (*loc[:-1], "columns", "dependsOn")
    if not job.uses_task_dependencies:
        text = (
            f"no effect on {len(trace.parents):,} tasks with parents: its job does not say usesTaskDependencies: true"
        )
        yield Finding(text, where, is_warning=True)
        return
    parents, lost = {}, []
    for place, known, unknown in families(trace.names, trace.parents):
        parents[place] = known
        if unknown:
            lost.append(f"'{trace.names[place]}' (row {place + 1}) for '{unknown[0]}'")
    if lost:
        more = f" and {len(lost) - SHOWN:,} more" if len(lost) > SHOWN else ""
        text = f"tasks wait for ever for tasks that the file does not have: {', '.join(lost[:SHOWN])}{more}"
        yield Finding(text, where, is_warning=True)
    circle = next(circles(parents), None)
    if circle is not None:
        names = " for ".join(f"'{trace.names[place]}' (row {place + 1})" for place in circle[: SHOWN + 1])
        more = f" and so on, {len(circle) - 1:,} tasks" if len(circle) > SHOWN + 1 else ""
        text = f"tasks wait for each other in a circle, for ever: {names}{more}"
        yield Finding(text, where, is_warning=True)


def dates(origin: datetime, begin: float, first: datetime) -> str:
    """Return the words for a trace with dates that is replayed at others."""
    replayed = origin + timedelta(seconds=begin)
    shift = (replayed - first).total_seconds()
    way = "later" if shift > 0 else "earlier"
    return (
        f"its first task of {to_the_second(first)} is replayed at {to_the_second(replayed)}, {spoken(abs(shift))} {way}"
    )


def numbers(shift: float) -> str:
    """Return the words for submit times that were moved."""
    return f"submit times count from its first task, which comes {shift:,.10g} s after the trace's own time 0"
