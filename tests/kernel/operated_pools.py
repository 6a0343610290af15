"""Plain pools made up from a seed that are changed now and then, and run on the fast path or by phases alone."""

from array import array
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np

from simulator.kernel.optional_rules import DISABLED
from simulator.states import Outcome, TaskState
from tests.kernel.speeds import KERNELS

Advance = Callable[[Any, int], int]
"""Settles the instants of a kernel before another one; returns it, or the instant that a notice interrupted."""
SHAPES = [(1, 0, 0, 1), (2, 0, 0, 1), (1, 0, 300, 1), (1, 0, 0, 2)]
BOUNDED = [(1, 0, 130, 1), (1, 0, 131, 1), (1, 510, 140, 1), (2, 500, 100, 1), (2, 990, 0, 1), (3, 0, 400, 1)]
"""Cores and memory bind here where slots do not."""
EVENTS = [
    "go",
    "come",
    "drain",
    "shut",
    "disable",
    "enable",
    "limit",
    "limit",
    "watch",
    "alarm",
    "await",
    "close",
    "terminate",
]


@dataclass(frozen=True)
class Plan:
    """A plain pool, and what is done to it between two instants."""

    tasks: list[tuple[int, int, int]]
    """The pause before each, how long it takes, and which of the jobs and shapes it has."""
    jobs: list[int]
    priorities: list[int]
    shapes: list[tuple[int, int, int, int]]
    nodes: int
    slots: int
    pack: bool
    policy: int
    events: list[tuple[int, str, int]]
    parents: list[list[int]]
    """Which tasks each task waits for; empty where none waits for any."""


def operated(seed: int) -> Plan:
    """Draw a pool that is busy at times and idle at others, at leisure or with many things at one instant."""
    random = np.random.default_rng(seed)
    is_wide = random.random() < 0.05  # so many at once that they end in several helpings
    count = int(random.integers(150, 300)) if is_wide else int(random.integers(1, 60))
    pause = 0 if is_wide else int(random.choice([0, 1, 4, 12]))
    longest = int(random.choice([1, 3] if is_wide else [3, 20, 60]))
    kinds = int(random.choice([1, 2, 2, 4, 8]))
    queues = random.integers(0, kinds, count)
    nodes = int(random.integers(50, 90)) if is_wide else int(random.integers(1, 6))
    known = SHAPES[: 1 if is_wide else 4] if kinds < 4 else [*SHAPES[:3], *BOUNDED]
    shapes = [known[number] for number in random.integers(0, len(known), kinds)]
    if random.random() < 0.3:  # all are alike
        shapes = shapes[:1] * kinds
    at = np.sort(random.integers(0, max(count * pause, 20), 8)).tolist()
    what = random.choice([*EVENTS, "limit"], 8).tolist()  # limits decide seldom
    events = list(zip(at, what, random.integers(0, 4, 8).tolist(), strict=True))
    return Plan(
        tasks=list(
            zip(
                random.integers(0, pause + 1, count).tolist(),
                random.integers(0, longest + 1, count).tolist(),
                queues.tolist(),
                strict=True,
            )
        ),
        jobs=[0, *(random.integers(0, 2, kinds - 1) * int(random.random() < 0.5)).tolist()],
        priorities=[0, int(random.integers(0, 2))],
        shapes=shapes,
        nodes=nodes,
        slots=1 if is_wide else int(random.integers(1, 4)),
        pack=bool(random.integers(0, 2)),
        policy=int(random.integers(0, 3)),
        events=events[: int(random.integers(0, 9))],
        parents=[sorted(set(random.integers(0, task + 1, 2).tolist()) - {task}) for task in range(count)]
        if random.random() < 0.3
        else [],
    )


def make(plan: Plan, speed: str, **options: int) -> Any:
    package = KERNELS[speed]
    kinds = sorted(set(plan.shapes))
    keys = [(job, kinds.index(shape)) for job, shape in zip(plan.jobs, plan.shapes, strict=True)]
    queues = sorted(set(keys))
    columns = package.Tasks(
        submit=array("q", accumulate(gap for gap, _, _ in plan.tasks)),
        span=array("q", [span for _, span, _ in plan.tasks]),
        queue=array("i", [queues.index(keys[key]) for _, _, key in plan.tasks]),
        max_retries=array("i", [0] * len(plan.tasks)),
        failures=array("i", [0] * len(plan.tasks)),
        queues=queues,
        **links(plan.parents),
    )
    shapes = [package.Shape(*shape) for shape in kinds]
    options |= {"slots": plan.slots, "job_policy": plan.policy}
    kernel = package.Kernel(columns, shapes, plan.priorities, cores=1000, memory=400, pack=plan.pack, **options)
    for node in range(plan.nodes):
        kernel.in_service(node)
    return kernel


def links(parents: list[list[int]]) -> dict[str, "array[int]"]:
    """Return the columns of which task waits for which."""
    if not any(parents):
        return {}
    children = [[child for child, mine in enumerate(parents) if task in mine] for task in range(len(parents))]
    return {
        "parents": array("i", [len(mine) for mine in parents]),
        "children_from": array("i", [0, *accumulate(len(mine) for mine in children)]),
        "children": array("i", [child for mine in children for child in mine]),
        "satisfies": array("b", bytes(len(parents))),
    }


def by_fast_path(kernel: Any, until: int) -> int:
    """Settle the instants before `until` as runs do."""
    return int(kernel.advance(until))


def by_phases(kernel: Any, until: int) -> int:
    """Do what `advance` does, without the fast path."""
    while (now := kernel.next_instant()) < until:
        kernel.complete(now)
        if kernel.notices.waiting:
            return int(now)
        kernel.expire(now)
        if kernel.notices.waiting:
            return int(now)
        kernel.arrive(now)
        kernel.dispatch(now)
    return until


def do(package: Any, kernel: Any, what: str, which: int, now: int) -> None:
    """Do one thing to a pool."""
    node = which % kernel.nodes.count
    if what == "go":
        kernel.out_of_service(node, now, Outcome.PREEMPTED)
    elif what == "come" and not kernel.nodes.serving[node]:
        kernel.in_service(node)
    elif what == "drain" and kernel.nodes.serving[node]:
        kernel.drain(node)
    elif what == "shut" and kernel.nodes.serving[node]:
        kernel.nodes.close(node)
    elif what == "disable":
        package.job_control.disable(kernel, which % 2)
    elif what == "enable" and kernel.queues.gate[which % 2] & DISABLED:
        package.job_control.enable(kernel, which % 2)
    elif what == "limit":
        package.job_control.limit(kernel, which % 2, which)
    elif what == "watch":
        package.job_control.watch(kernel, which % 2, submitted_only=which > 1)
    elif what == "close" and not kernel.jobs.closed:
        package.job_control.close(kernel, which % 2, now)
    elif what == "terminate" and kernel.tasks_of(0, TaskState.RUNNING):
        package.job_control.terminate(kernel, kernel.tasks_of(0, TaskState.RUNNING)[-1], now)
    elif what == "await":
        package.job_control.await_idle(kernel, which % 2)
    elif what == "alarm":
        alarms = array("b", [3 * (task % 5 == which) for task in range(kernel.count)])
        kernel.notices.alarm(0, kernel.count, alarms)


def run_pool(plan: Plan, speed: str, *, by: Advance) -> tuple[list[Any], list[list[Any]]]:
    """Run a pool; return its record, and what notices interrupted it."""
    kernel = make(plan, speed)
    package = KERNELS[speed]
    noted: list[list[Any]] = []

    def take_notices(now: int) -> None:
        if kernel.notices.waiting:
            notices = kernel.notices
            noted.append([now, notices.finished_jobs.copy(), sorted(notices.drained), notices.ended.copy()])
            noted.append(sorted(notices.idle_jobs))
            if notices.ended:
                package.job_control.disable(kernel, 0)
            kernel.notices.clear()

    def run(until: int) -> None:
        while (now := int(by(kernel, until))) < until:
            take_notices(now)
            kernel.arrive(now)
            kernel.expire(now)
            take_notices(now)
            kernel.dispatch(now)

    for at, what, which in plan.events:
        run(at)
        noted.append([kernel.nodes.tasks_on(node) for node in range(plan.nodes)])
        with_room = [node for node in range(plan.nodes) if kernel.nodes.serving[node] and kernel.nodes.free_slots[node]]
        assert kernel.nodes.room.size == len(with_room)
        kernel.complete(at)
        do(package, kernel, what, which, at)
        take_notices(at)
        kernel.arrive(at)
        kernel.expire(at)
        take_notices(at)
        kernel.dispatch(at)
    run(2**61)
    used = slice(len(kernel.attempts))
    columns = [
        np.asarray(getattr(kernel.attempts, name))[used].tolist() for name in ("task", "node", "assigned", "end")
    ]
    counts = [kernel.completed, kernel.running, kernel.active, kernel.now, list(kernel.state), list(kernel.nodes.held)]
    return columns + counts, noted
