"""The scenario's timeline: each operation is performed at its time, and the service's answer recorded.

A refusal is an answer like any other: the run goes on. To add operations, describe them in the scenario layer and
give their performer here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from simulator.engine.operations import on_jobs, on_pools, outages
from simulator.policy.response import Answer
from simulator.scenario.format.job_operations import AddJob, OnJob, OnSchedule
from simulator.scenario.format.pool_operations import Operated, Outage

if TYPE_CHECKING:
    from simulator.engine.world import World
    from simulator.scenario.format.schema import Operation

NODES_NAMED = 3
"""Where an operation names more nodes than this, their number is told."""
Performer = Callable[["World", Any], Answer]


def perform(world: World, operation: Operation) -> Answer:
    """Perform one operation now and record how it was answered."""
    answer = _performer(operation)(world, operation)
    pool = world.pool_named(getattr(operation, "pool", ""))
    job = world.job_number(operation.job.id if isinstance(operation, AddJob) else getattr(operation, "job", ""))
    world.record.operation(
        world.env.clock,
        operation.operation,
        answer.code,
        answer.message,
        pool=-1 if pool is None else pool.index,
        job=job,
        target=_target(operation),
    )
    return answer


def _target(operation: Operation) -> str:
    """Say what an operation names, whether there is such a thing or not."""
    asked: Any = operation
    if isinstance(asked, AddJob):
        return asked.job.id
    if isinstance(asked, OnJob):
        return f"{asked.job}/{asked.task}" if hasattr(asked, "task") else asked.job
    if isinstance(asked, OnSchedule):
        return asked.job_schedule
    if isinstance(asked, Outage):
        return ", ".join([*([asked.size] if asked.size else []), *([f"zone {asked.zone}"] if asked.zone else [])])
    nodes = getattr(asked, "node_id", None) or getattr(asked, "node_list", None) or ()
    if not nodes:
        return str(asked.pool)
    return f"{asked.pool}: {', '.join(nodes) if len(nodes) <= NODES_NAMED else f'{len(nodes)} nodes'}"


def _performer(operation: Operation) -> Performer:
    """Tell whose business an operation is."""
    if isinstance(operation, Operated):
        return on_pools.perform
    if isinstance(operation, Outage):
        return _fail
    return on_jobs.perform


def _fail(world: World, asked: Outage) -> Answer:
    """Take capacity away for a while."""
    hit = outages.begin(world, asked.size, asked.zone, asked.duration)
    return Answer(message=f"{hit} {'node' if hit == 1 else 'nodes'} lost contact" if hit else "")
