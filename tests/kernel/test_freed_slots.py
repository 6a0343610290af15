"""What one end frees goes to the tasks that wait, of whatever shape, as a naive search would place them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from tests.kernel.oracle import NaivePool, NodePlan, PoolPlan, TaskPlan
from tests.kernel.oracle_pools import CORES, MEMORY, run_kernel
from tests.kernel.speeds import SPEEDS
from tests.replay import CROWDED, replay


@examples(300)
@given(st.integers(0, 2**32))
@pytest.mark.parametrize("speed", SPEEDS)
def test_the_first_that_fit_take_over_what_one_end_frees(speed: str, seed: int) -> None:
    found = replay(CROWDED, seed, speed)
    assert not found.problems, found


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
    nodes.release(2 * 7, 0)
    for node in range(31):
        nodes.log_freed(20 + node % 9)
    nodes.log_freed(30)
    nodes.forget_last_freed()
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
