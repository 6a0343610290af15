"""A record as a log of the service's events, in order of time, one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np

from simulator.results.events.envelope import Record, Source, envelope, stamp
from simulator.results.events.pool_events import pool_events
from simulator.results.events.special_task_events import special_events
from simulator.results.events.task_events import Attempts, Bodies, task_events
from simulator.results.events.unplaced_tasks import unplaced_events


def lines(record: Record) -> Iterator[str]:
    """Yield the log of a run line by line, without line ends; the same run gives the same bytes.

    At one instant the log keeps the order in which things are settled: ends of tasks first, starts last.
    """
    origin = record.scenario.origin
    account = "".join(letter if letter.isalnum() else "_" for letter in record.scenario.name.upper()) or "POOLSIGHT"
    made = Attempts.of(record)
    bodies = Bodies(made)
    tasks = [*task_events(made, bodies), unplaced_events(record, made, bodies)]
    sources = [*tasks, *special_events(record), *pool_events(record)]
    for number, row in _ordered(sources):
        source = sources[number]
        time = stamp(origin, int(source.time[row]))
        event = envelope(account, time, source.operation, source.body(row))
        yield json.dumps(event, separators=(",", ":"), ensure_ascii=False)


def _ordered(sources: list[Source]) -> Iterator[tuple[int, int]]:
    """Merge all events: number of the source and row in it."""
    if not sources:
        return
    number = np.repeat(np.arange(len(sources)), [len(source.time) for source in sources])
    row = np.concatenate([np.arange(len(source.time)) for source in sources])
    keys = [np.concatenate([getattr(source, key) for source in sources]) for key in ("order", "stage", "time")]
    for place in np.lexsort((row, number, *keys)):
        yield int(number[place]), int(row[place])
