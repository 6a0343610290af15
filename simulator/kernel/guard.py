"""A bound on how often one instant is settled."""

from simulator.errors import BrokenInvariantError


class RoundGuard:
    """Ends a run in which work of length zero follows itself for ever at one instant (assumption P56)."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._instant = -1
        self._rounds = 0

    def count(self, now: int) -> None:
        """Count one more round at `now`."""
        if now != self._instant:
            self._instant, self._rounds = now, 0
        self._rounds += 1
        if self._rounds > self._limit:
            raise BrokenInvariantError(f"more than {self._limit} rounds at {now} ms: tasks of length zero?")
