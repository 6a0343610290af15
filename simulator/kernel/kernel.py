"""One pool's tasks over time: arrivals, placements, completions.

An instant is settled in phases, in the order of the service model: `complete`, then whatever the control
plane does to nodes, then `arrive`, then `dispatch`. `advance` runs through the instants at which the control
plane has nothing to do.
"""

from simulator.kernel.due_events import Instants
from simulator.kernel.inputs import Choices, JobPolicy, Shape, Tasks, breathe
from simulator.kernel.node_capacity import Nodes
from simulator.kernel.optional_rules import Rules
from simulator.kernel.task_preemption import Displacement
from simulator.states import Outcome
from simulator.units import NEVER

NONE = -1
BREATH = 100_000
"""After so many instants the interpreter may look after its signals."""
FOREVER = int(NEVER)
DISPLACED = int(Outcome.DISPLACED)


class Kernel(Instants):
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
        rules: Rules | None = None,
    ) -> None:
        rules = rules or Rules()
        nodes = Nodes(
            slots=slots,
            cores=cores,
            memory=memory,
            pack=pack,
            shapes=shapes,
            gangs=gangs,
            share_cores=rules.share_cores,
        )
        super().__init__(
            tasks,
            shapes,
            priorities,
            nodes,
            rules,
            Choices(job_policy, retry_at_tail, random_ties, max_rounds, seed),
        )
        self.displacement = Displacement(rules, self.queues, nodes, self.eligibility, priorities)
        self._displaces = self.displacement.any
        self._is_plain = self._is_plain and not self._displaces

    # ---- time -------------------------------------------------------------------------------------------

    def advance(self, until: int) -> int:
        """Settle every instant before `until`; give `until`, or the instant that a notice interrupted.

        After a notice the completions of that instant are applied and its later phases are not. Whoever has changed
        anything since the last instant has called `dispatch`.
        """
        instants = 0
        while True:
            instants += 1
            if instants >= BREATH:
                instants = 0
                breathe()
            if self._stale:
                self._forget_stale()  # this and the next two lines: `next_instant` without a call at each instant
            if self._is_quiet():
                instants += self._run_quietly(until, BREATH)
                if self.notices.waiting and self.calendar.top >> self._bits != self.now:
                    return self.now
            due = self.calendar.top >> self._bits if self.calendar.size else FOREVER
            now = due if due < self._next_submit else self._next_submit
            if now >= until:
                return until
            if due == now:
                if not (self._is_plain and self._end_plainly(now)):
                    self.complete(now)
                elif self._is_passed_on:
                    continue
                if self.notices.waiting:
                    return now
                if self.overdue:
                    self.expire(now)
                    if self.notices.waiting:
                        return now
            if self._next_submit <= now:
                self.arrive(now)
            if self.queues.open_jobs and (self.nodes.room.size or self._displaces):
                self.dispatch(now)
                if self.matching.only != NONE:
                    self.matching.only = NONE
                    self.nodes.take_back()

    def dispatch(self, now: int) -> None:
        """Make the one scheduling pass of an instant: place waiting tasks until nothing fits.

        Highest priority first; among jobs of equal priority as the policy says; inside a job the first task
        in creation order that fits some node. Nothing is reserved, so a large task may be passed.
        """
        for level in range(self.queues.levels):
            if self._displaces and self.eligibility.returning:
                self._recall(level, now)
            if self.queues.open_jobs == 0 or self.nodes.room.size == 0:
                break
            jobs = self.queues.level_size[level]
            if jobs == 1:
                self._serve_job(self.queues.jobs[self.queues.level_start[level]], now)
            elif jobs:
                self._serve_level(level, now)
            if self.eligibility.reserved != NONE and self._is_kept(level):
                break  # nobody of lower priority takes what a multi-instance task waits for
        if self._displaces and self.queues.open_jobs:
            self._displace(now)

    # ---- nodes ------------------------------------------------------------------------------------------

    def in_service(self, node: int) -> None:
        """Accept tasks on `node`; a node that was draining returns to service."""
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
            self.stop(task, now, outcome)
        return stopped

    # ---- inside: the pass -------------------------------------------------------------------------------

    def _serve_level(self, level: int, now: int) -> None:
        """Place tasks of jobs of one priority; dice are thrown only where some waiting task fits."""
        order = self._order
        order.begin(level)
        if self.eligibility.reserved != NONE and self._is_kept(level):
            self._serve_job(self.queues.job[self.eligibility.reserved], now)
            order.begin(level)
        while order.count and self.nodes.room.size:
            if order.count == 1:
                self._serve_job(order.only(), now)
                break
            if (self.eligibility.reserved != NONE and self._is_kept(level)) or not self.matching.any():
                break
            job = order.choose()
            queue = self.matching.first(job)
            if queue == NONE:
                order.strike(True)
                continue
            self._start(self.queues.take(queue), self.queues.shape[queue], self.matching.node, now)
            order.last = job
            if self.queues.waiting_of_job[job] == 0 or self.queues.gate[job]:
                order.strike(False)

    def _serve_job(self, job: int, now: int) -> None:
        """Place tasks of one job until nothing more fits."""
        while self.queues.waiting_of_job[job] and self.queues.gate[job] == 0 and self.nodes.room.size:
            queue = self.matching.first(job)
            if queue == NONE:
                break
            self._start(self.queues.take(queue), self.queues.shape[queue], self.matching.node, now)
            self._order.last = job

    def _is_kept(self, level: int) -> bool:
        """Return whether a multi-instance task of this level or a higher one has reserved what becomes idle."""
        if not self.eligibility.still_reserved():
            return False
        return self.queues.level_of_job[self.queues.job[self.eligibility.reserved]] <= level

    def _recall(self, level: int, now: int) -> None:
        """Place job managers that come back before all else of their level, in others' stead if need be."""
        for job in sorted(self.eligibility.returning):
            if self.queues.level_of_job[job] != level or self.queues.gate[job]:
                continue
            manager = self.eligibility.manager(job)
            queue = self.matching.first(job) if self.queues.waiting_of_job[job] else NONE
            if queue == NONE or self.queues.front[queue] != manager:
                for task in self.displacement.victims(job, self.queue, self.row, self.attempts):
                    self.stop(task, now, DISPLACED)
                queue = self.matching.first(job) if self.queues.waiting_of_job[job] else NONE
            if queue != NONE and self.queues.front[queue] == manager:
                self._start(self.queues.take(queue), self.queues.shape[queue], self.matching.node, now)

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
