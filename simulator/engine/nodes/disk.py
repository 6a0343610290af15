"""The local disk of nodes, where it is enforced: files of tasks stay until their retention time has passed.

A disk that is full makes its node unusable; the user frees it and reboots (spec §2.2, assumption P59).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.engine.nodes.contact_loss import can_lose_contact
from simulator.engine.nodes.interrupts import Break
from simulator.engine.nodes.task_slots import RETENTION
from simulator.states import NodeState

if TYPE_CHECKING:
    from simulator.engine.pools.pool import Pool


class Disks:
    """What tasks have left on the nodes of one pool."""

    def __init__(self, pool: Pool, writes: dict[int, float]) -> None:
        self.pool = pool
        self.writes = writes
        """GiB that a task of the kernel writes, those that write at all."""
        self._left: dict[int, list[tuple[int, float]]] = {}
        """By node: until when something is kept, and how many GiB."""

    def wiped(self, sequence: int) -> None:
        """Forget what was on a node's disk."""
        self._left.pop(sequence, None)

    def used(self, sequence: int) -> float:
        """Give the GiB in use on a node now."""
        now = self.pool.world.env.clock
        kept = [entry for entry in self._left.get(sequence, ()) if entry[0] > now]
        self._left[sequence] = kept
        return sum(gib for _, gib in kept)

    def task_ended(self, task: int) -> None:
        """Keep the files of a task that has ended; a full disk takes its node out of service."""
        gib, kernel = self.writes.get(task, 0.0), self.pool.kernel
        size = self.pool.size.temp_disk_gib
        if not gib or not len(kernel.attempts) or kernel.attempts.task[kernel.row[task]] != task:
            return
        sequence = int(kernel.attempts.node[kernel.row[task]])
        node = self.pool.nodes.get(sequence)
        if node is None:
            return
        kept = RETENTION if self.pool.retention is None else int(self.pool.retention[task])
        self._left.setdefault(sequence, []).append((self.pool.world.env.clock + kept, gib))
        if size is not None and self.used(sequence) > size and can_lose_contact(node):
            node.tell(Break(NodeState.UNUSABLE, "disk full"))
