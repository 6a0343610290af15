"""Which waiting task has room, and where: queues beside nodes."""

from simulator.kernel.eligibility import Eligibility
from simulator.kernel.node_capacity import Nodes
from simulator.kernel.queues import Queues

NONE = -1
LAST = 2**62
RECENT = 4
"""For shapes that have seen all but this number of entries of the log, the most slots free there are found once."""


class Placement:
    """Looks at every queue's first task only: the tasks behind it are of the same job and shape."""

    __slots__ = ("_eligibility", "_nodes", "_queues", "_shapes", "node", "only_node")

    def __init__(self, queues: Queues, nodes: Nodes, eligibility: Eligibility) -> None:
        self._queues = queues
        self._nodes = nodes
        self._eligibility = eligibility
        self._shapes = 0
        self.node = NONE
        """Where the task goes that `first` found."""
        self.only_node = NONE
        """The one node on which waiting tasks may have room; −1: any node."""

    def add_shapes(self, count: int) -> None:
        """Note that there are `count` shapes now."""
        self._shapes = count

    def any(self) -> bool:
        """Return whether a task of any of the waiting shapes has room somewhere."""
        nodes = self._nodes
        if self.only_node != NONE:
            for shape in range(self._shapes):
                if self._queues.waiting_of_shape[shape] and nodes.fits(self.only_node, shape):
                    return True
            return False
        for shape in range(self._shapes):
            if self._queues.waiting_of_shape[shape] and nodes.seen[shape] != nodes.freed and nodes.find(shape) != NONE:
                return True
        return False

    def first(self, job: int) -> int:
        """Return the queue of the first task of `job`, in creation order, that has room; −1 where none has."""
        if self._eligibility.any:
            best = self._eligibility.first(job)
            self.node = NONE if best == NONE else self._eligibility.members[0]
            return best
        if self.only_node != NONE:
            nodes = self._nodes
            node = self.only_node
            self.node = node
            return self.first_that_fits(job, nodes.free_slots[node], nodes.free_cores[node], nodes.free_memory[node])
        queue = self._queues.first_of_job[job]
        if self._queues.next_of_job[queue] == NONE:
            self.node = self._nodes.find(self._queues.shape[queue])
            return NONE if self.node == NONE else queue
        return self._first_of_several(queue)

    def first_that_fits(self, job: int, slots: int, cores: int, memory: int) -> int:
        """Return the queue of the first task of `job` that needs no more than this; −1 where each needs more.

        For pools in which tasks keep their places: only there are a job's queues kept in order of their first tasks.
        """
        queues, fronts, nodes = self._queues, self._queues.fronts, self._nodes
        best = NONE
        earliest = LAST
        line = fronts.first_of_job[job]
        while line != NONE and fronts.slots[line] <= slots:
            for at in range(fronts.start[line], fronts.start[line] + fronts.size[line]):
                queue = fronts.order[at]
                task = queues.front[queue]
                if task == NONE or task > earliest:
                    break
                shape = queues.shape[queue]
                if cores >= nodes.needed_cores[shape] and memory >= nodes.needed_memory[shape]:
                    best = queue
                    earliest = task
                    break
            line = fronts.next_of_job[line]
        return best

    def _first_of_several(self, begin: int) -> int:
        """Go through the queues of a job, from its first on.

        After a pass in which nothing fitted, what has been freed is all that can matter: usually one node, so what is
        free there stands beside the loop.
        """
        queues, nodes = self._queues, self._nodes
        best = NONE
        earliest = LAST
        freed = nodes.freed
        node = nodes.last_freed
        slots = nodes.free_slots[node] if nodes.serving[node] else NONE
        cores = nodes.free_cores[node]
        memory = nodes.free_memory[node]
        most_free = nodes.most_free(RECENT)
        following = begin
        while following != NONE:
            queue = following
            following = queues.next_of_job[queue]
            shape = queues.shape[queue]
            unseen = freed - nodes.seen[shape]
            if unseen == 0 or queues.front[queue] == NONE:
                continue
            place = queues.place(queues.front[queue])
            if place >= earliest:
                continue
            if unseen <= RECENT and nodes.needed_slots[shape] > most_free:
                nodes.seen[shape] = freed
                continue
            if unseen > 1:
                found = nodes.find(shape)
            elif (
                slots >= nodes.needed_slots[shape]
                and cores >= nodes.needed_cores[shape]
                and memory >= nodes.needed_memory[shape]
            ):
                found = node
            else:
                nodes.seen[shape] = freed
                continue
            if found != NONE:
                best = queue
                earliest = place
                self.node = found
        return best
