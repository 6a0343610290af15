"""Cores that more tasks share than there are: processor sharing, by what theory says and story by story."""

from array import array
from typing import Any

import numpy as np
import pytest

from simulator.states import Outcome
from tests.kernel.speeds import SPEEDS

both = pytest.mark.parametrize("speed", SPEEDS)
FOREVER = 2**61


def node(speed: str, work: list[int], cores: list[int], *, submit: list[int] | None = None, **rules: Any) -> Any:
    """Make a pool of one node with a vCPU and 64 slots, where each task asks for cores in thousandths."""
    package, count = SPEEDS[speed], len(work)
    kinds = sorted(set(cores))
    zeros = array("q", bytes(8 * count))
    tasks = package.Tasks(
        submit=array("q", submit or [0] * count),
        span=array("q", work),
        queue=array("i", [kinds.index(one) for one in cores]),
        max_retries=array("i", bytes(4 * count)),
        failures=array("i", bytes(4 * count)),
        queues=[(0, shape) for shape in range(len(kinds))],
    )
    columns = {"latency": zeros, "setup_ms": zeros} | rules
    kernel = package.Kernel(
        tasks,
        [package.Shape(1, one, 0) for one in kinds],
        [0],
        slots=64,
        cores=1000,
        memory=1000,
        rules=package.Rules(share_cores=True, **columns),
    )
    kernel.in_service(0)
    return kernel


def ends(kernel: Any) -> list[int]:
    kernel.advance(FOREVER)
    return list(kernel.attempts.end[: len(kernel.attempts)])


@both
@pytest.mark.parametrize("count", [1, 2, 3, 7, 16, 17, 50])
def test_equal_tasks_take_as_many_times_as_long_as_there_are(speed: str, count: int) -> None:
    kernel = node(speed, [60_000] * count, [1000] * count)
    assert ends(kernel) == [60_000 * count] * count
    assert kernel.completed == count


@both
def test_work_left_is_timed_anew_when_a_task_comes_or_goes(speed: str) -> None:
    """The first runs alone for 10 s, at half speed until the second ends, then alone again."""
    assert ends(node(speed, [30_000, 10_000], [1000, 1000], submit=[0, 10_000])) == [40_000, 30_000]


@both
def test_nothing_is_slowed_while_there_are_cores_enough(speed: str) -> None:
    assert ends(node(speed, [5_000, 7_000, 9_000], [500, 250, 250])) == [5_000, 7_000, 9_000]
    assert ends(node(speed, [5_000] * 64, [0] * 64)) == [5_000] * 64  # by default each has its slots' share


@both
def test_one_task_may_ask_for_more_than_the_node_has(speed: str) -> None:
    assert ends(node(speed, [5_000], [2_500])) == [12_500]


@both
def test_ends_are_rounded_up_never_down(speed: str) -> None:
    assert ends(node(speed, [1], [1_001])) == [2]
    assert ends(node(speed, [0, 0], [1_000, 1_000])) == [0, 0]


@both
def test_a_limit_of_time_holds_on_the_clock_whatever_slows_the_task(speed: str) -> None:
    limits: dict[str, Any] = {"limit": array("q", [15_000, 2**62])}
    kernel = node(speed, [10_000, 10_000], [1000, 1000], **limits)
    assert ends(kernel) == [15_000, 17_500]
    assert list(kernel.attempts.outcome[:2]) == [Outcome.EXPIRED, Outcome.SUCCEEDED]


@both
def test_a_limit_that_is_met_to_the_millisecond_is_met(speed: str) -> None:
    kernel = node(speed, [10_000, 10_000], [1000, 1000], limit=array("q", [20_000, 19_999]))
    assert ends(kernel) == [20_000, 19_999]
    assert list(kernel.attempts.outcome[:2]) == [Outcome.SUCCEEDED, Outcome.EXPIRED]


@both
def test_what_comes_before_the_process_is_neither_slowed_nor_slows(speed: str) -> None:
    """Two tasks with 4 s of dispatch and launch; the second comes when the first has begun and is done before it."""
    lead = array("q", [4_000, 4_000])
    kernel = node(
        speed, [14_000, 9_000], [1000, 1000], submit=[0, 6_000], latency=array("q", [1_000] * 2), setup_ms=lead
    )
    # Alone from 4 to 10 s, together at half speed: the first has 4 s left and ends at 18 s, the second 1 s then.
    assert ends(kernel) == [18_000, 19_000]


@both
def test_checkpoints_count_work_done_not_time(speed: str) -> None:
    """After 20 s at half speed 10 s are done, and two checkpoints written: the next attempt needs 30 s less 8."""
    columns: dict[str, Any] = {
        "checkpoint_interval_ms": array("q", [4_000, 0]),
        "checkpoint_cost_ms": array("q", [0, 0]),
        "restart_cost_ms": array("q", [1_000, 0]),
        "demand": array("q", [30_000, 100_000]),
    }
    kernel = node(speed, [30_000, 100_000], [1000, 1000], **columns)
    kernel.advance(20_000)
    kernel.complete(20_000)
    kernel.stop(0, 20_000, int(Outcome.PREEMPTED))
    kernel.out_of_service(0, 20_000, int(Outcome.PREEMPTED))
    kernel.in_service(0)
    kernel.dispatch(20_000)
    kernel.advance(FOREVER)
    rows = [row for row in range(len(kernel.attempts)) if kernel.attempts.task[row] == 0]
    assert [kernel.attempts.end[row] for row in rows] == [20_000, 20_000 + 2 * 23_000]
    assert kernel.work.kept == {0: (8_000, 16_000)}, "of its 20 s in proportion: 8 of 10"


@both
def test_what_is_kept_of_years_is_reported_to_the_millisecond(speed: str) -> None:
    """Three years at a third of the speed; the product of two such times does not fit into 64 bits."""
    day = 86_400_000
    columns: dict[str, Any] = {
        "checkpoint_interval_ms": array("q", [day, 0]),
        "checkpoint_cost_ms": array("q", [0, 0]),
        "restart_cost_ms": array("q", [0, 0]),
        "demand": array("q", [9_999 * day, 9_999 * day]),
    }
    kernel = node(speed, [9_999 * day] * 2, [1000, 2000], **columns)
    kernel.advance(1_096 * day)
    kernel.stop(0, 1_096 * day, int(Outcome.REQUEUED))
    assert kernel.work.kept == {0: (365 * day, 1_095 * day)}


@both
def test_cores_at_work_are_never_more_than_there_are(speed: str) -> None:
    package = SPEEDS[speed]
    kernel = node(speed, [10_000] * 5, [400] * 5, submit=[0, 0, 1_000, 1_000, 1_000])
    kernel.advance(1_000)
    assert package.used_cores(kernel) == 800
    kernel.advance(2_000)
    assert package.used_cores(kernel) == 1_000
    kernel.advance(FOREVER)
    assert package.used_cores(kernel) == 0


def test_mean_response_is_that_of_processor_sharing() -> None:
    """M/M/1-PS: E[T] = 1/(mu − lambda), and E[T | work x] = x/(1 − rho), whatever the law of the work."""
    stream = np.random.default_rng(2)
    count, rho, mean = 60_000, 0.6, 10_000.0
    for work in (stream.exponential(mean, count), stream.choice([2_000.0, 34_000.0], count, p=[0.75, 0.25])):
        submit = np.cumsum(stream.exponential(mean / rho, count)).astype(np.int64)
        kernel = node(
            "compiled" if "compiled" in SPEEDS else "python",
            [max(round(one), 1) for one in work],
            [1000] * count,
            submit=submit.tolist(),
        )
        response = np.array(ends(kernel)) - submit
        batches = response.reshape(40, -1).mean(axis=1)
        interval = 3.56 * batches.std(ddof=1) / np.sqrt(len(batches))  # 99.9 % of Student's t with 39 degrees
        assert abs(batches.mean() - mean / (1 - rho)) < interval
        assert interval < 0.1 * mean / (1 - rho)
        long = work > 1.5 * mean
        assert response[long].mean() / work[long].mean() == pytest.approx(1 / (1 - rho), rel=0.05)
