"""Instants that need no pass come to the same as the phases of the service model, one after the other."""

from array import array
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.errors import BrokenInvariantError
from simulator.kernel.optional_rules import DISABLED
from simulator.states import Outcome, TaskState
from tests.examples import examples
from tests.kernel.speeds import SPEEDS

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
    """Whom each task waits for; empty where nobody waits for anybody."""


def made_up(seed: int) -> Plan:
    """Draw a pool that is busy at times and idle at others, at leisure or with many things at one instant."""
    dice = np.random.default_rng(seed)
    is_wide = dice.random() < 0.05  # so many at once that they end in several helpings
    count = int(dice.integers(150, 300)) if is_wide else int(dice.integers(1, 60))
    pause = 0 if is_wide else int(dice.choice([0, 1, 4, 12]))
    longest = int(dice.choice([1, 3] if is_wide else [3, 20, 60]))
    kinds = int(dice.choice([1, 2, 2, 4, 8]))
    queues = dice.integers(0, kinds, count)
    nodes = int(dice.integers(50, 90)) if is_wide else int(dice.integers(1, 6))
    known = SHAPES[: 1 if is_wide else 4] if kinds < 4 else [*SHAPES[:3], *BOUNDED]
    shapes = [known[number] for number in dice.integers(0, len(known), kinds)]
    if dice.random() < 0.3:  # all are alike
        shapes = shapes[:1] * kinds
    at = np.sort(dice.integers(0, max(count * pause, 20), 8)).tolist()
    what = dice.choice([*EVENTS, "limit"], 8).tolist()  # limits decide seldom
    events = list(zip(at, what, dice.integers(0, 4, 8).tolist(), strict=True))
    return Plan(
        tasks=list(
            zip(
                dice.integers(0, pause + 1, count).tolist(),
                dice.integers(0, longest + 1, count).tolist(),
                queues.tolist(),
                strict=True,
            )
        ),
        jobs=[0, *(dice.integers(0, 2, kinds - 1) * int(dice.random() < 0.5)).tolist()],
        priorities=[0, int(dice.integers(0, 2))],
        shapes=shapes,
        nodes=nodes,
        slots=1 if is_wide else int(dice.integers(1, 4)),
        pack=bool(dice.integers(0, 2)),
        policy=int(dice.integers(0, 3)),
        events=events[: int(dice.integers(0, 9))],
        parents=[sorted(set(dice.integers(0, task + 1, 2).tolist()) - {task}) for task in range(count)]
        if dice.random() < 0.3
        else [],
    )


def make(plan: Plan, speed: str, **options: int) -> Any:
    package = SPEEDS[speed]
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
    """Give the columns that say who waits for whom."""
    if not any(parents):
        return {}
    children = [[child for child, mine in enumerate(parents) if task in mine] for task in range(len(parents))]
    return {
        "parents": array("i", [len(mine) for mine in parents]),
        "children_from": array("i", [0, *accumulate(len(mine) for mine in children)]),
        "children": array("i", [child for mine in children for child in mine]),
        "satisfies": array("b", bytes(len(parents))),
    }


def by_phases(kernel: Any, until: int) -> int:
    """Do what `advance` does, without its short ways."""
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
    """Let one thing happen to a pool."""
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
        kernel.notices.alarm(array("b", [3 * (task % 5 == which) for task in range(kernel.count)]))


def life(plan: Plan, speed: str, *, short: bool) -> tuple[list[Any], list[list[Any]]]:
    """Run a pool; give its record, and where notices interrupted it."""
    kernel = make(plan, speed)
    package = SPEEDS[speed]
    told: list[list[Any]] = []

    def heed(now: int) -> None:
        if kernel.notices.waiting:
            notices = kernel.notices
            told.append([now, notices.finished_jobs.copy(), sorted(notices.drained), notices.ended.copy()])
            told.append(sorted(notices.idle_jobs))
            if notices.ended:
                package.job_control.disable(kernel, 0)
            kernel.notices.heeded()

    def run(until: int) -> None:
        while (now := int(kernel.advance(until) if short else by_phases(kernel, until))) < until:
            heed(now)
            kernel.arrive(now)
            kernel.expire(now)
            heed(now)
            kernel.dispatch(now)

    for at, what, which in plan.events:
        run(at)
        told.append([kernel.nodes.tasks_on(node) for node in range(plan.nodes)])
        with_room = [node for node in range(plan.nodes) if kernel.nodes.serving[node] and kernel.nodes.free_slots[node]]
        assert kernel.nodes.room.size == len(with_room)
        kernel.complete(at)
        do(package, kernel, what, which, at)
        heed(at)
        kernel.arrive(at)
        kernel.expire(at)
        heed(at)
        kernel.dispatch(at)
    run(2**61)
    used = slice(len(kernel.attempts))
    columns = [
        np.asarray(getattr(kernel.attempts, name))[used].tolist() for name in ("task", "node", "assigned", "end")
    ]
    counts = [kernel.completed, kernel.running, kernel.active, kernel.now, list(kernel.state), list(kernel.nodes.held)]
    return columns + counts, told


@examples(700)
@given(st.integers(0, 2**32))
@pytest.mark.parametrize("speed", SPEEDS)
def test_short_ways_and_phases_give_the_same(speed: str, seed: int) -> None:
    plan = made_up(seed)
    assert life(plan, speed, short=True) == life(plan, speed, short=False)


@pytest.mark.parametrize("speed", SPEEDS)
def test_work_of_no_length_is_counted_when_slots_change_hands(speed: str) -> None:
    plan = Plan([(0, 0, 0)] * 20, [0, 1], [0, 0], [SHAPES[0]] * 2, 1, 1, pack=False, policy=0, events=[], parents=[])
    kernel = make(plan, speed, max_rounds=10)
    with pytest.raises(BrokenInvariantError, match="more than 10 rounds"):
        kernel.advance(1)


@examples(60)
@given(st.lists(st.tuples(st.integers(1, 60), st.integers(0, 2)), min_size=30, max_size=60))
@pytest.mark.parametrize("speed", SPEEDS)
def test_tasks_of_a_disabled_job_that_would_have_room_count_where_dice_are_thrown(
    speed: str, tasks: list[tuple[int, int]]
) -> None:
    """A pass throws a die for the job to be served where any waiting task has room, be its job served or not."""
    plan = Plan(
        [(0, span, job) for span, job in tasks],
        [0, 1, 2],
        [0, 0, 0],
        [SHAPES[0], SHAPES[1], SHAPES[1]],
        nodes=3,
        slots=3,
        pack=False,
        policy=0,
        events=[(1, "disable", 0), (200, "enable", 0)],
        parents=[],
    )
    assert life(plan, speed, short=True) == life(plan, speed, short=False)
