"""Closed forms give the values that are published or were computed by other means."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.planning.demand import Demand
from simulator.theory import bounds, queues, restarts, setups


@pytest.mark.parametrize(
    ("arrival", "service", "servers", "waits", "wait"),
    [
        (0.2, 0.1, 3, 0.444444, 4.444444),
        (0.9, 1, 1, 0.9, 9),
        (9, 1, 10, 0.668732, 0.668732),
        (90, 1, 100, 0.216940, 0.021694),
    ],
)
def test_erlang_c(arrival: float, service: float, servers: int, waits: float, wait: float) -> None:
    assert queues.erlang_c(arrival / service, servers) == pytest.approx(waits, abs=1e-6)
    assert queues.mmc_wait(arrival, service, servers) == pytest.approx(wait, abs=1e-6)


def test_erlang_b_and_harmonic_numbers() -> None:
    assert queues.erlang_b(9, 10) == pytest.approx(0.167963, abs=1e-6)
    assert queues.erlang_b(1.8, 2) == pytest.approx(0.366516, abs=1e-6)
    assert queues.harmonic(4) == pytest.approx(25 / 12)


def one_at_a_time(arrival: float, servers: int, setup: float) -> float:
    """Return the mean stay in M/M/k with one setup at a time: that of M/M/k and one setup more (CMU-CS-09-166)."""
    return queues.mmc_wait(arrival, 1, servers) + 1 + 1 / setup


@pytest.mark.parametrize(
    ("servers", "arrival", "setup", "staggered", "parallel", "booting"),
    [
        (2, 1.2, 0.5, 3.56250, 2.95180, 0.4547),
        (4, 2.4, 1, 2.17940, 1.72321, 0.6565),
        (5, 4, 0.2, 6.55411, 3.47503, 0.8230),
    ],
)
def test_queues_under_setup(
    servers: int, arrival: float, setup: float, staggered: float, parallel: float, booting: float
) -> None:
    assert one_at_a_time(arrival, servers, setup) == pytest.approx(staggered, abs=1e-5)
    stay, in_setup = setups.parallel(arrival, 1, servers, setup)
    assert stay == pytest.approx(parallel, abs=1e-5)
    assert in_setup == pytest.approx(booting, abs=1e-4)


def test_one_server_has_the_same_setup_either_way() -> None:
    assert setups.parallel(0.5, 1, 1, 0.5)[0] == pytest.approx(one_at_a_time(0.5, 1, 0.5)) == 4


def break_even(ratio: float, work: float = 1.0) -> float | None:
    """Return what `poolsight spot` takes for the eviction rate at which tasks of `work` hours cost the same."""
    return Demand(np.array([work]), np.array([1.0])).break_even(ratio)


@pytest.mark.parametrize(("ratio", "load"), [(0.2, 2.66), (0.3, 2.06), (0.4, 1.62)])
def test_break_even_of_spot(ratio: float, load: float) -> None:
    assert break_even(ratio) == pytest.approx(load, abs=0.005)


@given(st.floats(0.01, 0.99), st.floats(0.1, 50), st.floats(0.01, 0.99))
def test_below_the_break_even_spot_pays_and_above_it_does_not(ratio: float, work: float, part: float) -> None:
    hazard = break_even(ratio, work)
    assert hazard is not None
    assert restarts.billed(work, hazard * part) * ratio < work
    assert restarts.billed(work, hazard * 1.01) * ratio >= work


def test_spot_that_is_no_cheaper_or_free_has_no_break_even() -> None:
    assert break_even(1.0) is break_even(1.5) is break_even(0) is None


@pytest.mark.parametrize(
    ("every", "hours"), [(0.25, 61.07), (0.5, 57.17), (0.775, 56.63), (1, 56.95), (2, 60.64), (4, 71.76)]
)
def test_checkpoints_cost_what_daly_states(every: float, hours: float) -> None:
    assert restarts.checkpointed(48, every, 0.05, 1 / 6, 0.2) == pytest.approx(hours, abs=0.005)


@given(st.floats(0.001, 0.1), st.floats(0.01, 1))
def test_near_youngs_interval_nothing_is_cheaper(cost: float, hazard: float) -> None:
    best = restarts.checkpointed(100, restarts.young(cost, hazard), cost, hazard)
    for factor in (0.25, 4):
        assert best < restarts.checkpointed(100, restarts.young(cost, hazard) * factor, cost, hazard)


def test_work_that_is_never_lost_takes_its_time() -> None:
    assert restarts.repeat_identical(5, 0, 1) == restarts.billed(5, 0) == 5
    assert restarts.repeat_identical(1000, 10, 0) == math.inf
    assert restarts.checkpointed(10, 1, 0.1, 0) == pytest.approx(11)


def test_the_instances_of_graham_miss_the_optimum_by_the_bound() -> None:
    for machines in (2, 3, 5):
        assert bounds.list_bound(machines).end / machines == pytest.approx(2 - 1 / machines)
        assert bounds.longest_first_bound(machines).end / (3 * machines) == pytest.approx(4 / 3 - 1 / (3 * machines))


def test_work_in_pieces_is_daly_but_for_what_the_first_and_the_last_piece_need_not() -> None:
    hazard, every, cost = 1 / 6, 2.0, 0.05
    assert restarts.resumed(1, every, cost, hazard, 0.2, 0.3) == restarts.repeat_identical(every, hazard, 0.3)
    many = restarts.resumed(1000, every, cost, hazard, 0.2)
    assert many == pytest.approx(restarts.checkpointed(1000 * every, every, cost, hazard, 0.2), rel=1e-3)
    assert many < restarts.checkpointed(1000 * every, every, cost, hazard, 0.2)
    assert restarts.resumed(24, every, cost, hazard) < restarts.billed(24 * every, hazard)


def test_a_shared_processor_serves_each_the_longer_the_busier_it_is() -> None:
    """1/(mu - lambda) where work is exponential (Kleinrock 1967)."""
    assert queues.shared_stay(0.7, 1.0) == pytest.approx(1 / (1 - 0.7))
    assert queues.shared_stay(0.0, 3.0) == 3.0
