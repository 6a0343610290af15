"""The phases of an instant that a pool settles by itself: attempts end, tasks arrive, waiting tasks are placed.

`Kernel` settles instants by them where the fast path does not; at instants of the control plane, its own phases come
between them (docs/model.md#order-within-one-instant).
"""

from collections.abc import Sequence

from simulator.errors import BrokenInvariantError
from simulator.kernel.inputs import Choices, Shape, Tasks
from simulator.kernel.job_order import JobOrder
from simulator.kernel.node_capacity import Nodes
from simulator.kernel.optional_rules import CLOSED, Rules
from simulator.kernel.task_lifecycle import TaskLifecycle
from simulator.kernel.task_preemption import Displacement
from simulator.states import Outcome
from simulator.units import NEVER

NONE = -1
FOREVER = int(NEVER)
DISPLACED = int(Outcome.DISPLACED)


class Phases(TaskLifecycle):
    """The lives of tasks, and what begins and ends them at an instant: `complete`, `arrive` and `dispatch`."""

    def __init__(self, nodes: Nodes, rules: Rules, choices: Choices) -> None:
        super().__init__(nodes, rules, choices)
        self.now = 0
        """The last instant at which a task ended or arrived."""
        self.arrived = 0
        self.next_submit = FOREVER
        self.order = JobOrder(choices.job_policy, self.random, self.queues)
        self.completed_at = -1
        """The last instant at which attempts have ended."""
        self.rounds = 0
        """How often the instant `completed_at` has been settled."""
        self._max_rounds = choices.max_rounds
        self.planner = choices.planner
        """Who makes the passes; None: `dispatch` itself."""
        self.each_event = choices.each_event
        self.displacement = Displacement(self.queues, nodes, self.eligibility)
        self.displaces = False

    def take_in(self, tasks: Tasks, shapes: Sequence[Shape], priorities: Sequence[int], rules: Rules) -> None:
        """Add tasks, shapes and jobs, and expect the tasks at their time."""
        self.add(tasks, shapes, priorities, rules)
        self.order.add_jobs(self.jobs.count)
        self.displacement.add_jobs(len(priorities))
        self.displacement.apply(rules)
        self.displaces = self.displacement.any
        if self.arrived < self.count:
            self.next_submit = self.submit[self.arrived]

    def withdraw(self) -> None:
        """Remove the tasks that have not arrived yet, so that others can come before them."""
        self.shorten(self.arrived)
        self.next_submit = FOREVER

    @property
    def expects(self) -> bool:
        """Whether more tasks will arrive by themselves."""
        return self.next_submit < FOREVER

    def next_instant(self) -> int:
        """Return the next instant at which a task ends or arrives, `NEVER` if none does."""
        self.drop_stale()
        if self.calendar.size == 0:
            return self.next_submit
        return min(self.calendar.top >> self.bits, self.next_submit)

    # ---- completions and arrivals -----------------------------------------------------------------------

    def complete(self, now: int) -> None:
        """End the attempts that are due at `now`."""
        if now != self.completed_at:
            self.completed_at = now
            self.rounds = 0
        self.rounds += 1
        if self.rounds > self._max_rounds:
            raise BrokenInvariantError(f"more than {self._max_rounds} rounds at {now} ms: tasks of length zero?")
        if self.each_event:
            self._complete_one_by_one(now)
        while self.calendar.size and self.calendar.top >> self.bits <= now and not self.each_event:
            entry = self.calendar.top
            self.calendar.pop()
            if self.stale and not self.is_valid(entry):
                self.stale -= 1
            else:
                self.now = now
                self._finish(entry & self.mask)

    def _complete_one_by_one(self, now: int) -> None:
        """Settle arrivals, then ends in order of their starts, with a pass after each of them.

        Who plans by estimates takes a task for ended at the instant at which it was expected to end: so those that end
        now as expected are gone before the first pass.
        """
        due = self._take_due(now)
        early: set[int] = set()
        if self.planner is not None:
            for row in due:
                if not self.planner.is_expected(self.attempts.task[row], now):
                    early.add(row)
        for row in due:
            if row not in early:
                self._finish(self.attempts.task[row])
        self.arrive(now)
        for row in due:
            if row in early:
                self._finish(self.attempts.task[row])
            self.dispatch(now)

    def _take_due(self, now: int) -> list[int]:
        """Take the ends that are due out of the calendar; return first rows of their attempts, in order of start."""
        due = []
        while self.calendar.size and self.calendar.top >> self.bits <= now:
            entry = self.calendar.top
            self.calendar.pop()
            if self.stale and not self.is_valid(entry):
                self.stale -= 1
            else:
                self.now = now
                due.append(self.row[entry & self.mask])
        return sorted(due)

    def arrive(self, now: int) -> None:
        """Submit the tasks whose time has come."""
        while self.next_submit <= now:
            task = self.arrived
            self.arrived = following = task + 1
            self.next_submit = self.submit[following] if following < self.count else FOREVER
            if self.jobs.closed and self.queues.gate[self.job_of(task)] & CLOSED:
                continue  # refused: its job has ended
            self.now = now
            self.submit_now(task)
            if self.each_event:
                self.dispatch(now)

    def drop_stale(self) -> None:
        """Remove entries that are not valid any more from the top of the calendar."""
        while self.stale and not self.is_valid(self.calendar.top):
            self.calendar.pop()
            self.stale -= 1

    # ---- the scheduling pass ----------------------------------------------------------------------------

    def dispatch(self, now: int) -> None:
        """Make the one scheduling pass of an instant: place waiting tasks until nothing fits.

        Highest priority first; among jobs of equal priority as the policy says; inside a job the first task
        in creation order that fits some node. Nothing is reserved, so a large task may be passed. Where a planner
        decides, it is the planner's pass.
        """
        if self.planner is not None:
            self.planner.plan(now)
        else:
            for level in range(self.queues.levels):
                if self.displaces and self.eligibility.returning:
                    self._recall(level, now)
                if self.queues.open_jobs == 0 or self.nodes.room.size == 0:
                    break
                jobs = self.queues.level_size[level]
                if jobs == 1:
                    self._serve_job(self.queues.jobs[self.queues.level_start[level]], now)
                elif jobs:
                    self._serve_level(level, now)
                if self.eligibility.reserved != NONE and self._is_reserved_at(level):
                    break  # no task of lower priority takes the nodes that a multi-instance task waits for
            if self.displaces and self.queues.open_jobs:
                self._displace(now)

    def dispatch_on(self, node: int, now: int) -> None:
        """Make the pass of an instant at which waiting tasks can have room on `node` alone.

        That is so where the pass before has found no room for any of them and only `node` has been given back anything
        since. They all have been offered it afterwards, so the entry in the log of freed nodes is not needed.
        """
        self.placement.only_node = node
        self.dispatch(now)
        self.placement.only_node = NONE
        self.nodes.forget_last_freed()

    def _serve_level(self, level: int, now: int) -> None:
        """Place tasks of jobs of one priority; a job is drawn only where some waiting task fits."""
        order = self.order
        order.begin(level)
        if self.eligibility.reserved != NONE and self._is_reserved_at(level):
            self._serve_job(self.queues.job[self.eligibility.reserved], now)
            order.begin(level)
        while order.count and self.nodes.room.size:
            if order.count == 1:
                self._serve_job(order.only(), now)
                break
            if (self.eligibility.reserved != NONE and self._is_reserved_at(level)) or not self.placement.any():
                break
            job = order.choose()
            queue = self.placement.first(job)
            if queue == NONE:
                order.remove_current(True)
                continue
            self.start(self.queues.take(queue), self.queues.shape[queue], self.placement.node, now)
            order.last = job
            if self.queues.waiting_of_job[job] == 0 or self.queues.gate[job]:
                order.remove_current(False)

    def _serve_job(self, job: int, now: int) -> None:
        """Place tasks of one job until nothing more fits."""
        while self.queues.waiting_of_job[job] and self.queues.gate[job] == 0 and self.nodes.room.size:
            queue = self.placement.first(job)
            if queue == NONE:
                break
            self.start(self.queues.take(queue), self.queues.shape[queue], self.placement.node, now)
            self.order.last = job

    def _is_reserved_at(self, level: int) -> bool:
        """Return whether a multi-instance task of this level or a higher one has reserved what becomes idle."""
        if not self.eligibility.still_reserved():
            return False
        return self.queues.level_of_job[self.queues.job[self.eligibility.reserved]] <= level

    def _recall(self, level: int, now: int) -> None:
        """Place returning job managers before all other tasks of their level, displacing some if there is no room."""
        for job in sorted(self.eligibility.returning):
            if self.queues.level_of_job[job] != level or self.queues.gate[job]:
                continue
            manager = self.eligibility.manager(job)
            queue = self.placement.first(job) if self.queues.waiting_of_job[job] else NONE
            if queue == NONE or self.queues.front[queue] != manager:
                for task in self.displacement.victims(job, self.queue, self.row, self.attempts):
                    self.stop(task, now, DISPLACED)
                queue = self.placement.first(job) if self.queues.waiting_of_job[job] else NONE
            if queue != NONE and self.queues.front[queue] == manager:
                self.start(self.queues.take(queue), self.queues.shape[queue], self.placement.node, now)

    def _displace(self, now: int) -> None:
        """Make room for jobs of higher priority on nodes where lower ones allow it."""
        for level in range(self.queues.levels):
            start = self.queues.level_start[level]
            for job in list(self.queues.jobs[start : start + self.queues.level_size[level]]):
                while self.queues.waiting_of_job[job] and self.queues.gate[job] == 0:
                    victims = self.displacement.victims(job, self.queue, self.row, self.attempts)
                    if not victims:
                        break
                    for task in victims:
                        self.stop(task, now, DISPLACED)
                    self._serve_job(job, now)
