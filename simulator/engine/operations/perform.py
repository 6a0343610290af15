"""The scenario's timeline: each operation is performed at its time, and the service's answer recorded.

A refusal is an answer like any other: the run goes on. To add operations, describe them in the scenario layer and add
their handler here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from simulator.engine.operations import on_jobs, on_pools, on_schedules, outages
from simulator.policy.response import Answer
from simulator.scenario.format.job_operations import AddJob, OnJob, OnSchedule, TaskOperation
from simulator.scenario.format.pool_operations import CreatePool, Operated, Outage

if TYPE_CHECKING:
    from simulator.engine.operations.directory import Directory
    from simulator.scenario.format.schema import Operation

NODES_NAMED = 3
"""Where an operation names more nodes than this, only their number is recorded."""


def perform(directory: Directory, operation: Operation) -> Answer:
    """Perform one operation now and record its answer."""
    answer = _answer(directory, operation)
    pool = directory.pool(_pool_of(operation))
    job = directory.job(_job_of(operation))
    directory.world.record.operation(
        directory.world.env.clock,
        operation.operation,
        answer.code.value,
        answer.message,
        pool=-1 if pool is None else pool.index,
        job=-1 if job is None else job.number,
        target=_target(operation),
    )
    return answer


def _answer(directory: Directory, operation: Operation) -> Answer:
    """Perform an operation and return the service's answer."""
    match operation:
        case Outage():
            return outages.perform(directory, operation)
        case CreatePool():
            return on_pools.create(directory, operation)
        case Operated():
            return on_pools.perform(directory, operation)
        case OnSchedule():
            return on_schedules.perform(directory, operation)
        case AddJob() | OnJob():
            return on_jobs.perform(directory, operation)
        case _:
            assert_never(operation)


def _pool_of(operation: Operation) -> str:
    """Return the id of the pool that an operation names, empty where it names none."""
    if isinstance(operation, CreatePool):
        return operation.pool.id
    return operation.pool if isinstance(operation, Operated) else ""


def _job_of(operation: Operation) -> str:
    """Return the id of the job that an operation names, empty where it names none."""
    if isinstance(operation, AddJob):
        return operation.job.id
    return operation.job if isinstance(operation, OnJob) else ""


def _target(operation: Operation) -> str:
    """Return what an operation names, whether it exists or not."""
    match operation:
        case AddJob():
            return operation.job.id
        case CreatePool():
            return operation.pool.id
        case OnJob():
            return f"{operation.job}/{operation.task}" if isinstance(operation, TaskOperation) else operation.job
        case OnSchedule():
            return operation.job_schedule
        case Outage():
            zone = [f"zone {operation.zone}"] if operation.zone else []
            return ", ".join([*([operation.size] if operation.size else []), *zone])
        case Operated():
            return _pool_target(operation)
        case _:
            assert_never(operation)


def _pool_target(operation: Operated) -> str:
    """Return the pool that an operation names, with the nodes if it names any."""
    nodes: tuple[str, ...] = getattr(operation, "node_id", None) or getattr(operation, "node_list", None) or ()
    if not nodes:
        return operation.pool
    return f"{operation.pool}: {', '.join(nodes) if len(nodes) <= NODES_NAMED else f'{len(nodes)} nodes'}"
