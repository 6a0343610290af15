"""What tasks fetch onto their nodes before they start: application packages, then the image of their container.

Each comes to a node once, and stays until the node gets a new disk (`docs/model.md#downloads`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from simulator.workload.downloads import items_of_tasks

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from simulator.engine.nodes.node import Node
    from simulator.engine.world import World
    from simulator.scenario.format.bodies import Pool
    from simulator.workload.downloads import Item
    from simulator.workload.optional_columns import Extras


class TaskDownloads:
    """The downloads of the tasks of one pool: which they need, and which the nodes have."""

    def __init__(self, world: World, pool: Pool) -> None:
        self._world = world
        self._pool = pool
        self.needs: dict[int, tuple[Item, ...]] = {}
        """By task: what it fetches, in order."""
        self._there: dict[int, dict[str, int]] = {}
        """By node: when each thing is there."""
        self._draws: dict[str, Callable[[], float]] = {}

    def take(self, extras: Extras, places: npt.NDArray[np.int64], before: int) -> list[int]:
        """Note what tasks need that come behind `before` others; return those that fetch anything."""
        if not extras.fetching:
            return []
        needs = items_of_tasks(self._pool, extras, {int(row): before + task for task, row in enumerate(places)})
        self.needs |= needs
        return list(needs)

    def shorten(self, count: int) -> None:
        """Forget all tasks but the first `count`."""
        for task in [task for task in self.needs if task >= count]:
            del self.needs[task]

    def fetch(self, task: int, node: int, begin: int) -> int:
        """Return how long a task fetches on a node from `begin` on; −1 − that where something does not come."""
        there, now = self._there.setdefault(node, {}), begin
        for item in self.needs[task]:
            if item.key not in there:
                if self._fails(item):
                    return -1 - (now + item.span - begin)
                there[item.key] = now + item.span
            now = max(now, there[item.key])
        return now - begin

    def forget(self, node: Node) -> None:
        """Forget what was on a node that has a new disk."""
        self._there.pop(node.sequence, None)

    def _fails(self, item: Item) -> bool:
        if not item.failure_probability:
            return False
        if item.key not in self._draws:
            self._draws[item.key] = self._world.streams.uniform_draws(f"task download:{self._pool.id}:{item.key}")
        return self._draws[item.key]() < item.failure_probability
