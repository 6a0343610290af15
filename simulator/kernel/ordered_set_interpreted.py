"""`OrderedSet` for the interpreter, whose integers have any width."""

SHIFT = 10
MASK = (1 << SHIFT) - 1
BIT = [1 << place for place in range(1 << SHIFT)]


class WideSet:
    """Bits in integers of 1024, and one that says which of them are not empty."""

    __slots__ = ("_filled", "_words", "size")

    def __init__(self, capacity: int) -> None:
        self.size = 0
        self._words = [0] * ((capacity >> SHIFT) + 1)
        self._filled = 0

    def add(self, member: int) -> None:
        """Put in a member that is not in."""
        self.size += 1
        at = member >> SHIFT
        before = self._words[at]
        if before == 0:
            self._filled |= 1 << at
        self._words[at] = before | BIT[member & MASK]

    def remove(self, member: int) -> None:
        """Take out a member that is in."""
        self.size -= 1
        at = member >> SHIFT
        left = self._words[at] ^ BIT[member & MASK]
        self._words[at] = left
        if left == 0:
            self._filled ^= 1 << at

    def move(self, member: int, to: int) -> None:
        """Put `to` in the place of a member."""
        words = self._words
        at = member >> SHIFT
        left = words[at] ^ BIT[member & MASK]
        words[at] = left
        if left == 0:
            self._filled ^= 1 << at
        at = to >> SHIFT
        before = words[at]
        if before == 0:
            self._filled |= 1 << at
        words[at] = before | BIT[to & MASK]

    def first(self, bound: int) -> int:
        """Return the smallest member that is not smaller than `bound`, −1 where there is none."""
        at = bound >> SHIFT
        if bound and at < len(self._words):
            bits = self._words[at] >> (bound & MASK)
            if bits:
                return bound + (bits & -bits).bit_length() - 1
            at += 1
        filled = self._filled >> at
        if filled == 0:
            return -1
        at += (filled & -filled).bit_length() - 1
        bits = self._words[at]
        return at << SHIFT | (bits & -bits).bit_length() - 1
