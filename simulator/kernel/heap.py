"""The smallest of many integers: what is due soon, and the tasks that wait at their old place.

Written twice, as the ordered sets are: what the interpreter runs uses Python's own heap, which is written in C, what is
compiled has four children to a node in a flat column.
"""

from array import array
from heapq import heappop, heappush, heapreplace

from simulator.kernel import buffers

EMPTY = 2**63 - 1
"""What an empty heap shows at its top."""
NATIVE = buffers.NATIVE


class Heap:
    """A heap of integers of 63 bits; equal ones may be in it several times."""

    __slots__ = ("_entries", "_keys", "size", "top")

    def __init__(self) -> None:
        self.size = 0
        self.top = EMPTY
        """The smallest, `EMPTY` where there is none."""
        self._entries: list[int] = []
        self._keys = array("q", [0])
        """From 1 on: in a large heap four brothers lie in one line of the cache then."""

    def push(self, key: int) -> None:
        """Put in `key`."""
        self.size += 1
        if key < self.top:
            self.top = key
        if NATIVE:
            self._rise(key)
        else:
            heappush(self._entries, key)

    def pop(self) -> None:
        """Take out the smallest; there is one."""
        self.size -= 1
        if NATIVE:
            if self.size:
                self._sink(self._keys[self.size + 1])
            self.top = self._keys[1] if self.size else EMPTY
        else:
            entries = self._entries
            heappop(entries)
            self.top = entries[0] if entries else EMPTY

    def is_alone(self, shift: int) -> bool:
        """Return whether no other key has the same upper bits, all but `shift`, as the smallest."""
        upper = self.top >> shift
        if NATIVE:
            for child in range(2, min(6, self.size + 1)):  # noqa: SIM110 - compiled, `all` is a generator
                if self._keys[child] >> shift == upper:
                    return False
            return True
        entries = self._entries
        return (self.size < 2 or entries[1] >> shift != upper) and (self.size < 3 or entries[2] >> shift != upper)

    def replace(self, key: int) -> None:
        """Take out the smallest and put in `key`."""
        if NATIVE:
            self._sink(key)
            self.top = self._keys[1]
        else:
            heapreplace(self._entries, key)
            self.top = self._entries[0]

    def drain(self) -> list[int]:
        """Take out all, in no order."""
        keys = [self._keys[place] for place in range(1, self.size + 1)] if NATIVE else self._entries
        self._entries = []
        self.size = 0
        self.top = EMPTY
        return keys

    def _rise(self, key: int) -> None:
        place = self.size
        if place == len(self._keys):
            wider = array("q", bytes(8 * max(2 * place, 64)))
            for index in range(1, place):
                wider[index] = self._keys[index]
            self._keys = wider
        while place > 1:
            parent = (place + 2) >> 2
            if self._keys[parent] <= key:
                break
            self._keys[place] = self._keys[parent]
            place = parent
        self._keys[place] = key

    def _sink(self, key: int) -> None:
        place = 1
        while True:
            child = 4 * place - 2
            if child > self.size:
                break
            best = child
            smallest = self._keys[child]
            last = min(child + 4, self.size + 1)
            for other in range(child + 1, last):
                if self._keys[other] < smallest:
                    best = other
                    smallest = self._keys[other]
            if smallest >= key:
                break
            self._keys[place] = smallest
            place = best
        self._keys[place] = key
