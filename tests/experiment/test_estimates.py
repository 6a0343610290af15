"""Intervals agree with their textbooks, and hold what they promise."""

from statistics import NormalDist

import numpy as np
import pytest
from scipy import stats

from simulator.experiment.estimates import corrected, mean, probability, quantiles


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
