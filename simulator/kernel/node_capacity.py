"""The room on a pool's nodes: free slots, cores and memory, and which of the nodes is first.

Nodes with room are in one ordered set, best first: by `rank`, then by sequence number. Cores and memory are limits
beside the slots; a shape that found no room is shut and looks only at nodes where something has been freed since
(`log_freed`).
"""

from collections.abc import Sequence

from simulator.kernel.buffers import NATIVE, column, longer, widened
from simulator.kernel.inputs import Shape
from simulator.kernel.ordered_set import OrderedSet
from simulator.kernel.ordered_set_interpreted import WideSet

CAPACITY = 1 << 20
"""The most nodes a pool may have in its life."""
LOG = 32
"""A power of two. A shut shape that has not seen that many of the last entries searches the whole pool."""
UNSEEN = -LOG - 1
"""Further back than any log reaches: the shape is not shut."""


class Nodes:
    """Columns of the nodes of one pool, indexed by their sequence number."""

    def __init__(
        self,
        *,
        slots: int,
        cores: int,
        memory: int,
        pack: bool,
        shapes: Sequence[Shape] = (),
        gangs: bool = True,
        share_cores: bool = False,
    ) -> None:
        self.slots = slots
        self.cores = cores
        self.memory = memory
        self.pack = pack
        self.gangs = gangs
        """Whether the pool lets its nodes talk to each other, as multi-instance tasks need."""
        self.share_cores = share_cores
        """Whether tasks that together ask for more cores than there are may run beside each other."""
        self._add_columns_of_shapes()
        self._add_rows()
        self._rank_of = column("q", [self.rank(free) for free in range(slots + 1)])
        """By free slots: `rank` without a call, for what is done at each start and end."""
        self.add_shapes(shapes)

    def _add_columns_of_shapes(self) -> None:
        """Add what the shapes of tasks need, without rows, and which of cores and memory can bind at all."""
        self._shapes = 0
        self.needed_slots = column("i", [])
        self.needed_cores = column("q", [])
        self.needed_memory = column("q", [])
        self.instances = column("i", [])
        self.mixed = False
        """Whether free cores and memory have to be kept at all: some shape takes more than its slots' share of them."""
        self.bounded = column("b", [])
        """Whether cores or memory can bind where slots do not."""
        self._is_special = column("b", [])
        """Whether more than slots on one node must be looked at."""
        self._best_rank = column("q", [])
        """By shape: the lowest rank of a node with enough free slots."""
        self._last_rank = column("q", [])
        """By shape: the highest such rank; −1 where no node has as many slots."""
        self.seen = column("q", [])
        """The entry from which on a shut shape may have room; further back than `LOG` entries: it is open."""

    def add_shapes(self, shapes: Sequence[Shape]) -> bool:
        """Add shapes behind those that are there; return whether free cores and memory matter now and did not before.

        If so, they are those of idle nodes: `count_in` tells them what runs.
        """
        before, was_mixed = self._shapes, self.mixed
        count = self._shapes = before + len(shapes)
        self.needed_slots = widened("i", self.needed_slots, 0, count)
        self.instances = widened("i", self.instances, 0, count)
        for name in ("needed_cores", "needed_memory", "_best_rank", "_last_rank"):
            setattr(self, name, widened("q", getattr(self, name), 0, count))
        self.bounded = widened("b", self.bounded, 0, count)
        self._is_special = widened("b", self._is_special, 0, count)
        self.seen = widened("q", self.seen, UNSEEN, count)
        idle = self.rank(self.slots)
        for at, shape in enumerate(shapes, before):
            cores = 0 if self.share_cores else shape.cores
            self.needed_slots[at] = shape.slots
            self.needed_cores[at] = cores
            self.needed_memory[at] = shape.memory
            self.instances[at] = shape.instances
            self._best_rank[at] = min(self.rank(shape.slots), idle)
            self._last_rank[at] = max(self.rank(shape.slots), idle) if shape.slots <= self.slots else -1
            takes_more = cores * self.slots > self.cores * shape.slots
            takes_more = takes_more or shape.memory * self.slots > self.memory * shape.slots
            self.mixed = self.mixed or takes_more
        for at in range(before if was_mixed == self.mixed else 0, count):
            self.bounded[at] = self.mixed and (self.needed_cores[at] > 0 or self.needed_memory[at] > 0)
            self._is_special[at] = self.bounded[at] or self.instances[at] > 1
        return self.mixed and not was_mixed

    def count_in(self, node: int, shape: int) -> None:
        """Take what an instance that runs on `node` has of its cores and memory, which were not counted so far."""
        self.free_cores[node] -= self.needed_cores[shape]
        self.free_memory[node] -= self.needed_memory[shape]

    def _add_rows(self) -> None:
        """Add the columns of nodes, without rows, and the log of what is freed."""
        self.count = 0
        self._bits = 6
        """A place in `room` is `rank << _bits | node`."""
        self.room = self._no_room()
        self.free_slots = column("i", [])
        self.free_cores = column("q", [])
        self.free_memory = column("q", [])
        self.serving = column("b", [])
        """1 while new tasks may be placed there."""
        self.held = column("i", [])
        """How many attempts hold slots there."""
        self._cells = column("i", [])
        """Of which tasks: `slots` cells for each node, the first `held` of them in use."""
        self._log = column("i", [0] * LOG)
        """The nodes on which something was freed last, entry i at i mod `LOG`."""
        self.freed = 0
        """How many entries have been logged."""
        self.last_freed = 0
        """The node of the last entry."""

    def __len__(self) -> int:
        return self.count

    def reserve(self, count: int) -> None:
        """Make rows for the nodes 0 … count − 1."""
        if count > CAPACITY:
            raise OverflowError(f"a pool of more than {CAPACITY} nodes in its life is not supported")
        if count > len(self.free_slots):
            self._widen(count)
        self.count = max(self.count, count)

    def rank(self, free: int) -> int:
        """Return the rank of a node with this number of free slots; tasks go to the node of the lowest.

        `spread` wants the fewest used slots, `pack` the fewest free ones.
        """
        return free if self.pack else self.slots - free

    def never_fits(self, shape: Shape) -> bool:
        """Return whether even an empty node has no room for `shape`."""
        return (
            shape.slots > self.slots
            or (shape.cores > self.cores and not self.share_cores)
            or shape.memory > self.memory
            or (shape.instances > 1 and (not self.gangs or self.slots > 1 or shape.slots > 1))
        )

    def open(self, node: int) -> None:
        """Accept tasks on `node` from now on."""
        self.serving[node] = 1
        if self.free_slots[node]:
            self.room.add(self._place(node))
        if self.mixed:
            self.log_freed(node)

    def close(self, node: int) -> None:
        """Place no more tasks on `node`; what runs there runs on."""
        if self.free_slots[node]:
            self.room.remove(self._place(node))
        self.serving[node] = 0

    def tasks_on(self, node: int) -> list[int]:
        """Return the tasks that hold slots of `node`, in creation order: that of its cells has no meaning."""
        start = node * self.slots
        return sorted([self._cells[cell] for cell in range(start, start + self.held[node])])

    def take(self, node: int, shape: int, task: int) -> int:
        """Put one instance of a task on a node in service; return its cell."""
        need = self.needed_slots[shape]
        free = self.free_slots[node]
        self.free_slots[node] = free - need
        place = self._rank_of[free] << self._bits | node
        if free > need:
            self.room.move(place, self._rank_of[free - need] << self._bits | node)
        else:
            self.room.remove(place)
        if self.mixed:
            self.free_cores[node] -= self.needed_cores[shape]
            self.free_memory[node] -= self.needed_memory[shape]
        held = self.held[node]
        self.held[node] = held + 1
        cell = node * self.slots + held
        self._cells[cell] = task
        return cell

    def replace(self, cell: int, task: int) -> None:
        """Put another task of the same shape into a cell."""
        self._cells[cell] = task

    def exchange(self, node: int, cell: int, shape: int, other: int, task: int) -> None:
        """Put a task of the shape `other` into a cell of `node` where one of `shape` was; nothing is logged."""
        self._cells[cell] = task
        free = self.free_slots[node]
        more = self.needed_slots[other] - self.needed_slots[shape]
        if more:
            place = self._place(node)
            self.free_slots[node] = free - more
            if free == 0:
                self.room.add(self._place(node))
            elif free == more:
                self.room.remove(place)
            else:
                self.room.move(place, self._place(node))
        if self.mixed:
            self.free_cores[node] -= self.needed_cores[other] - self.needed_cores[shape]
            self.free_memory[node] -= self.needed_memory[other] - self.needed_memory[shape]

    def release(self, cell: int, shape: int) -> int:
        """Release the instance in `cell`; return the task that is in the cell now, perhaps still the same."""
        node = cell // self.slots
        held = self.held[node] - 1
        self.held[node] = held
        moved = self._cells[node * self.slots + held]
        self._cells[cell] = moved
        free = self.free_slots[node]
        need = self.needed_slots[shape]
        self.free_slots[node] = free + need
        if self.mixed:
            self.free_cores[node] += self.needed_cores[shape]
            self.free_memory[node] += self.needed_memory[shape]
        if self.serving[node]:
            place = self._rank_of[free + need] << self._bits | node
            if free:
                self.room.move(self._rank_of[free] << self._bits | node, place)
            else:
                self.room.add(place)
            if self.mixed:
                self.log_freed(node)
        return moved

    def log_freed(self, node: int) -> None:
        """Log that something has become free on `node`."""
        self._log[self.freed & (LOG - 1)] = node
        self.last_freed = node
        self.freed += 1

    def most_free(self, entries: int) -> int:
        """Return the most slots that are free on one of the nodes in the last `entries` of the log."""
        most = 0
        for entry in range(max(self.freed - entries, 0), self.freed):
            node = self._log[entry & (LOG - 1)]
            if self.serving[node] and self.free_slots[node] > most:
                most = self.free_slots[node]
        return most

    def forget_last_freed(self) -> None:
        """Remove the last entry of the log, which waiting tasks have been offered; it may have replaced an old one."""
        if self.mixed:
            self.freed -= 1
            self.reopen(self.last_freed)
            self.last_freed = self._log[(self.freed - 1) & (LOG - 1)]

    def reopen(self, node: int) -> None:
        """Reopen the search of closed shapes that have room on `node`, of which nothing was logged."""
        slots = self.free_slots[node]
        for shape in range(self._shapes):
            if self.seen[shape] != UNSEEN and self.needed_slots[shape] <= slots and self.fits(node, shape):
                self.seen[shape] = UNSEEN

    def fits(self, node: int, shape: int) -> bool:
        """Return whether one instance of `shape` has room on `node` now."""
        return (
            self.serving[node] == 1
            and self.free_slots[node] >= self.needed_slots[shape]
            and self.free_cores[node] >= self.needed_cores[shape]
            and self.free_memory[node] >= self.needed_memory[shape]
        )

    def find(self, shape: int) -> int:
        """Return the node of the lowest rank, then number, for one task of `shape`; −1 where none has room."""
        if self._is_special[shape]:
            return self._find_gang(shape) if self.instances[shape] > 1 else self._find_bounded(shape)
        place = self.room.first(self._best_rank[shape] << self._bits)
        if place < 0 or place >> self._bits > self._last_rank[shape]:
            return -1
        return place & ((1 << self._bits) - 1)

    def next_with_room(self, node: int, shape: int) -> int:
        """Go through the nodes with room for anything, best first: the one after `node`, −1 = the first."""
        if node >= 0:
            place = self.room.first(self._place(node) + 1)
        else:
            place = self.room.first(self._best_rank[shape] << self._bits)
        return -1 if place < 0 else place & ((1 << self._bits) - 1)

    def with_room(self, shape: int) -> list[int]:
        """Return all nodes on which one instance of `shape` has room, best first by the fill type."""
        found = []
        node = self.next_with_room(-1, shape)
        while node >= 0:
            if self.fits(node, shape):
                found.append(node)
            node = self.next_with_room(node, shape)
        return found

    def equals(self, node: int, shape: int) -> list[int]:
        """Return the nodes as good as `node`, which `find` returned: as many free slots, and room for `shape`."""
        rank = self._place(node) >> self._bits
        found = []
        place = self.room.first(rank << self._bits)
        while place >= 0 and place >> self._bits == rank:
            other = place & ((1 << self._bits) - 1)
            if not self.mixed or self.fits(other, shape):
                found.append(other)
            place = self.room.first(place + 1)
        return found

    def gang(self, count: int) -> list[int]:
        """Return the idle nodes of lowest sequence number, `count` of them, or all where there are fewer."""
        rank = self._rank_of[self.slots]
        chosen: list[int] = []
        place = self.room.first(rank << self._bits)
        while place >= 0 and place >> self._bits == rank and len(chosen) < count:
            chosen.append(place & ((1 << self._bits) - 1))
            place = self.room.first(place + 1)
        return chosen

    def _place(self, node: int) -> int:
        return self._rank_of[self.free_slots[node]] << self._bits | node

    def _find_gang(self, shape: int) -> int:
        idle = self.gang(self.instances[shape])
        return int(idle[0]) if len(idle) == self.instances[shape] else -1

    def _find_bounded(self, shape: int) -> int:
        if self.freed - self.seen[shape] < LOG:
            return self._find_freed(shape)
        place = self.room.first(self._best_rank[shape] << self._bits)
        while place >= 0:
            node = place & ((1 << self._bits) - 1)
            if self.fits(node, shape):
                return node
            place = self.room.first(place + 1)
        self.seen[shape] = self.freed
        return -1

    def _find_freed(self, shape: int) -> int:
        """Return the best of the nodes that a shut shape has not seen since they were freed."""
        best = -1
        for entry in range(self.seen[shape], self.freed):
            node = self._log[entry & (LOG - 1)]
            if self.fits(node, shape):
                if best < 0 or self._place(node) < self._place(best):
                    best = node
            elif best < 0:
                self.seen[shape] = entry + 1
        return best

    def _no_room(self) -> OrderedSet | WideSet:
        capacity = (self.slots + 1) << self._bits
        return OrderedSet(capacity) if NATIVE else WideSet(capacity)

    def _widen(self, count: int) -> None:
        """Make rows for at least `count` nodes, and put those with room where they belong then."""
        while count > 1 << self._bits:
            self._bits += 1
        rows = 1 << self._bits
        more = rows - len(self.free_slots)
        self.free_slots = longer("i", self.free_slots, self.slots, more)
        self.free_cores = longer("q", self.free_cores, self.cores, more)
        self.free_memory = longer("q", self.free_memory, self.memory, more)
        self.held = longer("i", self.held, 0, more)
        self._cells = longer("i", self._cells, 0, more * self.slots)
        self.serving = longer("b", self.serving, 0, more)
        self.room = self._no_room()
        for node in range(self.count):
            if self.serving[node] and self.free_slots[node]:
                self.room.add(self._place(node))
