"""What planners ask, as experiment files of the project, each with what it shows."""

import json
import math
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from ruamel.yaml import YAML

from simulator.experiment import load_experiment, summary, sweep
from simulator.experiment.json_schema import build
from simulator.theory.restarts import repeat_identical, resumed
from tests.schemas import keeps_to

FOLDER = Path(__file__).parents[2] / "scenarios"
MINE = ("fixed_or_autoscale", "interval_and_window", "long_task_on_spot", "requeue_or_taskcompletion")


@cache
def found(name: str, *axes: str, replications: int) -> dict[Any, dict[str, Any]]:
    """Run an experiment, some of its replications, and give a row with intervals for each combination of values."""
    experiment = replace(load_experiment(FOLDER / "experiments" / f"{name}.yaml"), replications=replications)
    frame: pd.DataFrame = summary(sweep(experiment, workers=1), level=0.999)
    assert (frame["failed"] == 0).all()
    rows = [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]
    return {row[axes[0]] if len(axes) == 1 else tuple(row[axis] for axis in axes): row for row in rows}


@pytest.mark.parametrize("name", MINE)
def test_files_ask_a_question_and_keep_to_the_published_schema(name: str) -> None:
    file = FOLDER / "experiments" / f"{name}.yaml"
    lines = file.read_text().splitlines()
    assert lines[0] == "# yaml-language-server: $schema=../experiment.schema.json"
    assert "?" in lines[1]
    keeps_to(build).validate(json.loads(json.dumps(YAML(typ="safe", pure=True).load(file), default=str)))


def test_the_published_schema_is_what_the_command_prints() -> None:
    assert json.loads((FOLDER / "experiment.schema.json").read_text()) == build()


def test_q3_autoscale_costs_less_than_half_for_a_minute_of_waiting_until_the_fixed_pool_is_full() -> None:
    loads = found("fixed_or_autoscale", "load", replications=1)
    assert loads[1]["cost.by_pool.reactive"] < 0.5 * loads[1]["cost.by_pool.fixed"]
    assert 20 < loads[1]["jobs.on_reactive.queue_time_s"] < 120
    assert loads[1]["jobs.on_fixed.queue_time_s"] < 10
    assert loads[1.5]["jobs.on_fixed.queue_time_s"] > loads[1.5]["jobs.on_reactive.queue_time_s"], "12 nodes are full"
    per_load = [row["cost.by_pool.reactive"] / load for load, row in loads.items()]
    even = loads[1]["cost.by_pool.fixed"] / per_load[-1]
    assert 2 < even < 3, "the fixed pool would be the cheaper one only at a load that it cannot serve"


def test_q7_a_task_of_20_hours_is_sane_on_spot_where_evictions_are_rare_or_its_state_is_saved() -> None:
    rates = found("long_task_on_spot", "evictions", replications=25)
    for rate, row in rates.items():
        theory = repeat_identical(20.0, rate, 0.5) * 3600
        assert row["jobs.spot.makespan_s_low"] < theory < row["jobs.spot.makespan_s_high"]
        with_checkpoints = resumed(20, 1.0, 2 / 60, rate, 3 / 60, 0.5) * 3600
        assert row["jobs.saved.makespan_s"] == pytest.approx(with_checkpoints, rel=0.06)
        assert row["cost.by_pool.own_saved"] < 0.25 * row["cost.by_pool.own_dedicated"]
    assert rates[0.05]["cost.by_pool.own_spot_high"] < 0.5 * rates[0.05]["cost.by_pool.own_dedicated"]
    assert rates[0.15]["cost.by_pool.own_spot"] > rates[0.15]["cost.by_pool.own_dedicated"]
    assert rates[0.15]["jobs.spot.makespan_s"] > 4 * 24 * 3600


def test_q11_longer_windows_resize_more_and_cost_more_and_longer_intervals_resize_less_and_wait_longer() -> None:
    """Bursts: a long window lets the pool rise in many small steps and fall late."""
    cells = found("interval_and_window", "interval", "window", replications=1)
    for window in ("5 min", "30 min", "60 min"):
        changes, costs = (
            [cells[interval, window][name] for interval in ("5m", "15m", "30m")]
            for name in ("evaluations.target_changes", "cost")
        )
        assert changes == sorted(changes, reverse=True)
        assert costs == sorted(costs)
    for interval in ("5m", "15m", "30m"):
        costs = [cells[interval, window]["cost"] for window in ("5 min", "30 min", "60 min")]
        assert costs == sorted(costs)
    assert cells["5m", "30 min"]["queue_time_s.p95"] < cells["30m", "30 min"]["queue_time_s.p95"]


def test_q13_taskcompletion_wastes_nothing_but_with_a_timeout_shorter_than_the_tasks_it_does_not_shrink() -> None:
    cells = found("requeue_or_taskcompletion", "timeout", "option", replications=2)
    for timeout in ("15m", "2h"):
        assert cells[timeout, "requeue"]["lost_node_hours"] > 0.8
        assert cells[timeout, "requeue"]["tasks.requeues"] == cells[timeout, "terminate"]["tasks.failed"] == 60
        assert cells[timeout, "taskcompletion"]["lost_node_hours"] == 0
    patient, hasty = (cells[timeout, "taskcompletion"] for timeout in ("2h", "15m"))
    assert hasty["resize_errors.RemoveNodesFailed"] == 1
    assert patient["resize_errors.RemoveNodesFailed"] == 0
    assert hasty["makespan"] < 0.7 * patient["makespan"], "all 20 nodes go on working"
    assert patient["makespan"] < cells["2h", "requeue"]["makespan"]
    assert math.isfinite(patient["cost"])
