"""One pool's tasks over time: arrivals, placements, completions.

An instant is settled in phases, in the order of the service model: `complete`, then whatever the control
plane does to nodes, then `arrive`, then `dispatch`. `advance` runs through the instants at which the control
plane has nothing to do.
"""

from array import array

from simulator.errors import BrokenInvariantError
from simulator.kernel.attempts import Attempts
from simulator.kernel.heap import Heap
from simulator.kernel.matching import Matching
from simulator.kernel.nodes import Nodes
from simulator.kernel.notices import Notices
from simulator.kernel.order import Dice, JobOrder
from simulator.kernel.parents import Parents
from simulator.kernel.queues import Queues
from simulator.kernel.tasks import JobPolicy, Shape, Tasks, breathe
from simulator.states import Outcome, TaskState
from simulator.units import NEVER

NONE = -1
BREATH = 100_000
"""After so many instants the interpreter may look after its signals."""
FOREVER = int(NEVER)
ACTIVE = int(TaskState.ACTIVE)
RUNNING = int(TaskState.RUNNING)
COMPLETED = int(TaskState.COMPLETED)
SUCCEEDED = int(Outcome.SUCCEEDED)
FAILED = int(Outcome.FAILED)
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
        job_policy: int = JobPolicy.UNIFORM,
        seed: int = 0,
        gangs: bool = True,
        retry_at_tail: bool = False,
        random_ties: bool = False,
        max_rounds: int = 10_000,
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
        self.nodes = Nodes(slots=slots, cores=cores, memory=memory, pack=pack, shapes=shapes, gangs=gangs)
        self.never_fits = array("b", [self.nodes.never_fits(shape) for shape in shapes])
        self.state = array("b", bytes(count))
        self.retries = array("i", bytes(4 * count))
        self.row = array("i", bytes(4 * count))
        """First row of the latest attempt in `attempts`."""
        self._cell = array("i", bytes(4 * count))
        """Where it runs, if it runs on one node only."""
        self.attempts = Attempts(count)
        self.queues = Queues(tasks.queues, priorities, len(shapes), count, reordered=retry_at_tail)
        self.matching = Matching(self.queues, self.nodes)
        self.calendar = Heap()
        """Of `end << bits | task`."""
        self._bits = max(count - 1, 1).bit_length()
        self._mask = (1 << self._bits) - 1
        self._last = (self.calendar.top >> self._bits) - 1
        """The last instant the calendar knows, some years at least: what ends later ends there."""
        self._stale = 0
        """How many entries of the calendar are not valid any more."""
        self.now = 0
        """The last instant at which a task ended or arrived."""
        self.arrived = 0
        self._next_submit = tasks.submit[0] if count else FOREVER
        self.parked_of_shape = array("i", [0]) * len(shapes)
        self.parked = 0
        """Arrived tasks that no node of this pool can ever run."""
        self.parents = Parents(tasks)
        self.blocked = 0
        """Arrived tasks that wait for others."""
        self.running_of_shape = array("i", [0]) * len(shapes)
        self.completed = 0
        self.failed = 0
        self.notices = Notices()
        self._dice = Dice(seed)
        self._order = JobOrder(job_policy, self._dice)
        self._candidates = array("i", [0]) * len(priorities)
        self._retry_at_tail = retry_at_tail
        self._random_ties = random_ties
        self._settled = -1
        self._rounds = 0
        """How often the instant `_settled` has been settled (assumption P56: work of length zero can follow itself)."""
        self._max_rounds = max_rounds

    # ---- what the control plane reads ------------------------------------------------------------------

    @property
    def active(self) -> int:
        """How many submitted tasks wait."""
        return self.queues.waiting + self.parked + self.blocked

    @property
    def running(self) -> int:
        """How many tasks hold slots of nodes."""
        return sum(self.running_of_shape)

    @property
    def used_slots(self) -> int:
        """How many slots they hold."""
        return self._used([shape.slots for shape in self.shapes])

    @property
    def used_cores(self) -> int:
        """Thousandths of cores in use; a task that asks for none takes its share of the node by slots."""
        nodes = self.nodes
        return self._used([shape.cores or shape.slots * nodes.cores // nodes.slots for shape in self.shapes])

    @property
    def used_memory(self) -> int:
        """MiB that running tasks have asked for."""
        return self._used([shape.memory for shape in self.shapes])

    def _used(self, needs: list[int]) -> int:
        """Add up what all instances of the running tasks take of something."""
        held = zip(self.running_of_shape, self.nodes.instances, needs, strict=True)
        return sum(running * instances * need for running, instances, need in held)

    def shape_of(self, task: int) -> Shape:
        """Give what one instance of a task takes."""
        return self.shapes[self.queues.shape[self.queue[task]]]

    def next_instant(self) -> int:
        """Give the next instant at which a task ends or arrives, `NEVER` if none does."""
        while self._stale and not self._is_valid(self.calendar.top):
            self.calendar.pop()
            self._stale -= 1
        if self.calendar.size == 0:
            return self._next_submit
        return min(self.calendar.top >> self._bits, self._next_submit)

    def watch(self, job: int) -> None:
        """Ask for a notice when the last task of `job` has completed."""
        mine = [queue for queue in range(len(self.tasks.queues)) if self.queues.job[queue] == job]
        unfinished = sum(self.queue[task] in mine and self.state[task] != COMPLETED for task in range(self.count))
        self.notices.watch(job, unfinished)

    # ---- time -------------------------------------------------------------------------------------------

    def advance(self, until: int) -> int:
        """Settle every instant before `until`; give `until`, or the instant that a notice interrupted.

        After a notice the completions of that instant are applied and its later phases are not.
        """
        instants = 0
        while True:
            instants += 1
            if instants == BREATH:
                instants = 0
                breathe()
            now = self.next_instant()
            if now >= until:
                return until
            if self.calendar.top >> self._bits == now:
                self.complete(now)
                if self.notices.waiting:
                    return now
            if self._next_submit <= now:
                self.arrive(now)
            if self.queues.open_jobs and self.nodes.room.size:
                self.dispatch(now)

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
            self.arrived += 1
            self._next_submit = self.submit[self.arrived] if self.arrived < self.count else FOREVER
            self.now = now
            self.state[task] = ACTIVE
            if self._retry_at_tail:
                self.queues.to_tail(task)
            if self.parents.any and self.parents.missing[task]:
                self.blocked += 1
            elif self.never_fits[self.queues.shape[self.queue[task]]]:
                self._park(task)
            else:
                self.queues.put(task, self.queue[task])

    def dispatch(self, now: int) -> None:
        """Make the one scheduling pass of an instant: place waiting tasks until nothing fits.

        Highest priority first; among jobs of equal priority as the policy says; inside a job the first task
        in creation order that fits some node. Nothing is reserved, so a large task may be passed.
        """
        for level in range(self.queues.levels):
            if self.queues.open_jobs == 0 or self.nodes.room.size == 0:
                return
            jobs = self.queues.level_size[level]
            if jobs == 1:
                self._serve_job(self.queues.jobs[self.queues.level_start[level]], now)
            elif jobs:
                self._serve_level(level, now)

    # ---- nodes ------------------------------------------------------------------------------------------

    def in_service(self, node: int) -> None:
        """Let tasks be placed on `node`; a node that was draining goes back to work."""
        self.nodes.reserve(node + 1)
        self.notices.stay(node)
        self.nodes.open(node)

    def drain(self, node: int) -> bool:
        """Place no more tasks on `node`; say whether it is empty now. If not, a notice will follow."""
        self.nodes.close(node)
        if self.nodes.held[node] == 0:
            return True
        self.notices.drain(node)
        return False

    def out_of_service(self, node: int, now: int, outcome: int) -> list[int]:
        """Take `node` away at once, ending its attempts with `outcome`; give the tasks concerned.

        Tasks go back to the queue, or are completed as failures if `outcome` is `TERMINATED`.
        """
        if self.nodes.serving[node]:
            self.nodes.close(node)
        self.notices.stay(node)
        stopped = self.nodes.tasks_on(node)
        for task in stopped:
            self._stop(task, now, outcome)
        return stopped

    # ---- inside: the pass -------------------------------------------------------------------------------

    def _serve_level(self, level: int, now: int) -> None:
        """Place tasks of jobs of one priority; dice are thrown only where some waiting task fits."""
        jobs = self.queues.jobs
        start = self.queues.level_start[level]
        count = self.queues.level_size[level]
        refused = False
        while count and self.nodes.room.size:
            if count == 1:
                self._serve_job(jobs[start], now)
                return
            if not self.matching.any():
                return
            chosen = self._order.choose(jobs, start, count)
            job = jobs[chosen]
            queue = self.matching.first(job)
            if queue != NONE:
                self._start(self.queues.take(queue), self.queues.shape[queue], now)
                self._order.last = job
                if self.queues.waiting_of_job[job]:
                    continue
            elif not refused:  # from now on the jobs with waiting tasks are not those that may have room
                refused = True
                self._candidates[:count] = jobs[start : start + count]
                jobs = self._candidates
                chosen -= start
                start = 0
            count -= 1
            if refused:
                for place in range(chosen, count):
                    jobs[place] = jobs[place + 1]

    def _serve_job(self, job: int, now: int) -> None:
        """Place tasks of one job until nothing more fits."""
        while self.queues.waiting_of_job[job] and self.nodes.room.size:
            queue = self.matching.first(job)
            if queue == NONE:
                return
            self._start(self.queues.take(queue), self.queues.shape[queue], now)
            self._order.last = job

    def _start(self, task: int, shape: int, now: int) -> None:
        """Put a task where `matching` saw room for it."""
        end = min(now + self._span[task], self._last)
        outcome = FAILED if self._fallible and self._fails(task) else SUCCEEDED
        self.state[task] = RUNNING
        self.running_of_shape[shape] += 1
        self.row[task] = self.attempts.count
        self.calendar.push(end << self._bits | task)
        if self.nodes.instances[shape] > 1:
            for instance, node in enumerate(self.nodes.gang(self.nodes.instances[shape])):
                self.nodes.take(node, shape, task)
                self.attempts.append(task, node, instance, now, end, outcome)
        else:
            node = self.matching.node
            if self._random_ties:
                equals = self.nodes.equals(node, shape)
                node = equals[self._dice.throw(len(equals))]
            self._cell[task] = self.nodes.take(node, shape, task)
            self.attempts.append(task, node, 0, now, end, outcome)

    # ---- inside: ends -----------------------------------------------------------------------------------

    def _is_valid(self, entry: int) -> bool:
        task = entry & self._mask
        return self.state[task] == RUNNING and self.attempts.end[self.row[task]] == entry >> self._bits

    def _finish(self, task: int) -> None:
        """End an attempt whose process has ended by itself."""
        if self._fallible and self._fails(task):
            self._fail(task)
        else:
            self._release(task)
            self._settle(task)
            if self.parents.any:
                self._unblock(task, False)

    def _fails(self, task: int) -> bool:
        """Say whether the present attempt of a task fails."""
        failures = self._failures[task]
        return failures < 0 or failures > self.retries[task]

    def _fail(self, task: int) -> None:
        """End an attempt that failed by itself."""
        self._release(task)
        limit = self._max_retries[task]
        if limit < 0 or self.retries[task] < limit:
            self.retries[task] += 1
            self.state[task] = ACTIVE
            if self._retry_at_tail:
                self.queues.to_tail(task)
                self.queues.put(task, self.queue[task])
            else:
                self.queues.put_back(task, self.queue[task])
        else:
            self.failed += 1
            self._settle(task)
            if self.parents.any:
                self._unblock(task, True)

    def _stop(self, task: int, now: int, outcome: int) -> None:
        """End an attempt from outside."""
        first = self.row[task]
        for row in range(first, first + self.nodes.instances[self.queues.shape[self.queue[task]]]):
            self.attempts.end[row] = now
            self.attempts.outcome[row] = outcome
        self._release(task)
        self._stale += 1
        if outcome == TERMINATED:
            self.failed += 1
            self._settle(task)
        else:
            self.state[task] = ACTIVE
            self.queues.put_back(task, self.queue[task])

    def _release(self, task: int) -> None:
        """Give back what the attempt of a task holds."""
        shape = self.queues.shape[self.queue[task]]
        self.running_of_shape[shape] -= 1
        if self.nodes.instances[shape] > 1:
            first = self.row[task]
            for row in range(first, first + self.nodes.instances[shape]):
                self._vacate(self.attempts.node[row], shape)  # nodes of one slot: node and cell are the same
        else:
            self._vacate(self._cell[task], shape)

    def _vacate(self, cell: int, shape: int) -> None:
        """Let the instance in `cell` go from its node."""
        self._cell[self.nodes.give(cell, shape)] = cell
        if self.notices.armed and self.nodes.held[cell // self.nodes.slots] == 0:
            self.notices.emptied(cell // self.nodes.slots)

    def _settle(self, task: int) -> None:
        self.state[task] = COMPLETED
        self.completed += 1
        if self.notices.armed:
            self.notices.completed(self.queues.job[self.queue[task]])

    def _park(self, task: int) -> None:
        self.parked += 1
        self.parked_of_shape[self.queues.shape[self.queue[task]]] += 1

    def _unblock(self, task: int, failed: bool) -> None:
        """Let those start that waited for `task` alone."""
        for child in self.parents.let_go(task, failed):
            if self.state[child] == ACTIVE:
                self.blocked -= 1
                if self.never_fits[self.queues.shape[self.queue[child]]]:
                    self._park(child)
                else:
                    self.queues.put_back(child, self.queue[child])
