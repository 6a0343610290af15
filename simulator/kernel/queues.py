"""The waiting tasks of one pool: a queue for each job and shape, jobs in levels of equal priority.

A queue is a chain through the tasks themselves (`link`), in order of `place`; tasks that came back wait in a
heap beside it, so that they keep their place.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, insort
from heapq import heappop, heappush

NONE = -1
TASK_BITS = 32
TASK_MASK = (1 << TASK_BITS) - 1


class Queue:
    """The waiting tasks of one job and one shape."""

    __slots__ = ("head", "job", "returned", "shape", "tail")

    def __init__(self, job: int, shape: int) -> None:
        self.job = job
        self.shape = shape
        self.head = NONE
        self.tail = NONE
        self.returned: list[int] = []
        """Heap of `place << 32 | task`: tasks that came back, all with a place before that of `head`."""

    def first(self) -> int:
        """Give the task that would start next, −1 where none waits."""
        return self.returned[0] & TASK_MASK if self.returned else self.head


class Queues:
    """All queues of a pool, and which jobs have waiting tasks, by priority."""

    def __init__(self, priorities: list[int], shape_count: int, link: array[int]) -> None:
        self.link = link
        self.place = array("q", range(len(link)))
        """Place in the queue: a task's number, that is creation order, until it goes to the tail."""
        self.waiting = 0
        self.waiting_of_shape = [0] * shape_count
        self.waiting_of_job = [0] * len(priorities)
        self.queues_of_job: list[list[Queue]] = [[] for _ in priorities]
        self._queue: dict[tuple[int, int], Queue] = {}
        ranks = sorted(set(priorities), reverse=True)
        self.levels: list[list[int]] = [[] for _ in ranks]
        """Jobs with waiting tasks, in creation order, one list a priority, highest first."""
        self.level_of_job = [ranks.index(priority) for priority in priorities]

    def put(self, task: int, job: int, shape: int) -> None:
        """Append a task that arrives."""
        queue = self._enter(job, shape)
        self.link[task] = NONE
        if queue.head == NONE:
            queue.head = task
        else:
            self.link[queue.tail] = task
        queue.tail = task

    def put_back(self, task: int, job: int, shape: int) -> None:
        """Take back a task whose attempt did not complete it, to its place."""
        heappush(self._enter(job, shape).returned, self.place[task] << TASK_BITS | task)

    def take(self, queue: Queue) -> int:
        """Remove and give the first task of `queue`."""
        if queue.returned:
            task = heappop(queue.returned) & TASK_MASK
        else:
            task = queue.head
            queue.head = self.link[task]
        self.waiting -= 1
        self.waiting_of_shape[queue.shape] -= 1
        job = queue.job
        self.waiting_of_job[job] -= 1
        if self.waiting_of_job[job] == 0:
            level = self.levels[self.level_of_job[job]]
            del level[bisect_left(level, job)]
        return task

    def _enter(self, job: int, shape: int) -> Queue:
        queue = self._queue.get((job, shape))
        if queue is None:
            queue = self._queue[job, shape] = Queue(job, shape)
            self.queues_of_job[job].append(queue)
        self.waiting += 1
        self.waiting_of_shape[shape] += 1
        self.waiting_of_job[job] += 1
        if self.waiting_of_job[job] == 1:
            insort(self.levels[self.level_of_job[job]], job)
        return queue
