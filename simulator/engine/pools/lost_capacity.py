"""Capacity that was taken from a pool and is not back yet, though the pool has removed the nodes that it stood behind.

See `docs/model.md#lost-capacity`.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.engine.nodes.node import Node


class LostCapacity:
    """Knows when VMs come back that preempted nodes of one pool wait for, and those that removed ones waited for."""

    def __init__(self, *, binds: bool) -> None:
        self._binds = binds
        self._sought: dict[int, int] = {}
        """When capacity is sought for a preempted node, by its sequence number, in ms."""
        self._back: list[int] = []
        """Heap of instants at which VMs of removed nodes come back."""

    def seek(self, node: Node, at: int) -> None:
        """Note when capacity is sought for a preempted node."""
        self._sought[node.sequence] = at

    def found(self, node: Node) -> None:
        """Note that a VM stands behind a node."""
        self._sought.pop(node.sequence, None)

    def removed(self, node: Node) -> None:
        """Note that a node is gone: the VM that it waited for stays lost until it would have come back."""
        at = self._sought.pop(node.sequence, None)
        if at is not None and self._binds:
            heappush(self._back, at)

    def next_return(self, now: int, wanted: int) -> int | None:
        """Return when the next lost VM comes back; None if more are wanted than are lost."""
        while self._back and self._back[0] <= now:
            heappop(self._back)
        return self._back[0] if len(self._back) >= wanted else None
