"""The local disks of nodes, where they are enforced: files of tasks stay until their retention time has passed.

A full disk makes its node unusable; the user makes room and reboots it (`docs/model.md#local-disk-and-memory`).
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from simulator.engine.nodes.interrupts import Break
from simulator.policy.local_disk import LocalDisk
from simulator.states import NodeState

if TYPE_CHECKING:
    from simulator.engine.nodes.site import Site
    from simulator.engine.pools.members import Members


class Disks:
    """What tasks have left on the nodes of one pool."""

    def __init__(self, site: Site, members: Members, disk_use: Mapping[int, float]) -> None:
        self._site = site
        self._members = members
        self._disk_use = disk_use
        """GiB that a task writes, for those that write at all."""
        self._left: dict[int, LocalDisk] = {}
        """By node, where a task has left something."""

    def wipe(self, sequence: int) -> None:
        """Remove everything from a node's disk."""
        self._left.pop(sequence, None)

    def used(self, sequence: int) -> float:
        """Return the GiB in use on a node now."""
        disk = self._left.get(sequence)
        return 0.0 if disk is None else disk.used(self._site.world.env.clock)

    def delete(self, tasks: AbstractSet[int]) -> None:
        """Remove the files of tasks that have been deleted."""
        for disk in self._left.values():
            disk.delete(tasks)

    def task_ended(self, task: int) -> None:
        """Keep the files of a task that has ended; a full disk takes its node out of service."""
        gib, tasks = self._disk_use.get(task, 0.0), self._site.tasks
        size = self._site.size.temp_disk_gib
        if not gib or not tasks.has_begun(task):
            return
        sequence = tasks.node_of(task)
        node = self._members.get(sequence)
        if node is None:
            return
        until = self._site.world.env.clock + self._site.retention_of(task)
        self._left.setdefault(sequence, LocalDisk()).keep(task, gib, until)
        if size is not None and self.used(sequence) > size and node.can_lose_contact:
            node.interrupt(Break(NodeState.UNUSABLE, "disk full"))
