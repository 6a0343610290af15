"""Waiting tasks in the order of a policy."""

from __future__ import annotations

from bisect import insort
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.policy.scheduling.disciplines import Key
    from simulator.policy.scheduling.waiting import Waiting

FEW: Final = 64
"""So many places of tasks that have left are never worth a tidying."""


class Line:
    """A sorted list in which a task that has left keeps its place until the next tidying."""

    def __init__(self, order: Key) -> None:
        self._order = order
        self._entries: list[tuple[tuple[int, ...], Waiting]] = []
        self._begin = 0
        """All entries before this one have left."""
        self._gone: set[int] = set()
        """Tasks that have left, of the entries from there on."""

    def __len__(self) -> int:
        return len(self._entries) - self._begin - len(self._gone)

    def __iter__(self) -> Iterator[Waiting]:
        """Go through those that wait; tasks may leave meanwhile, and none may come."""
        entries, gone = self._entries, self._gone
        for place in range(self._begin, len(entries)):
            task = entries[place][1]
            if task.task not in gone:
                yield task

    def kept(self) -> Iterator[Waiting]:
        """Return the tasks that have a place, those that have left included: `add` may use it again."""
        return (task for _, task in self._entries[self._begin :])

    def add(self, task: Waiting) -> None:
        """Add a task; one that comes back while it has its place must have the same facts as before."""
        if task.task in self._gone:
            self._gone.discard(task.task)
            return
        entry = (self._order(task), task)
        if not self._entries or entry > self._entries[-1]:
            self._entries.append(entry)
        else:
            insort(self._entries, entry, lo=self._begin)

    def remove(self, task: int) -> None:
        """Remove a task that waits."""
        self._gone.add(task)

    def tidy(self) -> None:
        """Forget the places of those that have left, at the head always, elsewhere when they are half of all."""
        entries, gone = self._entries, self._gone
        while gone and entries[self._begin][1].task in gone:
            gone.discard(entries[self._begin][1].task)
            self._begin += 1
        if max(len(gone), self._begin) > FEW + len(entries) // 2:
            self._entries = [entry for entry in entries[self._begin :] if entry[1].task not in gone]
            self._begin = 0
            gone.clear()
