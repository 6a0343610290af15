"""A task as it sees itself: its variables, its folders, and what tasks have left on the disk of its node."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, Protocol

from simulator.policy.local_disk import NEW_DISK, LocalDisk, is_cleared_by_restart
from simulator.results.why.evidence import Run, find_task, rows_of, written
from simulator.scenario.format.bodies import Job, Pool
from simulator.service_codes import SUCCESS
from simulator.states import NodeKind, NodeState
from simulator.units import MS_PER_S, to_ms
from simulator.workload.build import Workload

ROOTS: Final = {"linux": "/mnt/batch/tasks", "windows": "D:\\batch\\tasks", "cloud": "C:\\user\\tasks"}
"""Where a node keeps the folders of Batch, by its system; tasks read it from AZ_BATCH_NODE_ROOT_DIR."""


class Drawn(Run, Protocol):
    """A run whose tasks are known with all that was drawn for them."""

    @property
    def workload(self) -> Workload:
        """The tasks of the replication, a row each."""


@dataclass(frozen=True, slots=True)
class DiskUse:
    """The disk of one node over its life; GiB, and seconds since the origin."""

    node: str
    size: float | None
    """Of the node's local disk; None where it is not known."""
    is_enforced: bool
    """Whether a full disk makes the node unusable in this run."""
    own: float
    """What this task leaves there when it completes."""
    kept_until: float | None
    """When its files have been kept long enough; None where it has not completed there."""
    changes: tuple[tuple[float, float], ...]
    """Each time from which another amount is in use."""


@dataclass(frozen=True, slots=True)
class TaskView:
    """What a task can read of itself, by the names of the service."""

    job: str
    task: str
    variables: dict[str, str]
    disk: DiskUse | None
    """None where it has not been placed on a node."""

    def as_json(self, run: Run) -> dict[str, Any]:
        """Return the view as plain values."""
        found: dict[str, Any] = {"job": self.job, "task": self.task, "environment": self.variables, "disk": None}
        if self.disk is not None:
            changes = [{"at": at, "time": written(run, at), "used_gib": used} for at, used in self.disk.changes]
            found["disk"] = {
                "node": self.disk.node,
                "size_gib": self.disk.size,
                "enforced": self.disk.is_enforced,
                "own_gib": self.disk.own,
                "kept_until": self.disk.kept_until,
                "changes": changes,
            }
        return found


def view_task(run: Drawn, name: str) -> TaskView:
    """Return the task `JOB/TASK` as it sees itself on the node of its last attempt."""
    number = find_task(run, name)
    task, job = run.frame("tasks").iloc[number], run.workload.jobs[int(run.workload.job[number])].job
    attempts = run.frame("attempts")
    mine = attempts[(attempts["task"] == number) & (attempts["instance"] == 0)]
    pool = next(one for one in run.workload.pools.bodies if one.id.lower() == str(task["pool"]).lower())
    variables = {
        "AZ_BATCH_POOL_ID": str(task["pool"]),
        "AZ_BATCH_JOB_ID": str(task["job"]),
        "AZ_BATCH_TASK_ID": str(task["id"]),
    }
    disk = None
    if len(mine):
        node = str(mine["node"].iloc[-1])
        nodes = run.frame("nodes")
        kind = str(nodes["kind"][nodes["node"] == node].iloc[0])
        variables |= {"AZ_BATCH_NODE_ID": node, "AZ_BATCH_NODE_IS_DEDICATED": str(kind == NodeKind.DEDICATED).lower()}
        variables |= folders(pool, job, str(task["id"]), is_gang=int(task["instances"]) > 1)
        disk = _disk_use(run, number, node, pool)
    return TaskView(str(task["job"]), str(task["id"]), variables, disk)


def folders(pool: Pool, job: Job, task: str, *, is_gang: bool) -> dict[str, str]:
    """Return the folders of a task on its node, by the variables that name them."""
    is_cloud = pool.cloud_service_configuration is not None
    root = ROOTS["cloud" if is_cloud else "windows" if pool.is_windows else "linux"]
    slash = "\\" if "\\" in root else "/"
    of_job = slash.join((root, "workitems", job.id.replace(":", slash), "job-1"))
    found = {
        "AZ_BATCH_NODE_ROOT_DIR": root,
        "AZ_BATCH_NODE_SHARED_DIR": f"{root}{slash}shared",
        "AZ_BATCH_NODE_STARTUP_DIR": f"{root}{slash}startup",
        "AZ_BATCH_TASK_DIR": f"{of_job}{slash}{task}",
        "AZ_BATCH_TASK_WORKING_DIR": f"{of_job}{slash}{task}{slash}wd",
    }
    if is_gang:
        found["AZ_BATCH_TASK_SHARED_DIR"] = f"{of_job}{slash}{task}{slash}shared"
    if job.job_preparation_task is not None:
        prepared = f"{of_job}{slash}{job.job_preparation_task.id or 'jobpreparation'}"
        found |= {"AZ_BATCH_JOB_PREP_DIR": prepared, "AZ_BATCH_JOB_PREP_WORKING_DIR": f"{prepared}{slash}wd"}
    return found


def _disk_use(run: Drawn, task: int, node: str, pool: Pool) -> DiskUse:
    left = _left_on(run, node)
    own = next((until for row, _, until in left if row == task), None)
    return DiskUse(
        node=node,
        size=run.scenario.sizes[pool.vm_size].temp_disk_gib,
        is_enforced=run.scenario.options.enforce_local_resources != "none",
        own=run.workload.extras.disks.get(task, 0.0),
        kept_until=None if own is None else own / MS_PER_S,
        changes=tuple((at / MS_PER_S, used) for at, used in _changes(run, node, left)),
    )


def _left_on(run: Drawn, node: str) -> list[tuple[int, int, int]]:
    """Return the tasks that have completed on a node and left files: row, instant, and until when these are kept."""
    extras, tasks, attempts = run.workload.extras, run.frame("tasks"), run.frame("attempts")
    primary = attempts[attempts["task"].isin(list(extras.disks)) & (attempts["instance"] == 0)]
    latest = primary.groupby("task", observed=True).tail(1)
    found = []
    for row in latest["task"][latest["node"] == node].tolist():
        end = float(tasks["end"].iloc[row])
        if end == end:  # noqa: PLR0124 - NaN: it has not completed
            instant = to_ms(end)
            until = min(instant + extras.retention_of(row), max(_deleted(run, row), instant))
            found.append((row, instant, int(until)))
    return sorted(found, key=lambda entry: entry[1])


def _deleted(run: Drawn, row: int) -> float:
    """Return when a client deleted a task or its job, and the files with it; infinity where nobody did."""
    operations, task = run.frame("operations"), run.frame("tasks").iloc[row]
    orders = {"deleteTask": f"{task['job']}/{task['id']}", "deleteJob": str(task["job"])}
    accepted = operations[operations["code"] == SUCCESS]
    times = accepted["time"][accepted["target"] == accepted["operation"].map(orders)]
    return min((to_ms(float(time)) for time in times), default=math.inf)


def _changes(run: Drawn, node: str, left: list[tuple[int, int, int]]) -> list[tuple[int, float]]:
    """Replay the disk of a node: what is left, what has been kept long enough, and when all of it is gone."""
    wiped = _wiped(run, node)
    instants = sorted({at for _, at, _ in left} | {until for *_, until in left} | wiped)
    disk, found = LocalDisk(), [(0, 0.0)]
    for now in instants:
        for row, _, until in (entry for entry in left if entry[1] == now):
            disk.keep(row, run.workload.extras.disks[row], until)
        if now in wiped:
            disk.wipe()
        used = disk.used(now)
        if used != found[-1][1]:
            found.append((now, used))
    return found[1:]


def _wiped(run: Run, node: str) -> set[int]:
    """Return when nothing is left on the disk of a node: a new one, a restart that frees it, the node's end."""
    states, nodes = run.frame("node_states"), run.frame("nodes")
    rows = rows_of(states[states["node"] == node])
    found = {to_ms(float(row["start"])) for row in rows if row["state"] in NEW_DISK}
    for before, after in pairwise(rows):
        if after["state"] == NodeState.REBOOTING and is_cleared_by_restart(NodeState(before["state"])):
            found.add(to_ms(float(after["start"])))
    gone = float(nodes["gone"][nodes["node"] == node].iloc[0])
    return found | {to_ms(gone)} if gone < run.end else found
