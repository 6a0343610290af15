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
        """Heap of `place << 32 | task`: tasks that came back, or had to wait for others."""


class Queues:
    """All queues of a pool, and which jobs have waiting tasks, by priority."""

    def __init__(self, priorities: list[int], shape_count: int, link: array[int]) -> None:
        self.link = link
        self.place = array("q", range(len(link)))
        """Place in the queue: a task's number, that is creation order, until it goes to the tail."""
        self._next_place = 0
        self.waiting = 0
        self.waiting_of_shape = [0] * shape_count
        self.waiting_of_job = [0] * len(priorities)
        self.queues_of_job: list[list[Queue]] = [[] for _ in priorities]
        self._queue: dict[tuple[int, int], Queue] = {}
        ranks = sorted(set(priorities), reverse=True)
        self.levels: list[list[int]] = [[] for _ in ranks]
        """Jobs with waiting tasks, in creation order, one list a priority, highest first."""
        self.level_of_job = [ranks.index(priority) for priority in priorities]

    def to_tail(self, task: int) -> None:
        """Give a task the place behind all that have one so far."""
        self.place[task] = self._next_place
        self._next_place += 1

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
        """Put a task at its place: one whose attempt did not complete it, or whose parents have completed."""
        heappush(self._enter(job, shape).returned, self.place[task] << TASK_BITS | task)

    def first(self, queue: Queue) -> int:
        """Give the task of `queue` that would start next, −1 where none waits."""
        head = queue.head
        if not queue.returned:
            return head
        entry = queue.returned[0]
        return head if head != NONE and self.place[head] < entry >> TASK_BITS else entry & TASK_MASK

    def take(self, queue: Queue) -> int:
        """Remove and give the first task of `queue`."""
        head = queue.head
        if queue.returned and (head == NONE or queue.returned[0] >> TASK_BITS < self.place[head]):
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
