"""Tasks as `az batch task list` prints them: the last attempt of each, and how many there were before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np

from simulator.results.events.envelope import Body, Record
from simulator.results.events.task_events import Attempts
from simulator.results.lists.listed import ACCOUNT, Clock, number, stated
from simulator.scenario.format.bodies import Job
from simulator.scenario.format.task_bodies import Task
from simulator.scenario.format.task_dependencies import traced_families
from simulator.scenario.scenario import Scenario
from simulator.workload.planned_jobs import planned

LISTED: Final = ("active", "preparing", "running", "completed")
"""States in which a task is listed; one that is planned or deleted is not."""
BY_HAND: Final = frozenset({"terminated", "expired"})
"""Outcomes of attempts that somebody ended."""


def task_list(record: Record) -> Iterator[Body]:
    """Yield the tasks that there are at the run's end, in order of their submission."""
    clock = Clock(record.scenario.origin)
    jobs = {one.job.id: one.job for one in planned(record.scenario)}
    parents = parents_of(record.scenario)
    commands = {(job.id, task.id): task.command_line for job in jobs.values() for task in job.tasks}
    made = Attempts.of(record)
    last = dict(zip(made.task.tolist(), range(len(made.task)), strict=True))
    for row in made.tasks.to_dict("records"):
        if row["state"] not in LISTED or row["deleted"]:
            continue
        job, name = str(row["job"]), str(row["id"])
        at = last.get(int(row["task"]))
        node = None if at is None or row["state"] == "active" else str(made.node[at])
        outcome = "" if at is None else str(made.outcome[at])
        depends = parents.get(job, {}).get(name)
        yield {
            "id": name,
            "url": f"{ACCOUNT}/jobs/{job}/tasks/{name}",
            "creationTime": clock.stamp(row["submit"]),
            "state": row["state"],
            "commandLine": commands.get((job, name), ""),
            "requiredSlots": int(row["slots"]),
            "constraints": {"maxTaskRetryCount": int(row["max_retries"])},
            "dependsOn": {"taskIds": list(depends), "taskIdRanges": []} if depends else None,
            "multiInstanceSettings": {"numberOfInstances": int(row["instances"])} if row["instances"] > 1 else None,
            "executionInfo": _ran(row, clock, outcome),
            "nodeInfo": None if node is None else _node(str(row["pool"]), node),
        }


def _ran(row: Mapping[Any, Any], clock: Clock, outcome: str) -> Body:
    """Return what is known of the last attempt, and the counts of those before."""
    counts = {"retryCount": int(row["retries"]), "requeueCount": int(row["requeues"])}
    if row["state"] == "active":
        return counts
    begun = {"startTime": clock.stamp(row["last_start"])}
    if row["state"] != "completed":
        return stated({**begun, **counts})
    ended = {"endTime": clock.stamp(row["end"]), "exitCode": number(row["exit_code"])}
    if row["succeeded"]:
        return stated({**begun, **ended, "result": "success", **counts})
    code = "TaskEnded" if outcome in BY_HAND or not outcome else "FailureExitCode"
    failure: Body = {"category": "UserError", "code": code, "message": None, "details": []}
    return stated({**begun, **ended, "result": "failure", "failureInfo": failure, **counts})


def _node(pool: str, node: str) -> Body:
    return {
        "affinityId": f"TVM:{node}",
        "nodeId": node,
        "poolId": pool,
        "nodeUrl": f"{ACCOUNT}/pools/{pool}/nodes/{node}",
    }


def parents_of(scenario: Scenario) -> dict[str, dict[str, tuple[str, ...]]]:
    """Return for whom the tasks of each job wait, by job and task."""
    return {one.job.id: dict(_parents(one.job)) for one in planned(scenario)}


def _parents(job: Job) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield for whom each task of a job waits: ids of its body, or of its row of a trace."""
    if not job.uses_task_dependencies:
        return
    yield from ((task.id, _named(task)) for task in job.tasks if task.depends_on is not None)
    yield from ((name, (*known, *unknown)) for name, known, unknown in traced_families(job))


def _named(task: Task) -> tuple[str, ...]:
    depends = task.depends_on
    if depends is None:
        return ()
    ranges = (str(one) for span in depends.task_id_ranges for one in np.arange(span.start, span.end + 1).tolist())
    return (*depends.task_ids, *ranges)
