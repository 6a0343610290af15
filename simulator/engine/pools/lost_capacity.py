"""Capacity that was taken from pools and is not back yet, though they have removed the nodes that it stood behind.

See `docs/model.md#lost-capacity`.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING, NamedTuple

from simulator.scenario.format.catalogue import canonical

if TYPE_CHECKING:
    from simulator.engine.nodes.node import Node


class Place(NamedTuple):
    """Where VMs that can be taken back come from."""

    size: str
    """As names of sizes are compared."""
    zone: int

    @classmethod
    def of(cls, size: str, zone: int) -> Place:
        """Return where the VMs of a size in a zone come from."""
        return cls(canonical(size), zone)


class LostCapacity:
    """Knows when VMs come back that preempted nodes wait for, and those that removed ones waited for."""

    def __init__(self, *, binds: bool) -> None:
        self._binds = binds
        self._sought: dict[int, int] = {}
        """When capacity is sought for a preempted node, by its row of the node table, in ms."""
        self._back: dict[Place, list[int]] = {}
        """Heaps of instants at which VMs of removed nodes come back."""

    def seek(self, node: Node, at: int) -> None:
        """Note when capacity is sought for a preempted node."""
        self._sought[node.number] = at

    def found(self, node: Node) -> None:
        """Note that a VM stands behind a node."""
        self._sought.pop(node.number, None)

    def removed(self, node: Node) -> None:
        """Note that a node is gone: the VM that it waited for stays lost until it would have come back."""
        at = self._sought.pop(node.number, None)
        if at is not None and self._binds:
            heappush(self._back.setdefault(Place.of(node.site.size.name, node.zone), []), at)

    def missing(self, place: Place, now: int) -> list[int]:
        """Return when the VMs come back that a place has lost; the first is the next one."""
        back = self._back.get(place, [])
        while back and back[0] <= now:
            heappop(back)
        return back
