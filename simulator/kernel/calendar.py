"""When the attempts that run will end: the calendar of a compiled kernel.

The interpreter's is a heap, which Python has in C. With some hundred thousand ends a heap costs a compiled kernel more
than all else it does: each step down it waits for memory. So only what is due soon is in a heap here, small enough for
the nearest cache. What is due later lies unsorted in buckets, the wider the later, and is dealt into narrower ones as
its time comes near: a radix heap (Ahuja, Mehlhorn, Orlin and Tarjan 1990) of 64 buckets a level.
"""

from array import array

from simulator.kernel.heap import Heap
from simulator.kernel.ordered_set import OrderedSet

EMPTY = 2**63 - 1
"""What an empty calendar shows at its top."""
LEVELS = 11
"""So many digits of six bits are in a key of 63 bits."""
CHUNK = 16
"""Words of a chunk, a power of two: the number of the chunk before it, then keys."""
FEW = 32
"""A bucket of no more keys goes into the heap as it is."""
MANY = 512
"""A heap of more keys puts its later ones back into buckets."""
UNKNOWN = -1


class Calendar:
    """The smallest of many integers, put in as time goes on; `key >> shift` is an instant.

    What is put in is seldom due before what was taken out; where it is, it goes into the heap.
    """

    __slots__ = (
        "_base",
        "_end",
        "_filled",
        "_free",
        "_later",
        "_limit",
        "_many",
        "_near",
        "_shift",
        "_sizes",
        "_words",
        "size",
        "top",
    )

    def __init__(self, shift: int) -> None:
        self.size = 0
        self.top = EMPTY
        """The smallest, `EMPTY` where there is none."""
        self._shift = shift
        self._near = Heap()
        self._limit = 0
        """All keys below are in the heap, all others in buckets; it begins an instant or is `EMPTY`."""
        self._many = MANY
        self._later = EMPTY
        """The smallest key in buckets, `EMPTY` if none is there, or `UNKNOWN`."""
        self._base = 0
        """A key's level is that of the highest digit in which it differs from this one; the digit is the bucket."""
        self._filled = OrderedSet(64 * LEVELS)
        """The buckets that are not empty, those of level l from 64 l on: the first has the smallest keys."""
        self._sizes = array("i", bytes(4 * 64 * LEVELS))
        self._end = array("i", [-1]) * (64 * LEVELS)
        """The last word of each bucket that is in use."""
        self._words = array("q")
        self._free = -1
        """An unused chunk; its first word is the number of the next one."""

    def push(self, key: int) -> None:
        """Put in `key`."""
        self.size += 1
        if key < self.top:
            self.top = key
        if key >= self._limit:
            self._put_off(key)
        else:
            self._near.push(key)
            if self._near.size > self._many:
                self._thin_out()

    def pop(self) -> None:
        """Take out the smallest; there is one."""
        if self._near.size == 0:
            self._open()
        self.size -= 1
        self._near.pop()
        if self._near.size:
            self.top = self._near.top
        else:
            if self._later == UNKNOWN:
                self._look_later()
            self.top = self._later

    def is_alone(self, shift: int) -> bool:
        """Return whether nothing else is due at the instant of the smallest; there is one."""
        if self._near.size == 0:
            self._open()
        return self._near.size == 1 or self._near.is_alone(shift)

    def replace(self, key: int) -> None:
        """Take out the smallest and put in `key`."""
        if key < self._limit and self._near.size:
            self._near.replace(key)
            self.top = self._near.top
        else:
            self.pop()
            self.push(key)

    def _put_off(self, key: int) -> None:
        """Put a key into its bucket."""
        differing = (key ^ self._base) >> self._shift
        level = 0
        while differing > 63:
            differing >>= 6
            level += 1
        bucket = level << 6 | key >> (self._shift + 6 * level) & 63
        if self._sizes[bucket] == 0:
            self._filled.add(bucket)
        self._sizes[bucket] += 1
        word = self._end[bucket] + 1
        if word & (CHUNK - 1) == 0:
            word = self._chunk() + 1
            self._words[word - 1] = self._end[bucket]
        self._words[word] = key
        self._end[bucket] = word
        if key < self._later:
            self._later = key

    def _chunk(self) -> int:
        """Return the first word of an unused chunk."""
        if self._free < 0:
            used = len(self._words)
            more = max(used, 64 * CHUNK)
            wider = array("q", bytes(8 * (used + more)))
            for at in range(used):
                wider[at] = self._words[at]
            for at in range(used, used + more, CHUNK):
                wider[at] = at + CHUNK
            wider[used + more - CHUNK] = -1
            self._words = wider
            self._free = used
        chunk = self._free
        self._free = self._words[chunk]
        return chunk

    def _look_later(self) -> None:
        """Find the smallest key in buckets."""
        self._later = EMPTY
        if self.size == 0:
            return
        word = self._end[self._filled.first(0)]
        while word >= 0:
            if word & (CHUNK - 1) == 0:
                word = self._words[word]
            else:
                if self._words[word] < self._later:
                    self._later = self._words[word]
                word -= 1

    def _open(self) -> None:
        """Put the keys of the first bucket into the heap, after dealing it out into smaller ones if it is large.

        The heap is empty, and the first key is known.
        """
        bucket = self._filled.first(0)
        while bucket >= 64 and self._sizes[bucket] > FEW:
            self._base = self.top
            self._empty(bucket, False)
            bucket = self._filled.first(0)
        self._base = self.top
        digits = self._shift + 6 * (bucket >> 6)
        after = (self.top >> digits) + 1
        self._limit = after << digits if after <= EMPTY >> digits else EMPTY
        self._many = MANY
        self._empty(bucket, True)
        self._later = UNKNOWN

    def _empty(self, bucket: int, is_near: bool) -> None:
        """Take all keys out of a bucket, into the heap or into other buckets."""
        word = self._end[bucket]
        self._end[bucket] = -1
        self._sizes[bucket] = 0
        self._filled.remove(bucket)
        while word >= 0:
            if word & (CHUNK - 1) == 0:
                before = self._words[word]
                self._words[word] = self._free
                self._free = word
                word = before
            else:
                if is_near:
                    self._near.push(self._words[word])
                else:
                    self._put_off(self._words[word])
                word -= 1

    def _thin_out(self) -> None:
        """Put the later half of a heap that has grown large back into buckets, where that is possible."""
        keys = self._near.drain()
        keys.sort()
        instant = max(keys[len(keys) // 2] >> self._shift, (keys[0] >> self._shift) + 1)
        if instant << self._shift >= self._base:
            self._limit = instant << self._shift
        for key in keys:
            if key < self._limit:
                self._near.push(key)
            else:
                self._put_off(key)
        self._many = max(MANY, 2 * self._near.size)
