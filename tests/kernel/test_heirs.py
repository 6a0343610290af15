"""What one end frees goes to those who wait, of whatever shape, as a naive search would give it away."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from tests.kernel.oracle import NaivePool, NodePlan, PoolPlan, TaskPlan
from tests.kernel.speeds import SPEEDS
from tests.kernel.test_oracle import run_kernel

CORES, MEMORY = 4000, 1000


def crowded(seed: int) -> PoolPlan:
    """Draw a pool of one job, or two of different priority, with a queue of many shapes whose ends seldom coincide."""
    stream = np.random.default_rng(seed)
    slots = int(stream.integers(1, 5))
    kinds = [
        (
            int(stream.integers(1, slots + 1)),
            int(stream.choice([0, 500, 1000, 1010, 3990, 4000])),
            int(stream.choice([0, 200, 250, 251, 500, 990, 1000])),
        )
        for _ in range(int(stream.integers(2, 12)))
    ]
    jobs = int(stream.integers(1, 3))
    leisure = int(stream.choice([0, 100, 900]))
    tasks = []
    for submit in np.cumsum(stream.integers(0, leisure + 1, int(stream.integers(5, 40)))).tolist():
        wanted, cores, memory = kinds[int(stream.integers(0, len(kinds)))]
        tasks.append(
            TaskPlan(
                submit=submit,
                demand=int(stream.integers(1, 1000)),
                job=int(stream.integers(0, jobs)),
                slots=wanted,
                cores=cores,
                memory=memory,
            )
        )
    nodes = int(stream.integers(1, 4))
    losses = stream.integers(1, 3000, (nodes, 4)) if stream.random() < 0.4 else np.empty((nodes, 0), int)
    return PoolPlan(
        slots=slots,
        cores=CORES,
        memory=MEMORY,
        pack=bool(stream.integers(0, 2)),
        priorities=list(range(jobs)),
        job_policy="uniform",
        seed=seed,
        tasks=tasks,
        nodes=[NodePlan([0, *sorted(set(mine.tolist()))]) for mine in losses],
    )


@examples(300)
@given(st.integers(0, 2**32))
@pytest.mark.parametrize("speed", SPEEDS)
def test_the_first_that_fit_take_over_what_one_end_frees(speed: str, seed: int) -> None:
    plan = crowded(seed)
    assert run_kernel(plan, speed) == NaivePool(plan).run()


@pytest.mark.parametrize("speed", SPEEDS)
def test_a_forgotten_entry_leaves_the_log_as_it_was(speed: str) -> None:
    """Whoever has not seen the oldest entries, one of which was written over, searches the whole pool."""
    package = SPEEDS[speed]
    nodes = package.Nodes(slots=2, cores=2000, memory=100, pack=False, shapes=[package.Shape(1, 0, 100)])
    for node in range(40):
        nodes.reserve(node + 1)
        nodes.open(node)
        nodes.take(node, 0, node)
    assert nodes.find(0) == -1
    nodes.give(2 * 7, 0)
    for node in range(31):
        nodes.release(20 + node % 9)
    nodes.release(30)
    nodes.take_back()
    assert nodes.last_freed == 20 + 30 % 9
    assert nodes.find(0) == 7


@pytest.mark.parametrize("speed", SPEEDS)
def test_of_four_ends_at_an_instant_the_first_has_freed_the_most(speed: str) -> None:
    """One slot is free all the while, but no memory beside it: those who wait are shut and look at what is freed."""
    whole = [TaskPlan(0, 10, slots=2)]
    short = [TaskPlan(0, 10) for _ in range(3)]
    long = [TaskPlan(0, 100, memory=MEMORY), *(TaskPlan(0, 100) for _ in range(3))]
    waiting = [TaskPlan(0, 50, slots=2, memory=600), TaskPlan(0, 50, memory=1)]
    plan = PoolPlan(
        slots=2,
        cores=CORES,
        memory=MEMORY,
        pack=False,
        priorities=[0],
        job_policy="uniform",
        seed=0,
        tasks=[*whole, *short, *long, *waiting],
        nodes=[NodePlan([0]) for _ in range(5)],
    )
    record = run_kernel(plan, speed)
    assert record == NaivePool(plan).run()
    assert (8, 0, 10, 60, "succeeded") in record
