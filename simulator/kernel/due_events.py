"""What happens by itself: tasks arrive, and attempts end when they are due.

In a plain pool, where tasks do nothing but arrive, wait, run and succeed, most instants need no pass over queues and
nodes: what ends hands what it held to the first task that fits, and where nobody waits a task starts as it arrives.
"""

from array import array

from simulator.errors import BrokenInvariantError
from simulator.kernel.buffers import column
from simulator.kernel.inputs import Choices, Shape, Tasks
from simulator.kernel.job_order import JobOrder
from simulator.kernel.node_capacity import Nodes
from simulator.kernel.optional_rules import CLOSED, Rules
from simulator.kernel.task_lifecycle import Lives
from simulator.states import TaskState
from simulator.units import NEVER

NONE = -1
COMPLETED = int(TaskState.COMPLETED)
FOREVER = int(NEVER)
TOGETHER = 64
"""At most so many tasks that end at one instant are replaced at once; where more end, a pass follows."""


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
        self._is_single = all(shape.instances == 1 for shape in shapes)
        """Whether one node is enough for each task."""
        self._is_passed_on = False
        """Whether what has just been freed has found its next tasks, so that the instant is settled."""
        self._ended = array("q", bytes(8 * TOGETHER))
        """What has just ended, `cell << bits | task`, in order."""

    @property
    def expects(self) -> bool:
        """Whether more tasks will arrive by themselves."""
        return self._next_submit < FOREVER

    def next_instant(self) -> int:
        """Return the next instant at which a task ends or arrives, `NEVER` if none does."""
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
            entry = self.calendar.top
            self.calendar.pop()
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

    def _end_plainly(self, now: int) -> bool:
        """End what ends at `now` and hand on what it held to tasks that fit; say whether that could be done.

        Nobody who waits had room in the last pass, and nothing has been freed since: a pass would come to the same.
        """
        self._is_passed_on = False
        if self._settled == now:
            return False
        is_one = self.calendar.is_alone(self._bits)
        if not is_one and not self._may_end_together(now):
            return False
        self._settled = now
        self._rounds = 1
        self.now = now
        if is_one:
            self._end_one(now)
        else:
            self._end_several(now)
        return True

    def _end_one(self, now: int) -> None:
        """End the only task that ends at `now`, and hand what it held to the next task that fits."""
        calendar, queues, nodes = self.calendar, self.queues, self.nodes
        done = calendar.top & self._mask
        queue = self.queue[done]
        cell = self._cell[done]
        node = cell // nodes.slots
        self.settle(done, False)
        others_come = self._next_submit == now
        if self.parents.any:
            others_come |= self._unblock(done, False) and nodes.room.size > 0
        heir = NONE if others_come or queues.open_jobs == 0 else self._heir(queue, node)
        shape = queues.shape[queue]
        if heir == NONE:
            calendar.pop()
            self._release(done)
            if not others_come and self._is_local(node):
                self.matching.only = node
        else:
            calendar.replace(self._hand_over(cell, shape, heir, now))
            if shape != queues.shape[heir] and nodes.free_slots[node]:
                self._use_up(queues.job[heir], node, now)
            self._is_passed_on = True

    def _may_end_together(self, now: int) -> bool:
        """Return whether several ends at `now` are nothing more than ends of tasks that are alike."""
        return (
            self._is_uniform
            and self._next_submit != now
            and not (self.parents.any or self.notices.armed or self.jobs.tracked)
        )

    def _end_several(self, now: int) -> None:
        """End tasks on nodes that have room for one more each then, and so are equally good but for their number."""
        calendar, ended = self.calendar, self._ended
        count = self._gather(now)
        is_orderly = self.queues.open_jobs > 0 and calendar.top >> self._bits != now and self._put_in_order(count)
        while count:
            for at in range(count):
                if is_orderly and self.queues.open_jobs:
                    heir = self.queues.first_of_job[self._order.draw()]
                    calendar.push(self._hand_over(ended[at] >> self._bits, 0, heir, now))
                else:
                    self._release(ended[at] & self._mask)
            count = 0 if is_orderly else self._gather(now)
        self._is_passed_on = is_orderly

    def _gather(self, now: int) -> int:
        """Complete the tasks that end at `now`, `TOGETHER` at most; give how many stand in `_ended` then.

        Loops this small let a processor wait for several places in memory at once.
        """
        calendar, ended = self.calendar, self._ended
        count = 0
        while count < TOGETHER and calendar.size and calendar.top >> self._bits == now:
            entry = calendar.top
            calendar.pop()
            if self._stale and not self._is_valid(entry):
                self._stale -= 1
            else:
                ended[count] = entry & self._mask
                count += 1
                self.settle(entry & self._mask, False)  # at once: an entry that is not valid may have a valid twin
        for at in range(count):
            task = ended[at]
            cell = self._cell[task]
            ended[at] = cell << self._bits | task
        return count

    def _put_in_order(self, count: int) -> bool:
        """Sort what has ended by nodes; say whether each is alone on its node, and nodes take tasks."""
        ended, bits, slots = self._ended, self._bits, self.nodes.slots
        is_orderly = True
        for at in range(count):
            entry = ended[at]
            place = at
            while place and ended[place - 1] > entry:
                ended[place] = ended[place - 1]
                place -= 1
            ended[place] = entry
        before = NONE
        for at in range(count):
            node = (ended[at] >> bits) // slots
            if node == before or self.nodes.serving[node] == 0:
                is_orderly = False
            before = node
        return is_orderly

    def _hand_over(self, cell: int, shape: int, heir: int, now: int) -> int:
        """Start the next task of a queue where one of `shape` has ended; return its entry in the calendar."""
        task = self.queues.take(heir)
        self._order.last = self.queues.job[heir]
        self._cell[task] = cell
        node = cell // self.nodes.slots
        other = self.queues.shape[heir]
        if shape == other:
            self.nodes.replace(cell, task)
        else:
            self.running_of_shape[shape] -= 1
            self.running_of_shape[other] += 1
            self.nodes.exchange(node, cell, shape, other, task)
        return self._record(task, node, now)

    def _is_local(self, node: int) -> bool:
        """Return whether what one end has freed on `node` is all that can matter to those who wait.

        Tasks of jobs that are not served may have room elsewhere, and a pass throws dice where any waiting task has.
        """
        return (
            self._is_single
            and self.queues.open_jobs > 0
            and self.queues.shut_jobs == 0
            and self.nodes.serving[node] == 1
            and not (self.jobs.tracked or self.notices.waiting)
        )

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
        """Return the queue whose first task may take over what one of `queue` leaves; −1 where only a pass can tell.

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

    def _is_quiet(self) -> bool:
        """Return whether nobody waits, and an arrival or an end is nothing more."""
        return (
            self._is_plain
            and self._is_single
            and self.queues.open_jobs == 0
            and not (
                self._stale or self.parents.any or self.notices.growing or self.notices.waiting or self.jobs.tracked
            )
        )

    def _run_quietly(self, until: int, most: int) -> int:
        """Settle instants before `until` at which tasks end or one arrives and starts, as long as nothing else is.

        Gives how many ends and arrivals those were, `most` at most. So are most instants of a pool that keeps up with
        its work: one loop, in which nothing is asked twice.
        """
        calendar, queues, nodes, notices = self.calendar, self.queues, self.nodes, self.notices
        bits, mask = self._bits, self._mask
        cells, running, submits, last = self._cell, self.running_of_shape, self.submit, self.count - 1
        now, submit, arrived = self.now, self._next_submit, self.arrived
        horizon = min(until, self._last + 1)  # what an empty calendar shows is not before it
        settled = 0
        while settled < most:
            due = calendar.top >> bits
            if due < submit:
                if due >= horizon:
                    break
                task = calendar.top & mask
                calendar.pop()
                now = due
                settled += 1
                if notices.armed:
                    self.settle(task, False)
                    self._release(task)
                    if notices.waiting:
                        break
                else:  # what these two do where nobody is to be told; a call costs the interpreter as much as its work
                    self.state[task] = COMPLETED
                    self.completed += 1
                    shape = queues.shape[self.queue[task]]
                    running[shape] -= 1
                    cell = cells[task]
                    cells[nodes.give(cell, shape)] = cell
            else:
                following = submits[arrived + 1] if arrived < last else FOREVER
                if submit == due or submit >= horizon or following == submit:
                    break
                queue = self.queue[arrived]
                shape = queues.shape[queue]
                job = queues.job[queue]
                node = nodes.find(shape) if queues.gate[job] == 0 else NONE
                if node == NONE:
                    break
                now = submit
                self._order.last = job
                running[shape] += 1
                cells[arrived] = nodes.take(node, shape, arrived)
                calendar.push(self._record(arrived, node, now))
                arrived += 1
                submit = following
                settled += 1
        self.now, self._next_submit, self.arrived = now, submit, arrived
        return settled
