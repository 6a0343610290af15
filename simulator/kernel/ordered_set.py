"""A set of integers that finds its smallest member from a bound on, at a cost that does not grow with the set."""

from array import array

ONE = 1
LOWEST = bytes(next((k for k in range(64) if (1 << k) % 67 == rest), 0) for rest in range(67))
"""Position of the one bit of a 64-bit word, by its remainder: the powers of two up to 2⁶³ all differ modulo 67."""


class OrderedSet:
    """Bits in words of 64, and over each level a smaller one that says which words below are not empty.

    A lone member is remembered and not written: in a busy pool there is one node with room at a time.
    """

    __slots__ = ("_base", "_capacity", "_depth", "_lone", "_words", "size")

    def __init__(self, capacity: int) -> None:
        self._capacity = max(capacity, 1)
        """Members are smaller than this."""
        self.size = 0
        self._lone = -1
        base: list[int] = []
        words = 0
        length = self._capacity
        while not base or length > 1:
            length = (length + 63) >> 6
            base.append(words)
            words += length
        self._base = array("i", base)
        """Where each level begins in `_words`, the members' own first."""
        self._depth = len(base)
        self._words = array("Q", bytes(8 * words))

    def add(self, member: int) -> None:
        """Put in a member that is not in."""
        self.size += 1
        if self.size == 1:
            self._lone = member
            return
        if self._lone >= 0:
            self._write(self._lone)
            self._lone = -1
        self._write(member)

    def remove(self, member: int) -> None:
        """Take out a member that is in."""
        self.size -= 1
        if self._lone >= 0:
            self._lone = -1
            return
        for level in range(self._depth):
            at = self._base[level] + (member >> 6)
            self._words[at] ^= ONE << (member & 63)
            if self._words[at]:
                return
            member >>= 6

    def move(self, member: int, to: int) -> None:
        """Put `to` in the place of a member."""
        self.remove(member)
        self.add(to)

    def first(self, bound: int) -> int:
        """Return the smallest member that is not smaller than `bound`, −1 where there is none."""
        if self._lone >= 0:
            return self._lone if self._lone >= bound else -1
        if self.size == 0 or bound >= self._capacity:
            return -1
        level = 0
        index = bound
        if bound == 0:
            level = self._depth - 1
        while level < self._depth:
            bits = self._words[self._base[level] + (index >> 6)] >> (index & 63)
            if bits:
                index += LOWEST[(bits & -bits) % 67]
                while level:
                    level -= 1
                    bits = self._words[self._base[level] + index]
                    index = index << 6 | LOWEST[(bits & -bits) % 67]
                return index
            index = (index >> 6) + 1
            level += 1
            if index << (6 * level) >= self._capacity:
                return -1
        return -1

    def _write(self, member: int) -> None:
        for level in range(self._depth):
            at = self._base[level] + (member >> 6)
            before = self._words[at]
            self._words[at] = before | ONE << (member & 63)
            if before:
                return
            member >>= 6
