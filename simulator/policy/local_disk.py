"""What is on the local disk of a node, from when and until when (`docs/model.md#local-disk-and-memory`)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from simulator.states import NodeState

NEW_DISK: Final = (NodeState.CREATING, NodeState.REIMAGING, NodeState.DEALLOCATING)
"""States that begin with an empty disk."""
FULL_EXIT_CODE: Final = 1
"""Exit code of a process that finds no room on a disk (assumption)."""
MIB_PER_GIB: Final = 1024


@dataclass(slots=True)
class Files:
    """The files of the last attempt of a task on a node."""

    row: int
    """Of the attempt, in order of assignment."""
    gib: float
    since: int
    """When the attempt starts."""
    is_watched: bool = False
    """Whether somebody looks at the disk then."""


class LocalDisk:
    """The disk of one node: packages and images, and the files of tasks; instants in ms, sizes in GiB."""

    __slots__ = ("_fetched", "_files", "_most", "_until")

    def __init__(self, until: Callable[[Files], int]) -> None:
        self._until = until
        """Until when the files of an attempt are there, as far as is known."""
        self._files: dict[int, Files] = {}
        """By task."""
        self._fetched: dict[str, tuple[int, float]] = {}
        """By name of a package or image: since when it is there, and its size."""
        self._most = 0.0
        """At least as much as there is or will be."""

    def fetch(self, name: str, gib: float, since: int) -> None:
        """Put a package or image on the disk, unless it is there."""
        if gib and name not in self._fetched:
            self._fetched[name] = (since, gib)
            self._most += gib

    def hold(self, task: int, row: int, gib: float, since: int) -> None:
        """Put the files of an attempt on the disk from its start on, in place of those of one before."""
        self._files[task] = Files(row, gib, since)
        self._most += gib

    def may_overflow(self, size: float, now: int, newest: int) -> bool:
        """Return whether all that there is or will be may be more than the disk holds.

        Nobody knows yet until when files of the attempt `newest` or a later row are there.
        """
        if self._most > size:
            self._files = {
                task: files for task, files in self._files.items() if files.row >= newest or self._until(files) > now
            }
            kept = sum(files.gib for files in self._files.values())
            self._most = kept + sum(gib for _, gib in self._fetched.values())
        return self._most > size

    def unwatched(self, now: int) -> list[Files]:
        """Return files of attempts that start now or later and that nobody watches; they are watched from now on."""
        found = [files for files in self._files.values() if files.since >= now and not files.is_watched]
        for files in found:
            files.is_watched = True
        return found

    def used(self, now: int, row: int | None = None) -> float:
        """Return what is in use; of the attempts that start at this instant none that is assigned after `row`."""
        files = sum(
            files.gib
            for files in self._files.values()
            if (files.since < now or (files.since == now and (row is None or files.row <= row)))
            and self._until(files) > now
        )
        return files + sum(gib for since, gib in self._fetched.values() if since <= now)

    def free(self) -> None:
        """Remove the files of tasks."""
        self._files.clear()
        self._most = sum(gib for _, gib in self._fetched.values())

    def wipe(self) -> None:
        """Remove everything."""
        self._fetched.clear()
        self.free()


def is_cleared_by_restart(state: NodeState) -> bool:
    """Return whether a restart frees the disk: that of an unusable node removes the files of tasks."""
    return state is NodeState.UNUSABLE
