"""Intervals agree with their textbooks, and hold what they promise."""

import math
from collections.abc import Callable
from statistics import NormalDist
from typing import Final

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from simulator.experiment.estimates import (
    change,
    corrected,
    difference,
    difference_of,
    estimate,
    linearised,
    mean,
    needed_for,
    needed_for_mean,
    probability,
    quantile,
    quantiles,
    ratio,
    share,
    skewed_mean,
)
from simulator.experiment.replications import Replications, with_warnings
from simulator.experiment.stopping import Stopping

Floats = npt.NDArray[np.float64]
Law = Callable[[np.random.Generator, int], Floats]


def test_the_interval_of_a_mean_is_students() -> None:
    values = np.random.default_rng(1).exponential(size=12)
    found = mean(values, 0.9)
    reference = stats.ttest_1samp(values, 0).confidence_interval(0.9)
    assert (found.low, found.high) == pytest.approx((reference.low, reference.high))
    assert found.half_width == pytest.approx((found.high - found.low) / 2)


@pytest.mark.parametrize(("hits", "count"), [(0, 10), (3, 10), (10, 10), (95, 100)])
def test_the_interval_of_a_probability_is_wilsons(hits: int, count: int) -> None:
    found = probability(hits, count)
    reference = stats.binomtest(hits, count).proportion_ci(0.95, method="wilson")
    assert (found.low, found.high) == pytest.approx((reference.low, reference.high))


def test_intervals_hold_the_truth_as_often_as_they_state() -> None:
    """2,000 studies of 10 normal values each."""
    values = np.random.default_rng(5).normal(3, 2, size=(2000, 10))
    hits = sum(found.low <= 3 <= found.high for found in map(mean, values))
    low, high = stats.binom.interval(0.999, 2000, 0.95)
    assert low <= hits <= high


def test_one_value_reports_nothing_about_its_spread() -> None:
    found = mean(np.array([4.0]))
    assert (found.value, found.low, found.high) == (4, -np.inf, np.inf)
    with pytest.raises(ValueError, match="no value"):
        mean(np.array([]))


def test_relative_precision_of_a_constant_and_of_zero() -> None:
    assert mean(np.array([2.0, 2.0])).relative == 0
    assert mean(np.array([-1.0, 1.0])).relative == np.inf


def test_correction_keeps_all_intervals_together() -> None:
    assert corrected(0.95, 1) == 0.95
    assert corrected(0.95, 5) == pytest.approx(0.99)
    assert NormalDist().inv_cdf(corrected(0.95, 5)) > NormalDist().inv_cdf(0.95)


def test_quantiles_of_single_runs() -> None:
    assert quantiles(np.arange(101.0)) == {"p5": 5, "p50": 50, "p95": 95}


@pytest.mark.parametrize("count", [8, 12, 60])
def test_the_bootstrap_of_a_ratio_is_the_textbooks_resample_by_resample(count: int) -> None:
    """Studentised, but never narrower on either side than Student's t of what is linear."""
    random = np.random.default_rng(count)
    bottoms = random.uniform(1, 2, size=count)
    tops = bottoms * random.exponential(size=count)

    def center_and_error(chosen: npt.NDArray[np.int64]) -> tuple[float, float]:
        top, bottom = tops[chosen], bottoms[chosen]
        center = top.sum() / bottom.sum()
        return float(center), float((top - center * bottom).std(ddof=1) / bottom.mean() / count**0.5)

    value, error = center_and_error(np.arange(count))
    steps = [
        (center - value) / own for center, own in map(center_and_error, random.integers(0, count, (20_000, count)))
    ]
    low, high = (value - error * float(np.quantile(steps, side)) for side in (0.975, 0.025))
    plain = stats.t.ppf(0.975, count - 1) * error
    mine = ratio(tops, bottoms)
    width = high - low
    assert mine.low == pytest.approx(min(low, value - plain), abs=0.08 * width)
    assert mine.high == pytest.approx(max(high, value + plain), abs=0.08 * width)


@pytest.mark.parametrize("count", [10, 30])
def test_intervals_of_ratios_and_differences_hold_what_they_promise_with_few_replications(count: int) -> None:
    """Skewed work over skewed billed time, 600 studies: bias corrected percentiles held 88 to 91 %."""
    random = np.random.default_rng(7)
    tops = random.lognormal(0, 0.6, (600, count))
    bottoms = tops + random.lognormal(0, 0.8, (600, count))
    more = tops * random.lognormal(0, 0.3, (600, count))
    waits = random.gamma(0.8, 1, (600, count))
    one, two = (np.exp(shift) / (np.exp(shift) + np.exp(0.32)) for shift in (0.18, 0.225))
    held = np.zeros(3)
    for top, bottom, other, wait in zip(tops, bottoms, more, waits, strict=True):
        made = (
            (ratio(top, bottom), one),
            (difference(top, bottom, other, other + bottom - top), two - one),
            (ratio(wait, np.ones(count)), 0.8),
        )
        held += [found.low <= truth <= found.high for found, truth in made]
    assert (held >= 0.925 * 600).all()
    assert (held <= 0.98 * 600).all()


@pytest.mark.parametrize(("share", "count"), [(0.5, 10), (0.5, 60), (0.95, 30), (0.95, 100), (0.05, 30)])
def test_a_quantile_of_single_runs_lies_between_the_values_as_often_as_promised(share: float, count: int) -> None:
    """Thirty runs bound the p95 from below only; a bootstrap of them held it in three of four studies."""
    values = np.random.default_rng(8).exponential(size=(600, count))
    truth = -math.log(1 - share)
    made = [quantile(study, share) for study in values]
    assert sum(found.low <= truth <= found.high for found in made) >= 0.93 * 600
    assert all(math.isinf(found.high) == (share == 0.95 and count < 59) for found in made)
    assert all(math.isinf(found.low) == (share == 0.05 and count < 59) for found in made)


def test_no_interval_reaches_beyond_what_a_measure_can_be() -> None:
    """One dear run of ten: t alone would have a negative cost, and a share above 1."""
    columns = {"cost": np.array([0.0] * 9 + [50.0]), "utilization.slot": np.array([1.0] * 9 + [0.2])}
    cost, used = estimate("cost", columns), estimate("utilization.slot", columns)
    assert cost is not None
    assert used is not None
    assert mean(columns["cost"]).low < 0 == cost.low
    assert mean(columns["utilization.slot"]).high > 1 == used.high
    assert estimate("cost", {"cost": np.array([3.0])}) == mean(np.array([3.0])), "one value shows nothing, as before"


@pytest.mark.parametrize("count", [4, 30, 2000])
def test_a_ratio_with_equal_bottoms_is_a_mean(count: int) -> None:
    values = np.random.default_rng(3).normal(5, 1, size=count)
    mine, plain = ratio(values, np.ones(count)), mean(values)
    assert mine.value == pytest.approx(plain.value)
    assert (mine.low, mine.high) == pytest.approx((plain.low, plain.high), abs=0.35 * plain.half_width)


def test_a_difference_of_equals_is_nothing_and_pairing_takes_the_common_part_away() -> None:
    random = np.random.default_rng(4)
    common = random.exponential(10, size=40)
    ones = np.ones(40)
    assert difference(common, ones, common, ones).half_width == 0
    shifted = common + random.normal(1, 0.1, size=40)
    found = difference(common, ones, shifted, ones)
    assert found.low < 1 < found.high or abs(found.value - 1) < 0.1
    assert found.half_width < 0.1 * mean(common).half_width


@pytest.mark.parametrize(("share", "count"), [(0.95, 59), (0.5, 5), (0.05, 59), (0.99, 299)])
def test_how_many_values_a_quantile_needs(share: float, count: int) -> None:
    """The first sample size whose largest (smallest) value lies beyond the quantile with probability 95 %."""
    far = max(share, 1 - share)
    assert needed_for(share) == count
    assert 1 - far**count >= 0.95 > 1 - far ** (count - 1)


def test_quantiles_of_very_many_values_come_from_order_statistics() -> None:
    values = np.random.default_rng(5).random(4000)
    found = quantile(values, 0.9)
    assert found.low < 0.9 < found.high
    assert found.half_width == pytest.approx(1.96 * (0.9 * 0.1 / 4000) ** 0.5, rel=0.3)


def test_measures_take_the_interval_that_fits_them() -> None:
    columns = {
        "useful": np.array([0.5, 1.0]),
        "billed_hours": np.array([3.0, 1.0]),
        "cost": np.array([1.0, 3.0]),
        "makespan": np.array([np.nan, np.nan]),
    }
    useful = estimate("useful", columns)
    assert useful is not None
    assert useful.value == pytest.approx((1.5 + 1) / 4), "sums first, then the ratio"
    assert estimate("cost", columns) == skewed_mean(columns["cost"]).within(0, math.inf), "no cost is negative"
    skewed = np.array([1.0] * 19 + [30.0])
    assert estimate("cost", {"cost": skewed}) != mean(skewed), "a skewed sample needs more than Student's t"
    assert estimate("makespan", columns) is None


def lost_time(random: np.random.Generator, count: int) -> Floats:
    """Return lost time as evictions cause it: none in many runs, now and then much."""
    evictions = random.poisson(1.2, count)
    return np.array([random.exponential(1.0, number).sum() for number in evictions])


SKEWED: Final[dict[str, tuple[Law, float]]] = {
    "cost with evictions": (lambda random, count: 5 + random.lognormal(0, 0.75, count), 5 + math.exp(0.75**2 / 2)),
    "lost time": (lost_time, 1.2),
    "mean wait": (lambda random, count: random.gamma(0.5, 1, count), 0.5),
}
"""Laws of measures over runs, and their means."""


def test_a_difference_is_that_of_the_two_estimates() -> None:
    """Of a ratio as of a mean; a replication that lacks either is left out of both."""
    random = np.random.default_rng(8)
    one, two = (
        {
            "useful": random.uniform(0.1, 1, 12),
            "billed_hours": random.exponential(size=12),
            "cost": random.uniform(size=12),
        }
        for _ in range(2)
    )
    for name in ("useful", "cost"):
        found, values = difference_of(name, one, two), [estimate(name, columns) for columns in (one, two)]
        assert found is not None
        assert values[0] is not None
        assert values[1] is not None
        assert found.value == pytest.approx(values[1].value - values[0].value)
        assert found.low < found.value < found.high
    few = [
        {name: np.array(column) for name, column in both.items()}
        for both in (
            {"useful": [0.1, 0.9, 0.2], "billed_hours": [1.0, 2.0, 1.0]},
            {"useful": [0.9, 0.1, 0.8], "billed_hours": [3.0, 1.0, 1.0]},
        )
    ]
    wide = difference_of("useful", few[0], few[1])
    assert wide is not None
    assert (wide.low, wide.high) == (-1, 1), "shares are at most 100 points apart"
    one["useful"][3] = np.nan
    less = [{name: np.delete(column, 3) for name, column in columns.items()} for columns in (one, two)]
    assert difference_of("useful", one, two) == difference_of("useful", less[0], less[1])
    assert difference_of("cost", {"cost": np.full(3, np.nan)}, {"cost": np.ones(3)}) is None


@pytest.mark.parametrize("law", SKEWED)
@pytest.mark.parametrize(("count", "least"), [(10, 0.91), (30, 0.935)])
def test_intervals_of_skewed_means_hold_what_they_promise(law: str, count: int, least: float) -> None:
    """600 studies each; in 2,000 of each law and size Student's t alone held 87 to 94 %."""
    drawn, truth = SKEWED[law]
    random = np.random.default_rng(11)
    found = [skewed_mean(drawn(random, count)) for _ in range(600)]
    share = sum(one.low <= truth <= one.high for one in found) / 600
    noise = 2.6 * math.sqrt(0.05 * 0.95 / 600)
    assert least - noise <= share <= 0.97 + noise


def test_a_skewed_sample_shows_how_many_values_it_needs() -> None:
    random = np.random.default_rng(12)
    even = [needed_for_mean(random.normal(5, 1, 20)) for _ in range(200)]
    assert sum(needed > 20 for needed in even) <= 4, "values that are not skewed are enough"
    rare = [needed_for_mean(random.gamma(0.1, 1, 30)) for _ in range(200)]
    assert sum(needed > 30 for needed in rare) >= 150
    assert needed_for_mean(np.full(10, 3.0)) == 0
    assert needed_for_mean(np.array([1.0, 5.0])) == 0


def test_auto_does_not_stop_before_the_probability_of_the_deadline_is_known() -> None:
    """Spans vary little, and half of the runs are late: the mean is soon known, the probability is not."""
    random = np.random.default_rng(13)
    spans = random.normal(100, 1, 400)

    def columns(count: int) -> dict[str, Floats]:
        return {"makespan": spans[:count], "cost": spans[:count], "tasks.unfinished": np.zeros(count)}

    assert Stopping().is_reached(columns(20))
    asked = Stopping(deadline=100.0)
    assert not asked.is_reached(columns(20))
    assert not asked.is_reached(columns(300))
    assert asked.is_reached(columns(400)), "about 1.96² / 4 / 0.05² = 385"
    assert Stopping(deadline=100.0, points=0.2).is_reached(columns(30))
    assert Stopping().first == 20


def wasteful_runs(random: np.random.Generator, size: int | tuple[int, int]) -> tuple[Floats, Floats]:
    """Return useful and billed hours of runs whose waste is lognormal: now and then a run wastes most of its time."""
    useful = random.gamma(20, 0.5, size)
    return useful, useful + random.lognormal(-0.2, 1.2, size)


@pytest.mark.parametrize(("count", "least"), [(10, 0.91), (30, 0.935)])
def test_the_interval_of_a_share_allows_for_rare_bad_runs(count: int, least: float) -> None:
    """The interval of the plain ratio misses too many, nearly all above the truth."""
    truth = 10 / (10 + math.exp(-0.2 + 1.2**2 / 2))
    random, studies = np.random.default_rng(5), 250
    found = [(share(*pair), ratio(*pair)) for pair in (wasteful_runs(random, count) for _ in range(studies))]
    assert all(one.low <= plain.low and plain.high <= one.high for one, plain in found), "it holds whatever that holds"
    further = sum(one.low < plain.low for one, plain in found)
    assert further > studies / 3, "where rare bad runs would lie; hits of 250 studies alone may tie"
    held = sum(one.low <= truth <= one.high for one, _ in found) / studies
    assert held >= least - 2.6 * math.sqrt(0.05 * 0.95 / studies)


def test_a_share_states_how_many_runs_it_needs_by_what_its_interval_rests_on() -> None:
    """Long runs count for more in a share, so that its values alone are skewed otherwise than what is estimated."""
    useful, billed = wasteful_runs(np.random.default_rng(9), 30)
    even = {name: np.zeros(30) for name in ("steady.load", "tasks.unfinished", "tasks.planned")}
    values = {**even, "tasks.submitted": np.full(30, 100.0), "useful": useful / billed, "billed_hours": billed}
    made = with_warnings(Replications(values, 30, reached=True, precision=None, shown=("useful",)), reached=True)
    needed = needed_for_mean(linearised("useful", values))
    assert needed > 30
    (warning,) = made.warnings
    assert f"useful share of billed time (about {needed}) would do" in warning
    assert needed != needed_for_mean(values["useful"])


def test_the_mirror_of_a_share_has_the_mirror_of_its_interval() -> None:
    """What is useful of what is billed, and what is wasted of it."""
    useful, billed = wasteful_runs(np.random.default_rng(6), 20)
    one, other = share(useful, billed), share(billed - useful, billed)
    assert (one.low, one.high) == pytest.approx((1 - other.high, 1 - other.low))


def test_values_that_are_not_skewed_have_the_interval_of_a_ratio() -> None:
    weights = np.full(30, 10.0)
    tops = np.array([0.3, 0.5, 0.7] * 10) * weights
    assert share(tops, weights).low == pytest.approx(ratio(tops, weights).low)


def test_one_value_far_out_takes_no_end_of_an_interval_thousands_of_times_away() -> None:
    """A third of the resamples of eight values lack it; and a higher level is never narrower."""
    values = np.array([1.0, 1.01, 0.99, 1.002, 0.998, 1.004, 0.996, 9.0])
    levels = (0.9, 0.95, 0.99, corrected(0.95, 25), 0.9999)
    found, plain = ([of(values, level) for level in levels] for of in (skewed_mean, mean))
    assert [one.high > other.high for one, other in zip(found, plain, strict=True)] == [True] * len(levels)
    assert all(
        one.high - one.value <= 4 * other.half_width * (1 + 1e-9) for one, other in zip(found, plain, strict=True)
    )
    assert [one.low for one in found] == [one.low for one in plain]
    assert [one.half_width for one in found] == sorted(one.half_width for one in found)


def test_a_change_is_the_ratio_of_the_means_less_one() -> None:
    """Pairs that lack either are left out; where all differ by the same share, nothing is left to chance."""
    random = np.random.default_rng(3)
    one = np.append(random.exponential(size=20), [np.nan, 0.0])
    two = np.append(one[:20] * 1.3, [5.0, 0.0])
    found = change(one, two)
    assert found is not None
    assert (found.value, found.low, found.high, found.count) == pytest.approx((0.3, 0.3, 0.3, 21))
    rare = np.where(np.arange(20) == 7, 4.0, 0.0)
    wide = change(rare, np.where(np.arange(20) == 7, 3.0, 0.5))
    assert wide is not None
    assert wide.value == pytest.approx(12.5 / 4 - 1)
    assert -1 <= wide.low < wide.value < wide.high < math.inf, "resamples without the one are left out"
    assert change(np.zeros(5), np.ones(5)) is None
    assert change(np.ones(1), np.ones(1)) is None
