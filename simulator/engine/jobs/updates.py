"""What an update changes in the body of a job, and why the service refuses one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from simulator.policy.response import DONE, Answer
from simulator.scenario.format.bodies import OnAllTasksComplete
from simulator.service_codes import ServiceCode
from simulator.states import JobState

if TYPE_CHECKING:
    from simulator.scenario.format.bodies import Job, PoolInfo
    from simulator.scenario.format.job_operations import UpdatedAutoPool, UpdateJob

WHOLE: Final = ("priority", "max_parallel_tasks", "allow_task_preemption", "metadata", "on_all_tasks_complete")
"""Keys of which the new value takes the place of the old one."""


def refusal(body: Job, state: JobState | None, asked: UpdateJob) -> Answer:
    """Return why a job that has not ended cannot be updated so, `DONE` if it can."""
    is_engaged = body.on_all_tasks_complete is OnAllTasksComplete.TERMINATEJOB
    if is_engaged and asked.on_all_tasks_complete is OnAllTasksComplete.NOACTION:
        return Answer(ServiceCode.INVALID_PROPERTY, "onAllTasksComplete: terminatejob cannot be taken back")
    if asked.pool_info is None:
        return DONE
    if state is not JobState.DISABLED:
        return Answer(ServiceCode.INVALID_STATE, "A job changes its pool only while it is disabled")
    own = body.auto_pool
    if asked.pool_info.auto_pool_specification and (own is None or own.pool_lifetime_option != "job"):
        return Answer(ServiceCode.INVALID_PROPERTY, "keepAlive: the job has no pool that lives as long as itself")
    return DONE


def updated(body: Job, asked: UpdateJob) -> Job:
    """Return the body of a job after an update: what is not named stays."""
    changes: dict[str, Any] = {key: value for key in WHOLE if (value := getattr(asked, key)) is not None}
    limit = None if asked.constraints is None else asked.constraints.max_wall_clock_time
    if limit is not None:
        changes["constraints"] = body.constraints.model_copy(update={"max_wall_clock_time": limit})
    if asked.pool_info is not None and asked.pool_info.auto_pool_specification is not None:
        changes["pool_info"] = _kept(body.pool_info, asked.pool_info.auto_pool_specification)
    return body.model_copy(update=changes)


def _kept(info: PoolInfo, asked: UpdatedAutoPool) -> PoolInfo:
    own = info.auto_pool_specification
    if own is None:
        return info
    return info.model_copy(update={"auto_pool_specification": own.model_copy(update={"keep_alive": asked.keep_alive})})
