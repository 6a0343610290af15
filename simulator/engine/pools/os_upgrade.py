"""An upgrade of the operating system that rolls through a pool: every node once, never more than a batch at a time."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import count
from typing import TYPE_CHECKING

import simpy

from simulator.engine.environment import NODES
from simulator.states import NodeDeallocationOption, NodeState
from simulator.units import to_ms

if TYPE_CHECKING:
    from simulator.engine.nodes.node import Life
    from simulator.engine.nodes.site import Site
    from simulator.engine.pools.members import Members
    from simulator.engine.world import World
    from simulator.scenario.format.bodies import Pool

UNREACHED = (NodeState.CREATING, NodeState.UPGRADINGOS, NodeState.UNKNOWN, NodeState.UNUSABLE)
"""States in which a node is not upgraded; it boots the new version when it starts, or starts again."""


class OsUpgrade:
    """Upgrades the operating system of one pool."""

    def __init__(self, site: Site, members: Members) -> None:
        self._env = site.world.env
        self._policy = site.description.upgrade_policy
        self._members = members
        self.version = site.description.os_version
        self.is_running = False
        self._is_over = False

    def follow_images(self, instants: Iterator[int]) -> None:
        """Begin an upgrade by itself at every instant at which there is a newer image, until the pool is deleted."""
        self._env.process(self._follow(instants))

    def stop_following(self) -> None:
        """Begin no more upgrades."""
        self._is_over = True

    def _follow(self, instants: Iterator[int]) -> Life:
        for at in instants:
            if at < self._env.clock:
                continue
            yield self._env.at(at, NODES)
            if self._is_over:
                return
            if not self.is_running:
                self.begin(self.version, None)

    def begin(self, version: str | None, batch: int | str | None) -> None:
        """Start an upgrade of the nodes that the pool has now; later ones boot the new version anyway.

        `batch` is how many nodes are upgraded at a time; `all`, or None for the share that the pool's policy states.
        """
        self.is_running = True
        self.version = version
        waiting = sorted(node.sequence for node in self._members)
        if batch is None:
            batch = max(1, self._policy.rolling_upgrade_policy.max_batch_instance_percent * len(waiting) // 100)
        self._env.process(self._roll(waiting, len(waiting) if isinstance(batch, str) else batch))

    def _roll(self, waiting: list[int], batch: int) -> Life:
        """Upgrade nodes in order of their sequence number; the next one starts when one of the batch is ready again.

        Where the policy has a pause, the next batch starts so long after the whole batch is ready.
        """
        option = NodeDeallocationOption.TASKCOMPLETION if self._policy.defers else NodeDeallocationOption.REQUEUE
        pause = to_ms(self._policy.rolling_upgrade_policy.pause_time_between_batches)
        under_way: list[simpy.Event] = []
        while waiting or under_way:
            while waiting and len(under_way) < batch:
                node = self._members.get(waiting.pop(0))
                if node is not None and node.has_vm and not node.leaving and node.state not in UNREACHED:
                    under_way.append(node.upgrade(option))
            if under_way and pause:
                yield simpy.AllOf(self._env, under_way)
                under_way = []
                if waiting:
                    yield self._env.after(pause)
            elif under_way:
                yield simpy.AnyOf(self._env, under_way)
                under_way = [event for event in under_way if not event.triggered]
        self.is_running = False


def images(world: World, pool: Pool) -> Iterator[int]:
    """Yield the instants at which there is a newer version of a pool's image, in milliseconds."""
    stated = pool.simulation.new_images
    if stated is not None:
        yield from sorted(to_ms(at) for at in stated)
    elif math.isfinite(interval := world.options.image_interval):
        yield from count(to_ms(interval), to_ms(interval))
