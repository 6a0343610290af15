"""What tasks leave on the disk of a node, and for how long (`docs/model.md#local-disk-and-memory`)."""

from collections.abc import Set as AbstractSet
from typing import Final

from simulator.states import NodeState

NEW_DISK: Final = (NodeState.CREATING, NodeState.REIMAGING, NodeState.DEALLOCATING)
"""States that begin with an empty disk."""


class LocalDisk:
    """The files of tasks that have ended on one node; times are in ms, sizes in GiB."""

    __slots__ = ("_kept",)

    def __init__(self) -> None:
        self._kept: list[tuple[int, int, float]] = []
        """Until when files are kept, of which task, and how much."""

    def keep(self, task: int, gib: float, until: int) -> None:
        """Keep the files of a task that has ended."""
        self._kept.append((until, task, gib))

    def delete(self, tasks: AbstractSet[int]) -> None:
        """Remove the files of tasks that have been deleted."""
        self._kept = [entry for entry in self._kept if entry[1] not in tasks]

    def used(self, now: int) -> float:
        """Return what is in use, and remove what has been kept long enough."""
        self._kept = [entry for entry in self._kept if entry[0] > now]
        return sum(gib for _, _, gib in self._kept)

    def wipe(self) -> None:
        """Remove everything."""
        self._kept.clear()


def is_cleared_by_restart(state: NodeState) -> bool:
    """Return whether a restart frees the disk: whoever reboots a node with a full one makes room on it."""
    return state is NodeState.UNUSABLE
