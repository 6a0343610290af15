"""Lists of tasks, jobs, pools and nodes of a record, in the form that `az batch … list` prints."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from simulator.results.events.envelope import Body, Record
from simulator.results.events.pool_events import pool_bodies
from simulator.results.lists.listed import ACCOUNT, Clock, number, stated
from simulator.results.lists.task_lists import task_list
from simulator.workload.planned_jobs import planned

KEPT: Final = (
    *(
        "vmSize",
        "virtualMachineConfiguration",
        "taskSlotsPerNode",
        "taskSchedulingPolicy",
        "startTask",
        "resizeTimeout",
    ),
    *("enableAutoScale", "autoScaleFormula", "autoScaleEvaluationInterval", "enableInterNodeCommunication"),
    *("targetDedicatedNodes", "targetLowPriorityNodes"),
)
"""Keys of a pool's body that its list has, as the scenario states them."""
GONE: Final = frozenset({"leavingpool", "preempted"})


def _jobs(record: Record) -> Iterator[Body]:
    """Yield the jobs that there are at the run's end."""
    clock = Clock(record.scenario.origin)
    bodies = {one.job.id: one.job for one in planned(record.scenario)}
    states = record.table("jobs").to_pandas()
    for name, rows in states.groupby("job", observed=True, sort=False):
        body, last = bodies.get(str(name)), rows.iloc[-1]
        if body is None or last["state"] == "deleting":
            continue
        is_done = last["state"] == "completed"
        ran = {"startTime": clock.stamp(rows["start"].iloc[0]), "poolId": str(last["pool"])}
        yield {
            "id": str(name),
            "url": f"{ACCOUNT}/jobs/{name}",
            "creationTime": clock.stamp(rows["start"].iloc[0]),
            "state": str(last["state"]),
            "stateTransitionTime": clock.stamp(last["start"]),
            "priority": body.priority,
            "usesTaskDependencies": body.uses_task_dependencies,
            "poolInfo": {"poolId": str(last["pool"])},
            "executionInfo": {**ran, "endTime": clock.stamp(last["start"])} if is_done else ran,
        }


def _pools(record: Record) -> Iterator[Body]:
    """Yield the pools that there are at the run's end, with the nodes that they have then."""
    clock = Clock(record.scenario.origin)
    bodies = pool_bodies(record)
    here = _last_states(record)
    for row in record.table("pools").to_pylist():
        if number(row["created"]) is None or number(row["deleted"]) is not None:
            continue
        name = str(row["pool"])
        body = bodies[name].model_dump(mode="json", by_alias=True)
        kinds = here[here["pool"] == name]["kind"].tolist()
        yield {
            "id": name,
            "url": f"{ACCOUNT}/pools/{name}",
            "creationTime": clock.stamp(row["created"]),
            "state": "active",
            **stated({key: body.get(key) for key in KEPT}),
            "currentDedicatedNodes": kinds.count("dedicated"),
            "currentLowPriorityNodes": kinds.count("low_priority"),
        }


def _nodes(record: Record) -> Iterator[Body]:
    """Yield the nodes that there are at the run's end."""
    clock = Clock(record.scenario.origin)
    lives = {(str(row["pool"]), str(row["node"])): row for row in record.table("nodes").to_pylist()}
    sizes = {str(row["pool"]): row["vm_size"] for row in record.table("pools").to_pylist()}
    begun = {(str(row["pool"]), str(row["node"])): row for row in record.table("start_tasks").to_pylist()}
    for row in _last_states(record).to_dict("records"):
        pool, name = str(row["pool"]), str(row["node"])
        life, start = lives[pool, name], begun.get((pool, name))
        yield {
            "id": name,
            "url": f"{ACCOUNT}/pools/{pool}/nodes/{name}",
            "affinityId": f"TVM:{name}",
            "vmSize": sizes[pool],
            "isDedicated": row["kind"] == "dedicated",
            "state": str(row["state"]),
            "stateTransitionTime": clock.stamp(row["start"]),
            "schedulingState": "enabled" if row["scheduling"] else "disabled",
            "allocationTime": clock.stamp(life["created"]),
            "lastBootTime": clock.stamp(life["last_boot"]),
            "totalTasksRun": int(life["attempts"]),
            "startTaskInfo": None if start is None else _started(start, clock),
        }


def _started(start: Any, clock: Clock) -> Body:
    code = number(start["exit_code"])
    return stated(
        {
            "state": "running" if code is None else "completed",
            "startTime": clock.stamp(start["start"]),
            "endTime": clock.stamp(start["end"]),
            "exitCode": code,
            "retryCount": int(start["attempt"]),
            "result": None if code is None else "success" if code == 0 else "failure",
        }
    )


def _last_states(record: Record) -> Any:
    """Return the last state of each node that has not left when the record ends."""
    states = record.table("node_states").to_pandas()
    last = states.groupby(["pool", "node"], observed=True, sort=False).tail(1)
    is_here = (last["end"] == states["end"].max()) & ~last["state"].isin(GONE)
    return last[is_here]


LISTS: Final[dict[str, Callable[[Record], Iterator[Body]]]] = {
    "tasks": task_list,
    "jobs": _jobs,
    "pools": _pools,
    "nodes": _nodes,
}
"""By what they list."""


def lists(record: Record) -> dict[str, list[Body]]:
    """Return the four lists of a record."""
    return {name: list(listed(record)) for name, listed in LISTS.items()}


def write_lists(record: Record, directory: Path) -> None:
    """Write the lists as `az_tasks.json` and so on, a thing a line."""
    for name, listed in LISTS.items():
        with (directory / f"az_{name}.json").open("w", encoding="utf-8", newline="\n") as file:
            file.write("[")
            for place, body in enumerate(listed(record)):
                file.write((",\n" if place else "\n") + json.dumps(body))
            file.write("\n]\n")
