"""How long after its preemption a VM is sought for a spot node (`docs/model.md#recovery-of-preempted-nodes`)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from simulator.units import to_ms

if TYPE_CHECKING:
    from simulator.engine.nodes.node import Node


class RestorationWindow:
    """Knows until when the nodes of one pool that were preempted may come back, and when a VM is sought for them."""

    def __init__(self, length: float) -> None:
        self._length = None if math.isinf(length) else to_ms(length)
        """In ms; None = without end."""
        self._ends: dict[int, int] = {}
        """By sequence number of a node, in ms."""
        self._attempts: dict[int, int] = {}
        """The latest instant at which a VM is to be sought, by sequence number of a node, in ms."""

    def opens(self, node: Node, now: int) -> None:
        """Note that a node has been preempted."""
        if self._length is not None:
            self._ends[node.sequence] = now + self._length

    def is_open(self, node: Node, at: int) -> bool:
        """Return whether a VM is still sought for a node at an instant."""
        return at <= self._ends.get(node.sequence, at)

    def plan(self, node: Node, at: int) -> bool:
        """Note that a VM is to be sought for a node at an instant; return whether the window is open by then."""
        if not self.is_open(node, at):
            return False
        self._attempts[node.sequence] = at
        return True

    def is_sought(self, node: Node, now: int) -> bool:
        """Return whether a VM is to be sought for a node later than now."""
        return self._attempts.get(node.sequence, now) > now
