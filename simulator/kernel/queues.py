"""The waiting tasks of one pool: a queue for each job and shape, jobs in levels of equal priority.

A queue is a chain through the tasks themselves (`link`), in order of `place`; tasks that came back wait in a
heap beside it, so that they keep their place.
"""

from array import array
from bisect import bisect_left
from collections.abc import Sequence

from simulator.kernel.buffers import column
from simulator.kernel.heap import Heap
from simulator.kernel.queue_fronts import Fronts

NONE = -1


class Queues:
    """All queues of a pool, and which jobs have waiting tasks, by priority.

    `keys` gives job and shape of every queue, in ascending order; queues are known by their number in it. `slots` is
    what a task of each shape needs.
    """

    def __init__(
        self,
        keys: Sequence[tuple[int, int]],
        priorities: list[int],
        slots: Sequence[int],
        tasks: int,
        *,
        reordered: bool,
    ) -> None:
        self.job = column("i", [job for job, _ in keys])
        self.shape = column("i", [shape for _, shape in keys])
        self.link = array("i", bytes(4 * tasks))
        """Next task in the queue."""
        self._bits = max(tasks - 1, 1).bit_length()
        self._reordered = reordered
        self._place = array("q", range(tasks) if reordered else [])
        """Place in the queue; empty where it is always the task's number, that is creation order."""
        self._next_place = 0
        self._head = column("i", [NONE] * len(keys))
        self._tail = column("i", [NONE] * len(keys))
        self.front = column("i", [NONE] * len(keys))
        """The task that would start next, NONE where none waits."""
        self.fronts = Fronts(keys, slots, len(priorities), self.front)
        self._in_line = self.fronts.any and not reordered
        """Whether `fronts` is kept."""
        self._returned = [Heap() for _ in keys]
        """Of `place << bits | task`: tasks that came back, or had to wait for others."""
        self.open_jobs = 0
        """How many jobs with waiting tasks are served."""
        self.shut_jobs = 0
        """How many jobs are not served, whether or not their tasks wait."""
        self.waiting_of_shape = column("i", [0] * len(slots))
        self.waiting_of_job = column("i", [0] * len(priorities))
        self.created = array("q", bytes(8 * len(priorities)))
        """When each job was created, as far as the order of jobs depends on it; else all are equally old."""
        self.gate = column("b", [0] * len(priorities))
        """Why a job is not served, in bits; 0 = it is."""
        jobs = [job for job, _ in keys]
        self.first_of_job = column("i", [bisect_left(jobs, job) for job in range(len(priorities) + 1)])
        """The queues of job j are `first_of_job[j]` … `first_of_job[j + 1]` − 1."""
        self.rank(priorities)

    def rank(self, priorities: list[int]) -> None:
        """Put jobs into levels by priority; those that are served keep their waiting tasks."""
        ranks = sorted(set(priorities), reverse=True)
        self.levels = len(ranks)
        self.level_of_job = column("i", [ranks.index(priority) for priority in priorities])
        self.level_start = column("i", [sum(priority > rank for priority in priorities) for rank in ranks])
        self.level_size = column("i", [0] * len(ranks))
        self.jobs = column("i", [0] * len(priorities))
        """From `level_start` of each level on: its open jobs with waiting tasks, `level_size` of them, oldest first."""
        self.open_jobs = 0
        for job in range(len(priorities)):
            if self.waiting_of_job[job] and self.gate[job] == 0:
                self._enter_level(job)

    def date(self, job: int, created: int) -> None:
        """Note when a job of which no task waits is created; of jobs of the same age the lower number comes first."""
        self.created[job] = created

    @property
    def waiting(self) -> int:
        """How many tasks wait."""
        return sum(self.waiting_of_shape)

    def to_tail(self, task: int) -> None:
        """Put a task behind all that have a place so far."""
        self._place[task] = self._next_place
        self._next_place += 1

    def put_at(self, task: int, place: int) -> None:
        """Put a task at a place that does not depend on when it came."""
        self._place[task] = place

    def shut(self, job: int, why: int) -> None:
        """Serve `job` no more, for one of the reasons in bits."""
        if self.gate[job] == 0:
            self.shut_jobs += 1
            if self.waiting_of_job[job]:
                self._leave_level(job)
        self.gate[job] |= why

    def reopen(self, job: int, why: int) -> None:
        """Take a reason away; serve `job` again if it was the last."""
        shut = self.gate[job]
        self.gate[job] &= ~why
        if shut and self.gate[job] == 0:
            self.shut_jobs -= 1
            if self.waiting_of_job[job]:
                self._enter_level(job)

    def place(self, task: int) -> int:
        """Return the place of a task in its job's order."""
        return self._place[task] if self._reordered else task

    def put(self, task: int, queue: int) -> None:
        """Append a task that arrives."""
        self.link[task] = NONE
        if self._head[queue] == NONE:
            self._head[queue] = task
        else:
            self.link[self._tail[queue]] = task
        self._tail[queue] = task
        if self.front[queue] == NONE:
            self.front[queue] = task
            if self._in_line:
                self.fronts.moved_up(queue)
        self._enter(queue)

    def put_back(self, task: int, queue: int) -> None:
        """Put a task at its place: one whose attempt did not complete it, or whose parents have completed."""
        self._enter(queue)
        returned: Heap = self._returned[queue]
        place = self.place(task)
        returned.push(place << self._bits | task)
        if self.front[queue] == NONE or place < self.place(self.front[queue]):
            self.front[queue] = task
            if self._in_line:
                self.fronts.moved_up(queue)

    def take(self, queue: int) -> int:
        """Remove and return the first task of `queue`."""
        task = self.front[queue]
        returned: Heap = self._returned[queue]
        if returned.size == 0:
            self._head[queue] = self.front[queue] = self.link[task]
        else:
            head = self._head[queue]
            if task == head:
                head = self.link[task]
                self._head[queue] = head
            else:
                returned.pop()
            if returned.size == 0 or (head != NONE and self.place(head) < returned.top >> self._bits):
                self.front[queue] = head
            else:
                self.front[queue] = returned.top & ((1 << self._bits) - 1)
        if self._in_line:
            self.fronts.moved_back(queue)
        self.waiting_of_shape[self.shape[queue]] -= 1
        job = self.job[queue]
        left = self.waiting_of_job[job] - 1
        self.waiting_of_job[job] = left
        if left == 0 and self.gate[job] == 0:
            self._leave_level(job)
        return task

    def _enter(self, queue: int) -> None:
        self.waiting_of_shape[self.shape[queue]] += 1
        job = self.job[queue]
        before = self.waiting_of_job[job]
        self.waiting_of_job[job] = before + 1
        if before == 0 and self.gate[job] == 0:
            self._enter_level(job)

    def _enter_level(self, job: int) -> None:
        self.open_jobs += 1
        level = self.level_of_job[job]
        start = self.level_start[level]
        at = start + self.level_size[level]
        self.level_size[level] += 1
        created = self.created[job]
        while at > start:
            other = self.jobs[at - 1]
            age = self.created[other]
            if age < created or (age == created and other < job):
                break
            self.jobs[at] = other
            at -= 1
        self.jobs[at] = job

    def _leave_level(self, job: int) -> None:
        self.open_jobs -= 1
        level = self.level_of_job[job]
        at = self.level_start[level]
        self.level_size[level] -= 1
        last = self.level_start[level] + self.level_size[level]
        while self.jobs[at] != job:
            at += 1
        while at < last:
            self.jobs[at] = self.jobs[at + 1]
            at += 1
