"""A past in two parts: the first predicts the second, and says where that failed."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from simulator.calibration.backtest import Prediction, backtest, drifts
from simulator.calibration.calibrate import findings
from simulator.calibration.evidence import Evidence
from simulator.calibration.findings import Learned
from simulator.calibration.outcomes import Steps, steps_of
from simulator.calibration.split import split
from simulator.calibration.words import sentence
from simulator.errors import InputError
from simulator.fits import Sample, choose
from simulator.history.options import Options
from simulator.history.past import FAULT, Past
from simulator.history.read import read_past
from tests.calibration.pasts import lived, past, world
from tests.command_line import app

DRAWS = np.arange(1.0, 100.0)


def nights(count: int, tasks: int, **changes: Any) -> dict[str, Any]:
    """Return a world of jobs, one after another."""
    made = world(**changes)
    group = made["jobs"][0]["simulation"]["workload"][0] | {"count": tasks}
    group.pop("arrivals")
    made["jobs"] = [
        {
            "id": f"night-{number}",
            "poolInfo": {"poolId": "farm"},
            "simulation": {"createdAt": f"{number * 20}m", "workload": [group]},
        }
        for number in range(count)
    ]
    made["pools"][0] |= {"targetDedicatedNodes": 2, "targetLowPriorityNodes": 10}
    return made


def table(folder: Path, rows: str) -> Past:
    (folder / "runs.csv").write_text(f"id,job,submit,start,end\n{rows}")
    return read_past([folder / "runs.csv"], Options())


# ---- what is compared -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("level", "low", "high"), [(0.5, 25, 75), (0.8, 10, 90), (0.95, 2.5, 97.5)])
def test_an_interval_holds_its_share_of_the_predictions(level: float, low: float, high: float) -> None:
    assert Prediction("makespan", DRAWS, 50.0).interval(level) == pytest.approx((low, high))


def test_runs_that_never_end_lie_above_all_that_do() -> None:
    one = Prediction("makespan", np.append(np.arange(1.0, 90.0), [np.inf] * 10), 95.0)
    assert one.interval(0.95) == pytest.approx((2.5, np.inf))
    assert one.holds(0.95)
    assert not one.has_failed


@pytest.mark.parametrize(("happened", "place"), [(0.0, 0.005), (50.0, 0.5), (1000.0, 0.995), (None, 0.995)])
def test_the_place_of_what_happened_is_its_rank(happened: float | None, place: float) -> None:
    assert Prediction("makespan", DRAWS, happened).place == pytest.approx(place, abs=0.006)


@pytest.mark.parametrize(("happened", "failed"), [(50.0, False), (99.5, False), (40_000.0, True), (None, False)])
def test_a_prediction_has_failed_where_what_happened_is_far_outside(happened: float | None, failed: bool) -> None:
    assert Prediction("cost", DRAWS, happened).has_failed is failed


def test_what_goes_on_at_the_cut_had_not_ended(tmp_path: Path) -> None:
    rows = "".join(f"{n},j,{n * 10},{n * 10},{n * 10 + 95}\n" for n in range(101))
    parts = split(table(tmp_path, rows), 0.5)
    known = parts.first.tasks
    assert parts.cut == 500
    assert len(known) == 50
    goes_on = known[known["end"].isna()]
    assert list(goes_on["task"]) == [str(n) for n in range(41, 50)]
    assert set(goes_on["outcome"]) == {"running"}
    assert not (known[FAULT] != "").any()


def test_a_part_with_too_few_tasks_is_refused(tmp_path: Path) -> None:
    found = table(tmp_path, "".join(f"{n},j,{n},{n},{n + 5}\n" for n in range(30)))
    with pytest.raises(InputError, match="at least 20 tasks in each part; 21 tasks came before"):
        split(found, 0.7)


def test_node_hours_are_counted_inside_the_span() -> None:
    steps = Steps(np.array([0.0, 3600.0, 7200.0]), np.array([2.0, 4.0, 0.0]), np.array([0.0, 1.0, 1.0]))
    found = steps.between(1800, 9000, (1.0, 0.5))
    assert found["node_hours"] == pytest.approx(2 * 0.5 + 5 * 1 + 1 * 0.5)
    assert found["cost"] == pytest.approx(2 * 0.5 + 4 * 1 + 0.5 * (1 + 0.5))
    assert found["nodes_peak"] == 5
    assert found["nodes_mean"] == pytest.approx(found["node_hours"] / 2)


def learned(seed: int, mean: float) -> Learned:
    values = np.random.default_rng(seed).exponential(mean, 200)
    choice = choose(Sample.of(values), ("exponential",))
    assert choice is not None
    return Learned("duration", {}, choice.fit.body, 200, Past.__dataclass_fields__, choice)  # type: ignore[arg-type]


def test_only_what_differs_beyond_chance_has_changed() -> None:
    assert drifts([learned(1, 100)], [learned(2, 100)]) == []
    (found,) = drifts([learned(1, 100)], [learned(2, 200)])
    assert found.before[0] < 130 < found.after[0]


# ---- whole pasts ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("nights")
    lived(nights(8, 12, rate=0.0001), place, states=True)
    return place


def call(*words: object, code: int = 0) -> Any:
    ended = CliRunner().invoke(app, [str(word) for word in words])
    assert ended.exit_code == code, ended.output
    return ended


def test_the_command_has_one_sentence_first_and_everything_as_data(folder: Path) -> None:
    files = sorted(folder.iterdir())
    words = ("--split", 0.6, "--replications", 20, "--workers", 1)
    found = json.loads(call("backtest", *files, *words, "--json").stdout)
    assert found["sentence"].startswith("Of 3 jobs ")
    assert "cost was predicted to" in found["sentence"]
    assert set(found["coverage"]) == {"0.5", "0.8", "0.95"}
    assert sum(found["pit"]) == len(found["jobs"]) == 3
    assert found["failed"] == found["changed"] == []
    low, high = found["measures"]["node_hours"]["intervals"]["0.95"]
    assert low <= found["measures"]["node_hours"]["happened"] <= high


@pytest.mark.long
def test_another_formula_stands_beside_what_happened(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "formula.txt").write_text("$TargetDedicatedNodes = 4; $TargetLowPriorityNodes = 0;")
    words = ("--against", tmp_path / "formula.txt", "--replications", 20, "--workers", 1, "--split", 0.6)
    found = json.loads(call("backtest", *sorted(folder.iterdir()), *words, "--json").stdout)
    assert found["nodes_peak"]["recorded"] == 12
    assert found["nodes_peak"]["replayed"]["mean"] == 12
    assert found["nodes_peak"]["changed"]["mean"] == 4
    assert found["queue_p95"]["difference"]["low"] > 0
    assert found["node_hours"]["difference"]["high"] < 0


def test_a_scenario_without_the_pools_of_the_past_is_refused(folder: Path) -> None:
    first = Path(__file__).parents[2] / "scenarios" / "first_pool.yaml"
    words = ("--against", first, "--split", 0.6, "--replications", 20)
    ended = call("backtest", *sorted(folder.iterdir()), *words, code=2)
    assert "give its pools the ids of the past" in ended.stderr


def test_nodes_over_time_come_from_a_log_of_states(folder: Path) -> None:
    steps = steps_of(Evidence.of(read_past(sorted(folder.iterdir()), Options())))
    assert steps is not None
    assert (steps.dedicated + steps.low_priority).max() == 12


def changed(first: float, second: float, turn: float, end: float) -> dict[str, Any]:
    """Return a world whose evictions become as frequent as `second`, in an hour and for each node, at an instant."""
    stream = np.random.default_rng(5)
    times = []
    for rate, begin, until in ((first, 0.0, turn), (second, turn, end)):
        count = stream.poisson(rate * 10 * (until - begin) / 3600)
        times += sorted(stream.uniform(begin, until, count).tolist())
    made = nights(40, 25)
    evictions = [{"at": f"{time:.3f}s", "count": 1} for time in times]
    made["pools"][0]["simulation"]["preemption"] = {"model": "trace", "evictions": evictions}
    return made


@pytest.mark.parametrize(("second", "is_other"), [(0.4, False), (2.0, True)])
def test_evictions_that_became_more_frequent_are_named(tmp_path: Path, second: float, is_other: bool) -> None:
    seen = past(changed(0.4, second, 33_000, 48_000), tmp_path, states=True)
    parts = split(seen, 0.7)
    found = drifts(findings(Evidence.of(parts.first)), findings(Evidence.of(seen, parts.cut)))
    assert ("evictions" in {one.quantity for one in found}) is is_other


@pytest.mark.long
def test_a_prediction_of_another_world_states_of_what_it_failed(tmp_path: Path) -> None:
    found = backtest(past(changed(0.4, 2.0, 33_000, 48_000), tmp_path, states=True), replications=40)
    assert "The second part was another one: life of a low-priority node" in sentence(found)


@pytest.mark.long
def test_intervals_of_jobs_cover_as_they_promise(tmp_path: Path) -> None:
    """Eight worlds, 96 jobs, which are alike inside a world: as wide a band as that of 24 independent ones."""
    held: dict[float, list[bool]] = {0.5: [], 0.8: [], 0.95: []}
    for seed in range(8):
        found = backtest(past(nights(40, 25, seed=seed), tmp_path / str(seed), states=True), replications=40)
        for level, marks in held.items():
            marks += [one.holds(level) for one in found.jobs]
    for level, marks in held.items():
        assert abs(np.mean(marks) - level) < 3.29 * (level * (1 - level) / 24) ** 0.5
