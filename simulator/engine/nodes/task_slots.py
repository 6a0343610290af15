"""The slots of a node in its pool's kernel: opened, closed and emptied here, and nowhere else."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import simpy

from simulator.engine.environment import NODES
from simulator.states import NodeDeallocationOption, Outcome

if TYPE_CHECKING:
    from simulator.engine.nodes.site import Site

DRAINING = (NodeDeallocationOption.TASKCOMPLETION, NodeDeallocationOption.RETAINEDDATA)
"""Options that wait for the tasks of a node."""


class TaskSlots:
    """The slots of one node."""

    def __init__(self, site: Site, node: int) -> None:
        self._site = site
        self._node = node
        self._env = site.world.env
        self._disk_since = 0
        """When nothing was on the disk for the last time."""
        self._emptied = simpy.Event(self._env)
        """Happens when the last task of a draining node has ended."""
        self._shortened = simpy.Event(self._env)
        """Happens when files that a drain waits for have been deleted."""

    def open(self) -> None:
        """Open the slots: tasks are placed on the node from now on, also if it was draining."""
        kernel = self._site.change()
        kernel.notices.stay(self._node)
        if not kernel.nodes.serving[self._node]:
            kernel.in_service(self._node)

    def close(self) -> bool:
        """Close the slots: no more tasks are placed on the node. Return whether it is empty."""
        nodes = self._site.change().nodes
        if nodes.serving[self._node]:
            nodes.close(self._node)
        return bool(nodes.held[self._node] == 0)

    def drain(self, option: NodeDeallocationOption) -> Generator[simpy.Event, Any, None]:
        """Close the slots and wait for the last task, and for its retention if the option asks for it."""
        self._emptied = simpy.Event(self._env)
        if not self.close():
            self._site.change().notices.drain(self._node)
            yield self._emptied
        until = self._retained_until() if option is NodeDeallocationOption.RETAINEDDATA else None
        while until is not None:
            self._shortened = simpy.Event(self._env)
            yield simpy.AnyOf(self._env, (self._env.at(until, NODES), self._shortened))
            until = self._retained_until()
            if until <= self._env.clock:
                return

    def _retained_until(self) -> int:
        return self._site.retained_until(self._node, self._disk_since)

    def disk_freed(self) -> None:
        """Note that nothing is left on the disk: no drain waits for what ran before."""
        self._disk_since = self._env.clock

    def become_empty(self) -> None:
        """Note that the last task of a draining node has ended."""
        if not self._emptied.triggered:
            self._emptied.succeed()

    def files_deleted(self) -> None:
        """Note that files of tasks that ran on the node are gone: a drain may have waited for them."""
        if not self._shortened.triggered:
            self._shortened.succeed()

    def stop(self, option: NodeDeallocationOption) -> None:
        """Close the slots and end what runs at once, as the option says."""
        self.end_tasks(Outcome.TERMINATED if option is NodeDeallocationOption.TERMINATE else Outcome.REQUEUED)

    def end_tasks(self, outcome: Outcome) -> None:
        """Close the slots and end everything that runs on the node now with an outcome."""
        self._site.change().out_of_service(self._node, self._env.clock, outcome)
