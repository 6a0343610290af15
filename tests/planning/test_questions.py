"""What planners ask, as files of the project, each with its finding."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from simulator.experiment.axes import Base
from simulator.experiment.file import load_experiment
from simulator.experiment.runner import run_in_order
from simulator.experiment.trial import Trial
from simulator.planning.plan import make_plan
from simulator.planning.plan_file import load_plan
from simulator.planning.spot import spot_report

FOLDER = Path(__file__).parents[2] / "scenarios"


@cache
def means(name: str) -> dict[tuple[object, ...], dict[str, float]]:
    """Run an experiment file and give the mean of each measure by the values of its axes."""
    experiment = load_experiment(FOLDER / "experiments" / f"{name}.yaml")
    numbers = range(min(experiment.replications, 5))
    trials = [Trial(cell, replication) for cell in experiment.cells for replication in numbers]
    outcomes = run_in_order(trials, experiment.wanted, workers=1)
    found: dict[tuple[object, ...], dict[str, float]] = {}
    for cell in experiment.cells:
        mine = [outcome.values for outcome in outcomes if outcome.cell == cell.number]
        found[tuple(cell.shown.values())] = {
            measure: float(np.mean([np.nan if one[measure] is None else one[measure] for one in mine]))
            for measure in experiment.wanted.measures
        }
    return found


def test_q1_the_cheapest_night_is_dedicated_and_the_deadline_binds() -> None:
    """All spot would cost a third and is late in most nights; half spot makes it in four of five."""
    found = make_plan(load_plan(FOLDER / "experiments" / "cheapest_night.yaml"), workers=1)
    assert found.winner is not None
    assert found.winner.shown == {"nodes": 30, "spot": 0}
    assert found.binding is not None
    design, check = found.binding
    assert check.constraint.text == "P(makespan <= 8h) >= 0.95"
    assert design.shown["spot"] != 0
    assert design.price < found.winner.price
    front = [(one.price, one.makespan.value) for one in found.front if one.makespan is not None]
    assert front == sorted(front)
    assert [span for _, span in front] == sorted((span for _, span in front), reverse=True)


def test_q2_double_quota_halves_the_time_until_the_pool_has_what_it_wants() -> None:
    found = {quota: values["makespan"] for (quota,), values in means("double_quota").items()}
    assert 1.7 < found[200] / found[400] < 2.1
    assert 1.5 < found[400] / found[800] < 2.0
    assert found[800] == found[1600], "beyond the knee more quota buys nothing"


def test_q6_spot_saves_most_of_the_cost_where_evictions_are_seldom_and_nothing_where_they_are_often() -> None:
    found = means("spot_share")
    assert found[1, "seldom"]["cost"] < 0.3 * found[0, "seldom"]["cost"]
    assert found[1, "seldom"]["makespan"] < 1.3 * found[0, "seldom"]["makespan"]
    assert found[1, "often"]["cost"] > 0.8 * found[0, "often"]["cost"]
    assert found[1, "often"]["makespan"] > 5 * found[0, "often"]["makespan"]
    assert found[0, "often"] == found[0, "seldom"], "dedicated nodes are not taken back"


@pytest.mark.long
def test_q6_the_report_names_the_eviction_rate_from_which_spot_costs_more() -> None:
    report = spot_report(Base.read(FOLDER / "night_batch.yaml"), steps=2, replications=3, workers=1)
    assert report.break_even.closed_form is not None
    assert report.break_even.simulated is not None
    assert 0.5 < report.break_even.simulated / report.break_even.closed_form < 1.2
    assert report.break_even.simulated > (report.rate_per_hour or 0)


def test_q16_sharing_costs_less_and_a_priority_helps_the_small_job_at_no_ones_cost() -> None:
    found = {case: values for (case,), values in means("shared_pool").items()}
    apart, together, first = (found[case] for case in ("apart", "together", "together_with_priority"))
    assert together["cost"] < 0.95 * apart["cost"], "the small pool idles when its job is done"
    assert together["jobs.night.makespan_s"] < 0.95 * apart["jobs.night.makespan_s"]
    assert first["jobs.report.queue_time_s"] < 0.7 * together["jobs.report.queue_time_s"]
    assert first["jobs.report.makespan_s"] < apart["jobs.report.makespan_s"]
    assert first["jobs.night.makespan_s"] < 1.05 * together["jobs.night.makespan_s"]
