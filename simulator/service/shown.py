"""Pools, nodes, jobs and tasks as the service shows them: what was stated of them, and how they are now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import quote

from simulator.engine.pools.node_history import NodeTaskView
from simulator.engine.pools.node_views import NodeView
from simulator.engine.views import JobView, PoolView, ScheduleView, TaskView
from simulator.service.odata import selected
from simulator.service.replies import Asked, Reply
from simulator.service.session import Session
from simulator.service.versions import in_shape
from simulator.service.wire import iso_duration, written
from simulator.service_codes import meaning
from simulator.states import AllocationState, NodeKind, NodeState, TaskState
from simulator.units import to_s

TASK_STATES: Final = {
    TaskState.ACTIVE: "active",
    TaskState.PREPARING: "preparing",
    TaskState.RUNNING: "running",
    TaskState.COMPLETED: "completed",
}
NODE_COUNTS: Final = {
    "creating": NodeState.CREATING,
    "idle": NodeState.IDLE,
    "offline": NodeState.OFFLINE,
    "preempted": NodeState.PREEMPTED,
    "rebooting": NodeState.REBOOTING,
    "reimaging": NodeState.REIMAGING,
    "running": NodeState.RUNNING,
    "starting": NodeState.STARTING,
    "startTaskFailed": NodeState.STARTTASKFAILED,
    "leavingPool": NodeState.LEAVINGPOOL,
    "unknown": NodeState.UNKNOWN,
    "unusable": NodeState.UNUSABLE,
    "waitingForStartTask": NodeState.WAITINGFORSTARTTASK,
    "deallocated": NodeState.DEALLOCATED,
    "deallocating": NodeState.DEALLOCATING,
    "upgradingOS": NodeState.UPGRADINGOS,
}
"""Keys of a pool's node counts, and the states that they count."""


def show(session: Session, asked: Asked, body: Callable[[], Mapping[str, Any]], created: float, *thing: str) -> Reply:
    """Return the reply that shows one thing: its headers alone where the client knows its present state."""
    headers = session.headers(created, *thing)
    if session.check_conditions(asked, created, *thing):
        return Reply(304, headers=headers)
    return Reply(200, selected(body(), asked.query.get("$select")), headers)


def pool_body(session: Session, asked: Asked, pool: PoolView) -> dict[str, Any]:
    """Return a pool as the service shows it."""
    body = written(pool.body)
    scales = pool.scales_itself
    shown: dict[str, Any] = {
        **{key: value for key, value in body.items() if key not in SIZES},
        "id": pool.id,
        "url": f"{asked.base}/pools/{pool.id}",
        **session.changed(pool.created, "pool", pool.id),
        "creationTime": session.stamp(pool.created),
        "state": "active" if pool.deletion is None else "deleting",
        "stateTransitionTime": session.stamp(pool.created if pool.deletion is None else pool.deletion),
        "allocationState": pool.allocation_state.value,
        "allocationStateTransitionTime": session.stamp(pool.allocation_since),
        "vmSize": pool.body.vm_size.lower(),
        "currentDedicatedNodes": pool.current[NodeKind.DEDICATED],
        "currentLowPriorityNodes": pool.current[NodeKind.LOW_PRIORITY],
        "targetDedicatedNodes": pool.targets[NodeKind.DEDICATED],
        "targetLowPriorityNodes": pool.targets[NodeKind.LOW_PRIORITY],
        "enableAutoScale": scales,
        "enableInterNodeCommunication": pool.body.enable_inter_node_communication,
        "taskSlotsPerNode": pool.body.task_slots_per_node,
        "taskSchedulingPolicy": {"nodeFillType": pool.body.node_fill_type.value},
    }
    if scales:
        shown["autoScaleFormula"] = pool.formula
        shown["autoScaleEvaluationInterval"] = iso_duration(pool.interval)
        shown |= _last_evaluation(session, pool)
    else:
        shown["resizeTimeout"] = iso_duration(pool.body.resize_timeout)
    errors = _resize_errors(pool)
    if errors:
        shown["resizeErrors"] = errors
    return shape(asked, "pool", shown)


def shape(asked: Asked, thing: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body of a thing in the shape of the version that is asked for."""
    found: dict[str, Any] = in_shape(body, thing, asked.version)
    return found


SIZES: Final = frozenset({"resizeTimeout", "autoScaleFormula", "autoScaleEvaluationInterval", "enableAutoScale"})
"""Keys of a pool that are shown as they are now."""


def _last_evaluation(session: Session, pool: PoolView) -> dict[str, Any]:
    """Return the key that shows the last evaluation of a pool's formula."""
    if pool.evaluation is None:
        return {}
    run = pool.evaluation.run
    shown: dict[str, Any] = {"timestamp": session.stamp(to_s(pool.evaluation.time)), "results": run.results}
    if run.error is not None:
        shown["error"] = {"code": run.error.code, "message": run.error.detail or meaning(run.error.code)}
    return {"autoScaleRun": shown}


def _resize_errors(pool: PoolView) -> list[dict[str, Any]]:
    """Return the errors of the last resize, once it has ended."""
    if pool.resize is None or pool.resize.end < 0 or pool.allocation_state is not AllocationState.STEADY:
        return []
    codes = [code for code in pool.resize.errors.values() if code]
    return [
        {"code": code, "message": pool.resize.message or meaning(code), "values": []} for code in dict.fromkeys(codes)
    ]


def node_body(session: Session, asked: Asked, pool: PoolView, node: NodeView) -> dict[str, Any]:
    """Return a node as the service shows it."""
    boot = node.allocation_time if node.last_boot_time is None else node.last_boot_time
    shown: dict[str, Any] = {
        "id": node.id,
        "url": f"{asked.base}/pools/{pool.id}/nodes/{node.id}",
        "state": node.state.value,
        "schedulingState": "enabled" if node.scheduling_enabled else "disabled",
        "stateTransitionTime": session.stamp(node.since),
        "lastBootTime": session.stamp(boot),
        "allocationTime": session.stamp(node.allocation_time),
        "ipAddress": node.ip,
        "ipv6Address": "",
        "affinityId": node.id,
        "vmSize": pool.body.vm_size.lower(),
        "totalTasksRun": node.tasks_begun,
        "totalTasksSucceeded": node.tasks_succeeded,
        "runningTasksCount": node.running_tasks,
        "runningTaskSlotsCount": node.running_slots,
        "isDedicated": node.kind is NodeKind.DEDICATED,
        "endpointConfiguration": {"inboundEndpoints": []},
        "nodeAgentInfo": {"version": "simulated", "lastUpdateTime": session.stamp(boot)},
        "virtualMachineInfo": {"imageReference": _image(pool)},
    }
    return shape(asked, "node", shown)


def _image(pool: PoolView) -> dict[str, Any]:
    machine = written(pool.body.virtual_machine_configuration) if pool.body.virtual_machine_configuration else {}
    found = machine.get("imageReference", {})
    return dict(found) if isinstance(found, Mapping) else {}


def node_counts(nodes: list[NodeView]) -> dict[str, int]:
    """Return how many nodes are in which state."""
    counted = {key: sum(node.state is state for node in nodes) for key, state in NODE_COUNTS.items()}
    return {**counted, "total": len(nodes)}


def job_body(session: Session, asked: Asked, job: JobView) -> dict[str, Any]:
    """Return a job as the service shows it."""
    body = job.body
    execution: dict[str, Any] = {"startTime": session.stamp(job.created), "poolId": job.pool}
    if job.ended is not None:
        execution["endTime"] = session.stamp(job.ended)
        if meaning(job.reason):
            execution["schedulingError"] = {
                "category": "usererror",
                "code": job.reason,
                "message": meaning(job.reason),
            }
        elif job.reason:
            execution["terminateReason"] = job.reason
    shown = {
        **written(body),
        "id": job.id,
        "url": f"{asked.base}/jobs/{quote(job.id)}",
        **session.changed(job.created, "job", job.id),
        "creationTime": session.stamp(job.created),
        "state": job.state.value,
        "stateTransitionTime": session.stamp(job.since),
        "priority": body.priority,
        "maxParallelTasks": body.max_parallel_tasks,
        "allowTaskPreemption": body.allow_task_preemption,
        "usesTaskDependencies": body.uses_task_dependencies,
        "onAllTasksComplete": body.on_all_tasks_complete.value,
        "onTaskFailure": body.on_task_failure.value,
        "constraints": {
            "maxWallClockTime": iso_duration(_limit(body.constraints.max_wall_clock_time)),
            "maxTaskRetryCount": body.constraints.max_task_retry_count,
        },
        "poolInfo": written(body.pool_info),
        "executionInfo": execution,
    }
    if job.before is not None:
        state, since = job.before
        shown |= {"previousState": state.value, "previousStateTransitionTime": session.stamp(since)}
    return shape(asked, "job", shown)


def _limit(seconds: float | None) -> float:
    return float("inf") if seconds is None else seconds


def task_body(session: Session, asked: Asked, job: JobView, task: TaskView) -> dict[str, Any]:
    """Return a task as the service shows it."""
    stated = {} if task.body is None else written(task.body)
    constraints = stated.get("constraints") or {}
    retries = constraints.get("maxTaskRetryCount")
    shown = {
        "commandLine": "",
        **stated,
        "id": task.id,
        "url": task_url(asked, job.id, task.id),
        **session.changed(task.created, "task", job.id, task.id),
        "creationTime": session.stamp(task.created),
        "state": TASK_STATES[task.state],
        "stateTransitionTime": session.stamp(task.since),
        "requiredSlots": stated.get("requiredSlots", 1),
        "constraints": {
            "maxWallClockTime": iso_duration(float("inf")),
            "retentionTime": "P7D",
            **constraints,
            "maxTaskRetryCount": job.body.constraints.max_task_retry_count if retries is None else retries,
        },
        "executionInfo": execution_body(session, task),
    }
    if task.node is not None and task.state is not TaskState.ACTIVE:
        url = f"{asked.base}/pools/{task.pool}/nodes/{task.node}"
        root = f"workitems/{job.id}/job-1/{task.id}"
        shown["nodeInfo"] = {
            "affinityId": task.node,
            "nodeUrl": url,
            "poolId": task.pool,
            "nodeId": task.node,
            "taskRootDirectory": root,
            "taskRootDirectoryUrl": f"{url}/files/{root}",
        }
    return shape(asked, "task", shown)


def execution_body(session: Session, task: TaskView) -> dict[str, Any]:
    """Return how the execution of a task goes, or went."""
    shown: dict[str, Any] = {"retryCount": task.retries, "requeueCount": 0}
    if task.started is not None and task.state is not TaskState.ACTIVE:
        shown["startTime"] = session.stamp(task.started)
    if task.ended is not None:
        shown["endTime"] = session.stamp(task.ended)
        shown["result"] = "success" if task.succeeded else "failure"
    if task.exit_code is not None:
        shown["exitCode"] = task.exit_code
    if task.ended is not None and not task.succeeded:
        shown["failureInfo"] = _failure(task)
    return shown


def _failure(task: TaskView) -> dict[str, Any]:
    if task.exit_code is None:
        return {
            "category": "usererror",
            "code": "TaskEnded",
            "message": "Task Was Ended by User Request",
            "details": [],
        }
    return {
        "category": "usererror",
        "code": "FailureExitCode",
        "message": "The task exited with an exit code representing a failure",
        "details": [{"name": "Message", "value": f"The task process exited with the code {task.exit_code}"}],
    }


def node_task_body(session: Session, asked: Asked, job: JobView, pool: str, task: NodeTaskView) -> dict[str, Any]:
    """Return how a preparation or release task of a job goes on a node, or went."""
    root = f"workitems/{job.id}/job-1/{'jobpreparation' if task.kind == 'preparation' else 'jobrelease'}"
    shown: dict[str, Any] = {
        "startTime": session.stamp(task.start),
        "state": "running" if task.end is None else "completed",
        "taskRootDirectory": root,
        "taskRootDirectoryUrl": f"{asked.base}/pools/{pool}/nodes/{task.node}/files/{root}",
    }
    if task.kind == "preparation":
        shown["retryCount"] = 0
    if task.end is not None:
        shown |= {"endTime": session.stamp(task.end), "exitCode": 0 if task.succeeded else 1}
        shown["result"] = "success" if task.succeeded else "failure"
    return shown


def task_url(asked: Asked, job: str, task: str) -> str:
    """Return the address of a task."""
    return f"{asked.base}/jobs/{quote(job)}/tasks/{quote(task)}"


def schedule_body(session: Session, asked: Asked, schedule: ScheduleView) -> dict[str, Any]:
    """Return a job schedule as the service shows it."""
    execution: dict[str, Any] = {}
    if schedule.next_run is not None:
        execution["nextRunTime"] = session.stamp(schedule.next_run)
    if schedule.recent is not None:
        url = f"{asked.base}/jobs/{quote(schedule.recent)}"
        execution["recentJob"] = {"id": schedule.recent, "url": url}
    specification = {key: value for key, value in written(schedule.body.job_specification).items() if key != "id"}
    shown = {
        **written(schedule.body),
        "url": f"{asked.base}/jobschedules/{schedule.id}",
        **session.changed(0.0, "schedule", schedule.id),
        "creationTime": session.stamp(0.0),
        "state": schedule.state.value,
        "stateTransitionTime": session.stamp(0.0),
        "jobSpecification": specification,
        "executionInfo": execution,
    }
    return shape(asked, "jobSchedule", shown)
