"""Scenarios whose assumptions are doubted: only what is doubted changes."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from simulator import load
from simulator.distributions import TimeDistribution
from simulator.planning import scaling
from simulator.planning.doubts import doubts
from simulator.scenario.format.preemption_models import Hazard
from simulator.scenario.reading.value_origins import ORIGINS, Origin, origin_in

FOLDER = Path(__file__).parents[2] / "scenarios"
SHAPES: Any = TypeAdapter(TimeDistribution)
BODIES = [
    "90s",
    {"exponential": {"mean": "2m"}},
    {"uniform": {"low": "1m", "high": "3m"}},
    {"lognormal": {"median": "1m", "p95": "4m"}},
    {"lognormal": {"mean": "1m", "cv": 0.7}},
    {"weibull": {"shape": 1.5, "scale": "5m"}},
    {"gamma": {"mean": "5m", "cv": 0.4}},
    {"triangular": {"low": "1m", "mode": "2m", "high": "9m"}},
    {"empirical": {"values": ["1m", "2m", "9m"]}},
]


@pytest.mark.parametrize("body", BODIES, ids=str)
@given(factor=st.floats(0.01, 100))
def test_scaled_times_have_scaled_moments(body: object, factor: float) -> None:
    shape = SHAPES.validate_python(body)
    other = scaling.scaled(shape, factor)
    assert type(other) is type(shape)
    assert other.mean == pytest.approx(factor * shape.mean, rel=1e-6)
    assert other.variance == pytest.approx(factor**2 * shape.variance, rel=1e-6)


@pytest.mark.parametrize("body", BODIES[1:], ids=str)
def test_a_wider_spread_keeps_the_mean(body: object) -> None:
    shape = SHAPES.validate_python(body)
    wider = scaling.with_spread(shape, 1.5)
    assert wider is not None
    assert wider.mean == pytest.approx(shape.mean, rel=1e-6)
    assert wider.variance == pytest.approx(1.5**2 * shape.variance, rel=1e-5)


def test_what_does_not_vary_has_no_spread() -> None:
    assert scaling.with_spread(SHAPES.validate_python("90s"), 2) is None


def test_doubled_evictions_are_twice_as_frequent_whatever_their_model() -> None:
    night = load(FOLDER / "night_batch.yaml")
    before = night.pools[0].simulation.preemption
    after = scaling.with_evictions(night, 2).pools[0].simulation.preemption
    assert isinstance(before, Hazard)
    assert isinstance(after, Hazard)
    assert after.rate == pytest.approx(2 * before.rate)
    bathtub = {
        "model": "bathtub",
        "early": {"shape": 0.5, "scale": "20h"},
        "ratePerHour": 0.05,
        "wearOut": {"shape": 4, "scale": "24h"},
    }
    own = night.pools[0]
    model = type(own.simulation).model_validate({"preemption": bathtub}).preemption
    pool = own.model_copy(update={"simulation": own.simulation.model_copy(update={"preemption": model})})
    faster = scaling.with_evictions(night.model_copy(update={"pools": (pool,)}), 2).pools[0].simulation.preemption
    assert faster.model_dump()["early"]["scale"] == "36000.0s"
    assert faster.model_dump()["rate_per_hour"] == 0.1


@pytest.mark.parametrize("name", ["night_batch", "reactive_pool", "pool_per_job_or_kept"])
def test_every_doubt_has_its_origin_and_changes_the_scenario(name: str) -> None:
    scenario = load(FOLDER / f"{name}.yaml")
    found = list(doubts(scenario))
    assert {doubt.name for doubt in found} <= ORIGINS.keys()
    assert {"allocation_latency", "boot", "duration", "prices"} <= {doubt.name for doubt in found}
    for doubt in found:
        assert doubt.lower != doubt.higher
        assert doubt.lower.seed == scenario.seed


def test_what_the_file_states_is_given() -> None:
    silent: dict[str, Any] = {"pools": [{"id": "p", "vmSize": "x"}]}
    assert origin_in("boot", silent).origin is Origin.ASSUMED
    assert origin_in("allocation_latency", silent).origin is Origin.ASSUMED
    assert origin_in("prices", silent).origin is Origin.DOCUMENTED
    stated = {"pools": [{"id": "p", "Simulation": {"timing": {"starting": "60s"}}}]}
    assert origin_in("boot", stated).origin is Origin.GIVEN
    half = {"pools": [*stated["pools"], *silent["pools"]]}
    assert origin_in("boot", half).origin is Origin.ASSUMED, "one pool goes by the preset"
