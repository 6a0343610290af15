"""What is free on the nodes of a pool, now or at some instant to come, to plan with."""

from collections.abc import Sequence
from typing import Final

from simulator.policy.scheduling.waiting import Waiting

CLOSED: Final = -(1 << 40)
"""Free slots of a node that takes no tasks: whatever is given back there, nothing fits."""


class Room:
    """Free slots, cores and memory by node."""

    __slots__ = ("cores", "idle", "memory", "slots", "whole")

    def __init__(self, slots: list[int], cores: list[int], memory: list[int], whole: int) -> None:
        self.slots = slots
        self.cores = cores
        self.memory = memory
        self.whole = whole
        """Slots of an idle node."""
        self.idle = slots.count(whole)
        """How many nodes are idle."""

    def copy(self) -> "Room":
        """Return the same room, to be changed by itself."""
        return Room(self.slots.copy(), self.cores.copy(), self.memory.copy(), self.whole)

    def fits(self, task: Waiting) -> bool:
        """Return whether a task has room somewhere."""
        if task.instances > 1:
            return self.idle >= task.instances
        if not (task.cores or task.memory):
            return max(self.slots, default=0) >= task.slots
        return any(self.has(task, node) for node in range(len(self.slots)))

    def has(self, task: Waiting, node: int) -> bool:
        """Return whether one instance of a task has room on a node."""
        return self.slots[node] >= task.slots and self.cores[node] >= task.cores and self.memory[node] >= task.memory

    def first(self, task: Waiting) -> tuple[int, ...]:
        """Return the nodes of lowest number that a task fits on, one for each instance; none where it does not fit."""
        found = []
        for node in range(len(self.slots)):
            if self.has(task, node):
                found.append(node)
                if len(found) == task.instances:
                    return tuple(found)
        return ()

    def take(self, task: Waiting, nodes: Sequence[int]) -> None:
        """Put a task on nodes."""
        for node in nodes:
            self.idle -= self.slots[node] == self.whole
            self.slots[node] -= task.slots
            self.cores[node] -= task.cores
            self.memory[node] -= task.memory

    def give(self, task: Waiting, nodes: Sequence[int]) -> None:
        """Take a task off its nodes."""
        for node in nodes:
            self.slots[node] += task.slots
            self.cores[node] += task.cores
            self.memory[node] += task.memory
            self.idle += self.slots[node] == self.whole

    def least(self, other: "Room") -> None:
        """Leave of each node no more than is free in both."""
        self.slots = list(map(min, self.slots, other.slots))
        self.cores = list(map(min, self.cores, other.cores))
        self.memory = list(map(min, self.memory, other.memory))
        self.idle = self.slots.count(self.whole)
