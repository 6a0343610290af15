"""How a pool does what an operator asks of it: one handler for each operation of `scenario.operations`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from simulator.engine import scaling
from simulator.engine.answers import Answer
from simulator.scenario.operations import DeletePool, DisableAutoScale, EnableAutoScale, Operated, Resize, StopResize
from simulator.states import NodeKind

if TYPE_CHECKING:
    from simulator.engine.pool import Pool
    from simulator.engine.world import World

Handler = Callable[[Any, Any], Answer]
"""Takes the pool and the operation."""


def resize(pool: Pool, asked: Resize) -> Answer:
    """Set new targets, those that are named."""
    wanted = {
        NodeKind.DEDICATED: asked.target_dedicated_nodes,
        NodeKind.LOW_PRIORITY: asked.target_low_priority_nodes,
    }
    return pool.resize(
        {kind: count for kind, count in wanted.items() if count is not None},
        timeout=asked.resize_timeout,
        option=asked.node_deallocation_option,
    )


def stop_resize(pool: Pool, _: StopResize) -> Answer:
    """Keep what has been obtained."""
    return pool.stop_resize()


def delete_pool(pool: Pool, _: DeletePool) -> Answer:
    """Remove every node, and the pool."""
    return pool.delete()


def enable_autoscale(pool: Pool, asked: EnableAutoScale) -> Answer:
    """Begin to evaluate a formula, or change it."""
    return scaling.enable(pool, asked.auto_scale_formula, asked.auto_scale_evaluation_interval)


def disable_autoscale(pool: Pool, _: DisableAutoScale) -> Answer:
    """Evaluate no more."""
    return scaling.disable(pool)


HANDLERS: Final[Mapping[type[Operated], Handler]] = {
    Resize: resize,
    StopResize: stop_resize,
    DeletePool: delete_pool,
    EnableAutoScale: enable_autoscale,
    DisableAutoScale: disable_autoscale,
}


def perform(world: World, asked: Operated) -> Answer:
    """Do it, or say why not."""
    pool = world.pool_named(asked.pool)
    if pool is None:
        return Answer("PoolNotFound", "The specified pool does not exist")
    return HANDLERS[type(asked)](pool, asked)
