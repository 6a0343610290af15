"""Operations on jobs and job schedules, as the interface has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from simulator.scenario.format.complete import lookup, put
from simulator.service.odata import counted, page
from simulator.service.replies import Asked, Reply
from simulator.service.session import NOTHING, Session
from simulator.service.shown import job_body, node_task_body, schedule_body, shape, show


def add_job(session: Session, asked: Asked) -> Reply:
    """Create a job."""
    session.perform("addJob", job=_with_defaults(session, asked.body))
    job = session.job(str(asked.body.get("id")))
    location = f"{asked.base}/jobs/{quote(job.id)}"
    return Reply(201, headers={**session.headers(job.created, "job", job.id), "Location": location})


def _with_defaults(session: Session, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body of a job that says how long tasks take of which nothing is known."""
    own = lookup(body, "simulation")
    own = own if isinstance(own, Mapping) else {}
    if lookup(own, "defaults") is None:
        own = put(own, "defaults", session.durations.defaults)
    return put(body, "simulation", own)


def list_jobs(session: Session, asked: Asked) -> Reply:
    """List jobs; those of one schedule alone where the path names it."""
    schedule = asked.names.get("jobScheduleId")
    owner = None if schedule is None else session.schedule(schedule).id
    jobs = (job for job in session.views.jobs() if owner is None or job.schedule == owner)
    return Reply(200, page(asked, "jobs", counted(jobs, lambda job: job_body(session, asked, job))))


def get_job(session: Session, asked: Asked) -> Reply:
    """Return one job."""
    job = session.job(asked.names["jobId"])
    return show(session, asked, lambda: job_body(session, asked, job), job.created, "job", job.id)


def delete_job(session: Session, asked: Asked) -> Reply:
    """Delete a job with its tasks."""
    return _on_job(session, asked, 202, "deleteJob")


def patch_job(session: Session, asked: Asked) -> Reply:
    """Change what is named of a job."""
    return _on_job(session, asked, 200, "updateJob", asked.body)


def replace_job(session: Session, asked: Asked) -> Reply:
    """Change a job: what is not named goes back to what the service has without it."""
    job = session.job(asked.names["jobId"])
    body = dict(asked.body)
    if body.get("onAllTasksComplete") == "noaction":
        body.pop("onAllTasksComplete")
    info = body.get("poolInfo")
    if isinstance(info, Mapping) and info.get("poolId") == job.pool:
        body.pop("poolInfo")
    return _on_job(session, asked, 200, "updateJob", {"priority": 0, **body})


def disable_job(session: Session, asked: Asked) -> Reply:
    """Start no more tasks of a job."""
    return _on_job(session, asked, 202, "disableJob", asked.body)


def enable_job(session: Session, asked: Asked) -> Reply:
    """Start tasks of a job again."""
    return _on_job(session, asked, 202, "enableJob")


def terminate_job(session: Session, asked: Asked) -> Reply:
    """End a job."""
    return _on_job(session, asked, 202, "terminateJob", asked.body)


def _on_job(session: Session, asked: Asked, status: int, operation: str, body: Mapping[str, Any] = NOTHING) -> Reply:
    """Perform an operation on a job and return the reply."""
    job = session.job(asked.names["jobId"])
    headers = session.perform_on(asked, operation, job.created, "job", job.id, body=body, job=job.id)
    return Reply(status, headers=headers)


def count_tasks(session: Session, asked: Asked) -> Reply:
    """Return how many tasks of a job are in which state."""
    job = session.job(asked.names["jobId"])
    counts = session.views.counts(job.id)
    found = {
        name: 0 if counts is None else getattr(counts, name) for name in ("active", "running", "succeeded", "failed")
    }
    slots = dict.fromkeys(found, 0) if counts is None else counts.slots
    body = {"taskCounts": _with_completed(found), "taskSlotCounts": _with_completed(slots)}
    if asked.version >= COUNTS_SLOTS:
        return Reply(200, body)
    return Reply(200, shape(asked, "taskCounts", {**body["taskCounts"], "validationStatus": "validated"}))


COUNTS_SLOTS: Final = "2020-09-01"
"""The version from which on tasks are counted with their slots."""


def _with_completed(counts: Mapping[str, int]) -> dict[str, int]:
    return {**counts, "completed": counts["succeeded"] + counts["failed"]}


def list_node_tasks(session: Session, asked: Asked) -> Reply:
    """List on which nodes a job has prepared, and has cleaned up, and how it went: by node, the latest of each."""
    job = session.job(asked.names["jobId"])
    by_node: dict[str, dict[str, Any]] = {}
    for one in session.views.node_tasks(job.id):
        pool = session.views.pool_name(one.pool)
        about = {"poolId": pool, "nodeId": one.node, "nodeUrl": f"{asked.base}/pools/{pool}/nodes/{one.node}"}
        by_node.setdefault(one.node, about)[NODE_TASKS[one.kind]] = node_task_body(session, asked, job, pool, one)
    rows = counted(by_node.values(), lambda one: shape(asked, "preparation", one))
    return Reply(200, page(asked, "jobpreparationandreleasetaskstatus", rows))


NODE_TASKS: Final = {
    "preparation": "jobPreparationTaskExecutionInfo",
    "release": "jobReleaseTaskExecutionInfo",
}


# ---- job schedules -----------------------------------------------------------------------------------------


def list_schedules(session: Session, asked: Asked) -> Reply:
    """List job schedules."""
    found = counted(session.views.schedules(), lambda schedule: schedule_body(session, asked, schedule))
    return Reply(200, page(asked, "jobschedules", found))


def get_schedule(session: Session, asked: Asked) -> Reply:
    """Return one job schedule."""
    schedule = session.schedule(asked.names["jobScheduleId"])
    return show(session, asked, lambda: schedule_body(session, asked, schedule), 0.0, "schedule", schedule.id)


def schedule_exists(session: Session, asked: Asked) -> Reply:
    """Return whether a job schedule is there: as the reply to a question for its head."""
    schedule = session.schedule(asked.names["jobScheduleId"])
    return Reply(200, headers=session.headers(0.0, "schedule", schedule.id))


def delete_schedule(session: Session, asked: Asked) -> Reply:
    """Delete a job schedule with its jobs."""
    return _on_schedule(session, asked, 202, "deleteJobSchedule")


def disable_schedule(session: Session, asked: Asked) -> Reply:
    """Create no more jobs."""
    return _on_schedule(session, asked, 204, "disableJobSchedule")


def enable_schedule(session: Session, asked: Asked) -> Reply:
    """Create jobs again."""
    return _on_schedule(session, asked, 204, "enableJobSchedule")


def terminate_schedule(session: Session, asked: Asked) -> Reply:
    """End a job schedule and its job."""
    return _on_schedule(session, asked, 202, "terminateJobSchedule")


def _on_schedule(session: Session, asked: Asked, status: int, operation: str) -> Reply:
    schedule = session.schedule(asked.names["jobScheduleId"])
    headers = session.perform_on(asked, operation, 0.0, "schedule", schedule.id, jobSchedule=schedule.id)
    return Reply(status, headers=headers)
