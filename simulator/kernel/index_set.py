"""A set of small integers that gives its smallest member in constant time."""

from array import array
from collections.abc import Iterator

WORD = 64
CAPACITY = WORD**3
"""Three levels of 64-bit words: the largest pool has 262 144 nodes."""


def lowest_bit(word: int) -> int:
    """Give the position of the lowest bit set; `word` is not 0."""
    return (word & -word).bit_length() - 1


class IndexSet:
    """Bits in words, and above each level a word that says which words below are not empty."""

    __slots__ = ("low", "middle", "size", "top")

    def __init__(self) -> None:
        self.low = array("Q")
        self.middle = array("Q")
        self.top = 0
        self.size = 0

    def reserve(self, count: int) -> None:
        """Make room for the members 0 … count − 1."""
        words = (count + WORD - 1) // WORD
        if words > len(self.low):
            self.low.extend([0] * (words - len(self.low)))
        words = (words + WORD - 1) // WORD
        if words > len(self.middle):
            self.middle.extend([0] * (words - len(self.middle)))

    def add(self, member: int) -> None:
        """Put in a member that is not in."""
        word = member >> 6
        group = member >> 12
        self.low[word] |= 1 << (member & 63)
        self.middle[group] |= 1 << (word & 63)
        self.top |= 1 << group
        self.size += 1

    def remove(self, member: int) -> None:
        """Take out a member that is in."""
        word = member >> 6
        left = self.low[word] & ~(1 << (member & 63))
        self.low[word] = left
        self.size -= 1
        if left == 0:
            group = member >> 12
            left = self.middle[group] & ~(1 << (word & 63))
            self.middle[group] = left
            if left == 0:
                self.top &= ~(1 << group)

    def first(self) -> int:
        """Give the smallest member; the set is not empty."""
        bits = self.top
        group = (bits & -bits).bit_length() - 1
        bits = self.middle[group]
        word = group << 6 | (bits & -bits).bit_length() - 1
        bits = self.low[word]
        return word << 6 | (bits & -bits).bit_length() - 1

    def __iter__(self) -> Iterator[int]:
        """Give the members in ascending order; the set must not change meanwhile."""
        for word, bits in enumerate(self.low):
            left = bits
            while left:
                yield word << 6 | lowest_bit(left)
                left &= left - 1
