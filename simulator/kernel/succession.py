"""Who takes over what has been freed on one node, where tasks of several shapes wait: bit sets instead of a pass.

There is a bit for each shape. For every number of free slots, and for steps of free cores and memory, a table says
which shapes do not need more; together with the shapes that wait they leave few queues to look at, and often none.
"""

from collections.abc import Sequence

from simulator.kernel.columns import WORD, Column, column
from simulator.kernel.nodes import Nodes
from simulator.kernel.ordered_set import positions
from simulator.kernel.queues import Queues

NONE = -1
ONE = 1
LAST = 2**31 - 1
LOWEST = positions()
STEPS = 6
"""Cores and memory are looked at in so many bits; the step that a need falls into is compared afterwards."""


class Succession:
    """Finds the first task of a job that has room on a node, when no waiting task has room on any other."""

    __slots__ = (
        "_by_cores",
        "_by_memory",
        "_by_slots",
        "_core_step",
        "_memory_step",
        "_nodes",
        "_queue_of",
        "_queues",
        "is_able",
    )

    def __init__(self, queues: Queues, nodes: Nodes, jobs: int, tasks: int) -> None:
        self._queues = queues
        self._nodes = nodes
        shapes = len(nodes.needed_slots)
        self.is_able = (
            1 < shapes <= WORD
            and max(nodes.instances) == 1
            and jobs * 67 <= max(tasks, 67 * 67)  # the table of queues is no longer than those of tasks
        )
        """Whether there is a bit for each shape, and one node is enough for each task."""
        known = shapes if self.is_able else 0
        self._queue_of = column("i", [NONE] * (jobs * 67 if self.is_able else 0))
        """A row for each job, in it the queue of a shape at its bit modulo 67: no two of 64 bits leave the same."""
        if self.is_able:
            for queue, (job, shape) in enumerate(zip(queues.job, queues.shape, strict=True)):
                self._queue_of[job * 67 + (1 << shape) % 67] = queue
        self._core_step = max(nodes.cores.bit_length() - STEPS, 0) if nodes.mixed else WORD - 2
        self._memory_step = max(nodes.memory.bit_length() - STEPS, 0) if nodes.mixed else WORD - 2
        """How many bits lie below a step: where cores and memory are not kept, all of them."""
        self._by_slots = _table(nodes.needed_slots[:known], nodes.slots, 0)
        self._by_cores = _table(nodes.needed_cores[:known], nodes.cores, self._core_step)
        self._by_memory = _table(nodes.needed_memory[:known], nodes.memory, self._memory_step)

    def first(self, job: int, slots: int, cores: int, memory: int) -> int:
        """Give the queue of the first task of `job` that needs no more; −1 where all do."""
        bits = (
            self._queues.waiting_shapes[job]
            & self._by_slots[slots]
            & self._by_cores[cores >> self._core_step]
            & self._by_memory[memory >> self._memory_step]
        )
        while bits:
            queue = self._earliest(job, bits)
            shape = self._queues.shape[queue]
            if cores >= self._nodes.needed_cores[shape] and memory >= self._nodes.needed_memory[shape]:
                return queue
            bits ^= ONE << shape
        return NONE

    def _earliest(self, job: int, bits: int) -> int:
        """Give the queue whose first task has the lowest number: tasks that keep their places stand in that order."""
        queues = self._queues
        row = job * 67
        best = NONE
        earliest = LAST
        while bits:
            bit = bits & -bits
            bits ^= bit
            queue = self._queue_of[row + bit % 67]
            task = queues.front[queue]
            if task < earliest:
                best = queue
                earliest = task
        return best

    def leave(self, job: int, node: int) -> None:
        """Hear that no task of `job` has room on `node` any more: shapes that do not wait there are shut no longer."""
        nodes = self._nodes
        bits = (
            self._by_slots[nodes.free_slots[node]]
            & self._by_cores[nodes.free_cores[node] >> self._core_step]
            & self._by_memory[nodes.free_memory[node] >> self._memory_step]
            & ~self._queues.waiting_shapes[job]
        )
        while bits:
            nodes.reopen(LOWEST[(bits & -bits) % 67])
            bits &= bits - 1


def _table(needs: Sequence[int], most: int, step: int) -> Column:
    """Give the shapes that need no more than there is, or little more, for each step from nothing to `most`."""
    return column(
        "Q",
        [
            sum(1 << shape for shape, need in enumerate(needs) if need >> step <= there)
            for there in range((most >> step) + 1)
        ],
    )
