"""Laws of what was measured: formulas where there are some, and the truth inside the intervals where it is known."""

from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter

from simulator.distributions import Distribution, TimeDistribution
from simulator.fits import SUMMARIES, Choice, Sample, choose
from simulator.fits.choose import LEAST
from simulator.fits.distances import survival

TIME: TypeAdapter[Distribution[float]] = TypeAdapter(TimeDistribution)
PARTS = {
    name: {"lognormal": {"median": median, "p95": p95}}
    for name, median, p95 in (("first", "10s", "20s"), ("second", "5m", "9m"))
}
TRUTHS: dict[str, Any] = {
    "exponential": {"exponential": {"mean": "30m"}},
    "lognormal": {"lognormal": {"median": "5m", "p95": "20m"}},
    "weibull": {"weibull": {"shape": 1.7, "scale": "10m"}},
    "gamma": {"gamma": {"mean": "60s", "cv": 0.5}},
    "uniform": {"uniform": {"low": "2s", "high": "5s"}},
    "mixture": {"mixture": {"share": 0.3, **PARTS}},
}


def law(body: Any) -> Distribution[float]:
    return TIME.validate_python(body)


def drawn(body: Any, count: int, seed: int = 1) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return times as a clock of milliseconds shows them."""
    return np.round(law(body).quantile(np.random.default_rng(seed).random(count)), 3)


def summaries(shape: Distribution[float]) -> dict[str, float]:
    median, p95 = shape.quantile(np.array([0.5, 0.95]))
    return {"median": float(median), "p95": float(p95), "mean": shape.mean}


def chosen(sample: Sample, *families: str) -> Choice:
    found = choose(sample, families) if families else choose(sample)
    assert found is not None
    return found


def assert_holds(found: Choice, truth: Distribution[float], level: float = 0.999) -> None:
    for name, value in summaries(truth).items():
        low, high = found.interval(name, level)
        assert low <= value <= high, (found.fit.family, name, low, value, high)


@pytest.mark.parametrize("name", TRUTHS)
@pytest.mark.parametrize("count", [40, 400])
def test_intervals_hold_the_law_that_was_drawn_from(name: str, count: int) -> None:
    assert_holds(chosen(Sample.of(drawn(TRUTHS[name], count))), law(TRUTHS[name]))


@pytest.mark.parametrize("name", TRUTHS)
def test_the_family_is_found_in_a_large_sample(name: str) -> None:
    assert chosen(Sample.of(drawn(TRUTHS[name], 3000))).fit.family == name


@pytest.mark.parametrize("name", TRUTHS)
def test_a_scenario_that_has_the_law_draws_from_it(name: str) -> None:
    found = chosen(Sample.of(drawn(TRUTHS[name], 400)), name)
    for summary, value in summaries(law(found.fit.body)).items():
        assert value == pytest.approx(found.value(summary), rel=2e-3)


def test_a_mean_of_what_goes_on_is_time_at_risk_over_ends() -> None:
    found = chosen(Sample.of([10, 20, 30, 40, 50.5], beyond=[100, 200]), "exponential")
    assert found.value("mean") == pytest.approx((10 + 20 + 30 + 40 + 50.5 + 100 + 200) / 5)


def test_a_lognormal_has_the_moments_of_the_logarithms() -> None:
    values = drawn(TRUTHS["lognormal"], 50)
    found = chosen(Sample.of(values), "lognormal")
    assert found.value("median") == pytest.approx(np.exp(np.log(values).mean()))


def test_what_is_only_known_to_last_longer_counts() -> None:
    """Half of the lives are cut off; to drop these, or to take them as ended, is beyond the interval."""
    truth = TRUTHS["weibull"]
    lives, looks = drawn(truth, 400), np.random.default_rng(2).uniform(0, 1200, 400)
    ended = lives[lives <= looks]
    whole = chosen(Sample.of(ended, beyond=looks[lives > looks]))
    assert_holds(whole, law(truth))
    for naive in (Sample.of(ended), Sample.of(np.minimum(lives, looks))):
        assert chosen(naive).interval("mean", 0.999)[1] < law(truth).mean


def test_ends_between_two_looks_count() -> None:
    truth = TRUTHS["exponential"]
    lives = drawn(truth, 300)
    every = 900.0
    looked = [(every * (life // every), every * (life // every + 1)) for life in lives]
    assert_holds(chosen(Sample.of([], between=looked), "exponential", "weibull"), law(truth))


@pytest.mark.parametrize("name", ["lognormal", "gamma", "weibull"])
def test_minutes_are_sixty_times_as_long_as_seconds(name: str) -> None:
    values = drawn(TRUTHS[name], 100)
    one, sixty = chosen(Sample.of(values), name), chosen(Sample.of(values * 60), name)
    for summary in SUMMARIES:
        assert sixty.value(summary) == pytest.approx(60 * one.value(summary), rel=1e-3)
        assert sixty.interval(summary) == pytest.approx([60 * end for end in one.interval(summary)], rel=0.02)


def test_a_larger_sample_is_surer() -> None:
    widths = []
    for count in (50, 800):
        low, high = chosen(Sample.of(drawn(TRUTHS["lognormal"], count)), "lognormal").interval("mean")
        widths.append(high - low)
    assert widths[1] < widths[0] / 2.5


def test_where_nothing_fits_the_values_themselves_are_the_law() -> None:
    values = np.concatenate([np.full(100, 10.0), np.full(100, 60.0), np.full(100, 600.0)])
    found = chosen(Sample.of(values))
    assert found.fit.family == "empirical"
    assert not any(one.holds for one in found.tried)
    assert set(found.fit.body["empirical"]["values"]) == {"10s", "60s", "600s"}
    assert found.interval("mean")[0] < values.mean() < found.interval("mean")[1]


def test_a_time_that_never_varies_is_a_constant() -> None:
    assert chosen(Sample.of([30.0] * 8)).fit.body == "30s"


def test_times_that_no_clock_distinguishes_are_one_too() -> None:
    assert chosen(Sample.of(0.45 + 1e-9 * np.arange(8))).fit.body == "0.45s"


@pytest.mark.parametrize("sample", [Sample.of([1, 2, 3, 4]), Sample.of([], beyond=[5.0] * 100), Sample.of([])])
def test_too_few_ends_are_no_law(sample: Sample) -> None:
    assert sample.ended < LEAST
    assert choose(sample) is None


def test_zeros_are_less_than_the_clock_shows() -> None:
    assert Sample.of([0, 1, 2]).exact.tolist() == [0.5, 1, 2]
    assert Sample.of([0, 1.25]).exact.tolist() == [0.0005, 1.25]


def test_the_curve_of_survival_is_that_of_kaplan_and_meier() -> None:
    """Of five: one ends at 1, one is last seen at 2, then one of three ends at 3 and one of two at 4."""
    times, outlived = survival(Sample.of([1, 3, 4], beyond=[2, 5]))
    shares = dict(zip(times.tolist(), outlived.tolist(), strict=True))
    assert [shares[1.0], shares[3.0], shares[4.0]] == pytest.approx([4 / 5, 4 / 5 * 2 / 3, 4 / 5 * 2 / 3 / 2])


def test_the_same_sample_has_the_same_intervals_and_other_laws() -> None:
    one, two = (chosen(Sample.of(drawn(TRUTHS["gamma"], 60))) for _ in range(2))
    assert one.interval("p95") == two.interval("p95")
    assert one.other(7) == two.other(7) != one.other(9)
