"""The queues of each job in order of their first tasks, in one line for all that need equally many slots."""

from bisect import bisect_left
from collections.abc import Sequence

from simulator.kernel.buffers import Column, column

NONE = -1


class Fronts:
    """Lines of queues in order of their first tasks; queues in which no task waits are at the end.

    The lines of a job ascend by slots. The order is that of the tasks' numbers: it holds where tasks keep the places in
    which they were created.
    """

    __slots__ = ("_at", "_front", "_line_of", "any", "first_of_job", "order", "slots", "start")

    def __init__(self, keys: Sequence[tuple[int, int]], slots: Sequence[int], jobs: int, front: Column) -> None:
        self._front = front
        needs = [(job, slots[shape]) for job, shape in keys]
        lines = sorted(set(needs))
        number = {need: line for line, need in enumerate(lines)}
        self.any = len(lines) < len(keys)
        """Whether any line has more than one queue: if not, there is nothing to be kept in order."""
        self._line_of = column("i", [number[need] for need in needs])
        self.order = column("i", sorted(range(len(keys)), key=needs.__getitem__))
        """The queues, line after line."""
        self._at = column("i", [0] * len(keys))
        """Where each queue stands in `order`."""
        for at, queue in enumerate(self.order):
            self._at[queue] = at
        ordered = sorted(needs)
        self.start = column("i", [bisect_left(ordered, need) for need in [*lines, (jobs, 0)]])
        """Line i stands at `start[i]` … `start[i + 1]` − 1."""
        self.slots = column("i", [need for _, need in lines])
        """What tasks in each line need."""
        self.first_of_job = column("i", [bisect_left(lines, (job, 0)) for job in range(jobs + 1)])
        """The lines of job j are `first_of_job[j]` … `first_of_job[j + 1]` − 1."""

    def moved_up(self, queue: int) -> None:
        """Note that an earlier task than before is the first of `queue`, or that one waits there now."""
        task = self._front[queue]
        start = self.start[self._line_of[queue]]
        at = self._at[queue]
        while at > start:
            other = self.order[at - 1]
            if NONE < self._front[other] < task:
                break
            self.order[at] = other
            self._at[other] = at
            at -= 1
        self.order[at] = queue
        self._at[queue] = at

    def moved_back(self, queue: int) -> None:
        """Note that a later task than before is the first of `queue`, or that no task waits there now."""
        task = self._front[queue]
        last = self.start[self._line_of[queue] + 1] - 1
        at = self._at[queue]
        while at < last:
            other = self.order[at + 1]
            if self._front[other] == NONE or NONE < task < self._front[other]:
                break
            self.order[at] = other
            self._at[other] = at
            at += 1
        self.order[at] = queue
        self._at[queue] = at
