"""What the fast path settles comes to the same as the phases of the service model, one after the other."""

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.errors import BrokenInvariantError
from simulator.states import TaskState
from tests.examples import examples
from tests.kernel.operated_pools import SHAPES, Plan, by_fast_path, by_phases, make, run_pool
from tests.kernel.speeds import ASSERTED, KERNELS, SPEEDS
from tests.replay import OPERATED, replay


@examples(700)
@given(st.integers(0, 2**32))
@pytest.mark.parametrize("speed", SPEEDS)
def test_fast_path_and_phases_give_the_same(speed: str, seed: int) -> None:
    found = replay(OPERATED, seed, speed)
    assert not found.problems, found


@examples(60)
@given(st.integers(0, 2**32))
def test_an_instant_is_settled_alone_or_left_as_it_was(seed: int) -> None:
    """The contract of the fast path and the invariants of the pool are asserted at each step."""
    found = replay(OPERATED, seed, ASSERTED)
    assert not found.problems, found


@pytest.mark.parametrize("speed", SPEEDS)
def test_work_of_no_length_is_counted_when_slots_change_hands(speed: str) -> None:
    plan = Plan([(0, 0, 0)] * 20, [0, 1], [0, 0], [SHAPES[0]] * 2, 1, 1, pack=False, policy=0, events=[], parents=[])
    kernel = make(plan, speed, max_rounds=10)
    with pytest.raises(BrokenInvariantError, match="more than 10 rounds"):
        kernel.advance(1)


@examples(60)
@given(st.lists(st.tuples(st.integers(1, 60), st.integers(0, 2)), min_size=30, max_size=60))
@pytest.mark.parametrize("speed", SPEEDS)
def test_tasks_of_a_disabled_job_that_would_have_room_count_where_a_job_is_drawn(
    speed: str, tasks: list[tuple[int, int]]
) -> None:
    """A pass draws the job to be served where any waiting task has room, be its job served or not."""
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
    assert run_pool(plan, speed, by=by_fast_path) == run_pool(plan, speed, by=by_phases)


# ---- contracts ------------------------------------------------------------------------------------------------------


def busy(kind: int = 0, *, spread: int = 1) -> Any:
    """Return a pool with a queue, so that each end hands its slots on, and contracts asserted."""
    plan = Plan(
        [(0, 3 + spread * at, 0) for at in range(12)],
        [0, 1],
        [0, 0],
        [SHAPES[kind]] * 2,
        nodes=2,
        slots=2,
        pack=False,
        policy=0,
        events=[],
        parents=[],
    )
    return make(plan, ASSERTED)


def draws_and_declines(_: Any, pool: Any) -> bool:
    """Leave the instant to the phases, after a draw."""
    pool.random.draw(2)
    return False


def forgets_the_slots(_: Any, pool: Any, __: int) -> None:
    """Leave the slots of a task that has ended empty while others wait."""
    done = pool.calendar.top & pool.mask
    pool.calendar.pop()
    pool.mark_completed(done, failed=False)
    pool.release(done)


def counts_a_task_twice(_: Any, pool: Any, now: int) -> None:
    ends_one(pool.fast_path, pool, now)
    pool.completed += 1


def starts_in_the_past(_: Any, pool: Any, now: int) -> None:
    ends_one(pool.fast_path, pool, now - 50)


ends_one = KERNELS[ASSERTED].fast_path.FastPath._end_one


@pytest.mark.parametrize(
    ("method", "broken", "spread", "message"),
    [
        ("_are_alike", draws_and_declines, 0, "reports nothing at 0 ms and has changed random stream"),
        ("_end_one", forgets_the_slots, 1, "waits, and there is room for it on"),
        ("_end_one", counts_a_task_twice, 1, "tasks have completed, not"),
        ("_end_one", starts_in_the_past, 1, "lies before"),
    ],
)
def test_a_fast_path_that_breaks_its_contract_is_found_at_once(
    monkeypatch: pytest.MonkeyPatch, method: str, broken: Callable[..., Any], spread: int, message: str
) -> None:
    pool = busy(spread=spread)
    monkeypatch.setattr(KERNELS[ASSERTED].fast_path.FastPath, method, broken)
    with pytest.raises(BrokenInvariantError, match=message):
        pool.advance(2**61)


def test_what_is_deleted_leaves_the_books_balanced() -> None:
    """Of tasks that have completed, run and wait: the audit at each step counts them as the pool does."""
    kernel = busy()
    kernel.advance(8)
    completed, running, waiting = (
        [task for task, state in enumerate(kernel.state) if state == wanted]
        for wanted in (TaskState.COMPLETED, TaskState.RUNNING, TaskState.ACTIVE)
    )
    for task in (completed[0], running[0], waiting[-1]):
        KERNELS[ASSERTED].job_control.delete(kernel, task, 8, failed=False)
    kernel.dispatch(8)
    kernel.advance(2**61)
    assert kernel.completed == kernel.count - 3


def test_room_that_is_taken_twice_is_found_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    nodes = KERNELS[ASSERTED].Nodes
    take = nodes.take

    def take_one_slot(self: Any, node: int, shape: int, task: int) -> Any:
        cell = take(self, node, shape, task)
        self.free_slots[node] += self.needed_slots[shape] - 1
        return cell

    monkeypatch.setattr(nodes, "take", take_one_slot)
    with pytest.raises(BrokenInvariantError, match="slots are free, not"):
        busy(kind=1).advance(2**61)


PLANTED = """
from array import array
from simulator.kernel import Kernel, Shape, Tasks
from simulator.kernel.fast_path import FastPath

zeros = array("i", bytes(4 * 9))
tasks = Tasks(array("q", bytes(8 * 9)), array("q", [5] * 9), zeros, zeros, zeros, [(0, 0)])
kernel = Kernel(tasks, [Shape(1, 0, 0)], [0], slots=2, cores=1, memory=1)
kernel.in_service(0)
FastPath._are_alike = lambda fast_path, pool: pool.random.draw(2) < 0
kernel.advance(2**61)
"""


@pytest.mark.parametrize("asserted", ["1", ""])
def test_an_environment_variable_asks_for_the_contract(asserted: str) -> None:
    environment = {**os.environ, "POOLSIGHT_KERNEL": "python", "POOLSIGHT_ASSERT": asserted}
    command = [sys.executable, "-c", PLANTED]
    found = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
    is_found = "the fast path reports nothing at 0 ms and has changed random stream" in found.stderr
    assert is_found == (asserted == "1"), found.stderr
