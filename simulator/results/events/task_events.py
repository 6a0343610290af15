"""Events of tasks: start, complete, fail, requeue; those of a multi-instance task are its primary's.

A start event is sent when a task has been given to a node. A failure that is retried sends nothing of its own: the
next start event has a higher `retryCount`. A task that completes sends one complete event, and a fail event after it
where it did not succeed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from simulator.results.events.envelope import Body, Ints, Operation, Record, Source, milliseconds, stamp
from simulator.states import Outcome
from simulator.workload.planned_jobs import planned

if TYPE_CHECKING:
    import pandas as pd

ENDS: Final = 0
PASS: Final = 9
"""Stage of the scheduling pass: starts, and ends of work that takes no time."""
COUNTED: Final = frozenset({Outcome.REQUEUED.name.lower(), Outcome.DISPLACED.name.lower()})
"""Outcomes after which the service counts a requeue."""
INTERNAL: Final = frozenset(one.name.lower() for one in (Outcome.PREEMPTED, Outcome.UNPREPARED, Outcome.LOST))
"""Outcomes after which the service tries a task again for a reason of its own."""


@dataclass(frozen=True)
class Attempts:
    """The executions of all tasks, primaries only, in order of assignment, with what the counters said."""

    record: Record
    tasks: pd.DataFrame
    task: Ints
    assigned: Ints
    start: Ints
    end: Ints
    outcome: npt.NDArray[np.object_]
    node: npt.NDArray[np.object_]
    earlier: Ints
    """How many executions the task had before."""
    version: Ints
    """How often the service itself had tried the task again: after the loss of a node, or a failed preparation."""
    retries: Ints
    """Before this execution."""
    requeues: Ints
    final: npt.NDArray[np.bool_]
    """Whether the task completed with this execution."""

    @classmethod
    def of(cls, record: Record) -> Attempts:
        """Count along the attempts of each task."""
        tasks = record.table("tasks").to_pandas()
        rows = record.table("attempts").to_pandas()
        rows = rows[rows["instance"] == 0]
        task = rows["task"].to_numpy(dtype=np.int64)
        outcome = rows["outcome"].to_numpy(dtype=object)
        end = milliseconds(rows["end"])
        last = np.zeros(len(tasks), dtype=np.int64)
        last[task] = np.arange(len(task))  # rows are in order of assignment: the last one written wins
        completed = (tasks["state"] == "completed").to_numpy()[task]
        final = (last[task] == np.arange(len(task))) & completed & (milliseconds(tasks["end"])[task] == end)
        return cls(
            record=record,
            tasks=tasks,
            task=task,
            assigned=milliseconds(rows["assigned"]),
            start=milliseconds(rows["start"]),
            end=end,
            outcome=outcome,
            node=rows["node"].to_numpy(dtype=object),
            earlier=_before(task, np.ones(len(task), dtype=np.int64)),
            version=_before(task, np.isin(outcome, list(INTERNAL)).astype(np.int64)),
            retries=_before(task, (outcome == Outcome.FAILED.name.lower()).astype(np.int64)),
            requeues=_before(task, np.isin(outcome, list(COUNTED)).astype(np.int64)),
            final=final,
        )


def _before(task: Ints, counts: Ints) -> Ints:
    """Add up `counts` over the earlier rows of the same task."""
    order = np.argsort(task, kind="stable")
    total = np.cumsum(counts[order]) - counts[order]
    opens = np.ones(len(task), dtype=bool)
    opens[1:] = task[order][1:] != task[order][:-1]
    base = np.maximum.accumulate(np.where(opens, np.arange(len(task)), 0))
    found = np.zeros(len(task), dtype=np.int64)
    found[order] = total - total[base]
    return found


def task_events(made: Attempts, write: Bodies) -> list[Source]:
    """Return the events of all tasks that were on nodes, or ended while they waited."""
    every = np.arange(len(made.task))
    back = ~made.final & ~np.isin(made.outcome, ["running", "failed"])
    failed = made.final & (made.outcome != Outcome.SUCCEEDED.name.lower())
    # Work without length starts and ends in the pass: its end follows its start.
    stage = np.where(made.end > made.assigned, ENDS, PASS)
    sources = [Source(Operation.TASK_START, made.assigned, np.full(len(every), PASS), 3 * every, write.start)]
    for operation, chosen, place in (
        (Operation.TASK_COMPLETE, made.final, 1),
        (Operation.TASK_FAIL, failed, 2),
        (Operation.TASK_REQUEUE, back, 1),
    ):
        rows = np.flatnonzero(chosen)
        body = write.requeue if operation is Operation.TASK_REQUEUE else write.complete
        sources.append(Source(operation, made.end[rows], stage[rows], 3 * rows + place, _picked(body, rows)))
    return [*sources, *_never_run(made, write)]


def _picked(body: Any, rows: Ints) -> Any:
    return lambda row: body(int(rows[row]))


def _never_run(made: Attempts, write: Bodies) -> list[Source]:
    """Return the events of tasks that were ended while they waited."""
    ended = (made.tasks["state"] == "completed").to_numpy().copy()
    ended[made.task[made.final]] = False
    rows = np.flatnonzero(ended)
    time = milliseconds(made.tasks["end"])[rows]
    stage = np.full(len(rows), ENDS)
    order = 3 * len(made.task) + 3 * rows
    body = _picked(write.ended, rows)
    return [
        Source(Operation.TASK_COMPLETE, time, stage, order + 1, body),
        Source(Operation.TASK_FAIL, time, stage, order + 2, body),
    ]


class Bodies:
    """Bodies of task events by row of the attempts."""

    def __init__(self, made: Attempts) -> None:
        self._made = made
        self._origin = made.record.scenario.origin
        tasks = made.tasks
        self._columns: dict[str, Any] = {
            name: tasks[name].to_numpy(dtype=object)
            for name in ("id", "job", "pool", "slots", "instances", "max_retries", "exit_code", "requeues", "retries")
        }
        self._end = milliseconds(tasks["end"])
        self._managers = _managers(made.record)

    def start(self, row: int) -> Body:
        return {**self._about(row), "executionInfo": {"retryCount": int(self._made.retries[row])}}

    def complete(self, row: int) -> Body:
        made = self._made
        code = self._columns["exit_code"][made.task[row]]
        info = self._times(row)
        if code == code and code is not None:  # noqa: PLR0124 - not NaN
            info["exitCode"] = int(code)
        counts = {"retryCount": int(made.retries[row]), "requeueCount": int(made.requeues[row])}
        return {**self._about(row), "executionInfo": {**info, **counts}}

    def requeue(self, row: int) -> Body:
        made = self._made
        counted = int(made.requeues[row]) + (made.outcome[row] in COUNTED)
        counts = {"retryCount": int(made.retries[row]), "requeueCount": counted}
        times = self._times(row) if made.start[row] >= 0 else {}
        return {**self._about(row), "executionInfo": {**times, **counts}}

    def ended(self, task: int) -> Body:
        """Return the body of a task that completed without being on a node."""
        counts = {"retryCount": self._columns["retries"][task], "requeueCount": self._columns["requeues"][task]}
        info = {"endTime": stamp(self._origin, int(self._end[task])), **counts}
        return {**self.task(task, 0, ""), "executionInfo": info}

    def _times(self, row: int) -> Body:
        """Return start and end of an execution, no start where it was stopped on its way."""
        made = self._made
        began = {"startTime": stamp(self._origin, int(made.start[row]))} if made.start[row] >= 0 else {}
        return {**began, "endTime": stamp(self._origin, int(made.end[row]))}

    def _about(self, row: int) -> Body:
        made = self._made
        return self.task(int(made.task[row]), int(made.version[row]), made.node[row])

    def task(self, task: int, version: int, node: str) -> Body:
        """Return what every event says of its task."""
        columns = self._columns
        name, job = columns["id"][task], columns["job"][task]
        return {
            "jobId": job,
            "id": name,
            "taskType": "JobManager" if (job, name) in self._managers else "User",
            "systemTaskVersion": version,
            "requiredSlots": columns["slots"][task],
            "nodeInfo": {"poolId": columns["pool"][task], "nodeId": node},
            "multiInstanceSettings": {"numberOfInstances": columns["instances"][task]},
            "constraints": {"maxTaskRetryCount": columns["max_retries"][task]},
        }


def _managers(record: Record) -> set[tuple[str, str]]:
    """Return job and id of every job manager task."""
    found = set()
    for one in planned(record.scenario):
        job, manager = one.job, one.job.job_manager_task
        if manager is not None:
            found.add((job.id, str(manager.id)))
    return found
