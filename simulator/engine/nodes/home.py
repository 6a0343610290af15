"""What a node reports to the pool that it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from simulator.engine.nodes.node import Node


class Home(Protocol):
    """Receives the events in the lives of a pool's nodes."""

    def obtained_vm(self, node: Node) -> None:
        """Note that a VM stands behind `node` from now on."""

    def lost_vm(self, node: Node) -> None:
        """Seek capacity for `node`, which was preempted."""

    def entered(self, node: Node) -> None:
        """Note that `node` has entered a state; None = it is gone."""

    def drained(self) -> None:
        """Note that a node that leaves has no task any more."""

    def fetched(self, node: Node, name: str, size_mib: float) -> bool:
        """Note that a package or image has come to `node`; return whether its disk has room for it."""

    def freed_disk(self, node: Node) -> None:
        """Note that no files of tasks are left on the local disk of `node`."""

    def gone(self, node: Node) -> None:
        """Note that `node` has ended; its name and address are free."""
