"""The start tasks that run in a pool at one time, where their number makes them fail more often."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True, eq=False)
class StartTaskRun:
    """One attempt of a start task."""

    peak: int
    """How many ran at once at most while it did, itself among them."""


class Crowd:
    """Counts the start tasks of a pool that run at one time, where `matters` says that somebody asks."""

    def __init__(self, *, matters: bool) -> None:
        self._matters = matters
        self._running: dict[StartTaskRun, None] = {}

    def enter(self) -> StartTaskRun:
        """Add an attempt that begins now."""
        mine = StartTaskRun(1)
        if self._matters:
            self._running[mine] = None
            for other in self._running:
                other.peak = max(other.peak, len(self._running))
        return mine

    def leave(self, mine: StartTaskRun) -> None:
        """Remove an attempt that has ended."""
        self._running.pop(mine, None)
