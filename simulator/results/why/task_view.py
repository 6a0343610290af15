"""A task as it sees itself: its variables, its folders, and the disk of its node."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from simulator.results.why.disk_use import DiskUse, Drawn, disk_use
from simulator.results.why.evidence import Run, find_task, written
from simulator.scenario.format.bodies import Job, Pool
from simulator.scenario.format.run_names import service_id
from simulator.states import NodeKind

ROOTS: Final = {"linux": "/mnt/batch/tasks", "windows": "D:\\batch\\tasks", "cloud": "C:\\user\\tasks"}
"""Where a node keeps the folders of Batch, by its system; tasks read it from AZ_BATCH_NODE_ROOT_DIR."""


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
    variables = {
        "AZ_BATCH_POOL_ID": service_id(str(task["pool"])),
        "AZ_BATCH_JOB_ID": service_id(str(task["job"])),
        "AZ_BATCH_TASK_ID": service_id(str(task["id"])),
    }
    disk = None
    if len(mine):
        node = str(mine["node"].iloc[-1])
        nodes = run.frame("nodes")
        row = nodes[nodes["node"] == node].iloc[0]
        kind, pool = str(row["kind"]), _pool_named(run, str(row["pool"]))
        variables |= {"AZ_BATCH_NODE_ID": node, "AZ_BATCH_NODE_IS_DEDICATED": str(kind == NodeKind.DEDICATED).lower()}
        variables |= folders(pool, job, variables["AZ_BATCH_TASK_ID"], is_gang=int(task["instances"]) > 1)
        disk = disk_use(run, number, node, pool)
    return TaskView(str(task["job"]), str(task["id"]), variables, disk)


def folders(pool: Pool, job: Job, task: str, *, is_gang: bool) -> dict[str, str]:
    """Return the folders of a task on its node, by the variables that name them."""
    is_cloud = pool.cloud_service_configuration is not None
    root = ROOTS["cloud" if is_cloud else "windows" if pool.is_windows else "linux"]
    slash = "\\" if "\\" in root else "/"
    of_job = slash.join((root, "workitems", service_id(job.id).replace(":", slash), "job-1"))
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


def _pool_named(run: Drawn, name: str) -> Pool:
    return next(pool for pool in run.workload.pools.bodies if pool.id.lower() == name.lower())
