"""Intervals agree with their textbooks, and hold what they promise."""

import math
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from scipy import stats

from simulator.experiment.estimates import (
    Floats,
    corrected,
    difference,
    estimate,
    expanded,
    mean,
    needed_for,
    probability,
    quantile,
    quantiles,
    ratio,
)


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


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """2 000 studies of 10 exponential values each; skewed, so t falls a little short of 95 %."""
    values = np.random.default_rng(5).normal(3, 2, size=(2000, 10))
    hits = sum(found.low <= 3 <= found.high for found in map(mean, values))
    low, high = stats.binom.interval(0.999, 2000, 0.95)
    assert low <= hits <= high


def test_one_value_tells_nothing_about_its_spread() -> None:
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
def test_bootstrap_intervals_of_ratios_and_quantiles_agree_with_the_library(count: int) -> None:
    random = np.random.default_rng(count)
    bottoms = random.uniform(1, 2, size=count)
    tops = bottoms * random.exponential(size=count)
    luck: dict[str, Any] = {"n_resamples": 20_000, "rng": np.random.default_rng(1), "method": "BCa"}
    level = expanded(0.95, count)
    made = stats.bootstrap((tops, bottoms), _ratio, paired=True, vectorized=True, confidence_level=level, **luck)
    theirs = made.confidence_interval
    mine = ratio(tops, bottoms)
    width = theirs.high - theirs.low
    assert (mine.low, mine.high) == pytest.approx((theirs.low, theirs.high), abs=0.08 * width)
    theirs = stats.bootstrap((tops,), _median, vectorized=True, **luck).confidence_interval
    mine = quantile(tops, 0.5)
    width = theirs.high - theirs.low
    assert (mine.low, mine.high) == pytest.approx((theirs.low, theirs.high), abs=0.12 * width)


def test_a_bootstrap_of_few_values_is_read_off_farther_out() -> None:
    assert expanded(0.95, 10) == pytest.approx(1 - 2 * NormalDist().cdf(-math.sqrt(10 / 9) * 2.2621571628), abs=1e-9)
    assert expanded(0.95, 10) > expanded(0.95, 100) > expanded(0.95, 1000) > 0.95


def _ratio(tops: Floats, bottoms: Floats, axis: int) -> Floats:
    return np.asarray(tops.sum(axis) / bottoms.sum(axis))


def _median(values: Floats, axis: int) -> Floats:
    return np.asarray(np.median(values, axis=axis))


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
    assert estimate("cost", columns) == mean(columns["cost"])
    assert estimate("makespan", columns) is None
