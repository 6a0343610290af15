"""Events of special tasks: start tasks, and job preparation and release tasks."""

from __future__ import annotations

import numpy as np

from simulator.results.events.form import Body, Operation, Record, Source, milliseconds, stamp
from simulator.states import NodeState

SPECIAL = 1
"""Stage of an instant: with the ends of tasks, after them."""


def special_events(record: Record) -> list[Source]:
    """Give the events of start tasks that pools waited for, when the service reports them."""
    rows = record.table("node_states").to_pandas()
    end = milliseconds(rows["end"])
    start = milliseconds(rows["start"])
    waited = (rows["state"] == NodeState.WAITINGFORSTARTTASK.value).to_numpy()
    after = np.append(rows["state"].to_numpy(dtype=object)[1:], "") if len(rows) else np.zeros(0, dtype=object)
    same = np.append((rows["node"].to_numpy()[1:] == rows["node"].to_numpy()[:-1]), False) if len(rows) else waited
    ready = np.isin(after, [NodeState.IDLE.value, NodeState.RUNNING.value])
    failed = after == NodeState.STARTTASKFAILED.value
    chosen = np.flatnonzero(waited & same & (ready | failed))
    node, pool = rows["node"].to_numpy(dtype=object), rows["pool"].to_numpy(dtype=object)
    origin = record.scenario.origin

    def body(index: int) -> Body:
        row = int(chosen[index])
        return {
            "jobId": "",
            "taskName": "starttask",
            "taskType": "StartTask",
            "nodeInfo": {"poolId": pool[row], "nodeId": node[row]},
            "executionInfo": {
                "startTime": stamp(origin, int(start[row])),
                "endTime": stamp(origin, int(end[row])),
                "exitCode": int(failed[row]),
                "result": "failure" if failed[row] else "success",
                "schedulingError": {"details": []},
            },
        }

    every = np.arange(len(chosen))
    return [Source(Operation.SPECIAL_TASK, end[chosen], np.full(len(chosen), SPECIAL), every, body)]
