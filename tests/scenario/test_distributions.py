"""Shapes of random quantities: mean, variance and order agree with the quantile function they draw from."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter

from simulator.distributions import NumberDistribution, TimeDistribution
from simulator.workload.build import build
from tests.scenario.files import job, pool, read, write

TIME: TypeAdapter[Any] = TypeAdapter(TimeDistribution)
NUMBER: TypeAdapter[Any] = TypeAdapter(NumberDistribution)
FORMS = [
    "90s",
    {"exponential": {"mean": "60s"}},
    {"uniform": {"low": "10s", "high": "50s"}},
    {"lognormal": {"median": "60s", "p95": "120s"}},
    {"lognormal": {"mean": "60s", "cv": 0.5}},
    {
        "mixture": {
            "share": 0.3,
            "first": {"lognormal": {"median": "10s", "p95": "20s"}},
            "second": {"lognormal": {"median": "5m", "p95": "9m"}},
        }
    },
    {"weibull": {"shape": 1.5, "scale": "60s"}},
    {"gamma": {"mean": "60s", "cv": 0.5}},
    {"triangular": {"low": "10s", "mode": "20s", "high": "60s"}},
    {"empirical": {"values": ["1s", "2s", "2s", "7s"]}},
]


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_moments_are_those_of_the_quantile_function(form: Any) -> None:
    """Mean and variance as integrals of the quantile function over (0, 1)."""
    shape = TIME.validate_python(form)
    u = (np.arange(400_000) + 0.5) / 400_000
    values = shape.quantile(u)
    assert (np.diff(values) >= 0).all()
    assert values.mean() == pytest.approx(shape.mean, rel=1e-3)
    assert values.var() == pytest.approx(shape.variance, rel=1e-2, abs=1e-9)


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_a_shape_is_written_as_it_is_read(form: Any) -> None:
    shape = TIME.validate_python(form)
    assert TIME.validate_python(TIME.dump_python(shape, mode="json")) == shape


def test_a_lognormal_has_the_median_and_the_p95_it_was_given() -> None:
    shape = TIME.validate_python({"lognormal": {"median": "210s", "p95": "480s"}})
    assert shape.quantile(np.array([0.5, 0.95])) == pytest.approx([210, 480])


def test_numbers_are_plain_and_durations_have_units() -> None:
    assert NUMBER.validate_python({"uniform": {"low": 1, "high": 3}}).mean == 2
    with pytest.raises(ValueError, match="no unit"):
        TIME.validate_python({"uniform": {"low": 1, "high": 3}})


def test_an_empirical_shape_from_a_file(tmp_path: Path) -> None:
    write(tmp_path, "run,mem\n10,1\n20,2\n", "log.csv")
    group = {
        "count": 200,
        "duration": {"empirical": {"file": "log.csv", "column": "run"}},
        "memory": {"empirical": {"file": "log.csv", "column": "mem"}},
    }
    workload = build(read(tmp_path, [pool()], [job([group])]), 0)
    assert set(workload.demand.tolist()) == {10_000, 20_000}
    assert set(workload.memory.tolist()) == {1024, 2048}


def test_changing_one_quantity_leaves_the_draws_of_the_others(tmp_path: Path) -> None:
    """Common random numbers: twice the mean is twice every duration, and the arrivals stay."""
    arrivals = {"poisson": {"ratePerHour": 60}}
    group = {"count": 100, "duration": {"exponential": {"mean": "60s"}}, "arrivals": arrivals}
    slow = {**group, "duration": {"exponential": {"mean": "120s"}}}
    one = build(read(tmp_path, [pool()], [job([group])]), 0)
    two = build(read(tmp_path, [pool()], [job([slow])]), 0)
    other = build(read(tmp_path, [pool()], [job([group])]), 1)
    assert (one.submit == two.submit).all()
    assert np.abs(two.demand - 2 * one.demand).max() <= 1
    assert (one.demand != other.demand).any()
