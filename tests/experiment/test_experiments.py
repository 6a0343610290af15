"""Replications and comparisons: the same draws for every scenario, whatever the number of workers."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from simulator import Scenario
from simulator.cli.experiments import shown_difference
from simulator.experiment import Comparison, Replications, compare, replicate
from simulator.experiment.compare import Difference
from simulator.experiment.estimates import mean
from simulator.workload.build import build
from tests.command_line import app
from tests.engine.worlds import job, pool, scenario
from tests.examples import examples

FIRST = Path(__file__).parents[2] / "scenarios" / "first_pool.yaml"


def described(nodes: int = 2, **body: Any) -> Scenario:
    work = job(40, {"exponential": {"mean": "5m"}})
    return scenario([pool(targetDedicatedNodes=nodes, **body)], [work], options={"timingPreset": "typical"})


def test_replications_do_not_depend_on_workers() -> None:
    one, two = (replicate(described(), 4, workers=workers) for workers in (1, 2))
    for measure, values in one.values.items():
        assert np.array_equal(values, two.values[measure], equal_nan=True)
    assert len(set(one.values["makespan"])) == 4


def test_auto_goes_on_until_the_interval_is_narrow_enough() -> None:
    found = replicate(described(), precision=0.05, workers=1)
    estimate = found.estimate("makespan")
    assert estimate is not None
    assert found.reached
    assert found.count > 10
    assert estimate.relative <= 0.05
    capped = replicate(described(), precision=0.001, cap=12, measures=("queue_mean",), workers=1)
    assert (capped.count, capped.reached) == (12, False)
    assert capped.relative()["queue_mean"] > 0.001, "what was reached is known"


def test_a_measure_that_nothing_has_is_left_out() -> None:
    found = replicate(described(nodes=0), 2, workers=1)
    assert found.estimate("makespan") is None
    assert found.within("makespan", 1e9).value == 0


@examples(25)
@given(st.integers(1, 9), st.integers(1, 8), st.sampled_from(["spread", "pack"]), st.integers(0, 50))
def test_changing_the_pool_leaves_arrivals_and_durations_as_they_were(
    nodes: int, slots: int, fill: str, replication: int
) -> None:
    policy = {"nodeFillType": fill}
    one = build(described(2), replication)
    two = build(described(nodes, taskSlotsPerNode=slots, taskSchedulingPolicy=policy), replication)
    assert (one.submit == two.submit).all()
    assert (one.demand == two.demand).all()
    assert (one.latency == two.latency).all()


def test_paired_differences_are_narrower_than_independent_ones() -> None:
    found = compare({"two": described(2), "three": described(3)}, 12, workers=1)
    difference = found.differences["three"]["makespan"]
    assert difference.is_clear
    assert difference.absolute.high < 0
    assert difference.narrowing is not None
    assert difference.narrowing < 0.8
    assert "finishes" in found.sentence("three")
    assert "earlier, 95 % interval" in found.sentence("three")


def test_a_scenario_compared_with_itself_differs_in_nothing() -> None:
    found = compare({"a": described(), "b": described()}, 3, workers=1)
    assert found.differences["b"]["cost"].absolute.value == 0
    assert "costs about the same" in found.sentence("b")


def poolsight(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_run_with_replications_reports_intervals_and_chances() -> None:
    result = poolsight("run", FIRST, "--replications", 5, "--workers", 1, "--deadline", "4h30m", "--json")
    answer = json.loads(result.stdout)
    assert answer["replications"] == 5
    makespan = answer["estimates"]["makespan"]
    assert makespan["low"] < makespan["mean"] < makespan["high"]
    assert 0 <= answer["deadline"]["low"] <= answer["deadline"]["probability"] <= answer["deadline"]["high"] <= 1
    message = poolsight("run", FIRST, "--replications", 3, "--workers", 1).stdout
    assert message.startswith("3 replications")
    assert "makespan" in message


def test_run_states_what_precision_was_reached_within_the_cap() -> None:
    arguments = ("run", FIRST, "--replications", "auto", "--precision", 0.001, "--cap", 10, "--workers", 1)
    message = poolsight(*arguments, "--measure", "cost").stdout
    assert message.startswith("10 replications, the cap, did not reach 0.1 % precision of cost; reached: cost ± ")


def test_several_comparisons_are_corrected_and_the_worth_of_pairing_is_reported(tmp_path: Path) -> None:
    files = [FIRST]
    for slots in (1, 4):
        files.append(tmp_path / f"slots{slots}.yaml")
        files[-1].write_text(FIRST.read_text().replace("taskSlotsPerNode: 2", f"taskSlotsPerNode: {slots}"))
    message = poolsight("compare", *files, "--replications", 8, "--workers", 1).stdout
    assert "2 comparisons with first_pool: each interval is at 97.5 %" in message
    assert message.count("Facing the same draws narrowed the interval of cost to") == 2
    assert "independent runs" in message


def test_pairing_that_does_not_help_is_reported_as_none() -> None:
    """Where two scenarios rise and fall against each other, pairs are wider than strangers."""
    values = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    one, against, along = mean(values), mean(values[::-1] - values), mean(0.1 * values)
    widened, narrowed = Difference(against, None, 1.71), Difference(along, None, 0.1)
    found = Comparison(("a", "b"), {}, {"b": {"cost": widened, "makespan": widened}})
    assert found.pairing("b") == (
        "Facing the same draws did not narrow the interval of cost and makespan: they do not rise and fall together."
    )
    mixed = Comparison(("a", "b"), {}, {"b": {"cost": narrowed, "makespan": widened}}).pairing("b")
    assert mixed is not None
    assert mixed.startswith("Facing the same draws narrowed the interval of cost to 10 % of that of independent runs")
    assert mixed.endswith("; it did not help with makespan.")
    assert one.low < one.high


def test_strangers_are_not_reported_to_gain_from_the_same_draws() -> None:
    """With no job and no pool in common a narrower interval is chance."""
    servers = pool(id="elsewhere", targetDedicatedNodes=2)
    other = scenario(
        [servers], [{**job(20, {"exponential": {"mean": "6m"}}, "other"), "poolInfo": {"poolId": "elsewhere"}}]
    )
    found = compare({"two": described(2), "other": other}, 5, workers=1)
    assert found.differences["other"]["makespan"].absolute.half_width > 0
    assert any("do not face the same arrivals" in text for text in found.warnings)
    assert {one.narrowing for one in found.differences["other"].values()} == {None}
    assert found.pairing("other") is None


def test_all_of_the_interval_is_no_narrowing() -> None:
    same = Difference(mean(np.array([1.0, 2.0, 3.0])), None, 0.998)
    message = Comparison(("a", "b"), {}, {"b": {"cost": same}}).pairing("b")
    assert message is not None
    assert message.startswith("Facing the same draws did not narrow the interval of cost")


def test_a_small_clear_difference_is_reported_with_an_interval() -> None:
    values = np.array([1.010, 1.012, 1.008, 1.011, 1.009])
    lower = mean(values - 1)
    left = Replications({"tasks.unfinished": np.zeros(5)}, 5, reached=True, precision=None)
    found = Comparison(("a", "b"), {"a": left, "b": left}, {"b": {"cost": Difference(lower, lower, None)}})
    assert found.sentence("b") == "b costs 1.0 % more, 95 % interval 0.8–1.2 % (against a)."


def test_what_is_the_same_in_every_run_has_no_interval() -> None:
    """A price 4.17 % higher makes every run dearer by that: 4 to 4 % says nothing."""
    left = Replications({"tasks.unfinished": np.zeros(5)}, 5, reached=True, precision=None)
    cost = Difference(mean(np.full(5, 0.3)), mean(np.full(5, 1 / 24)), None)
    differences = {"cost": cost, "makespan": Difference(mean(np.full(5, -90.0)), None, None)}
    found = Comparison(("a", "b"), {"a": left, "b": left}, {"b": differences}).sentence("b")
    assert found == "b costs 4.17 % more in every run, and finishes 2 min earlier in every run (against a)."


def test_a_sentence_names_the_level_of_its_interval() -> None:
    """Of two comparisons each interval is at 97.5 %, in the sentence as in the table."""
    values = np.array([-66.0, -64.0, -67.0, -63.0, -65.0])
    cost, span = Difference(mean(values, 0.975), mean(values / 100, 0.975), None), mean(values, 0.975)
    left = Replications({"tasks.unfinished": np.zeros(5)}, 5, reached=True, precision=None)
    differences = {"cost": cost, "makespan": Difference(span, None, None)}
    found = Comparison(("a", "b", "c"), {"a": left, "b": left}, {"b": differences}, 0.975).sentence("b")
    assert found.count("97.5 % interval") == 2
    assert "95 %" not in found


def test_shares_differ_by_points() -> None:
    """84.9 % and 78.0 %: not 6.9 % less."""
    assert shown_difference(-0.069, "share") == "-6.9 points"
    assert shown_difference(-90.0, "s") == "-2 min"
    assert shown_difference(float("nan"), "share") == "–"


def test_a_measure_that_one_scenario_lacks_names_its_file(tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(FIRST.read_text().replace("id: work", "id: labour"))
    ended = poolsight("compare", FIRST, other, "--replications", 2, "--measure", "jobs.labour.cost")
    assert ended.exit_code == 2
    assert ended.stderr == "first_pool: no measure 'jobs.labour.cost': the scenario has no job 'labour'\n"


def test_a_pool_that_costs_nothing_has_a_row_that_reports_it(tmp_path: Path) -> None:
    """Nodes without a price: 0 is the answer, not nothing."""
    free = tmp_path / "free.yaml"
    prices = "    simulation: {prices: {dedicated: 0, lowPriority: 0}}\n    targetDedicatedNodes"
    free.write_text(FIRST.read_text().replace("    targetDedicatedNodes", prices).replace("count: 400", "count: 20"))
    message = poolsight("run", free, "--replications", 3, "--workers", 1).stdout
    assert "cost" in message
    assert "$0.00" in message
    assert "preemptions" not in message, "nothing of the kind happened"
    assert "cost" in poolsight("compare", free, FIRST, "--replications", 2, "--workers", 1).stdout


def test_every_difference_agrees_with_the_two_numbers_beside_it() -> None:
    """Of a ratio too: "useful" moves from the one share to the other, by as much and by so many percent."""
    found = compare({"one": described(), "more": described(nodes=5)}, 9, workers=1)
    one, more = (found.replications[name] for name in found.names)
    assert "useful" in found.differences["more"]
    for name, change in found.differences["more"].items():
        first, second = one.estimate(name), more.estimate(name)
        assert first is not None
        assert second is not None
        assert change.absolute.value == pytest.approx(second.value - first.value), name
        if change.relative is not None:
            assert change.relative.value == pytest.approx(second.value / first.value - 1), name
            assert change.relative.low <= change.relative.value <= change.relative.high


def test_scenarios_that_share_no_draws_are_reported() -> None:
    other = scenario([pool(id="q")], [{**job(40, "5m", "other"), "poolInfo": {"poolId": "q"}}])
    found = compare({"a": described(), "b": other}, 2, workers=1)
    assert any("do not face the same arrivals" in text for text in found.warnings)
    assert any("do not face the same boot times" in text for text in found.warnings)


def test_compare_states_it_in_a_sentence(tmp_path: Path) -> None:
    slow = tmp_path / "one_slot.yaml"
    slow.write_text(FIRST.read_text().replace("taskSlotsPerNode: 2", "taskSlotsPerNode: 1"))
    message = poolsight("compare", FIRST, slow, "--replications", 4, "--workers", 1).stdout
    assert "one_slot costs" in message
    assert "more, 95 % interval" in message
    answer = json.loads(poolsight("compare", FIRST, slow, "--replications", 4, "--workers", 1, "--json").stdout)
    assert answer["differences"]["one_slot"]["cost"]["relative"]["mean"] > 0.7


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", FIRST, "--replications", "many"], "expected a whole number from 1 or auto"),
        (["run", FIRST, "--replications", "0"], "expected a whole number from 1 or auto"),
        (["run", FIRST, "--replications", "3", "--deadline", "5"], "--deadline: a bare number has no unit"),
        (["run", FIRST, "--deadline", "5h"], "give --replications too"),
        (["run", FIRST, "--steady"], "--steady is about many replications: give --replications too"),
        (["run", FIRST, "--replications", "3", "--quantile", "95"], "--quantile: expected a number between 0 and 1"),
        (["run", FIRST, "--replications", "3", "--measure", "csot"], "no measure 'csot', did you mean 'cost'?"),
        (["run", FIRST, "--replications", "3", "--steady", "--deadline", "1h"], "a steady-state study has no end"),
        (["run", FIRST, "--replications", "3", "--out", "x"], "--out is about a single replication"),
        (["compare", FIRST], "at least two scenario files"),
        (["compare", FIRST, FIRST], "stands twice"),
        (["compare", FIRST, "absent.yaml"], "absent.yaml: cannot be read"),
    ],
)
def test_wrong_calls_end_with_2(arguments: list[object], message: str) -> None:
    result = poolsight(*arguments)
    assert result.exit_code == 2
    assert message in result.stderr


def test_runs_in_which_nothing_completed_are_reported_with_their_probability() -> None:
    """A pool that gets its machines by chance: where none comes in time, a run has no makespan to be a mean of."""
    late = {"preset": "instant", "allocationLatency": {"uniform": {"low": "0s", "high": "20m"}}}
    body = pool(targetDedicatedNodes=1, simulation={"timing": late})
    found = replicate(scenario([body], [job(1, "5m")], horizon="15m"), 12, workers=1)
    idle = int(np.isnan(found.values["makespan"]).sum())
    assert 0 < idle < 12
    left_out = [text for text in found.warnings if text.startswith(f"{idle} of 12 runs (")]
    assert any("95 % interval" in text and "left out of: makespan" in text for text in left_out)
