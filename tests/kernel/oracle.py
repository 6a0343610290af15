"""A deliberately naive model of one pool, written for reading: the oracle of the kernel.

A SimPy process for each node and each task, plain lists, linear scans. It shares no code with the kernel.
Phases of an instant are SimPy priorities: completions, node changes, arrivals, one scheduling pass.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor
from typing import Any

import simpy

COMPLETION, NODE_CHANGE, ARRIVAL, LIMIT, PASS = 2, 3, 4, 5, 9
PARTS = 720_720
"""Work is counted in parts of a unit of time, rounded down at each change of its node."""


@dataclass
class TaskPlan:
    submit: int
    demand: int
    job: int = 0
    slots: int = 1
    cores: int = 0
    memory: int = 0
    failures: int = 0
    max_retries: int = 0
    lead: int = 0
    limit: int = 0
    """The longest an attempt may run after its lead; 0 = any time."""
    instances: int = 1
    parents: tuple[int, ...] = ()
    satisfies: bool = False
    """Whether failure lets children run."""
    blocks: bool = False
    """Whether success does not."""
    estimate: int = 0
    """How long it is expected to take, from its assignment."""
    deadline: int = 0


@dataclass
class NodePlan:
    """Instants at which a node enters service and is lost again, in turn."""

    changes: list[int]


@dataclass
class PoolPlan:
    slots: int
    cores: int
    memory: int
    pack: bool
    priorities: list[int]
    job_policy: str
    seed: int
    tasks: list[TaskPlan]
    nodes: list[NodePlan]
    retry_at_tail: bool = False
    random_ties: bool = False
    most_running: list[int] = field(default_factory=list)
    """How many tasks of each job may run at once; −1 = any number."""
    share_cores: bool = False
    """Whether cores do not limit placement, and what asks for more than there are is slowed down."""
    queue: str = "service"
    """The queue discipline."""
    bypass: bool = False
    placement: str = "fill_type"
    resource: str = "slots"


@dataclass
class NaiveNode:
    number: int
    serving: bool = False
    tasks: list[int] = field(default_factory=list)
    at_work: list[int] = field(default_factory=list)
    """Those whose process runs."""
    changed: simpy.Event | None = None
    """Happens when a process begins or ends here."""


Attempt = tuple[int, int, int, int, str]
"""task, node, start, end, outcome."""


class NaivePool:
    def __init__(self, plan: PoolPlan) -> None:
        self.plan = plan
        self.env = simpy.Environment()
        self.nodes = [NaiveNode(number) for number in range(len(plan.nodes))]
        self.queue: list[int] = []
        self.satisfied = {number: simpy.Event(self.env) for number in range(len(plan.tasks))}
        self.place: dict[int, tuple[int, int, int]] = {}
        self.attempts: list[Attempt] = []
        self.at_work: list[int] = []
        self.woken: dict[int, simpy.Event] = {}
        self.running: dict[int, simpy.Process] = {}
        self.began: dict[int, int] = {}
        self.last_job = -1
        self.stream = plan.seed
        self.pass_planned = False
        for number, node in enumerate(plan.nodes):
            self.env.process(self.node_life(self.nodes[number], node))
        for number in range(len(plan.tasks)):
            self.running[number] = self.env.process(self.task_life(number))

    def at(self, delay: int, phase: int) -> simpy.Event:
        event = simpy.Event(self.env)
        event._ok = True
        event._value = None
        self.env.schedule(event, priority=phase, delay=delay)  # type: ignore[arg-type]
        return event

    def run(self) -> list[Attempt]:
        self.env.run()
        return sorted(self.attempts)

    def node_life(self, node: NaiveNode, plan: NodePlan) -> Generator[simpy.Event, Any, None]:
        for change in plan.changes:
            yield self.at(change - int(self.env.now), NODE_CHANGE)
            node.serving = not node.serving
            if not node.serving:
                for task in list(node.tasks):
                    self.running[task].interrupt()
            self.ask_for_a_pass()

    def task_life(self, number: int) -> Generator[simpy.Event, Any, None]:
        plan = self.plan.tasks[number]
        yield self.at(plan.submit, ARRIVAL)
        tries = 0
        self.take_place(number, ARRIVAL)
        for parent in plan.parents:
            yield self.satisfied[parent]
        while True:
            self.queue.append(number)
            self.ask_for_a_pass()
            self.woken[number] = simpy.Event(self.env)
            nodes = yield self.woken[number]
            began = int(self.env.now)
            late = 0 < plan.limit < plan.demand
            try:
                if self.plan.share_cores:
                    yield self.at(plan.lead, COMPLETION)
                    late = not (yield from self.process(number, nodes))
                else:
                    span, phase = (plan.limit, LIMIT) if late else (plan.demand, COMPLETION)
                    yield self.at(plan.lead + span, phase)
                failed = plan.failures < 0 or tries < plan.failures
                outcome = "expired" if late else "failed" if failed else "succeeded"
            except simpy.Interrupt:
                outcome = "preempted"
            for node in nodes:
                node.tasks.remove(number)
                self.attempts.append((number, node.number, began, int(self.env.now), outcome))
            self.at_work.remove(number)
            self.ask_for_a_pass()
            if outcome == "succeeded":
                if not plan.blocks:
                    self.satisfied[number].succeed()
                return
            if outcome == "expired" or (outcome == "failed" and 0 <= plan.max_retries <= tries):
                if plan.satisfies:
                    self.satisfied[number].succeed()
                return
            if outcome == "failed":
                tries += 1
                if self.plan.retry_at_tail:
                    self.take_place(number, COMPLETION)

    def process(self, number: int, nodes: list[NaiveNode]) -> Generator[simpy.Event, Any, bool]:
        """Work beside the others on the same nodes; say whether the time was enough."""
        plan = self.plan.tasks[number]
        left, last = plan.demand * PARTS, int(self.env.now)
        deadline = last + plan.limit if plan.limit else None
        for node in nodes:
            node.at_work.append(number)
            self.stir(node)
        try:
            while left > 0 and last != deadline:
                slowdown = max(self.slowdown(node) for node in nodes)
                ends = last + ceil(left * slowdown / PARTS)
                end = ends if deadline is None else min(ends, deadline)
                yield simpy.AnyOf(self.env, [self.at(end - last, COMPLETION), *(self.change(node) for node in nodes)])
                left -= floor((int(self.env.now) - last) * PARTS / slowdown)
                last = int(self.env.now)
            if left > 0:
                yield self.at(0, LIMIT)
            return left <= 0
        finally:
            for node in nodes:
                node.at_work.remove(number)
                self.stir(node)

    def slowdown(self, node: NaiveNode) -> Fraction:
        return max(Fraction(1), Fraction(sum(self.cores(task) for task in node.at_work), self.plan.cores))

    def cores(self, task: int) -> int:
        """Return the cores a process uses: those asked for, or its slots' share."""
        plan = self.plan.tasks[task]
        return plan.cores or plan.slots * self.plan.cores // self.plan.slots

    def change(self, node: NaiveNode) -> simpy.Event:
        """Return what happens when the processes on a node change next."""
        if node.changed is None:
            node.changed = simpy.Event(self.env)
        return node.changed

    def stir(self, node: NaiveNode) -> None:
        """Notify the processes on a node that one of them is new or gone."""
        changed, node.changed = node.changed, None
        if changed is not None:
            changed.succeed()

    def take_place(self, number: int, phase: int) -> None:
        """Stand at the end of the queue as it is now; of several at one instant the older task goes first."""
        self.place[number] = (int(self.env.now), phase, number)

    def ask_for_a_pass(self) -> None:
        if not self.pass_planned:
            self.pass_planned = True
            self.env.process(self.scheduling_pass())

    def scheduling_pass(self) -> Generator[simpy.Event, Any, None]:
        yield self.at(0, PASS)
        self.pass_planned = False
        if self.plan.queue != "service":
            NaivePolicy(self).make_pass()
            return
        priorities = self.plan.priorities
        for priority in sorted(set(priorities), reverse=True):
            waiting = {self.plan.tasks[task].job for task in self.queue}
            jobs = sorted(job for job in waiting if priorities[job] == priority and not self.is_full(job))
            while jobs:
                if len(jobs) > 1 and not any(self.best_nodes(task) for task in self.queue):
                    break  # nothing is drawn where nothing fits
                job = self.choose(jobs)
                placed = self.place_first_fitting(job)
                if not placed:
                    jobs.remove(job)
                    continue
                self.last_job = job
                if self.is_full(job) or not any(self.plan.tasks[task].job == job for task in self.queue):
                    jobs.remove(job)

    def is_full(self, job: int) -> bool:
        if not self.plan.most_running:
            return False
        running = sum(self.plan.tasks[task].job == job for task in self.at_work)
        return 0 <= self.plan.most_running[job] <= running

    def choose(self, jobs: list[int]) -> int:
        if len(jobs) == 1 or self.plan.job_policy == "creationtime":
            return jobs[0]
        if self.plan.job_policy == "round_robin":
            later = [job for job in jobs if job > self.last_job]
            return later[0] if later else jobs[0]
        return jobs[self.throw(len(jobs))]

    def throw(self, sides: int) -> int:
        self.stream = (self.stream * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.stream >> 33) * sides >> 31

    def place_first_fitting(self, job: int) -> bool:
        for task in sorted(self.queue, key=self.place.__getitem__):
            if self.plan.tasks[task].job == job:
                nodes = self.best_nodes(task)
                if nodes:
                    self.begin(task, self.placed(task, nodes))
                    return True
        return False

    def placed(self, task: int, nodes: list[NaiveNode]) -> list[NaiveNode]:
        """Return where a task goes that would go to `nodes` by the fill type."""
        if self.plan.placement != "fill_type":
            return self.placed_by_policy(task, len(nodes))
        return [self.one_as_good(nodes[0], task)] if self.plan.random_ties and len(nodes) == 1 else nodes

    def placed_by_policy(self, task: int, count: int) -> list[NaiveNode]:
        able = [node for node in self.nodes if node.serving and self.fits(task, node)]
        chosen = []
        for _ in range(count):
            total = getattr(self.plan, self.plan.resource)
            free = {node.number: total - self.used(node, self.plan.resource) for node in able}
            if self.plan.placement == "random":
                one = able[self.throw(len(able))]
            elif self.plan.placement == "lowest_id":
                one = able[0]
            else:
                sign = 1 if self.plan.placement == "best_fit" else -1
                one = min(able, key=lambda node: sign * free[node.number])
            able.remove(one)
            chosen.append(one)
        return chosen

    def begin(self, task: int, nodes: list[NaiveNode]) -> None:
        self.queue.remove(task)
        self.at_work.append(task)
        self.began[task] = int(self.env.now)
        for node in nodes:
            node.tasks.append(task)
        self.woken[task].succeed(nodes)

    def best_nodes(self, task: int) -> list[NaiveNode]:
        """Return the nodes for all instances of a task, one for each; none if there are too few."""
        fitting = [node for node in self.nodes if node.serving and self.fits(task, node)]
        sign = -1 if self.plan.pack else 1
        fitting.sort(key=lambda node: (sign * self.used(node, "slots"), node.number))
        instances = self.plan.tasks[task].instances
        return fitting[:instances] if len(fitting) >= instances else []

    def one_as_good(self, best: NaiveNode, task: int) -> NaiveNode:
        equals = [
            node
            for node in self.nodes
            if node.serving and self.fits(task, node) and self.used(node, "slots") == self.used(best, "slots")
        ]
        return equals[self.throw(len(equals))]

    def used(self, node: NaiveNode, what: str) -> int:
        return sum(getattr(self.plan.tasks[task], what) for task in node.tasks)

    def fits(self, task: int, node: NaiveNode) -> bool:
        return all(
            self.used(node, what) + getattr(self.plan.tasks[task], what) <= getattr(self.plan, what)
            for what in ("slots", "memory", *([] if self.plan.share_cores else ["cores"]))
        )


Plan = tuple[int, int, int, tuple[int, ...]]
"""A task that runs or has a reservation: from when to when, and on which nodes."""


class NaivePolicy:
    """One pass by a queue discipline, from its definition: what is planned is a list, looked through each time."""

    def __init__(self, pool: NaivePool) -> None:
        self.pool = pool
        self.now = int(pool.env.now)

    def make_pass(self) -> None:
        queue = self.pool.plan.queue
        if queue == "conservative":
            self.reserve_each()
        elif queue == "fair_share":
            self.share()
        else:
            self.go_through(backfills=queue.startswith("easy"))

    # ---- order ----

    def waiting(self) -> list[int]:
        open_ones = [task for task in self.pool.queue if not self.pool.is_full(self.job(task))]
        return sorted(open_ones, key=lambda task: (-self.priority(task), *self.key(task), self.age(task)))

    def each_open(self) -> Iterator[int]:
        """Go through the waiting tasks, without those of jobs that have as many running as they may meanwhile."""
        for task in self.waiting():
            if not self.pool.is_full(self.job(task)):
                yield task

    def key(self, task: int) -> tuple[int, ...]:
        plan = self.pool.plan.tasks[task]
        return {
            "sjf": (plan.estimate,),
            "ljf": (-plan.estimate,),
            "smallest_first": (plan.slots * plan.instances,),
            "deadline_first": (plan.deadline,),
        }.get(self.pool.plan.queue, ())

    def job(self, task: int) -> int:
        return self.pool.plan.tasks[task].job

    def priority(self, task: int) -> int:
        return self.pool.plan.priorities[self.job(task)]

    def age(self, task: int) -> tuple[int, int]:
        return self.pool.plan.tasks[task].submit, task

    # ---- disciplines ----

    def go_through(self, *, backfills: bool) -> None:
        head: int | None = None
        for task in self.each_open():
            nodes = self.room_for(task)
            if nodes and head is None:
                self.pool.begin(task, self.pool.placed(task, nodes))
            elif head is None and not self.pool.plan.bypass:
                head = task
                if not backfills:
                    return
        if head is not None:
            self.backfill(head)

    def backfill(self, head: int) -> None:
        """Start what leaves the head the instant at which it would start by the estimates."""
        others = [task for task in self.waiting() if task != head]
        if self.pool.plan.queue == "easy_sjbf":
            others.sort(key=lambda task: (-self.priority(task), self.estimate(task), self.age(task)))
        promised = self.earliest(head, self.running())
        for task in others:
            nodes = self.room_for(task)
            if not nodes:
                continue
            nodes = self.pool.placed(task, nodes)
            mine = (task, self.now, self.now + self.estimate(task), tuple(node.number for node in nodes))
            delayed = self.earliest(head, [*self.running(), mine])
            if promised is None or (delayed is not None and delayed <= promised):
                self.pool.begin(task, nodes)

    def reserve_each(self) -> None:
        """Give each task in turn the first time at which it fits between all that is planned already."""
        plans = self.running()
        for task in self.each_open():
            instances, span = self.pool.plan.tasks[task].instances, self.estimate(task)
            for at in sorted({self.now, *(end for _, _, end, _ in plans if end > self.now)}):
                free = [node.number for node in self.pool.nodes if self.is_free(task, node, at, at + span, plans)]
                if at == self.now and len(free) >= instances:
                    room = self.room_for(task)
                    wanted = [node.number for node in self.pool.placed(task, room)] if room else []
                    free = wanted if wanted and set(wanted) <= set(free) else free
                if len(free) >= instances:
                    mine = tuple(free[:instances])
                    plans.append((task, at, at + span, mine))
                    nodes = [self.pool.nodes[number] for number in mine]
                    if at == self.now and all(self.pool.fits(task, node) for node in nodes):
                        self.pool.begin(task, nodes)
                    break

    def share(self) -> None:
        passed: set[int] = set()
        while True:
            firsts: dict[int, int] = {}
            for task in self.waiting():
                firsts.setdefault(self.job(task), task)
            able = {job: task for job, task in firsts.items() if job not in passed}
            if not able:
                return
            job = min(able, key=lambda job: (-self.priority(able[job]), self.used(job), self.held(job), job))
            nodes = self.room_for(able[job])
            if nodes:
                self.pool.begin(able[job], self.pool.placed(able[job], nodes))
            else:
                passed.add(job)

    # ---- what is planned ----

    def room_for(self, task: int) -> list[NaiveNode]:
        return [] if self.pool.is_full(self.job(task)) else self.pool.best_nodes(task)

    def estimate(self, task: int) -> int:
        return self.pool.plan.tasks[task].estimate

    def running(self) -> list[Plan]:
        """Return what runs; what should have ended is taken for ended."""
        found = []
        for task in self.pool.at_work:
            end = self.pool.began[task] + self.estimate(task)
            nodes = tuple(node.number for node in self.pool.nodes if task in node.tasks)
            found.append((task, self.now, max(end, self.now), nodes))
        return found

    def earliest(self, task: int, plans: list[Plan]) -> int | None:
        """Return the first instant at which a task has room by what is planned, if nothing else is."""
        for at in sorted({end for _, _, end, _ in plans}):
            free = [node for node in self.pool.nodes if self.is_free(task, node, at, at + 1, plans)]
            if len(free) >= self.pool.plan.tasks[task].instances:
                return at
        return None

    def is_free(self, task: int, node: NaiveNode, begin: int, end: int, plans: list[Plan]) -> bool:
        """Return whether an instance of a task has room on a node all the time."""
        instants = {begin, *(at for _, at, _, _ in plans if begin < at < end)}
        return node.serving and all(
            sum(getattr(self.pool.plan.tasks[one], what) for one in self.there(node, at, plans))
            + getattr(self.pool.plan.tasks[task], what)
            <= getattr(self.pool.plan, what)
            for at in instants
            for what in ("slots", "memory", *([] if self.pool.plan.share_cores else ["cores"]))
        )

    def there(self, node: NaiveNode, at: int, plans: list[Plan]) -> list[int]:
        return [one for one, begin, end, nodes in plans if begin <= at < end and node.number in nodes]

    # ---- fair shares ----

    def used(self, job: int) -> float:
        """Return the slot-time of all attempts of a job so far."""
        tasks = self.pool.plan.tasks
        rows = [row for row in self.pool.attempts if self.job(row[0]) == job]
        ended = sum((end - begin) * tasks[one].slots for one, _, begin, end, _ in rows)
        running = [one for one in self.pool.at_work if self.job(one) == job]
        present = [(self.now - self.pool.began[one]) * tasks[one].slots * tasks[one].instances for one in running]
        return ended + sum(present)

    def held(self, job: int) -> int:
        tasks = self.pool.plan.tasks
        return sum(tasks[one].slots * tasks[one].instances for one in self.pool.at_work if self.job(one) == job)
