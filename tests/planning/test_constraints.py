"""What a plan may ask for, and how runs are held against it."""

import numpy as np
import pytest

from simulator.errors import InputError
from simulator.planning.constraints import NEARLY_ALL_DONE, Verdict, parse
from simulator.planning.runs import Columns


def columns(makespan: list[float], unfinished: list[float] | None = None) -> Columns:
    left = [0.0] * len(makespan) if unfinished is None else unfinished
    return Columns({"makespan": np.array(makespan), "unfinished": np.array(left)})


def test_a_chance_constraint_counts_the_runs_that_keep_it() -> None:
    wanted = parse("P(makespan <= 4h) >= 0.9")
    found = wanted.check(columns([3 * 3600.0] * 9 + [5 * 3600.0]))
    assert (wanted.limit, wanted.level, wanted.unit) == (14_400, 0.9, "share")
    assert found.estimate is not None
    assert found.estimate.value == 0.9
    assert found.is_met
    assert found.verdict is Verdict.OPEN, "ten runs cannot settle it"


def test_a_run_that_leaves_work_undone_keeps_no_deadline() -> None:
    found = parse("P(makespan <= 4h) >= 90 %").check(columns([60.0, 60.0], [0, 3]))
    assert found.estimate is not None
    assert found.estimate.value == 0.5
    assert found.shortfall == pytest.approx(0.4 / 0.9)


def test_a_limit_on_a_mean() -> None:
    runs = columns([100.0, 110.0, 90.0])
    assert parse("makespan <= 10m").check(runs).verdict is Verdict.KEPT
    assert parse("makespan ≥ 10m").check(runs).verdict is Verdict.BROKEN
    assert parse("makespan <= 105s").check(runs).verdict is Verdict.OPEN
    assert parse("makespan <= 80s").check(runs).shortfall == pytest.approx(0.25)


def test_designs_that_fail_in_every_run_are_distinguished_by_what_they_reach() -> None:
    wanted = parse("P(makespan <= 100s) >= 0.9")
    near, far = (wanted.check(columns([factor * 10.0 * k for k in range(11, 21)])) for factor in (1, 3))
    assert near.shortfall == far.shortfall == 1
    assert near.reach == 190
    assert near.distance == pytest.approx(0.9)
    assert far.distance > near.distance


def test_a_mean_of_makespans_of_which_one_has_no_end_keeps_no_limit() -> None:
    """The run that left three tasks looks quick: it is only the end of what it did."""
    found = parse("makespan <= 1h").check(columns([600.0, 600.0, 60.0], [0, 0, 3]))
    assert found.estimate is None
    assert not found.is_met
    assert found.verdict is Verdict.BROKEN


def test_under_a_horizon_a_hundredth_of_the_tasks_may_be_under_way_at_the_end() -> None:
    def runs(left: float) -> Columns:
        values = {"unfinished": np.array([left] * 20), "tasks.planned": np.array([400.0] * 20)}
        return Columns(values)

    assert NEARLY_ALL_DONE.check(runs(4)).is_met
    behind = NEARLY_ALL_DONE.check(runs(100))
    assert not behind.is_met
    assert (behind.reach, behind.constraint.reach_unit) == (0.25, "share")


def test_a_measure_that_no_run_has_keeps_nothing() -> None:
    found = parse("makespan <= 1h").check(columns([np.nan, np.nan]))
    assert not found.is_met
    assert found.verdict is Verdict.BROKEN


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("cheap please", "expected e.g."),
        ("P(makespan <= 4h)", "expected"),
        ("makespan <= 4", "has no unit"),
        ("P(makespan <= 4h) >= 95", "expected a probability"),
        ("P(makespan <= 4h) >= much", "expected a number"),
        ("cost <= nan", "finite"),
        ("makspan <= 4h", "did you mean 'makespan'"),
    ],
)
def test_what_cannot_be_read_is_stated(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse(text)
