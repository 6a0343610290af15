"""Numbers of machines and of their addresses: used again when their holder is gone (spec §2.3)."""

from heapq import heappop, heappush


class Names:
    """The lowest number that nobody has is the next one given."""

    def __init__(self) -> None:
        self._free: list[int] = []
        self._next = 1

    def take(self) -> int:
        """Give a number that nobody has."""
        if self._free:
            return heappop(self._free)
        self._next += 1
        return self._next - 1

    def give_back(self, number: int) -> None:
        """Let the next one have it."""
        heappush(self._free, number)


def address(number: int) -> str:
    """Give the private address of the machine with this number; Azure keeps the first four of a network."""
    number += 3
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
