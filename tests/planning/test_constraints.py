"""What a plan may ask for, and how runs are held against it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.errors import InputError
from simulator.experiment.estimates import estimate
from simulator.planning.constraints import NEARLY_ALL_DONE, Tolerance, Verdict, parse
from simulator.planning.looks import Looks
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


def kept_in(share: float, count: int) -> Columns:
    """Return runs of which a share ends within an hour."""
    hits = round(share * count)
    return columns([3000.0] * hits + [4000.0] * (count - hits))


def test_a_miss_within_the_tolerance_is_a_verdict_of_its_own() -> None:
    wanted, tolerance = parse("P(makespan <= 1h) >= 0.95"), Tolerance(probability=0.01)
    assert wanted.check(kept_in(0.955, 4000), tolerance=tolerance).verdict is Verdict.WITHIN
    assert wanted.check(kept_in(0.955, 4000)).verdict is Verdict.OPEN
    assert wanted.check(kept_in(0.93, 4000), tolerance=tolerance).verdict is Verdict.BROKEN
    assert wanted.check(kept_in(0.97, 4000), tolerance=tolerance).verdict is Verdict.KEPT


@pytest.mark.parametrize("share", [0.943, 0.947, 0.952])
def test_so_many_further_runs_as_are_named_settle_what_is_open(share: float) -> None:
    """If they come out as those before; some fewer do not."""
    wanted, tolerance = parse("P(makespan <= 1h) >= 0.95"), Tolerance(probability=0.01)
    found = wanted.check(kept_in(share, 1000), tolerance=tolerance)
    assert found.verdict is Verdict.OPEN
    assert found.further_runs is not None
    enough = 1000 + found.further_runs
    assert wanted.check(kept_in(share, round(1.5 * enough)), tolerance=tolerance).verdict is not Verdict.OPEN
    assert wanted.check(kept_in(share, round(0.5 * enough)), tolerance=tolerance).verdict is Verdict.OPEN


def test_what_an_earlier_look_excluded_stays_so() -> None:
    wanted = parse("P(makespan <= 1h) >= 0.95")
    early, late = wanted.check(kept_in(0.99, 1000)), wanted.check(kept_in(0.975, 1100))
    assert late.estimate is not None
    assert early.estimate is not None
    both = late.narrowed(early).estimate
    assert both is not None
    assert (both.low, both.high) == (early.estimate.low, late.estimate.high)
    apart = wanted.check(kept_in(0.5, 2000))
    assert apart.narrowed(early) == apart, "what contradicts the newest runs is dropped"


@given(
    first=st.integers(1, 50),
    times=st.integers(1, 2000),
    confidence=st.floats(0.5, 0.999),
    verdicts=st.integers(1, 500),
)
def test_all_looks_together_err_no_more_often_than_the_confidence_allows(
    first: int, times: int, confidence: float, verdicts: int
) -> None:
    looks = Looks(first, first * times, confidence, verdicts)
    counts = looks.counts
    assert counts[0] == first
    assert counts[-1] == looks.cap
    assert [looks.after(one) for one in counts] == [*counts[1:], looks.cap]
    tails = [(1 - looks.level(one)) / 2 for one in counts]
    assert min(tails) > 0
    assert sum(tails) * verdicts == pytest.approx(1 - confidence, rel=1e-6)


def test_a_deadline_with_at_least_95_per_cent_states_that_all_is_to_be_done() -> None:
    assert parse("P(makespan <= 1h) >= 0.95").implies_all_done
    assert not parse("P(makespan <= 1h) >= 0.9").implies_all_done
    assert not parse("makespan <= 1h").implies_all_done


def test_a_ratio_is_the_same_number_in_a_plan_and_in_a_run() -> None:
    """Of what all runs have together; a long run counts for more than a short one."""
    values = {"useful": np.array([0.5, 0.9, 0.8, np.nan]), "billed_hours": np.array([10.0, 1.0, 4.0, 0.0])}
    columns, known = Columns({**values, "unfinished": np.zeros(4)}), estimate("useful", values)
    assert known is not None
    checked = parse("useful >= 0.55").check(columns).estimate
    assert checked is not None
    assert checked.value == pytest.approx(known.value) == pytest.approx((5 + 0.9 + 3.2) / 15)
    assert columns.estimate("useful") == known
    assert (checked.low, checked.high) == pytest.approx((known.low, known.high)), "three runs: Student's t both times"
