"""What tasks fetch onto their nodes before they start: application packages, then the image of their container.

Each comes to a node once, and stays until the node gets a new disk (`docs/model.md#downloads`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.scenario.format.node_faults import named_package
from simulator.states import NodeState
from simulator.units import to_ms

if TYPE_CHECKING:
    from simulator.engine.nodes.node import Node
    from simulator.engine.world import World
    from simulator.scenario.format.bodies import Pool
    from simulator.scenario.format.node_faults import Download
    from simulator.workload.optional_columns import Extras

FRESH = (NodeState.CREATING, NodeState.REIMAGING, NodeState.UPGRADINGOS, NodeState.DEALLOCATING)
"""States after which nothing is on a node any more."""


@dataclass(frozen=True, slots=True)
class Item:
    """One package or image."""

    name: str
    span: int
    """How long a node takes to fetch it, ms."""
    failure_probability: float


class TaskDownloads:
    """The downloads of the tasks of one pool: which they need, and which the nodes have."""

    def __init__(self, world: World, pool: Pool, extras: Extras, place: Mapping[int, int]) -> None:
        self._world = world
        self._pool = pool
        self._items: dict[str, Item] = {}
        """By name, those that take time or may fail."""
        self.needs = self._needs(extras, place)
        """By task: what it fetches, in order."""
        self._there: dict[int, dict[str, int]] = {}
        """By node: when each thing is there."""
        self._draws: dict[str, Callable[[], float]] = {}

    def fetch(self, task: int, node: int, begin: int) -> int:
        """Return how long a task fetches on a node from `begin` on; −1 − that where something does not come."""
        there, now = self._there.setdefault(node, {}), begin
        for item in self.needs[task]:
            if item.name not in there:
                if self._fails(item):
                    return -1 - (now + item.span - begin)
                there[item.name] = now + item.span
            now = max(now, there[item.name])
        return now - begin

    def node_changed(self, node: Node) -> None:
        """Forget what was on a node that has a new disk."""
        if node.state in FRESH:
            self._there.pop(node.sequence, None)

    def _fails(self, item: Item) -> bool:
        if not item.failure_probability:
            return False
        if item.name not in self._draws:
            self._draws[item.name] = self._world.streams.uniform_draws(f"task download:{self._pool.id}:{item.name}")
        return self._draws[item.name]() < item.failure_probability

    def _needs(self, extras: Extras, place: Mapping[int, int]) -> dict[int, tuple[Item, ...]]:
        """Return what each task has to fetch, but for what its nodes have from their start on."""
        downloads, found = self._pool.simulation.downloads, dict[int, list[Item]]()
        prefetched = {name.lower() for name in self._pool.container_image_names}
        deployed = {package_name(*named_package(one)) for one in self._pool.application_package_references}
        for row, packages in extras.packages.items():
            for application, version in packages if row in place else ():
                name = package_name(application, version)
                if name not in deployed:
                    self._add(found, place[row], name, downloads.package(application, version))
        for row, image in extras.images.items():
            if row in place and image.lower() not in prefetched:
                self._add(found, place[row], f"container image {image}", downloads.image(image))
        return {task: tuple(items) for task, items in found.items()}

    def _add(self, found: dict[int, list[Item]], task: int, name: str, known: Download) -> None:
        """Note that a task needs something that takes time or may fail."""
        span = to_ms(self._pool.simulation.downloads.seconds(known.size_mib))
        if span or known.failure_probability:
            item = self._items.setdefault(name, Item(name, span, known.failure_probability))
            found.setdefault(task, []).append(item)


def package_name(application: str, version: str | None) -> str:
    """Return how a package is called in messages, one name for each version."""
    return f"application package {application.lower()}{f' {version}' if version else ''}"
