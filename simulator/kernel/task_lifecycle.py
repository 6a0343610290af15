"""The life of a task in the kernel: submitted, placed, ended by itself or from outside, back in its queue or done."""

from array import array

from simulator.kernel.attempt_duration import Work
from simulator.kernel.attempts import Attempts
from simulator.kernel.buffers import NATIVE, column
from simulator.kernel.calendar import Calendar
from simulator.kernel.cpu_sharing import Sharing
from simulator.kernel.eligibility import Eligibility
from simulator.kernel.heap import Heap
from simulator.kernel.inputs import Choices, Shape, Tasks
from simulator.kernel.job_gates import Jobs
from simulator.kernel.job_order import Dice
from simulator.kernel.node_capacity import Nodes
from simulator.kernel.notices import Notices
from simulator.kernel.optional_rules import Rules
from simulator.kernel.parents import Parents
from simulator.kernel.placement import Matching
from simulator.kernel.queues import Queues
from simulator.states import Outcome, TaskState

NONE = -1
ACTIVE = int(TaskState.ACTIVE)
RUNNING = int(TaskState.RUNNING)
COMPLETED = int(TaskState.COMPLETED)
SUCCEEDED = int(Outcome.SUCCEEDED)
FAILED = int(Outcome.FAILED)
TERMINATED = int(Outcome.TERMINATED)
EXPIRED = int(Outcome.EXPIRED)
UNPREPARED = int(Outcome.UNPREPARED)
UNFETCHED = int(Outcome.UNFETCHED)


class Lives:
    """The columns of tasks, attempts and nodes, and what moves a task from one state to the next."""

    def __init__(
        self,
        tasks: Tasks,
        shapes: list[Shape],
        priorities: list[int],
        nodes: Nodes,
        rules: Rules,
        choices: Choices,
    ) -> None:
        count = len(tasks)
        self.count = count
        self.tasks = tasks
        self.shapes = shapes
        self.submit = tasks.submit
        self._span = tasks.span
        self.queue = tasks.queue
        self._max_retries = tasks.max_retries
        self._failures = tasks.failures
        self._fallible = any(tasks.failures)
        """Whether any attempt fails."""
        self.nodes = nodes
        self.never_fits = column("b", [nodes.never_fits(shape) for shape in shapes])
        self.state = array("b", bytes(count))
        self.retries = array("i", bytes(4 * count))
        self.row = array("i", bytes(4 * count))
        """First row of the latest attempt in `attempts`."""
        self._cell = array("i", bytes(4 * count))
        """Where it runs, if it runs on one node only."""
        self.attempts = Attempts(count)
        reordered = choices.retry_at_tail or rules.random_order
        self.queues = Queues(tasks.queues, priorities, nodes.needed_slots, count, reordered=reordered)
        self.notices = Notices()
        self.jobs = Jobs(self.queues, self.notices, rules.most_running, len(priorities))
        self.eligibility = Eligibility(rules, self.queues, nodes, len(priorities))
        self.matching = Matching(self.queues, nodes, self.eligibility)
        self.work = Work(rules, tasks.span)
        self._wish = rules.wish
        self.wishes = array("i", [NONE]) * (max(rules.wish, default=NONE) + 1)
        """The node at each place that tasks wish for; −1 where it is not there."""
        self._lengthens = self.work.any
        self._special = self.work.any or self.eligibility.any or len(rules.wish) > 0
        """Whether an attempt takes more than looking up its span."""
        self._bits = max(count - 1, 1).bit_length()
        self.calendar = Calendar(self._bits) if NATIVE else Heap()
        """Of `end << bits | task`."""
        self._mask = (1 << self._bits) - 1
        self._last = (self.calendar.top >> self._bits) - 1
        """The last instant the calendar knows, some years at least: what ends later ends there."""
        self.sharing = Sharing(rules, shapes, nodes, self.attempts, self.calendar, self._bits)
        self._is_uniform = len(shapes) == 1 and shapes[0].instances == 1
        """Whether all tasks take the same, on one node each."""
        self._shares = rules.share_cores
        self._lead = rules.lead
        self._stale = 0
        """How many entries of the calendar are not valid any more."""
        self.parked_of_shape = column("i", [0] * len(shapes))
        self.parked = 0
        """Arrived tasks that no node of this pool can ever run."""
        self.parents = Parents(tasks)
        self.blocked = 0
        """Arrived tasks that wait for others."""
        self.abandoned = 0
        """Tasks that stay active although their job has ended."""
        self.running_of_shape = column("i", [0] * len(shapes))
        self.completed = 0
        self.failed = 0
        self._dice = Dice(choices.seed)
        self._random_order = rules.random_order
        self._retry_at_tail = choices.retry_at_tail and not rules.random_order
        self._random_ties = choices.random_ties

    # ---- reading ------------------------------------------------------------------------------------------

    @property
    def active(self) -> int:
        """How many submitted tasks wait."""
        return self.queues.waiting + self.parked + self.blocked + self.abandoned

    @property
    def running(self) -> int:
        """How many tasks hold slots of nodes."""
        return sum(self.running_of_shape)

    def shape_of(self, task: int) -> Shape:
        """Return what one instance of a task takes."""
        return self.shapes[self.queues.shape[self.queue[task]]]

    def job_of(self, task: int) -> int:
        """Return the job of a task."""
        return self.queues.job[self.queue[task]]

    def tasks_of(self, job: int, state: int) -> list[int]:
        """Return the tasks of `job` in `state`, in creation order."""
        return [task for task in range(self.count) if self.state[task] == state and self.job_of(task) == job]

    # ---- into the queue and out of it ---------------------------------------------------------------------

    def submit_now(self, task: int) -> None:
        """Add one task."""
        self.state[task] = ACTIVE
        if self.notices.growing:
            self.notices.added(self.job_of(task))
        queue = self.queue[task]
        if self._random_order:
            is_manager = task == self.eligibility.manager(self.job_of(task))
            self.queues.scatter(task, NONE if is_manager else self._dice.throw(1 << 30))
        elif self._retry_at_tail:
            self.queues.to_tail(task)
        if self.parents.any and self.parents.missing[task]:
            self.blocked += 1
        elif self.never_fits[self.queues.shape[queue]]:
            self._park(task)
        elif self._random_order:
            self.queues.put_back(task, queue)
        else:
            self.queues.put(task, queue)
        if self.eligibility.any:
            self.eligibility.wait(self.job_of(task), task)

    def _put_back(self, task: int) -> None:
        """Queue a task again at its place."""
        self.state[task] = ACTIVE
        self.queues.put_back(task, self.queue[task])
        if self.eligibility.any:
            self.eligibility.wait(self.job_of(task), task)

    def _start(self, task: int, shape: int, node: int, now: int) -> None:
        """Put a task on `node`, or where else rules want it."""
        if self._special or self.nodes.instances[shape] > 1:
            self._start_specially(task, shape, node, now)
        else:
            if self._random_ties:
                node = self._one_of_equals(shape, node)
            self.running_of_shape[shape] += 1
            self._cell[task] = self.nodes.take(node, shape, task)
            self.calendar.push(self._record(task, node, now))
            if self.jobs.tracked:
                self.jobs.started(self.job_of(task))

    def _record(self, task: int, node: int, now: int) -> int:
        """Begin an attempt of which nothing is special; give its entry in the calendar."""
        end = now + self._span[task]
        if end > self._last:
            end = self._last
        outcome = FAILED if self._fallible and self._fails(task) else SUCCEEDED
        self.state[task] = RUNNING
        self.row[task] = self.attempts.append(task, node, now, end, outcome)
        return end << self._bits | task

    def _one_of_equals(self, shape: int, node: int) -> int:
        """Throw dice for one of the nodes as good as the one found."""
        equals = self.nodes.equals(node, shape)
        return equals[self._dice.throw(len(equals))]

    def _start_specially(self, task: int, shape: int, found: int, now: int) -> None:
        """Do the same for multi-instance tasks, and where rules of jobs and tasks decide where and how long."""
        outcome = FAILED if self._fallible and self._fails(task) else SUCCEEDED
        if self.nodes.instances[shape] > 1:
            nodes = self.eligibility.members if self.eligibility.any else self.nodes.gang(self.nodes.instances[shape])
        else:
            node = self._one_of_equals(shape, found) if self._random_ties else found
            nodes = [self._wished(task, shape, node)]
        end = now + self._span[task]
        self.eligibility.start(self.job_of(task), task)
        if self._lengthens:
            self._plan(task, nodes, now, outcome)
            end = self.work.end
            if self._shares and self.work.outcome != UNPREPARED and self.work.begin <= self.work.deadline:
                end = self.work.begin
                left = self._span[task] - self._lead[task]
                self.sharing.expect(task, shape, nodes[0], left, self.work.deadline, outcome)
            outcome = self.work.outcome
        end = min(end, self._last)
        self.state[task] = RUNNING
        self.running_of_shape[shape] += 1
        self.row[task] = self.attempts.count
        self.calendar.push(end << self._bits | task)
        for instance, node in enumerate(nodes):
            self._cell[task] = self.nodes.take(node, shape, task)
            row = self.attempts.append(task, node, now, end, outcome)
            self.attempts.instance[row] = instance
        if self.jobs.tracked:
            self.jobs.started(self.job_of(task))

    def _wished(self, task: int, shape: int, node: int) -> int:
        """Return the node that a task wishes for if it is there and has room (affinity is a soft wish), else `node`."""
        if len(self._wish) == 0 or self._wish[task] == NONE:
            return node
        wished = self.wishes[self._wish[task]]
        if wished == NONE or not self.nodes.fits(wished, shape):
            return node
        return wished if self.eligibility.allows(self.job_of(task), task, shape, wished) else node

    def _plan(self, task: int, nodes: list[int], now: int, outcome: int) -> None:
        """Find out how an attempt will end where its task's span does not say."""
        self.work.plan(task, self.job_of(task), nodes, now, outcome, self.retries[task])
        if self.work.wait:
            for instance in range(len(nodes)):
                self.work.waits[self.attempts.count + instance] = self.work.wait
        if self.work.pull:
            self.work.pulled[self.attempts.count] = self.work.pull

    # ---- inside: ends -----------------------------------------------------------------------------------

    def _is_valid(self, entry: int) -> bool:
        task = entry & self._mask
        return self.state[task] == RUNNING and self.attempts.end[self.row[task]] == entry >> self._bits

    def _finish(self, task: int) -> None:
        """End an attempt whose process has ended by itself, or that ran out of time."""
        if self._lengthens and self._ends_oddly(task):
            pass
        elif self._fallible and self._fails(task):
            self._fail(task)
        else:
            self._release(task)
            self.settle(task, False)
            if self.parents.any:
                self._unblock(task, False)

    def _ends_oddly(self, task: int) -> bool:
        """End an attempt that ran out of time, or whose node or files could not be prepared; say whether it was one.

        Where cores are shared this may also be the beginning of its process.
        """
        first = self.row[task]
        if self._shares:
            if self.sharing.is_to_begin(task):
                self._stale += self.sharing.begin(task, self.attempts.end[first])
                return True
            self._stale += self.sharing.end(task, self.attempts.end[first])
        outcome = self.attempts.outcome[first]
        if outcome == EXPIRED:
            self._give_up(task)
        elif outcome == UNFETCHED:
            self.parents.unfetched.add(task)
            self._give_up(task)
        elif outcome == UNPREPARED:
            job = self.job_of(task)
            for row in range(first, first + self.nodes.instances[self.queues.shape[self.queue[task]]]):
                if self.work.is_failing(job, self.attempts.node[row]):
                    self.eligibility.bar(job, self.attempts.node[row])
            self._release(task)
            self._put_back(task)
        return outcome == EXPIRED or outcome == UNFETCHED or outcome == UNPREPARED  # noqa: PLR1714 - fast where compiled

    def _fails(self, task: int) -> bool:
        """Return whether the present attempt of a task fails."""
        failures = self._failures[task]
        return failures < 0 or failures > self.retries[task]

    def _fail(self, task: int) -> None:
        """End an attempt that failed by itself."""
        limit = self._max_retries[task]
        if 0 <= limit <= self.retries[task]:
            self._give_up(task)
        else:
            self._try_again(task)

    def _try_again(self, task: int) -> None:
        """Put a task whose attempt failed back into its queue."""
        self._release(task)
        if self._lengthens:
            self.work.failed(task)
        self.retries[task] += 1
        if self._retry_at_tail and task != self.eligibility.manager(self.job_of(task)):
            self.state[task] = ACTIVE
            self.queues.to_tail(task)
            self.queues.put(task, self.queue[task])
        else:
            self._put_back(task)

    def _give_up(self, task: int) -> None:
        """Complete a task as a failure."""
        self._release(task)
        self.failed += 1
        self.settle(task, True)
        if self.parents.any:
            self._unblock(task, True)

    def stop(self, task: int, now: int, outcome: int) -> None:
        """End an attempt from outside: the task goes back to its queue, or is completed if `TERMINATED`."""
        first = self.row[task]
        lasted = now - self.attempts.assigned[first]
        for row in range(first, first + self.nodes.instances[self.queues.shape[self.queue[task]]]):
            self.attempts.end[row] = now
            self.attempts.outcome[row] = outcome
        self._release(task)
        self._stale += 1
        if self._shares:
            self._stale += self.sharing.withdraw(task, now)
            before = self.work.waits.get(first, 0) + self.work.pulled.get(first, 0) + self._lead[task]
            self.work.stopped(task, first, before + self.sharing.worked, lasted)
        elif self._lengthens:
            self.work.stopped(task, first, lasted, lasted)
        if outcome == TERMINATED:
            self.failed += 1
            self.settle(task, True)
        else:
            self._put_back(task)

    def _release(self, task: int) -> None:
        """Return back what the attempt of a task holds."""
        shape = 0 if self._is_uniform else self.queues.shape[self.queue[task]]
        self.running_of_shape[shape] -= 1
        if self.nodes.instances[shape] > 1:
            first = self.row[task]
            for row in range(first, first + self.nodes.instances[shape]):
                node = self.attempts.node[row]
                self.nodes.give(node, shape)  # nodes of one slot: node and cell are the same
                if self.notices.armed:
                    self.notices.emptied(node)
        else:
            cell = self._cell[task]
            self._cell[self.nodes.give(cell, shape)] = cell
            if self.notices.armed and self.nodes.held[cell // self.nodes.slots] == 0:
                self.notices.emptied(cell // self.nodes.slots)
        if self.jobs.tracked:
            self.jobs.ended(self.job_of(task))

    def settle(self, task: int, failed: bool) -> None:
        """Count a task as completed."""
        self.state[task] = COMPLETED
        self.completed += 1
        if self.notices.armed:
            self.notices.completed(task, self.job_of(task), failed)

    def _park(self, task: int) -> None:
        self.parked += 1
        self.parked_of_shape[self.queues.shape[self.queue[task]]] += 1

    def _unblock(self, task: int, failed: bool) -> bool:
        """Queue the tasks that waited for `task` alone; return whether there are any."""
        before = self.blocked
        parents = self.parents
        end = parents.children_from[task + 1] if parents.lets_go(task, failed) else NONE
        for at in range(parents.children_from[task], end):
            child = parents.children[at]
            parents.missing[child] -= 1
            if parents.missing[child] == 0 and self.state[child] == ACTIVE:
                self.blocked -= 1
                if self.never_fits[self.queues.shape[self.queue[child]]]:
                    self._park(child)
                else:
                    self.queues.put_back(child, self.queue[child])
        return self.blocked < before
