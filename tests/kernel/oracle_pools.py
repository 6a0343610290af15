"""Small pools made up from a seed, for which the oracle knows every attempt, and how a kernel runs them."""

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from simulator.engine.bridge.policy_pass import PolicyPass
from simulator.engine.bridge.policy_placement import PolicyPlacement
from simulator.engine.bridge.pool_view import PoolView
from simulator.kernel import Kernel
from simulator.policy.scheduling.registry import PLACEMENTS, QUEUES
from simulator.states import Outcome
from simulator.units import NEVER
from tests.kernel.oracle import Attempt, NodePlan, PoolPlan, TaskPlan
from tests.kernel.speeds import KERNELS

POLICIES = ["uniform", "round_robin", "creationtime"]
CORES, MEMORY = 4000, 1000


def mixed(seed: int) -> PoolPlan:
    """Draw a small pool with a bit of everything the oracle knows."""
    random = np.random.default_rng(seed)

    def maybe(chance: float = 0.5) -> bool:
        return bool(random.random() < chance)

    def some(low: int, high: int, count: int) -> list[int]:
        return sorted(random.integers(low, high + 1, count).tolist())

    is_gang, bounded, shared, linked, limited = maybe(), maybe(), maybe(), maybe(), maybe()
    slots = 1 if is_gang else int(random.integers(1, 5))
    jobs = int(random.integers(1, 5))
    tasks = [
        TaskPlan(
            submit=submit,
            demand=int(random.integers(1, 13)),
            job=int(random.integers(0, jobs)),
            slots=int(random.integers(1, slots + 1)),
            cores=int(random.integers(0, 8 if shared else 5)) if bounded or shared else 0,
            memory=int(random.integers(0, 9)) if bounded else 0,
            failures=int(random.choice([0, 0, 0, 1, 2])),
            max_retries=int(random.integers(0, 3)),
            lead=int(random.integers(0, 3)),
            limit=int(random.choice([0, 0, 4])) if limited else 0,
            instances=int(random.choice([1, 2, 3])) if is_gang else 1,
            parents=tuple(sorted(set(some(0, number - 1, int(random.integers(0, 3)))))) if linked and number else (),
            satisfies=maybe(),
            blocks=linked and maybe(),
        )
        for number, submit in enumerate(some(0, 30, int(random.integers(1, 15))))
    ]
    return PoolPlan(
        slots=slots,
        cores=4,
        memory=8,
        pack=maybe(),
        priorities=random.integers(-1, 2, jobs).tolist(),
        job_policy=POLICIES[int(random.integers(0, 3))],
        seed=int(random.integers(0, 2**63)),
        tasks=tasks,
        nodes=[
            NodePlan(sorted(set(some(0, 30, int(random.integers(1, 6)))))) for _ in range(int(random.integers(1, 5)))
        ],
        retry_at_tail=maybe(),
        random_ties=maybe(),
        most_running=random.choice([-1, 1, 2], jobs).tolist() if maybe() else [],
        share_cores=shared,
    )


def ordered(seed: int) -> PoolPlan:
    """Draw such a pool with a queue discipline and a placement that are not the service's."""
    random = np.random.default_rng([seed, 1])
    plan = mixed(seed)
    for task in plan.tasks:
        span = task.lead + task.demand
        task.estimate = max(1, round(span * random.choice([1, 1, 0.5, 2])))
        task.deadline = task.submit + int(random.integers(0, 40))
    queue = str(random.choice(sorted(QUEUES)))
    placement = str(random.choice(["fill_type", *sorted(PLACEMENTS)]))
    return replace(
        plan,
        queue=queue,
        bypass=bool(random.integers(0, 2)) and "bypass" in QUEUES[queue].parameters,
        placement=placement,
        resource=str(random.choice(["slots", "cores", "memory"])),
        retry_at_tail=plan.retry_at_tail and queue == "service",
        random_ties=plan.random_ties and placement == "fill_type",
    )


def crowded(seed: int) -> PoolPlan:
    """Draw a pool of one job, or two of different priority, with a queue of many shapes whose ends seldom coincide."""
    random = np.random.default_rng(seed)
    slots = int(random.integers(1, 5))
    kinds = [
        (
            int(random.integers(1, slots + 1)),
            int(random.choice([0, 500, 1000, 1010, 3990, 4000])),
            int(random.choice([0, 200, 250, 251, 500, 990, 1000])),
        )
        for _ in range(int(random.integers(2, 12)))
    ]
    jobs = int(random.integers(1, 3))
    leisure = int(random.choice([0, 100, 900]))
    tasks = []
    for submit in np.cumsum(random.integers(0, leisure + 1, int(random.integers(5, 40)))).tolist():
        wanted, cores, memory = kinds[int(random.integers(0, len(kinds)))]
        tasks.append(
            TaskPlan(
                submit=submit,
                demand=int(random.integers(1, 1000)),
                job=int(random.integers(0, jobs)),
                slots=wanted,
                cores=cores,
                memory=memory,
            )
        )
    nodes = int(random.integers(1, 4))
    losses = random.integers(1, 3000, (nodes, 4)) if random.random() < 0.4 else np.empty((nodes, 0), int)
    return PoolPlan(
        slots=slots,
        cores=CORES,
        memory=MEMORY,
        pack=bool(random.integers(0, 2)),
        priorities=list(range(jobs)),
        job_policy="uniform",
        seed=seed,
        tasks=tasks,
        nodes=[NodePlan([0, *sorted(set(mine.tolist()))]) for mine in losses],
    )


class Pieces:
    """The tasks of a plan in the form of a kernel, in pieces that end before the tasks whose places are `cuts`."""

    def __init__(self, plan: PoolPlan, speed: str, cuts: Sequence[int] = ()) -> None:
        self.order = sorted(range(len(plan.tasks)), key=lambda number: (plan.tasks[number].submit, number))
        """The plan's number of each task."""
        self._plan = plan
        self._package = KERNELS[speed]
        self._tasks = [plan.tasks[number] for number in self.order]
        self._row = {number: index for index, number in enumerate(self.order)}
        places = [0, *sorted({cut for cut in cuts if 0 < cut < len(plan.tasks)}), len(plan.tasks)]
        self._spans = list(pairwise(places))
        self._shapes: list[tuple[int, int, int, int]] = []
        self._queues: list[tuple[int, int]] = []
        self._jobs = 0
        self._planner = planner_of(plan)

    @property
    def next_submit(self) -> int:
        """When the first task of the next piece is submitted."""
        return self._tasks[self._spans[0][0]].submit if self._spans else NEVER

    def first(self) -> Kernel:
        """Return a kernel of the first piece."""
        plan = self._plan
        tasks, shapes, priorities, found = self.take()
        placer = placer_of(plan)
        kernel: Kernel = self._package.Kernel(
            tasks,
            shapes,
            priorities,
            slots=plan.slots,
            cores=plan.cores,
            memory=plan.memory,
            pack=plan.pack,
            job_policy=POLICIES.index(plan.job_policy),
            seed=plan.seed,
            retry_at_tail=plan.retry_at_tail,
            random_ties=plan.random_ties,
            planner=self._planner,
            placer=placer,
            rules=found,
        )
        if self._planner is not None:
            self._planner.attach(kernel)
        if placer is not None:
            placer.attach(kernel)
        kernel.nodes.reserve(len(plan.nodes))
        return kernel

    def take(self) -> tuple[Any, list[Any], list[int], Any]:
        """Return the next piece: tasks, and what none before had of shapes, priorities of jobs, and rules."""
        begin, end = self._spans.pop(0)
        tasks = self._tasks[begin:end]
        keys = [(task.job, shape_of(task)) for task in tasks]
        shapes = sorted({shape for _, shape in keys}.difference(self._shapes))
        self._shapes += shapes
        numbers = [(job, self._shapes.index(shape)) for job, shape in keys]
        queues = sorted(set(numbers).difference(self._queues))
        self._queues += queues
        jobs = max(self._jobs, *(task.job + 1 for task in tasks)) if self._spans else len(self._plan.priorities)
        priorities = self._plan.priorities[self._jobs : jobs]
        limits = [-1] * self._jobs + self._plan.most_running[self._jobs : jobs] if self._plan.most_running else []
        self._jobs = jobs
        columns = self._package.Tasks(
            submit=array("q", [task.submit for task in tasks]),
            span=array("q", [task.lead + task.demand for task in tasks]),
            queue=array("i", [self._queues.index(key) for key in numbers]),
            max_retries=array("i", [task.max_retries for task in tasks]),
            failures=array("i", [task.failures for task in tasks]),
            queues=queues,
            **self._dependencies(begin, end),
        )
        if self._planner is not None:
            deadlines = array("q", [task.deadline for task in tasks])
            self._planner.expect(columns, array("q", [task.estimate for task in tasks]), deadlines)
        return columns, [self._package.Shape(*shape) for shape in shapes], priorities, self._rules(tasks, limits)

    def _rules(self, tasks: list[TaskPlan], most_running: list[int]) -> Any:
        """Return the kernel's columns of limits; none where nothing is limited."""
        found = {}
        lead = array("q", [task.lead for task in tasks])
        if any(task.limit for task in tasks):
            found = {"limit": array("q", [task.limit or NEVER for task in tasks])}
        if self._plan.share_cores:
            found |= {"setup_ms": lead}
        return self._package.Rules(most_running=most_running, share_cores=self._plan.share_cores, latency=lead, **found)

    def _dependencies(self, begin: int, end: int) -> dict[str, Any]:
        """Return which task waits for which; nothing where no task does."""
        tasks = self._tasks[begin:end]
        if not any(task.parents or task.satisfies or task.blocks for task in tasks):
            return {}
        edges = [(self._row[parent], child) for child in range(begin, end) for parent in self._tasks[child].parents]
        own = sorted(edge for edge in edges if edge[0] >= begin)
        return {
            "parents": array("i", [len(task.parents) for task in tasks]),
            "children_from": array("i", [bisect_left(own, (row, 0)) for row in range(begin, end + 1)]),
            "children": array("i", [child for _, child in own]),
            "later_children": [edge for edge in edges if edge[0] < begin],
            "satisfies": array("b", [task.satisfies + 2 * task.blocks for task in tasks]),
        }


def planner_of(plan: PoolPlan) -> PolicyPass | None:
    """Return who plans the passes of a pool; None: the kernel itself."""
    discipline = QUEUES[plan.queue]
    if discipline.function is None:
        return None
    arguments = {"bypass": plan.bypass} if "bypass" in discipline.passed else {}
    view = PoolView(discipline.order, by_job=discipline.by_job, half_life=None)
    return PolicyPass(plan.queue, discipline.function, arguments, view)


def placer_of(plan: PoolPlan) -> PolicyPlacement | None:
    """Return who places the tasks of a pool; None: the kernel itself."""
    placement = PLACEMENTS[plan.placement]
    if placement.function is None:
        return None
    arguments = {"resource": plan.resource} if placement.parameters else {}
    return PolicyPlacement(plan.placement, placement.function, arguments)


def shape_of(task: TaskPlan) -> tuple[int, int, int, int]:
    return task.slots, task.cores, task.memory, task.instances


def run_kernel(plan: PoolPlan, speed: str, cuts: Sequence[int] = ()) -> list[Attempt]:
    """Run a pool to its end; return its attempts as the oracle does.

    Tasks from a place in `cuts` on are not known before the first of them is due.
    """
    pieces = Pieces(plan, speed, cuts)
    kernel, order = pieces.first(), pieces.order
    changes = sorted(
        (at, number, turn) for number, node in enumerate(plan.nodes) for turn, at in enumerate(node.changes)
    )
    while True:
        control = changes[0][0] if changes else NEVER
        if pieces.next_submit <= control and pieces.next_submit < NEVER:
            assert kernel.advance(pieces.next_submit) == pieces.next_submit
            kernel.append(*pieces.take())
            continue
        if min(control, kernel.next_instant()) == NEVER:
            break
        assert kernel.advance(control) == control
        if control == NEVER:
            break
        kernel.complete(control)
        while changes and changes[0][0] == control:
            _, number, turn = changes.pop(0)
            if turn % 2 == 0:
                kernel.in_service(number)
            else:
                kernel.out_of_service(number, control, Outcome.PREEMPTED)
        kernel.arrive(control)
        kernel.expire(control)
        kernel.dispatch(control)
    made = kernel.attempts
    return sorted(
        (order[task], node, begin, end, Outcome(outcome).name.lower())
        for task, node, begin, end, outcome in zip(
            *(getattr(made, name)[: len(made)] for name in ("task", "node", "assigned", "end", "outcome")), strict=True
        )
        if outcome != Outcome.RUNNING
    )
