"""What happens by itself: tasks arrive, and attempts end when they are due.

In a plain pool, where tasks do nothing but arrive, run and succeed, most instants are of one of two kinds, and these
need no pass over queues and nodes: the next task takes the slots of one that ends, or a task starts as it arrives.
"""

from simulator.errors import BrokenInvariantError
from simulator.kernel.columns import column
from simulator.kernel.lives import Lives
from simulator.kernel.nodes import Nodes
from simulator.kernel.order import JobOrder
from simulator.kernel.rules import CLOSED, Rules
from simulator.kernel.tasks import Choices, Shape, Tasks
from simulator.units import NEVER

NONE = -1
FOREVER = int(NEVER)


class Instants(Lives):
    """The lives of tasks, and when they begin and end."""

    def __init__(
        self,
        tasks: Tasks,
        shapes: list[Shape],
        priorities: list[int],
        nodes: Nodes,
        rules: Rules,
        choices: Choices,
    ) -> None:
        super().__init__(tasks, shapes, priorities, nodes, rules, choices)
        self.now = 0
        """The last instant at which a task ended or arrived."""
        self.arrived = 0
        self._next_submit = tasks.submit[0] if self.count else FOREVER
        self._order = JobOrder(choices.job_policy, self._dice, self.queues, len(priorities))
        self._settled = -1
        """The last instant at which attempts have ended."""
        self._rounds = 0
        """How often the instant `_settled` has been settled."""
        self._max_rounds = choices.max_rounds
        unusual = self._special or self._fallible or self._random_order or self._retry_at_tail
        self._is_plain = not (unusual or self._random_ties)
        """Whether tasks do nothing but arrive, wait, run and succeed; `Kernel` adds that none displaces others."""
        first = self.queues.first_of_job
        self._is_alone = column(
            "b", [first[job + 1] - first[job] == 1 and shapes[shape].instances == 1 for job, shape in tasks.queues]
        )
        """Whether the tasks of a queue are all of their job, and need one node each."""
        self._is_uniform = len(shapes) == 1
        """Whether all tasks take the same."""
        self._is_single = all(shape.instances == 1 for shape in shapes)
        """Whether one node is enough for each task."""
        self._is_passed_on = False
        """Whether all that the last single end has freed has found its next tasks, or nobody who could use it."""

    @property
    def expects(self) -> bool:
        """Whether more tasks will arrive by themselves."""
        return self._next_submit < FOREVER

    def next_instant(self) -> int:
        """Give the next instant at which a task ends or arrives, `NEVER` if none does."""
        self._forget_stale()
        if self.calendar.size == 0:
            return self._next_submit
        return min(self.calendar.top >> self._bits, self._next_submit)

    def complete(self, now: int) -> None:
        """End the attempts that are due at `now`."""
        if now != self._settled:
            self._settled = now
            self._rounds = 0
        self._rounds += 1
        if self._rounds > self._max_rounds:
            raise BrokenInvariantError(f"more than {self._max_rounds} rounds at {now} ms: tasks of length zero?")
        while self.calendar.size and self.calendar.top >> self._bits <= now:
            entry = self.calendar.pop()
            if self._stale and not self._is_valid(entry):
                self._stale -= 1
            else:
                self.now = now
                self._finish(entry & self._mask)

    def arrive(self, now: int) -> None:
        """Submit the tasks whose time has come."""
        while self._next_submit <= now:
            task = self.arrived
            self.arrived = following = task + 1
            self._next_submit = self.submit[following] if following < self.count else FOREVER
            if self.jobs.closed and self.queues.gate[self.job_of(task)] & CLOSED:
                continue  # refused: its job has ended
            self.now = now
            self.submit_now(task)

    def _forget_stale(self) -> None:
        while self._stale and not self._is_valid(self.calendar.top):
            self.calendar.pop()
            self._stale -= 1

    def _end_one(self, now: int) -> bool:
        """End the one task that ends at `now`, if it is one, and hand what it held to the next task that fits.

        Nobody who waits had room in the last pass, and nothing has been freed since: a pass would come to the same.
        """
        calendar, queues, nodes = self.calendar, self.queues, self.nodes
        self._is_passed_on = False
        if self._settled == now or calendar.second() >> self._bits == now:
            return False
        self._settled = now
        self._rounds = 1
        self.now = now
        done = calendar.top & self._mask
        queue = self.queue[done]
        cell = self._cell[done]
        node = cell // nodes.slots
        self.settle(done, False)
        others_come = self._next_submit == now
        if self.parents.any:
            others_come |= self._unblock(done, False) and nodes.room.size > 0
        heir = NONE if others_come or queues.open_jobs == 0 else self._heir(queue, node)
        if heir == NONE:
            calendar.pop()
            self._release(done)
            return True
        task = queues.take(heir)
        self._order.last = queues.job[heir]
        self._cell[task] = cell
        calendar.replace(self._record(task, node, now))
        shape, other = queues.shape[queue], queues.shape[heir]
        if shape == other:
            nodes.replace(cell, task)
        else:
            self.running_of_shape[shape] -= 1
            self.running_of_shape[other] += 1
            nodes.exchange(node, cell, shape, other, task)
            if nodes.free_slots[node]:
                self._use_up(queues.job[heir], node, now)
        self._is_passed_on = True
        return True

    def _use_up(self, job: int, node: int, now: int) -> None:
        """Start tasks of `job`, the only one that is served, on `node` until none has room there."""
        nodes = self.nodes
        while True:
            queue = self.matching.heir(job, nodes.free_slots[node], nodes.free_cores[node], nodes.free_memory[node])
            if queue == NONE:
                break
            self._start(self.queues.take(queue), self.queues.shape[queue], node, now)
        if nodes.mixed:
            nodes.reopen(node)

    def _heir(self, queue: int, node: int) -> int:
        """Give the queue whose first task may take over what one of `queue` leaves; −1 where only a pass can tell.

        Where all tasks are alike, a job has one queue.
        """
        queues, nodes = self.queues, self.nodes
        if self.notices.waiting or self.jobs.tracked or nodes.serving[node] == 0:
            return NONE
        if self._is_uniform:  # whoever is next has room there
            return queues.first_of_job[self._order.draw()] if self._is_alone[queue] else NONE
        if queues.open_jobs > 1:
            return NONE
        job = queues.job[queue]
        if queues.waiting_of_job[job] == 0 or queues.gate[job]:
            job = self._order.draw()
        elif self._is_alone[queue]:
            return queue
        if not self._is_single:
            return NONE
        shape = queues.shape[queue]
        return self.matching.heir(
            job,
            nodes.free_slots[node] + nodes.needed_slots[shape],
            nodes.free_cores[node] + nodes.needed_cores[shape],
            nodes.free_memory[node] + nodes.needed_memory[shape],
        )

    def _start_at_once(self, now: int) -> bool:
        """Start a task that arrives alone where nobody waits and there is room; say whether it was so."""
        task = self.arrived
        following = self.submit[task + 1] if task + 1 < self.count else FOREVER
        queue = self.queue[task]
        queues = self.queues
        if (
            following <= now
            or queues.open_jobs
            or self.nodes.room.size == 0
            or self.jobs.tracked
            or self.notices.growing
            or queues.gate[queues.job[queue]]
            or (self.parents.any and self.parents.missing[task])
        ):
            return False
        shape = queues.shape[queue]
        node = self.nodes.find(shape) if self.nodes.instances[shape] == 1 else NONE
        if node == NONE:
            return False
        self.arrived = task + 1
        self._next_submit = following
        self.now = now
        self._order.last = queues.job[queue]
        self._start(task, shape, node, now)
        return True
