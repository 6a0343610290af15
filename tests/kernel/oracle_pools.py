"""Small pools made up from a seed, for which the oracle knows every attempt, and how a kernel runs them."""

from array import array
from typing import Any

import numpy as np

from simulator.kernel import Kernel
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


def make_kernel(plan: PoolPlan, speed: str) -> tuple[Kernel, list[int]]:
    """Build the kernel for `plan`; also return the plan's number of each of its tasks."""
    order = sorted(range(len(plan.tasks)), key=lambda number: (plan.tasks[number].submit, number))
    tasks = [plan.tasks[number] for number in order]
    shapes = sorted({shape_of(task) for task in tasks})
    keys = [(task.job, shapes.index(shape_of(task))) for task in tasks]
    queues = sorted(set(keys))
    package = KERNELS[speed]
    columns = package.Tasks(
        submit=array("q", [task.submit for task in tasks]),
        span=array("q", [task.lead + task.demand for task in tasks]),
        queue=array("i", [queues.index(key) for key in keys]),
        max_retries=array("i", [task.max_retries for task in tasks]),
        failures=array("i", [task.failures for task in tasks]),
        queues=queues,
        **dependencies(tasks, order),
    )
    kernel = package.Kernel(
        columns,
        [package.Shape(*shape) for shape in shapes],
        plan.priorities,
        slots=plan.slots,
        cores=plan.cores,
        memory=plan.memory,
        pack=plan.pack,
        job_policy=POLICIES.index(plan.job_policy),
        seed=plan.seed,
        retry_at_tail=plan.retry_at_tail,
        random_ties=plan.random_ties,
        rules=rules(plan, tasks, package),
    )
    kernel.nodes.reserve(len(plan.nodes))
    return kernel, order


def shape_of(task: TaskPlan) -> tuple[int, int, int, int]:
    return task.slots, task.cores, task.memory, task.instances


def rules(plan: PoolPlan, tasks: list[TaskPlan], package: Any) -> Any:
    """Return the kernel's columns of limits; none where nothing is limited."""
    limits = {}
    lead = array("q", [task.lead for task in tasks])
    if any(task.limit for task in tasks):
        limits = {"latency": lead, "limit": array("q", [task.limit or NEVER for task in tasks])}
    if plan.share_cores:
        limits |= {"latency": lead, "setup_ms": lead}
    return package.Rules(most_running=plan.most_running, share_cores=plan.share_cores, **limits)


def dependencies(tasks: list[TaskPlan], order: list[int]) -> dict[str, "array[int]"]:
    """Return the kernel's columns of which task waits for which; none where no task does."""
    if not any(task.parents for task in tasks):
        return {}
    row = {number: index for index, number in enumerate(order)}
    children: list[list[int]] = [[] for _ in tasks]
    for index, task in enumerate(tasks):
        for parent in task.parents:
            children[row[parent]].append(index)
    starts = [sum(len(mine) for mine in children[:index]) for index in range(len(tasks) + 1)]
    return {
        "parents": array("i", [len(task.parents) for task in tasks]),
        "children_from": array("i", starts),
        "children": array("i", [child for mine in children for child in mine]),
        "satisfies": array("b", [task.satisfies + 2 * task.blocks for task in tasks]),
    }


def run_kernel(plan: PoolPlan, speed: str) -> list[Attempt]:
    """Run a pool to its end; return its attempts as the oracle does."""
    kernel, order = make_kernel(plan, speed)
    changes = sorted(
        (at, number, turn) for number, node in enumerate(plan.nodes) for turn, at in enumerate(node.changes)
    )
    while True:
        control = changes[0][0] if changes else NEVER
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
