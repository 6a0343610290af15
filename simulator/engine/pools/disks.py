"""The local disks of nodes, where they are enforced: what tasks bring and write, while they run and after.

A task that finds no room fails, and its node is unusable until a user reboots it, which removes the files
of tasks (`docs/model.md#local-disk-and-memory`).
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from simulator.engine.environment import NODES
from simulator.engine.nodes.interrupts import Break
from simulator.policy.local_disk import MIB_PER_GIB, LocalDisk
from simulator.results.why.reasons import NodeFault
from simulator.states import NodeState
from simulator.units import NEVER

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    import numpy.typing as npt

    from simulator.engine.nodes.site import Site
    from simulator.engine.pools.members import Members
    from simulator.engine.world import World
    from simulator.policy.local_disk import Files
    from simulator.scenario.format.bodies import Pool
    from simulator.workload.downloads import Item
    from simulator.workload.optional_columns import Extras


def disks_of(world: World, pool: Pool, needs: Mapping[int, tuple[Item, ...]]) -> Disks | None:
    """Return the disks of a pool's nodes; None where they are not enforced, or their size is not known.

    `needs` has packages and images by task, of all that come.
    """
    size = world.scenario.sizes[pool.vm_size].temp_disk_gib
    if size is None or world.options.enforce_local_resources == "none":
        return None
    return Disks(world, size, needs)


class Disks:
    """The disks of the nodes of one pool, all of one size."""

    def __init__(self, world: World, size: float, needs: Mapping[int, tuple[Item, ...]]) -> None:
        self._world = world
        self._size = size
        self._needs = needs
        """Packages and images by task."""
        self._begins: list[int] = []
        """The first task of each group that has come."""
        self._groups: list[tuple[Extras, npt.NDArray[np.int64]]] = []
        """What is special about its tasks, and their places there."""
        self._site: Site
        self._members: Members
        self._disks: dict[int, LocalDisk] = {}
        """By node, where anything has come to one."""

    def belong_to(self, site: Site, members: Members) -> None:
        """Note whose disks these are."""
        self._site, self._members = site, members

    def used(self, sequence: int) -> float:
        """Return the GiB in use on a node now."""
        return self._disk(sequence).used(self._world.env.clock)

    def free(self, sequence: int) -> None:
        """Remove the files of tasks from a node's disk."""
        self._disk(sequence).free()

    def wipe(self, sequence: int) -> None:
        """Remove everything from a node's disk."""
        self._disks.pop(sequence, None)

    def take(self, extras: Extras, places: npt.NDArray[np.int64], before: int) -> npt.NDArray[np.bool_]:
        """Note what tasks write that come behind `before` others; return which of them put anything on a disk."""
        self._begins.append(before)
        self._groups.append((extras, places))
        writers = extras.fill_disks(places)
        for task, items in self._needs.items():
            if task >= before:
                writers[task - before] |= any(item.size_mib for item in items)
        return writers

    def shorten(self, count: int) -> None:
        """Forget all tasks but the first `count`."""
        while self._begins and self._begins[-1] >= count:
            self._begins.pop()
            self._groups.pop()

    def _on_disk(self, task: int, instance: int) -> float:
        """Return the GiB that a task brings and writes on one of its nodes."""
        group = bisect_right(self._begins, task) - 1
        extras, places = self._groups[group]
        return extras.on_disk(int(places[task - self._begins[group]]), instance)

    # ---- what comes to them --------------------------------------------------------------------------------

    def fetch(self, sequence: int, name: str, size_mib: float) -> bool:
        """Put a package or image on a node that starts; return whether there is room for it."""
        self._disk(sequence).fetch(name, size_mib / MIB_PER_GIB, self._world.env.clock)
        return self.used(sequence) <= self._size

    def hold(self, task: int, row: int, nodes: list[int], start: int, fetches: bool) -> bool:
        """Put what a task brings and writes on its nodes from its start on; return whether there may be no room."""
        is_crowded = False
        for instance, sequence in enumerate(nodes):
            disk = self._disk(sequence)
            for item in self._needs.get(task, ()) if fetches else ():
                disk.fetch(item.key, item.size_mib / MIB_PER_GIB, start)
            disk.hold(task, row + instance, self._on_disk(task, instance), start)
            is_crowded |= disk.may_overflow(self._size, start, row)
        return is_crowded

    def watch(self, row: int) -> None:
        """Look at the disks of an attempt when it starts, and when others start there that came before it."""
        env, tasks = self._world.env, self._site.tasks
        for sequence in tasks.nodes_of(row):
            for files in self._disk(sequence).unwatched(env.clock):
                env.at(files.since, NODES).callbacks.append(self._looking(sequence, files))

    def _looking(self, sequence: int, files: Files) -> Callable[[object], None]:
        return lambda _: self._look(sequence, files)

    def _look(self, sequence: int, files: Files) -> None:
        """Fail the task of an attempt that starts now and finds no room, and break its node."""
        now, tasks = self._world.env.clock, self._site.tasks
        task = tasks.running_at(files.row)
        if task is None or self._disk(sequence).used(now, files.row) <= self._size:
            return
        self._site.change().fail(task, now)
        node = self._members.get(sequence)
        if node is not None and node.can_lose_contact:
            node.interrupt(Break(NodeState.UNUSABLE, NodeFault.DISK_FULL))

    def _disk(self, sequence: int) -> LocalDisk:
        if sequence not in self._disks:
            self._disks[sequence] = LocalDisk(self._until)
        return self._disks[sequence]

    def _until(self, files: Files) -> int:
        """Return until when the files of an attempt are kept: no end while it runs, 0 if it ended before its start."""
        tasks = self._site.tasks
        if tasks.running_at(files.row) is not None:
            return NEVER
        end = tasks.end_of(files.row)
        return 0 if end < files.since else end + self._site.retention_of(tasks.task_at(files.row))
