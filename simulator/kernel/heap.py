"""The smallest of many integers: the calendar of a kernel, and the tasks that wait at their old place.

The one thing that is written twice, since Python's own heap is written in C: what the interpreter runs uses it, what
is compiled has four children to a node in a flat column.
"""

from array import array
from heapq import heappop, heappush

EMPTY = 2**63 - 1
"""What an empty heap shows at its top."""
NATIVE = not __file__.endswith((".py", ".pyc"))


class Heap:
    """A heap of integers of 63 bits; equal ones may be in it several times."""

    __slots__ = ("_entries", "_keys", "size", "top")

    def __init__(self) -> None:
        self.size = 0
        self.top = EMPTY
        """The smallest, `EMPTY` where there is none."""
        self._entries: list[int] = []
        self._keys = array("q")

    def push(self, key: int) -> None:
        """Put in `key`."""
        self.size += 1
        self.top = min(self.top, key)
        if NATIVE:
            self._rise(key)
        else:
            heappush(self._entries, key)

    def pop(self) -> int:
        """Take out the smallest and give it; the heap is not empty."""
        key = self.top
        self.size -= 1
        if NATIVE:
            if self.size:
                self._sink(self._keys[self.size])
        else:
            heappop(self._entries)
        self.top = EMPTY if self.size == 0 else self._keys[0] if NATIVE else self._entries[0]
        return key

    def _rise(self, key: int) -> None:
        place = self.size - 1
        if place == len(self._keys):
            wider = array("q", bytes(8 * max(2 * place, 64)))
            for index in range(place):
                wider[index] = self._keys[index]
            self._keys = wider
        while place:
            parent = (place - 1) >> 2
            if self._keys[parent] <= key:
                break
            self._keys[place] = self._keys[parent]
            place = parent
        self._keys[place] = key

    def _sink(self, key: int) -> None:
        place = 0
        while True:
            child = 4 * place + 1
            if child >= self.size:
                break
            best = child
            smallest = self._keys[child]
            last = min(child + 4, self.size)
            for other in range(child + 1, last):
                if self._keys[other] < smallest:
                    best = other
                    smallest = self._keys[other]
            if smallest >= key:
                break
            self._keys[place] = smallest
            place = best
        self._keys[place] = key
