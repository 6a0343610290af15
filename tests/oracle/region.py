"""The VMs that a region has, as docs/model.md shows them under *Growth limits* and *Lost capacity*.

All nodes are of one size and in one zone; an outage is one of that size.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.oracle.agenda import Agenda, Phase

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.oracle.nodes import Node
    from tests.oracle.pools import Pool


class Region:
    """Knows whether there are VMs, and which of those that were taken are not back."""

    def __init__(self, agenda: Agenda, pools: Callable[[], Iterable[Pool]]) -> None:
        self.agenda, self.pools = agenda, pools
        self.outages = 0
        self.lost: list[int] = []
        """When VMs come back for which removed nodes had waited."""
        self.waiting: list[Callable[[], None]] = []
        """Orders that wait for VMs."""

    def has_vms(self, pool: Pool, kind: str) -> bool:
        """Return whether there is one more for a node of a pool, lost ones aside."""
        return not self.outages and (kind == "dedicated" or pool.is_open)

    def begin_outage(self, duration: int) -> None:
        self.outages += 1
        self.agenda.at(self.agenda.now + duration, Phase.NODES, self.end_outage)

    def end_outage(self) -> None:
        self.outages -= 1
        self.resume()

    def resume(self) -> None:
        """Allocate anew what is missing."""
        waiting, self.waiting = self.waiting, []
        for allocate in waiting:
            allocate()

    def lose(self, node: Node) -> None:
        """Note that a preempted node is removed: growth lacks its VM until that would have come back."""
        self.lost.append(node.sought)

    def back_at(self, pool: Pool, kind: str) -> int | None:
        """Return when the next lost VM is back, if a low-priority node on order has to wait for it.

        As many of all that are on order wait as VMs are lost; under a capacity curve none does.
        """
        self.lost = sorted(at for at in self.lost if at > self.agenda.now)
        if kind == "dedicated" or pool.has_curve or not self.lost:
            return None
        ordered = sum(one.resize.ordered["low_priority"] for one in self.pools() if one.resize and not one.has_curve)
        return self.lost[0] if len(self.lost) >= ordered else None
