"""Events of special tasks: start tasks, and job preparation and release tasks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from simulator.results.events.form import Body, Operation, Record, Source, milliseconds, stamp

SPECIAL: Final = 1
"""Stage of an instant: with the ends of tasks, after them."""


def special_events(record: Record) -> list[Source]:
    """Give an event for each special task that ended."""
    return [_source(record, record.table("start_tasks").to_pandas(), _start_task)]


def _source(record: Record, rows: Any, about: Callable[[dict[str, Any]], Body]) -> Source:
    """Give the events of rows that have a node, a start, an end and an exit code; `about` names the task."""
    ended = rows[rows["exit_code"].notna()]
    start, end = milliseconds(ended["start"]), milliseconds(ended["end"])
    listed = ended.to_dict("records")
    origin = record.scenario.origin

    def body(index: int) -> Body:
        row = listed[index]
        code = int(row["exit_code"])
        return {
            **about(row),
            "nodeInfo": {"poolId": row["pool"], "nodeId": row["node"]},
            "executionInfo": {
                "startTime": stamp(origin, int(start[index])),
                "endTime": stamp(origin, int(end[index])),
                "exitCode": code,
                "result": "failure" if code else "success",
                "schedulingError": {"details": []},
            },
        }

    every = np.arange(len(listed))
    return Source(Operation.SPECIAL_TASK, end, np.full(len(listed), SPECIAL), every, body)


def _start_task(_: dict[str, Any]) -> Body:
    return {"jobId": "", "taskName": "starttask", "taskType": "StartTask"}
