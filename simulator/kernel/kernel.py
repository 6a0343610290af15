"""One pool's tasks over time: arrivals, placements, completions.

An instant is settled in phases, in the order of the service model: `complete`, then whatever the control
plane does to nodes, then `arrive`, then `dispatch`. `advance` runs through the instants at which the control
plane has nothing to do.
"""

from array import array
from heapq import heappop, heappush

from simulator.kernel.guard import RoundGuard
from simulator.kernel.nodes import Nodes
from simulator.kernel.order import UNIFORM, Dice, JobOrder
from simulator.kernel.queues import NONE, TASK_BITS, TASK_MASK, Queue, Queues
from simulator.kernel.tasks import Attempts, Shape, Tasks
from simulator.states import Outcome, TaskState
from simulator.units import NEVER

PLANNED, ACTIVE, RUNNING, COMPLETED = (int(state) for state in TaskState)
SUCCEEDED, FAILED = int(Outcome.SUCCEEDED), int(Outcome.FAILED)
TERMINATED = int(Outcome.TERMINATED)


class Kernel:
    """The tasks and nodes of one pool. Columns may be read at any instant; only methods change them."""

    def __init__(
        self,
        tasks: Tasks,
        shapes: list[Shape],
        priorities: list[int],
        *,
        slots: int,
        cores: int,
        memory: int,
        pack: bool = False,
        job_policy: int = UNIFORM,
        seed: int = 0,
        gangs: bool = True,
        retry_at_tail: bool = False,
        random_ties: bool = False,
        max_rounds: int = 10_000,
    ) -> None:
        count = len(tasks)
        self.tasks = tasks
        self.shapes = shapes
        self.nodes = Nodes(slots=slots, cores=cores, memory=memory, pack=pack, shapes=shapes, gangs=gangs)
        self.never_fits = [self.nodes.never_fits(shape) for shape in shapes]
        self.state = array("b", bytes(count))
        self.retries = array("i", bytes(4 * count))
        self.ends = array("q", bytes(8 * count))
        """When the current attempt ends; an entry of the calendar is valid while it agrees."""
        self.row = array("i", bytes(4 * count))
        """First row of the current attempt in `attempts`."""
        self.link = array("i", bytes(4 * count))
        """Next task in the queue, or next task on the node: a task is never in both."""
        self.back = array("i", bytes(4 * count))
        self.attempts = Attempts()
        self.queues = Queues(priorities, len(shapes), self.link)
        self.calendar: list[int] = []
        """Heap of `end << 32 | task`."""
        self.now = 0
        """The last instant at which a task ended or arrived."""
        self.arrived = 0
        self.parked_of_shape = [0] * len(shapes)
        self.parked = 0
        """Arrived tasks that no node of this pool can ever run."""
        self.waits_for = array("i", tasks.parents)
        """Parents that have not completed; empty where no task has any."""
        self.blocked = 0
        """Arrived tasks that wait for others."""
        self.running = 0
        self.completed = 0
        self.failed = 0
        self.used_slots = 0
        self.used_cores = 0
        """Thousandths of a core; a task that asks for none takes its share of the node by slots."""
        self._cores = [shape.cores or shape.slots * cores // slots for shape in shapes]
        self.draining: set[int] = set()
        self.drained: list[int] = []
        """Notice: draining nodes whose last task has ended."""
        self.unfinished_of_job = [0] * len(priorities)
        for job in tasks.job:
            self.unfinished_of_job[job] += 1
        self.watched: set[int] = set()
        self.finished_jobs: list[int] = []
        """Notice: watched jobs whose last task has completed."""
        self._dice = Dice(seed)
        self._order = JobOrder(job_policy, self._dice)
        self._retry_at_tail = retry_at_tail
        self._random_ties = random_ties
        self._node = NONE
        """Where the task goes that `_first_fitting` found."""
        self._guard = RoundGuard(max_rounds)

    # ---- what the control plane reads ------------------------------------------------------------------

    @property
    def active(self) -> int:
        """How many submitted tasks wait."""
        return self.queues.waiting + self.parked + self.blocked

    @property
    def has_notices(self) -> bool:
        """Whether something happened that the control plane asked to know."""
        return bool(self.drained or self.finished_jobs)

    @property
    def is_armed(self) -> bool:
        """Whether `advance` may stop before its limit."""
        return bool(self.draining or self.watched)

    def next_instant(self) -> int:
        """Give the next instant at which a task ends or arrives, `NEVER` if none does."""
        self._drop_stale()
        end = self.calendar[0] >> TASK_BITS if self.calendar else NEVER
        if self.arrived < len(self.tasks):
            return min(end, self.tasks.submit[self.arrived])
        return end

    # ---- time -------------------------------------------------------------------------------------------

    def advance(self, until: int) -> int:
        """Settle every instant before `until`; give `until`, or the instant that a notice interrupted.

        After a notice the completions of that instant are applied and its later phases are not.
        """
        queues, nodes, submit, count = self.queues, self.nodes, self.tasks.submit, len(self.tasks)
        while True:
            now = self.next_instant()
            if now >= until:
                return until
            self.complete(now)
            if self.drained or self.finished_jobs:
                return now
            if self.arrived < count and submit[self.arrived] <= now:
                self.arrive(now)
            if queues.waiting and nodes.open_buckets:
                self.dispatch(now)

    def complete(self, now: int) -> None:
        """End the attempts that are due at `now`."""
        calendar, ends, state = self.calendar, self.ends, self.state
        limit = (now + 1) << TASK_BITS
        if calendar and calendar[0] < limit:
            self._guard.count(now)
        while calendar and calendar[0] < limit:
            entry = heappop(calendar)
            task = entry & TASK_MASK
            if state[task] == RUNNING and ends[task] == entry >> TASK_BITS:
                self.now = now
                self._finish(task, now)

    def arrive(self, now: int) -> None:
        """Submit the tasks whose time has come."""
        tasks, count = self.tasks, len(self.tasks)
        submit = tasks.submit
        while self.arrived < count and submit[self.arrived] <= now:
            task = self.arrived
            self.arrived += 1
            self.now = now
            self.state[task] = ACTIVE
            shape = tasks.shape[task]
            if self._retry_at_tail:
                self.queues.to_tail(task)
            if self.waits_for and self.waits_for[task]:
                self.blocked += 1
            elif self.never_fits[shape]:
                self.parked += 1
                self.parked_of_shape[shape] += 1
            else:
                self.queues.put(task, tasks.job[task], shape)

    def dispatch(self, now: int) -> None:
        """Make the one scheduling pass of an instant: place waiting tasks until nothing fits.

        Highest priority first; among jobs of equal priority as the policy says; inside a job the first task
        in creation order that fits some node. Nothing is reserved, so a large task may be passed.
        """
        queues, nodes = self.queues, self.nodes
        for level in queues.levels:
            if not queues.waiting or not nodes.open_buckets:
                return
            if level:
                self._serve_level(level, now)

    # ---- nodes ------------------------------------------------------------------------------------------

    def in_service(self, node: int) -> None:
        """Let tasks be placed on `node`; a node that was draining goes back to work."""
        self.nodes.reserve(node + 1)
        self.draining.discard(node)
        self.nodes.open(node)

    def drain(self, node: int) -> bool:
        """Place no more tasks on `node`; say whether it is empty now. If not, a notice will follow."""
        self.nodes.close(node)
        if self.nodes.first_task[node] == NONE:
            return True
        self.draining.add(node)
        return False

    def out_of_service(self, node: int, now: int, outcome: Outcome) -> list[int]:
        """Take `node` away at once, ending its attempts with `outcome`; give the tasks concerned.

        Tasks go back to the queue, or are completed as failures if `outcome` is `TERMINATED`.
        """
        if self.nodes.serving[node]:
            self.nodes.close(node)
        self.draining.discard(node)
        stopped = []
        task = self.nodes.first_task[node]
        while task != NONE:
            after = self.link[task]
            stopped.append(task)
            task = after
        for task in stopped:
            self._stop(task, now, outcome)
        return stopped

    # ---- inside -----------------------------------------------------------------------------------------

    def _drop_stale(self) -> None:
        calendar = self.calendar
        while calendar:
            entry = calendar[0]
            task = entry & TASK_MASK
            if self.state[task] == RUNNING and self.ends[task] == entry >> TASK_BITS:
                return
            heappop(calendar)

    def _serve_level(self, level: list[int], now: int) -> None:
        """Place tasks of jobs of one priority; dice are thrown only where some waiting task fits."""
        jobs = list(level)
        while jobs and self.nodes.open_buckets:
            if len(jobs) == 1:
                self._serve_job(jobs[0], now)
                return
            if not self.nodes.any_fits(self.queues.waiting_of_shape):
                return
            job = self._order.choose(jobs)
            queue = self._first_fitting(job)
            if queue is None:
                jobs.remove(job)
                continue
            self._start(self.queues.take(queue), queue.shape, now)
            self._order.last = job
            if self.queues.waiting_of_job[job] == 0:
                jobs.remove(job)

    def _serve_job(self, job: int, now: int) -> None:
        """Place tasks of one job until nothing more fits."""
        queues, nodes = self.queues, self.nodes
        several = len(queues.queues_of_job[job]) > 1
        queue = queues.queues_of_job[job][0]
        while nodes.open_buckets and queues.waiting_of_job[job]:
            if several:
                found = self._first_fitting(job)
                if found is None:
                    return
                queue = found
            else:
                self._node = nodes.find(queue.shape)
                if self._node == NONE:
                    return
            self._start(queues.take(queue), queue.shape, now)
            self._order.last = job

    def _first_fitting(self, job: int) -> Queue | None:
        """Give the queue whose first task is next, and remember where that task goes."""
        best: Queue | None = None
        earliest = -1
        place = self.queues.place
        for queue in self.queues.queues_of_job[job]:
            first = self.queues.first(queue) if queue.returned else queue.head
            if first != NONE and (best is None or place[first] < earliest):
                node = self.nodes.find(queue.shape)
                if node != NONE:
                    best, earliest, self._node = queue, place[first], node
        return best

    def _start(self, task: int, index: int, now: int) -> None:
        shape = self.shapes[index]
        nodes = self.nodes
        self.row[task] = len(self.attempts)
        end = now + self.tasks.lead[task] + self.tasks.demand[task]
        if shape.instances == 1:
            if self._random_ties:
                equals = nodes.equals(self._node, shape)
                self._node = equals[self._dice.throw(len(equals))]
            self._occupy(task, self._node, 0, shape, now)
        else:
            for instance, node in enumerate(nodes.gang(shape)):
                self._occupy(task, node, instance, shape, now)
        self.state[task] = RUNNING
        self.running += 1
        self.ends[task] = end
        heappush(self.calendar, end << TASK_BITS | task)

    def _occupy(self, task: int, node: int, instance: int, shape: Shape, now: int) -> None:
        nodes, attempts = self.nodes, self.attempts
        nodes.take(node, shape)
        self.used_slots += shape.slots
        self.used_cores += self._cores[self.tasks.shape[task]]
        head = nodes.first_task[node]
        self.link[task] = head
        self.back[task] = NONE
        if head != NONE:
            self.back[head] = task
        nodes.first_task[node] = task
        attempts.task.append(task)
        attempts.node.append(node)
        attempts.instance.append(instance)
        attempts.assigned.append(now)
        attempts.end.append(-1)
        attempts.outcome.append(0)

    def _finish(self, task: int, now: int) -> None:
        """End an attempt whose process has ended by itself."""
        tasks = self.tasks
        failures = tasks.failures[task]
        retries = self.retries[task]
        if failures == 0 or 0 < failures <= retries:
            self._release(task, now, SUCCEEDED)
            self._settle(task)
            if self.waits_for:
                self._unblock(task)
            return
        self._release(task, now, FAILED)
        limit = tasks.max_retries[task]
        if limit < 0 or retries < limit:
            self.retries[task] = retries + 1
            self.state[task] = ACTIVE
            if self._retry_at_tail:
                self.queues.to_tail(task)
                self.queues.put(task, tasks.job[task], tasks.shape[task])
            else:
                self.queues.put_back(task, tasks.job[task], tasks.shape[task])
        else:
            self.failed += 1
            self._settle(task)
            if self.waits_for and tasks.satisfies[task]:
                self._unblock(task)

    def _unblock(self, task: int) -> None:
        """Let those start that waited for `task` alone."""
        tasks = self.tasks
        for at in range(tasks.children_from[task], tasks.children_from[task + 1]):
            child = tasks.children[at]
            self.waits_for[child] -= 1
            if self.waits_for[child] == 0 and self.state[child] == ACTIVE:
                self.blocked -= 1
                shape = tasks.shape[child]
                if self.never_fits[shape]:
                    self.parked += 1
                    self.parked_of_shape[shape] += 1
                else:
                    self.queues.put_back(child, tasks.job[child], shape)

    def _stop(self, task: int, now: int, outcome: Outcome) -> None:
        """End an attempt from outside."""
        self._release(task, now, outcome)
        if outcome == TERMINATED:
            self.failed += 1
            self._settle(task)
        else:
            self.state[task] = ACTIVE
            self.queues.put_back(task, self.tasks.job[task], self.tasks.shape[task])

    def _settle(self, task: int) -> None:
        self.state[task] = COMPLETED
        self.completed += 1
        job = self.tasks.job[task]
        self.unfinished_of_job[job] -= 1
        if self.unfinished_of_job[job] == 0 and job in self.watched:
            self.watched.discard(job)
            self.finished_jobs.append(job)

    def _release(self, task: int, now: int, outcome: int) -> None:
        shape = self.shapes[self.tasks.shape[task]]
        attempts, nodes = self.attempts, self.nodes
        first = self.row[task]
        before, after = self.back[task], self.link[task]
        cores = self._cores[self.tasks.shape[task]]
        for row in range(first, first + shape.instances):
            node = attempts.node[row]
            attempts.end[row] = now
            attempts.outcome[row] = outcome
            if before != NONE:
                self.link[before] = after
            else:
                nodes.first_task[node] = after
            nodes.give(node, shape)
            self.used_slots -= shape.slots
            self.used_cores -= cores
            if self.draining and after == NONE and before == NONE and node in self.draining:
                self.draining.discard(node)
                self.drained.append(node)
        if after != NONE:
            self.back[after] = before
        self.running -= 1
