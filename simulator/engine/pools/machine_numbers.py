"""Numbers of machines and of their addresses: used again when their holder is gone.

See `docs/model.md#machine-names-and-addresses`.
"""

from heapq import heappop, heappush


class MachineNumbers:
    """Numbers from 1 on; the lowest free one is taken next."""

    def __init__(self) -> None:
        self._free: list[int] = []
        self._next = 1

    def take(self) -> int:
        """Return the lowest free number, which is taken from now on."""
        if self._free:
            return heappop(self._free)
        self._next += 1
        return self._next - 1

    def release(self, number: int) -> None:
        """Free a number."""
        heappush(self._free, number)


def address(number: int) -> str:
    """Return the private address of the machine with this number; Azure keeps the first four of a network."""
    number += 3
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
