"""An upgrade of the operating system that rolls through a pool: every node once, never more than a batch at a time."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import simpy

from simulator.engine.nodes.interrupts import Restart
from simulator.engine.nodes.node import Life
from simulator.states import NodeDeallocationOption, NodeState

if TYPE_CHECKING:
    from simulator.engine.pools.pool import Pool

SHARE = 0.2
"""Of the pool in one batch, the default of rolling upgrades of scale sets."""
UNREACHED = (NodeState.UPGRADINGOS, NodeState.UNKNOWN, NodeState.UNUSABLE)
"""States in which a node cannot be upgraded; it boots the new version when it starts again."""
ORDER = Restart(NodeState.UPGRADINGOS, NodeDeallocationOption.REQUEUE)


def begin_upgrade(pool: Pool, version: str | None, batch: int | str | None) -> None:
    """Start an upgrade of the nodes that the pool has now; later ones boot the new version anyway."""
    pool.upgrading = True
    pool.os_version = version
    waiting = sorted(pool.nodes)
    if batch is None:
        batch = max(1, math.floor(SHARE * len(waiting)))
    pool.world.env.process(_roll(pool, waiting, len(waiting) if isinstance(batch, str) else batch))


def _roll(pool: Pool, waiting: list[int], batch: int) -> Life:
    """Take nodes in order of their sequence number; the next one starts when one of the batch is itself again."""
    env = pool.world.env
    under_way: list[simpy.Event] = []
    while waiting or under_way:
        while waiting and len(under_way) < batch:
            node = pool.nodes.get(waiting.pop(0))
            if node is not None and node.has_vm and not node.leaving and node.state not in UNREACHED:
                node.upgraded = simpy.Event(env)
                node.tell(ORDER)
                under_way.append(node.upgraded)
        if under_way:
            yield simpy.AnyOf(env, under_way)
            under_way = [event for event in under_way if not event.triggered]
    pool.upgrading = False
