"""Which waiting task has room, and where: queues beside nodes."""

from simulator.kernel.eligibility import Eligibility
from simulator.kernel.nodes import Nodes
from simulator.kernel.queues import Queues

NONE = -1
LAST = 2**62


class Matching:
    """Looks at every queue's first task only: the tasks behind it are of the same job and shape."""

    __slots__ = ("_eligibility", "_nodes", "_queues", "node")

    def __init__(self, queues: Queues, nodes: Nodes, eligibility: Eligibility) -> None:
        self._queues = queues
        self._nodes = nodes
        self._eligibility = eligibility
        self.node = NONE
        """Where the task goes that `first` found."""

    def any(self) -> bool:
        """Say whether a task of any of the waiting shapes has room somewhere."""
        for shape in range(len(self._queues.waiting_of_shape)):
            if self._queues.waiting_of_shape[shape] and self._nodes.offered[shape] and self._nodes.find(shape) != NONE:
                return True
        return False

    def first(self, job: int) -> int:
        """Give the queue of the first task of `job`, in creation order, that has room; −1 where none has."""
        if self._eligibility.any:
            best = self._eligibility.first(job)
            self.node = NONE if best == NONE else self._eligibility.members[0]
            return best
        queue = self._queues.first_of_job[job]
        if queue + 1 == self._queues.first_of_job[job + 1]:
            self.node = self._nodes.find(self._queues.shape[queue])
            return NONE if self.node == NONE else queue
        best = NONE
        earliest = LAST
        for other in range(queue, self._queues.first_of_job[job + 1]):
            task = self._queues.front[other]
            shape = self._queues.shape[other]
            if task != NONE and self._nodes.offered[shape] and self._queues.place(task) < earliest:
                node = self._nodes.find(shape)
                if node != NONE:
                    best = other
                    earliest = self._queues.place(task)
                    self.node = node
        return best
