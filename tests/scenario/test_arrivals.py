"""Arrival processes: rates inside 99.9 % intervals, given times exactly."""

from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter
from scipy import stats

from simulator.scenario.format.arrivals import Arrivals

PROCESS: TypeAdapter[Any] = TypeAdapter(Arrivals)
HOUR = 3600.0


def times(form: Any, count: int | None = None, *, created: float = 0, hour: float = 0) -> np.ndarray[Any, Any]:
    process = PROCESS.validate_python(form)
    assert PROCESS.validate_python(PROCESS.dump_python(process, mode="json")) == process
    drawn: np.ndarray[Any, Any] = process.times(count, created, hour, np.random.default_rng(7))
    assert (np.diff(drawn) >= 0).all()
    return drawn


def test_at_once_at_given_times_and_in_batches() -> None:
    assert times({"atOnce": {}}, 3, created=5).tolist() == [5, 5, 5]
    assert times({"times": ["3s", "1s", "2s"]}).tolist() == [1, 2, 3]
    batches = {"batches": {"size": 2, "every": "10m", "start": "1m", "until": "25m"}}
    assert times(batches).tolist() == [60, 60, 660, 660, 1260, 1260]
    assert times({"batches": {"size": 2, "every": "10m"}}, 3).tolist() == [0, 0, 600]


def test_poisson_arrivals_have_exponential_gaps() -> None:
    gaps = np.diff(times({"poisson": {"ratePerHour": 120}}, 20_000), prepend=0)
    assert stats.kstest(gaps, "expon", args=(0, 30)).pvalue > 0.001


def test_a_process_until_a_time_ends_before_it() -> None:
    drawn = times({"poisson": {"ratePerHour": 3600, "start": "1h", "until": "3h"}})
    assert drawn.min() > HOUR
    assert drawn.max() < 3 * HOUR
    low, high = stats.poisson.interval(0.999, 7200)
    assert low <= len(drawn) <= high


@pytest.mark.parametrize("start", [0.0, 20.5])
def test_a_profile_follows_hour_and_weekday(start: float) -> None:
    """Counts by hour of the week lie in their Poisson intervals; `start` is the origin's hour of the week."""
    rates = [0.0] * 8 + [300.0] * 10 + [20.0] * 6
    weekdays = [1, 1, 1, 1, 1, 0.1, 0]
    weeks = 4
    form = {"profile": {"ratesPerHour": rates, "weekdays": weekdays, "until": f"{weeks * 168}h"}}
    drawn = times(form, hour=start)
    hours = np.floor((drawn / HOUR + start) % 168).astype(int)
    counts = np.bincount(hours, minlength=168)
    expected = np.outer(weekdays, rates).ravel() * weeks
    if start == 0.0:
        assert (counts[expected == 0] == 0).all()
    low, high = stats.poisson.interval(1 - 0.001 / 168, np.maximum(expected, 1e-9))
    assert ((counts >= low) & (counts <= high))[expected > 0].all()


def test_renewal_arrivals_have_the_given_interval() -> None:
    assert times({"renewal": {"interval": "30s"}}, 3).tolist() == [30, 60, 90]
