"""One list of events, settled in the order that docs/model.md states for one instant."""

from collections.abc import Callable
from enum import IntEnum

NEVER = 10**9


class Phase(IntEnum):
    """The classes of one instant, in their order; placement follows when none is left."""

    COMPLETIONS = 1
    CONSEQUENCES = 2
    NODES = 3
    TASKS = 4
    JOBS = 5
    OPERATIONS = 6
    LIMITS = 7
    TASK_LIMITS = 8


class Agenda:
    """What will happen: the earliest first, then by phase, then what was planned first."""

    def __init__(self) -> None:
        self.now = 0
        self._planned: list[tuple[int, Phase, int, Callable[[], None]]] = []
        self._count = 0

    def at(self, time: int, phase: Phase, action: Callable[[], None]) -> None:
        """Plan an action."""
        self._count += 1
        self._planned.append((time, phase, self._count, action))

    def after(self, delay: int, phase: Phase, action: Callable[[], None]) -> None:
        """Plan an action after a delay; without one it happens now, in the class of its cause."""
        if delay:
            self.at(self.now + delay, phase, action)
        else:
            action()

    def run(self, horizon: int, place: Callable[[], None]) -> None:
        """Run everything up to and with the horizon; `place` is the pass that ends each instant."""
        while self._planned:
            first = min(self._planned, key=lambda entry: entry[:3])
            if first[0] > horizon:
                break
            self.now = first[0]
            while due := [entry for entry in self._planned if entry[0] == self.now]:
                entry = min(due, key=lambda entry: entry[:3])
                self._planned.remove(entry)
                entry[3]()
            place()
        self.now = horizon
