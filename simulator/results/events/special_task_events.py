"""Events of special tasks: start tasks, and job preparation and release tasks."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from simulator.results.events.envelope import Body, Operation, Record, Source, milliseconds, stamp

SPECIAL: Final = 1
"""Stage of an instant: with the ends of tasks, after them."""
JOB_TASKS: Final = {"preparation": ("JobPrep", "jobpreparation"), "release": ("JobRelease", "jobrelease")}
"""Type and default name of the tasks that a job runs on nodes."""


def special_events(record: Record) -> list[Source]:
    """Return an event for each special task that ended."""
    return [_source(record, _start_tasks(record)), _source(record, _job_tasks(record))]


def _start_tasks(record: Record) -> list[dict[str, Any]]:
    rows = record.table("start_tasks").to_pandas()
    return [
        {**row, "name": "starttask", "type": "StartTask", "job": "", "code": int(row["exit_code"])}
        for row in rows[rows["exit_code"].notna()].to_dict("records")
    ]


def _job_tasks(record: Record) -> list[dict[str, Any]]:
    """Return preparation and release tasks; the record keeps whether they succeeded, not the code of a failure."""
    rows = record.table("node_tasks").to_pandas()
    ended = rows[rows["outcome"].isin(["succeeded", "failed"])]
    found = []
    for row in ended.to_dict("records"):
        kind, name = JOB_TASKS[row["kind"]]
        found.append({**row, "name": name, "type": kind, "code": 0 if row["outcome"] == "succeeded" else None})
    return found


def _source(record: Record, rows: list[dict[str, Any]]) -> Source:
    start, end = (milliseconds([row[key] for row in rows]) for key in ("start", "end"))
    origin = record.scenario.origin

    def body(index: int) -> Body:
        row = rows[index]
        code = row["code"]
        return {
            "jobId": row["job"],
            "taskName": row["name"],
            "taskType": row["type"],
            "nodeInfo": {"poolId": row["pool"], "nodeId": row["node"]},
            "executionInfo": {
                "startTime": stamp(origin, int(start[index])),
                "endTime": stamp(origin, int(end[index])),
                **({} if code is None else {"exitCode": code}),
                "result": "success" if code == 0 else "failure",
                "schedulingError": {"details": []},
            },
        }

    return Source(Operation.SPECIAL_TASK, end, np.full(len(rows), SPECIAL), np.arange(len(rows)), body)
