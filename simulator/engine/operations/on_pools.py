"""How a pool does what an operator asks of it: one handler for each operation of `pool_operations`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from simulator.engine.nodes.setup_spec import setup_of, updated
from simulator.engine.operations import on_nodes
from simulator.engine.pools import autoscale_control, resizing
from simulator.policy.response import DELETING, DONE, Answer
from simulator.scenario.format.pool_operations import (
    DeallocateNode,
    DeletePool,
    DisableAutoScale,
    DisableScheduling,
    EnableAutoScale,
    EnableScheduling,
    EvaluateAutoScale,
    LoseContact,
    Operated,
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
from simulator.states import NodeKind

if TYPE_CHECKING:
    from simulator.engine.pools.pool import Pool
    from simulator.engine.world import World

Handler = Callable[[Any, Any], Answer]
"""Takes the pool and the operation."""


def resize(pool: Pool, asked: Resize) -> Answer:
    """Set new targets, those that are named."""
    wanted = {
        NodeKind.DEDICATED: asked.target_dedicated_nodes,
        NodeKind.LOW_PRIORITY: asked.target_low_priority_nodes,
    }
    return resizing.resize(
        pool,
        {kind: count for kind, count in wanted.items() if count is not None},
        timeout=asked.resize_timeout,
        option=asked.node_deallocation_option,
    )


def stop_resize(pool: Pool, _: StopResize) -> Answer:
    """Keep what has been obtained."""
    return resizing.stop(pool)


def delete_pool(pool: Pool, _: DeletePool) -> Answer:
    """Remove every node, and the pool."""
    return pool.delete()


def enable_autoscale(pool: Pool, asked: EnableAutoScale) -> Answer:
    """Begin to evaluate a formula, or change it."""
    return autoscale_control.enable(pool, asked.auto_scale_formula, asked.auto_scale_evaluation_interval)


def disable_autoscale(pool: Pool, _: DisableAutoScale) -> Answer:
    """Evaluate no more."""
    return autoscale_control.disable(pool)


def evaluate_autoscale(pool: Pool, asked: EvaluateAutoScale) -> Answer:
    """Say what a formula would give now."""
    return autoscale_control.evaluate(pool, asked.auto_scale_formula)


def update_pool(pool: Pool, asked: UpdatePool) -> Answer:
    """Change what nodes get at their next start."""
    given = {
        "start_task": asked.start_task,
        "application_package_references": asked.application_package_references,
        "certificate_references": asked.certificate_references,
    }
    changes = {name: value for name, value in given.items() if value is not None}
    pool.description = updated(pool.description, changes)
    pool.setup = setup_of(pool.description)
    return DONE


HANDLERS: Final[Mapping[type[Operated], Handler]] = {
    Resize: resize,
    StopResize: stop_resize,
    DeletePool: delete_pool,
    EnableAutoScale: enable_autoscale,
    DisableAutoScale: disable_autoscale,
    EvaluateAutoScale: evaluate_autoscale,
    UpdatePool: update_pool,
    RemoveNodes: on_nodes.remove_nodes,
    Reboot: on_nodes.reboot,
    Reimage: on_nodes.reimage,
    DeallocateNode: on_nodes.deallocate_node,
    StartNode: on_nodes.start_node,
    DisableScheduling: on_nodes.disable_scheduling,
    EnableScheduling: on_nodes.enable_scheduling,
    UpgradeOs: on_nodes.upgrade_os,
    LoseContact: on_nodes.contact_lost,
}


def perform(world: World, asked: Operated) -> Answer:
    """Do it, or say why not."""
    pool = world.pool_named(asked.pool)
    if pool is None or not pool.exists:
        return Answer("PoolNotFound", "The specified pool does not exist")
    if pool.deleted and not isinstance(asked, Resize):  # a refused resize leaves a row of its own
        return DELETING
    profile = world.scenario.options.api_profile
    if isinstance(asked, DeallocateNode | StartNode) and profile < ApiProfile.V2025_06:
        return Answer("InvalidUri", f"There is no {asked.operation} in {profile}; it came with {ApiProfile.V2025_06}")
    return HANDLERS[type(asked)](pool, asked)
