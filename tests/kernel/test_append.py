"""Tasks that come to a kernel while it runs: the same record as if all had been there from the beginning."""

from array import array
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from tests.kernel.oracle_pools import mixed, run_kernel
from tests.kernel.speeds import ASSERTED, KERNELS, SPEEDS

CUTS = st.lists(st.integers(1, 14), max_size=6)


@examples(150)
@given(st.integers(0, 2**32), CUTS)
@pytest.mark.parametrize("speed", SPEEDS)
def test_any_split_of_the_tasks_gives_the_same_record(speed: str, seed: int, cuts: list[int]) -> None:
    """Whatever is new in a piece: jobs, priorities, shapes, limits, retries, parents that have completed already."""
    plan = mixed(seed)
    assert run_kernel(plan, speed, cuts) == run_kernel(plan, speed)


@examples(40)
@given(st.integers(0, 2**32), CUTS)
def test_nothing_is_lost_or_oversubscribed_when_tasks_come_late(seed: int, cuts: list[int]) -> None:
    plan = mixed(seed)
    assert run_kernel(plan, ASSERTED, cuts) == run_kernel(plan, ASSERTED)


def kernel_of(package: Any, spans: list[int], **rest: Any) -> Any:
    return package.Kernel(
        tasks_of(package, spans), [package.Shape(1, 0, 0)], [0], slots=1, cores=1000, memory=100, **rest
    )


def tasks_of(package: Any, spans: list[int], submit: int = 0, **rest: Any) -> Any:
    count = len(spans)
    given: dict[str, Any] = {
        "submit": array("q", [submit] * count),
        "span": array("q", spans),
        "queue": array("i", [0] * count),
        "max_retries": array("i", [0] * count),
        "failures": array("i", [0] * count),
        "queues": [] if submit else [(0, 0)],
    }
    return package.Tasks(**(given | rest))


@pytest.mark.parametrize("speed", SPEEDS)
def test_a_pool_that_began_without_tasks_runs_what_comes(speed: str) -> None:
    package = KERNELS[speed]
    empty = package.Tasks(array("q"), array("q"), array("i"), array("i"), array("i"), [])
    kernel = package.Kernel(empty, [], [], slots=1, cores=1000, memory=100)
    kernel.in_service(0)
    assert kernel.advance(10) == 10
    kernel.append(tasks_of(package, [5, 5], submit=10, queues=[(0, 0)]), [package.Shape(1, 0, 0)], [0])
    assert kernel.advance(100) == 100
    assert list(kernel.attempts.end[:2]) == [15, 20]


@pytest.mark.parametrize("speed", SPEEDS)
def test_ends_that_are_planned_survive_a_growth_of_the_pool(speed: str) -> None:
    """The calendar's keys hold the number of the task: they are written anew where it needs more bits."""
    package = KERNELS[speed]
    kernel = kernel_of(package, [50, 60, 70])
    for node in range(3):
        kernel.in_service(node)
    kernel.advance(10)
    kernel.append(tasks_of(package, [1] * 1000, submit=10))
    kernel.advance(10_000)
    assert list(kernel.attempts.end[:3]) == [50, 60, 70]
    assert kernel.completed == 1003


@pytest.mark.parametrize("speed", SPEEDS)
def test_cores_that_matter_from_now_on_are_those_that_running_tasks_take(speed: str) -> None:
    package = KERNELS[speed]
    one = package.Shape(1, 400, 0)
    kernel = package.Kernel(tasks_of(package, [50, 50]), [one], [0], slots=2, cores=1000, memory=100)
    kernel.in_service(0)
    kernel.advance(10)
    wide = tasks_of(package, [5], submit=10, queue=array("i", [1]), queues=[(0, 1)])
    kernel.append(wide, [package.Shape(1, 700, 0)])
    kernel.advance(1000)
    assert kernel.attempts.assigned[2] == 50, "700 of 1000 thousandths fit beside neither"


@pytest.mark.parametrize("speed", SPEEDS)
def test_a_task_whose_parent_has_completed_before_does_not_wait(speed: str) -> None:
    package = KERNELS[speed]
    kernel = kernel_of(package, [5])
    kernel.in_service(0)
    kernel.advance(10)
    kernel.append(tasks_of(package, [5], submit=10, parents=array("i", [1]), later_children=[(0, 1)]))
    kernel.advance(100)
    assert kernel.attempts.assigned[1] == 10
