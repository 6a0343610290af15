"""The room on a pool's nodes: free slots, cores and memory, and who among equals is first.

Nodes in service hang in one `IndexSet` per number of free slots, so that `spread` and `pack` find their node
without looking at the others. Cores and memory are limits beside the slots; a shape that found no room is
`shut` and looks only at nodes where something has been freed since (`Nodes.offer`).
"""

from array import array

from simulator.kernel.index_set import CAPACITY, IndexSet
from simulator.kernel.tasks import Shape

OFFERS = 32
"""A shut shape with more offers than this searches the whole pool again."""


class Nodes:
    """Columns of the nodes of one pool, indexed by their sequence number."""

    def __init__(
        self, *, slots: int, cores: int, memory: int, pack: bool, shapes: list[Shape], gangs: bool = True
    ) -> None:
        self.slots = slots
        self.cores = cores
        self.memory = memory
        self.pack = pack
        self.shapes = shapes
        self.gangs = gangs
        """Whether the pool lets its nodes talk to each other, as multi-instance tasks need."""
        self.free_slots = array("i")
        self.free_cores = array("q")
        self.free_memory = array("q")
        self.serving = array("b")
        """1 while new tasks may be placed there."""
        self.first_task = array("i")
        """Head of the list of tasks that run there, −1 = none."""
        self.buckets = [IndexSet() for _ in range(slots + 1)]
        self.open_buckets = 0
        """Bit f is set when some node in service has f free slots, f > 0."""
        greedy = any(
            shape.cores * slots > cores * shape.slots or shape.memory * slots > memory * shape.slots for shape in shapes
        )
        self.mixed = greedy
        """Whether free cores and memory have to be kept at all."""
        self.bounded = [greedy and (shape.cores > 0 or shape.memory > 0) for shape in shapes]
        """Whether cores or memory can bind where slots do not: never, unless some shape takes more than its
        slots' share of them."""
        self.shut: list[int] = []
        self.offers: list[list[int] | None] = [None] * len(shapes)
        """For a shut shape the nodes that may have room; `None` = search the pool."""

    def __len__(self) -> int:
        return len(self.free_slots)

    def reserve(self, count: int) -> None:
        """Make rows for the nodes 0 … count − 1."""
        missing = count - len(self.free_slots)
        if missing <= 0:
            return
        if count > CAPACITY:
            raise OverflowError(f"a pool of more than {CAPACITY} nodes in its life is not supported")
        self.free_slots.extend([self.slots] * missing)
        self.free_cores.extend([self.cores] * missing)
        self.free_memory.extend([self.memory] * missing)
        self.serving.extend([0] * missing)
        self.first_task.extend([-1] * missing)
        for bucket in self.buckets:
            bucket.reserve(count)

    def never_fits(self, shape: Shape) -> bool:
        """Say whether even an empty node has no room for `shape`."""
        return (
            shape.slots > self.slots
            or shape.cores > self.cores
            or shape.memory > self.memory
            or (shape.instances > 1 and (not self.gangs or self.slots > 1 or shape.slots > 1))
        )

    def open(self, node: int) -> None:
        """Let tasks be placed on `node` from now on."""
        self.serving[node] = 1
        self._hang(node, self.free_slots[node])
        if self.shut:
            self.offer(node)

    def close(self, node: int) -> None:
        """Place no more tasks on `node`; what runs there runs on."""
        self.serving[node] = 0
        self._unhang(node, self.free_slots[node])

    def take(self, node: int, shape: Shape) -> None:
        """Take the room of one instance of `shape` on a node in service."""
        free = self.free_slots[node]
        self.free_slots[node] = free - shape.slots
        if self.mixed:
            self.free_cores[node] -= shape.cores
            self.free_memory[node] -= shape.memory
        self._unhang(node, free)
        self._hang(node, free - shape.slots)

    def give(self, node: int, shape: Shape) -> None:
        """Give the room of one instance of `shape` back."""
        free = self.free_slots[node]
        self.free_slots[node] = free + shape.slots
        if self.mixed:
            self.free_cores[node] += shape.cores
            self.free_memory[node] += shape.memory
        if self.serving[node]:
            self._unhang(node, free)
            self._hang(node, free + shape.slots)
            if self.shut:
                self.offer(node)

    def offer(self, node: int) -> None:
        """Tell the shut shapes that something became free on `node`."""
        still = []
        for index in self.shut:
            offers = self.offers[index]
            if offers is not None and len(offers) < OFFERS:
                if node not in offers and self.fits(node, self.shapes[index]):
                    offers.append(node)
                still.append(index)
            else:
                self.offers[index] = None
        self.shut = still

    def fits(self, node: int, shape: Shape) -> bool:
        """Say whether one instance of `shape` has room on `node` now."""
        return (
            self.serving[node] == 1
            and self.free_slots[node] >= shape.slots
            and self.free_cores[node] >= shape.cores
            and self.free_memory[node] >= shape.memory
        )

    def find(self, index: int) -> int:
        """Give the node for one task of shape `index` by the fill type, −1 where none has room.

        `spread` wants the fewest, `pack` the most used slots; the lowest sequence number decides ties.
        """
        shape = self.shapes[index]
        if shape.instances > 1:
            return self._find_gang(shape)
        buckets = self.open_buckets >> shape.slots
        if buckets == 0:
            return -1
        if self.bounded[index]:
            return self._find_bounded(index, shape)
        if self.pack:
            free = shape.slots + (buckets & -buckets).bit_length() - 1
        else:
            free = shape.slots + buckets.bit_length() - 1
        return self.buckets[free].first()

    def any_fits(self, waiting_of_shape: list[int]) -> bool:
        """Say whether a task of any of the waiting shapes has room somewhere."""
        return any(count and self.find(shape) != -1 for shape, count in enumerate(waiting_of_shape))

    def equals(self, node: int, shape: Shape) -> list[int]:
        """Give the nodes as good as `node`, which `find` gave: as many free slots, and room for `shape`."""
        alike = self.buckets[self.free_slots[node]]
        if not self.mixed:
            return list(alike)
        return [
            other
            for other in alike
            if self.free_cores[other] >= shape.cores and self.free_memory[other] >= shape.memory
        ]

    def gang(self, shape: Shape) -> list[int]:
        """Give the idle nodes of lowest sequence number on which the instances of a gang start."""
        chosen = []
        for node in self.buckets[self.slots]:
            chosen.append(node)
            if len(chosen) == shape.instances:
                break
        return chosen

    def _find_gang(self, shape: Shape) -> int:
        idle = self.buckets[self.slots]
        return idle.first() if idle.size >= shape.instances else -1

    def _find_bounded(self, index: int, shape: Shape) -> int:
        offers = self.offers[index]
        if offers is not None:
            offers[:] = [node for node in offers if self.fits(node, shape)]
            if not offers:
                return -1
            sign = 1 if self.pack else -1
            return min(offers, key=lambda node: (sign * self.free_slots[node], node))
        order = range(shape.slots, self.slots + 1)
        for free in order if self.pack else reversed(order):
            if self.buckets[free].size:
                for node in self.buckets[free]:
                    if self.free_cores[node] >= shape.cores and self.free_memory[node] >= shape.memory:
                        return node
        self.offers[index] = []
        self.shut.append(index)
        return -1

    def _hang(self, node: int, free: int) -> None:
        """Put a node into the bucket of its free slots; a full one is in none."""
        if free:
            self.buckets[free].add(node)
            self.open_buckets |= 1 << free

    def _unhang(self, node: int, free: int) -> None:
        if free:
            bucket = self.buckets[free]
            bucket.remove(node)
            if bucket.size == 0:
                self.open_buckets &= ~(1 << free)
