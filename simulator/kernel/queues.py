"""The waiting tasks of one pool: a queue for each job and shape, jobs in levels of equal priority.

A queue is a chain through the tasks themselves (`link`), in order of `place`; tasks that came back wait in a
heap beside it, so that they keep their place.
"""

from array import array
from collections import Counter
from collections.abc import Sequence

from simulator.kernel.buffers import appended, column, widened, zeros
from simulator.kernel.heap import Heap
from simulator.kernel.queue_fronts import Fronts

NONE = -1


class Queues:
    """All queues of a pool, and which jobs have waiting tasks, by priority; queues are known by their number.

    Jobs, shapes, queues and tasks may come at any time. Columns may have room for more at their ends.
    """

    def __init__(self, *, reordered: bool, listed: bool = False) -> None:
        self.listed = listed
        """Whether somebody else keeps the order of the waiting tasks: there are no chains then, but `changes`."""
        self.changes: list[int] = []
        """Tasks that have come to wait, and `~task` of those that wait no more, since the list was last emptied."""
        self.rankings = 0
        """How often priorities of jobs have been set."""
        self.count = 0
        """How many queues there are."""
        self.job = column("i", [])
        self.shape = column("i", [])
        self.link = array("i")
        """Next task in the queue."""
        self._bits = 1
        self._reordered = reordered
        self._place = array("q")
        """Place in the queue; empty where it is always the task's number, that is creation order."""
        self._next_place = 0
        self._head = column("i", [])
        self._tail = column("i", [])
        self.front = column("i", [])
        """The task that would start next, NONE where none waits."""
        self.fronts = Fronts()
        self._in_line = False
        """Whether `fronts` is kept."""
        self._returned: list[Heap] = []
        """Of `place << bits | task`: tasks that came back, or had to wait for others."""
        self._add_columns_of_jobs()
        self.waiting_of_shape = column("i", [])
        self.next_of_job = column("i", [])
        """The next queue of the same job, NONE at the last."""
        self.is_alone = column("b", [])
        """Whether the tasks of a queue are all of their job, and need one node each."""
        self.rank([])

    def _add_columns_of_jobs(self) -> None:
        """Add the columns with a row for each job, without rows."""
        self.open_jobs = 0
        """How many jobs with waiting tasks are served."""
        self.shut_jobs = 0
        """How many jobs are not served, whether or not their tasks wait."""
        self.waiting_of_job = column("i", [])
        self.created = column("q", [])
        """When each job was created, as far as the order of jobs depends on it; else all are equally old."""
        self.gate = column("b", [])
        """Why a job is not served, in bits; 0 = it is."""
        self.first_of_job = column("i", [])
        """The first queue of each job, NONE where it has none; the others follow by `next_of_job`."""
        self._last_of_job = column("i", [])
        self.level_of_job = column("i", [])

    # ---- what comes ---------------------------------------------------------------------------------------

    def add_jobs(self, priorities: Sequence[int]) -> None:
        """Add jobs behind those that are there."""
        before = len(self.priorities)
        count = before + len(priorities)
        self.waiting_of_job = widened("i", self.waiting_of_job, 0, count)
        self.created = widened("q", self.created, 0, count)
        self.gate = widened("b", self.gate, 0, count)
        self.first_of_job = widened("i", self.first_of_job, NONE, count)
        self._last_of_job = widened("i", self._last_of_job, NONE, count)
        self.level_of_job = widened("i", self.level_of_job, 0, count)
        if len(priorities) > 1 or any(self._room.get(priority, 0) == 0 for priority in priorities):
            self.rank([*self.priorities, *priorities])
            return
        for job, priority in enumerate(priorities, before):
            self.priorities.append(priority)
            self._room[priority] -= 1
            self.level_of_job[job] = self._level_of[priority]

    def add_shapes(self, count: int) -> None:
        """Add shapes behind those that are there, so that there are `count`."""
        self.waiting_of_shape = widened("i", self.waiting_of_shape, 0, count)

    def add_queue(self, job: int, shape: int, slots: int, instances: int) -> None:
        """Add a queue of tasks of a job that need this number of slots on each of their nodes."""
        queue = self.count
        self.count = queue + 1
        self.job = widened("i", self.job, NONE, self.count)
        self.shape = widened("i", self.shape, NONE, self.count)
        self._head = widened("i", self._head, NONE, self.count)
        self._tail = widened("i", self._tail, NONE, self.count)
        self.front = widened("i", self.front, NONE, self.count)
        self.next_of_job = widened("i", self.next_of_job, NONE, self.count)
        self.is_alone = widened("b", self.is_alone, 0, self.count)
        self.job[queue] = job
        self.shape[queue] = shape
        self._returned.append(Heap())
        first = self.first_of_job[job]
        if first == NONE:
            self.first_of_job[job] = queue
            self.is_alone[queue] = instances == 1
        else:
            self.next_of_job[self._last_of_job[job]] = queue
            self.is_alone[first] = 0
        self._last_of_job[job] = queue
        self.fronts.add(queue, job, slots, self.front)
        self._in_line = self.fronts.any and not self._reordered

    def add_tasks(self, before: int, count: int) -> None:
        """Make rows for tasks so that there are `count` of them; `before` were there."""
        self.link = appended(self.link, before, zeros("i", count - before))
        if self._reordered:
            self._place = appended(self._place, before, array("q", range(before, count)))
        bits = max(count - 1, 1).bit_length()
        if bits > self._bits:
            for returned in self._returned:
                mask = (1 << self._bits) - 1
                for key in returned.drain():
                    returned.push(key >> self._bits << bits | key & mask)
            self._bits = bits

    def rank(self, priorities: Sequence[int]) -> None:
        """Put jobs into levels by priority; those that are served keep their waiting tasks."""
        self.rankings += 1
        self.priorities = list(priorities)
        members = Counter(priorities)
        ranks = sorted(members, reverse=True)
        self._level_of = {priority: level for level, priority in enumerate(ranks)}
        self._room = {priority: count // 2 for priority, count in members.items()}
        """By priority: how many more jobs its level has a place for."""
        self.levels = len(ranks)
        for job, priority in enumerate(priorities):
            self.level_of_job[job] = self._level_of[priority]
        starts: list[int] = []
        places = 0
        for priority in ranks:
            starts.append(places)
            places += members[priority] + self._room[priority]
        self.level_start = column("i", starts)
        self.level_size = column("i", [0] * len(ranks))
        self.jobs = column("i", [0] * places)
        """From `level_start` of each level on: its open jobs with waiting tasks, `level_size` of them, oldest first."""
        self.open_jobs = 0
        for job in range(len(priorities)):
            if self.waiting_of_job[job] and self.gate[job] == 0:
                self._enter_level(job)

    # ---- jobs ---------------------------------------------------------------------------------------------

    def date(self, job: int, created: int) -> None:
        """Note when a job of which no task waits is created; of jobs of the same age the lower number comes first."""
        self.created[job] = created

    @property
    def waiting(self) -> int:
        """How many tasks wait."""
        return sum(self.waiting_of_shape)

    # ---- tasks --------------------------------------------------------------------------------------------

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
        if self.listed:
            self.changes.append(task)
        else:
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
        if self.listed:
            self.changes.append(task)
        else:
            self._insert(task, queue)

    def _insert(self, task: int, queue: int) -> None:
        """Put a task at its place in its queue."""
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
        self._leave(queue)
        return task

    def remove(self, task: int, queue: int) -> None:
        """Take a task out from wherever it stands."""
        if self.listed:
            self.changes.append(~task)
            self._leave(queue)
        else:
            ahead = []
            while self.front[queue] != task:
                ahead.append(self.take(queue))
            self.take(queue)
            for other in ahead:
                self.put_back(other, queue)

    def _enter(self, queue: int) -> None:
        self.waiting_of_shape[self.shape[queue]] += 1
        job = self.job[queue]
        before = self.waiting_of_job[job]
        self.waiting_of_job[job] = before + 1
        if before == 0 and self.gate[job] == 0:
            self._enter_level(job)

    def _leave(self, queue: int) -> None:
        self.waiting_of_shape[self.shape[queue]] -= 1
        job = self.job[queue]
        left = self.waiting_of_job[job] - 1
        self.waiting_of_job[job] = left
        if left == 0 and self.gate[job] == 0:
            self._leave_level(job)

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
