"""The origin of a scenario that gives none and replays a trace with dates: its tasks come when they came."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError

from simulator.durations import parse_duration
from simulator.errors import InputError
from simulator.scenario.format.complete import listed, lookup, written_jobs
from simulator.scenario.format.trace_files import read_trace
from simulator.scenario.format.traces import TraceWorkload


def with_origin_of_traces(document: Mapping[Any, Any], context: Mapping[str, Any]) -> Mapping[Any, Any]:
    """Return a document with the origin at which the first trace with dates comes at its own dates.

    One that gives an origin is left as it is, and so is one whose traces have no dates or cannot be read.
    """
    if lookup(document, "origin") is not None or "folder" not in context:
        return document
    origins = list(_origins(document, context))
    return {**document, "origin": min(origins)} if origins else document


def _origins(document: Mapping[Any, Any], context: Mapping[str, Any]) -> Iterator[datetime]:
    """Yield for each trace of the document the origin at which its dates would be those of the run."""
    for source, begin in _sources(document):
        if not isinstance(source, Mapping) or "trace" not in source or begin is None:
            continue
        first = _first_date(source, context)
        if first is not None:
            yield first - timedelta(seconds=begin)


def _sources(document: Mapping[Any, Any]) -> Iterator[tuple[Any, float | None]]:
    """Yield every group and trace with its time 0 in seconds; None where that is a date, which needs no origin.

    Those of a schedule count from the first of its jobs.
    """
    for job, (section, index, *_) in written_jobs(document):
        simulation, holder = lookup(job, "simulation"), listed(document, str(section))[int(index)]
        if section == "jobSchedules":
            created = _seconds(lookup(lookup(holder, "schedule"), "doNotRunUntil"))
            for source in listed(simulation, "workload"):
                start = _seconds(lookup(source, "start"))
                yield source, None if created is None or start is None else max(created, 0.0) + start
            continue
        created_at = lookup(simulation, "createdAt") if section == "jobs" else lookup(holder, "at")
        for source in listed(simulation, "workload"):
            yield source, _seconds(lookup(source, "start"), created_at)
    for operation in listed(document, "timeline"):
        for source in listed(operation, "workload"):
            yield source, _seconds(lookup(source, "start"), lookup(operation, "at"))


def _first_date(source: Mapping[Any, Any], context: Mapping[str, Any]) -> datetime | None:
    try:
        return read_trace(TraceWorkload.model_validate(source, context=dict(context))).first
    except (ValidationError, InputError):
        return None  # reported when the scenario is made


def _seconds(*instants: object) -> float | None:
    """Return the first instant that is given, in seconds; None where it is a date, or nothing that can be read."""
    given = next((one for one in instants if one is not None), "0s")
    try:
        return parse_duration(given)
    except ValueError:
        return None
