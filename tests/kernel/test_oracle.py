"""Kernel and naive oracle agree on every attempt of small pools that hypothesis makes up."""

from array import array
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from simulator.kernel import Kernel
from simulator.states import Outcome
from simulator.units import NEVER
from tests.examples import examples
from tests.kernel.oracle import Attempt, NaivePool, NodePlan, PoolPlan, TaskPlan
from tests.kernel.speeds import SPEEDS

POLICIES = ["uniform", "round_robin", "creationtime"]


def make_kernel(plan: PoolPlan, speed: str) -> tuple[Kernel, list[int]]:
    """Build the kernel for `plan`; also give the plan's number of each of its tasks."""
    order = sorted(range(len(plan.tasks)), key=lambda number: (plan.tasks[number].submit, number))
    tasks = [plan.tasks[number] for number in order]
    shapes = sorted({shape_of(task) for task in tasks})
    keys = [(task.job, shapes.index(shape_of(task))) for task in tasks]
    queues = sorted(set(keys))
    package = SPEEDS[speed]
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
    """Give the kernel's columns of limits; none where nothing is limited."""
    limits = {}
    lead = array("q", [task.lead for task in tasks])
    if any(task.limit for task in tasks):
        limits = {"latency": lead, "limit": array("q", [task.limit or NEVER for task in tasks])}
    if plan.share_cores:
        limits |= {"latency": lead, "lead": lead}
    return package.Rules(most_running=plan.most_running, share_cores=plan.share_cores, **limits)


def dependencies(tasks: list[TaskPlan], order: list[int]) -> dict[str, "array[int]"]:
    """Give the kernel's columns of who waits for whom; none where nobody does."""
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


@st.composite
def plans(draw: st.DrawFn) -> PoolPlan:
    gangs = draw(st.booleans())
    slots = 1 if gangs else draw(st.integers(1, 4))
    jobs = draw(st.integers(1, 4))
    bounded = draw(st.booleans())
    shared = draw(st.booleans())
    linked = draw(st.booleans())
    limited = draw(st.booleans())
    small = st.integers(0, 30)
    submits = sorted(draw(st.lists(small, min_size=1, max_size=14)))
    tasks = [
        TaskPlan(
            submit=submit,
            demand=draw(st.integers(1, 12)),
            job=draw(st.integers(0, jobs - 1)),
            slots=draw(st.integers(1, slots)),
            cores=draw(st.integers(0, 7 if shared else 4)) if bounded or shared else 0,
            memory=draw(st.integers(0, 8)) if bounded else 0,
            failures=draw(st.sampled_from([0, 0, 0, 1, 2])),
            max_retries=draw(st.integers(0, 2)),
            lead=draw(st.integers(0, 2)),
            limit=draw(st.sampled_from([0, 0, 4])) if limited else 0,
            instances=draw(st.sampled_from([1, 2, 3])) if gangs else 1,
            parents=tuple(sorted(draw(st.sets(st.integers(0, number - 1), max_size=2)))) if linked and number else (),
            satisfies=draw(st.booleans()),
            blocks=linked and draw(st.booleans()),
        )
        for number, submit in enumerate(submits)
    ]
    nodes = [
        NodePlan(sorted(set(draw(st.lists(small, min_size=1, max_size=5))))) for _ in range(draw(st.integers(1, 4)))
    ]
    return PoolPlan(
        slots=slots,
        cores=4,
        memory=8,
        pack=draw(st.booleans()),
        priorities=draw(st.lists(st.integers(-1, 1), min_size=jobs, max_size=jobs)),
        job_policy=draw(st.sampled_from(POLICIES)),
        seed=draw(st.integers(0, 2**63)),
        tasks=tasks,
        nodes=nodes,
        retry_at_tail=draw(st.booleans()),
        random_ties=draw(st.booleans()),
        most_running=[draw(st.sampled_from([-1, 1, 2])) for _ in range(jobs)] if draw(st.booleans()) else [],
        share_cores=shared,
    )


@examples(300)
@given(plans())
def test_kernel_and_oracle_agree_on_every_attempt(plan: PoolPlan) -> None:
    """The same record at each speed.

    Arrivals, slots/cores/memory, spread/pack, priorities, retries, dependencies, limits of time and of jobs,
    multi-instance tasks, loss of nodes, cores shared by more than they have room for.
    """
    expected = NaivePool(plan).run()
    for speed in SPEEDS:
        assert run_kernel(plan, speed) == expected, speed
