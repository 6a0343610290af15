"""How a pool does what an operator asks of it: one case for each operation of `pool_operations`."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from simulator.engine.operations import on_nodes
from simulator.policy.response import DELETING, DONE, Answer
from simulator.scenario.format.pool_operations import (
    CreatePool,
    DeallocateNode,
    DeletePool,
    DisableAutoScale,
    DisableScheduling,
    EnableAutoScale,
    EnableScheduling,
    EvaluateAutoScale,
    LoseContact,
    NodeOperation,
    PreemptNodes,
    Reboot,
    Reimage,
    RemoveNodes,
    Resize,
    StartNode,
    StopResize,
    UpdatePool,
    UpgradeOs,
)
from simulator.scenario.format.schema import ApiProfile
from simulator.service_codes import ServiceCode
from simulator.states import NodeKind

if TYPE_CHECKING:
    from simulator.engine.operations.directory import Directory
    from simulator.engine.pools.pool import Pool

PoolChange = (
    Resize
    | StopResize
    | DeletePool
    | EnableAutoScale
    | DisableAutoScale
    | EvaluateAutoScale
    | UpdatePool
    | NodeOperation
)
"""Every operation on one pool."""


def create(directory: Directory, asked: CreatePool) -> Answer:
    """Create a pool, unless the one that had its id before is still being deleted; jobs that name it go there."""
    before, pool = directory.pool(asked.pool.id), directory.pool_of(asked)
    if before is not None and before.exists:
        return DELETING
    answer = pool.create()
    if not answer.is_refusal:
        for job in directory.jobs:
            job.follow(pool)
    return answer


def perform(directory: Directory, asked: PoolChange) -> Answer:
    """Perform an operation on a pool, or return why not."""
    pool = directory.pool(asked.pool)
    if pool is None or not pool.exists:
        return Answer(ServiceCode.POOL_NOT_FOUND, "The specified pool does not exist")
    if pool.is_deleted and not isinstance(asked, Resize):  # a refused resize has a row of its own in the record
        return DELETING
    profile = directory.world.options.api_profile
    if isinstance(asked, DeallocateNode | StartNode) and profile < ApiProfile.V2025_06:
        text = f"There is no {asked.operation} in {profile}; it came with {ApiProfile.V2025_06}"
        return Answer(ServiceCode.INVALID_URI, text)
    return _change(pool, asked)


def _change(pool: Pool, asked: PoolChange) -> Answer:
    match asked:
        case Resize():
            return _resize(pool, asked)
        case StopResize():
            return pool.stop_resize()
        case DeletePool():
            return pool.delete()
        case EnableAutoScale():
            return pool.enable_autoscale(asked.auto_scale_formula, asked.auto_scale_evaluation_interval)
        case DisableAutoScale():
            return pool.autoscaling.disable()
        case EvaluateAutoScale():
            return pool.autoscaling.evaluate(asked.auto_scale_formula)
        case UpdatePool():
            return _update(pool, asked)
        case _:
            return _change_nodes(pool, asked)


def _change_nodes(pool: Pool, asked: NodeOperation) -> Answer:
    match asked:
        case RemoveNodes():
            return on_nodes.remove_nodes(pool, asked)
        case Reboot():
            return on_nodes.reboot(pool, asked)
        case Reimage():
            return on_nodes.reimage(pool, asked)
        case DeallocateNode():
            return on_nodes.deallocate_node(pool, asked)
        case StartNode():
            return on_nodes.start_node(pool, asked)
        case DisableScheduling():
            return on_nodes.disable_scheduling(pool, asked)
        case EnableScheduling():
            return on_nodes.enable_scheduling(pool, asked)
        case UpgradeOs():
            return on_nodes.upgrade_os(pool, asked)
        case LoseContact():
            return on_nodes.contact_lost(pool, asked)
        case PreemptNodes():
            return on_nodes.preempt_nodes(pool, asked)
        case _:
            assert_never(asked)


def _resize(pool: Pool, asked: Resize) -> Answer:
    """Set new targets, those that are stated."""
    wanted = {
        NodeKind.DEDICATED: asked.target_dedicated_nodes,
        NodeKind.LOW_PRIORITY: asked.target_low_priority_nodes,
    }
    targets = {kind: count for kind, count in wanted.items() if count is not None}
    return pool.resize(targets, timeout=asked.resize_timeout, option=asked.node_deallocation_option)


def _update(pool: Pool, asked: UpdatePool) -> Answer:
    """Change what nodes get at their next start, and what is only shown."""
    given = {
        "display_name": asked.display_name,
        "metadata": asked.metadata,
        "start_task": asked.start_task,
        "application_package_references": asked.application_package_references,
        "certificate_references": asked.certificate_references,
    }
    pool.site.update({name: value for name, value in given.items() if value is not None})
    return DONE
