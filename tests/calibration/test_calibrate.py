"""A past whose truth is known gives it back; what a file cannot show stays assumed, and says why."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter
from typer.testing import CliRunner

from simulator.calibration.calibrate import calibrate
from simulator.calibration.evidence import Evidence
from simulator.calibration.findings import Learned
from simulator.calibration.quantities import QUANTITIES
from simulator.distributions import Distribution, TimeDistribution
from simulator.history.options import Options
from simulator.history.past import Past
from simulator.history.read import read_past
from simulator.scenario.format.calibration_file import pattern_of
from simulator.scenario.reading.measured_keys import MEASURED_KEYS
from tests.calibration.pasts import FAILURES, PER_HOUR, RATE, SIZE, TRUTH, lived, past, world
from tests.command_line import app

TIME: TypeAdapter[Distribution[float]] = TypeAdapter(TimeDistribution)
ROOT = Path(__file__).parents[2]
LAUNCH = 0.5
"""Seconds before a task's own work begins, in a run time that is measured from outside."""


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Past:
    return past(world(), tmp_path_factory.mktemp("seen"), states=True)


def learned(seen: Past, quantity: str) -> Learned:
    found = [one for one in QUANTITIES[quantity].measure(Evidence.of(seen)) if isinstance(one, Learned)]
    assert found, quantity
    return found[0]


@pytest.mark.parametrize(
    ("quantity", "key", "added"),
    [
        ("duration", "duration", LAUNCH),
        ("creating", "creating", 0),
        ("starting", "starting", 0),
        ("start_task", "startTask", 0),
        ("dispatch_latency", "dispatchLatency", 0),
        ("recovery_delay", "recoveryDelay", 0),
    ],
)
def test_times_come_back_inside_their_intervals(seen: Past, quantity: str, key: str, added: float) -> None:
    truth, found = TIME.validate_python(TRUTH[key]), learned(seen, quantity)
    assert found.choice is not None
    median, p95 = truth.quantile(np.array([0.5, 0.95])) + added
    for name, value in {"median": median, "p95": p95, "mean": truth.mean + added}.items():
        low, high = found.choice.interval(name, 0.999)
        assert low <= value <= high, (name, low, value, high)


@pytest.mark.parametrize("shown", ["lists and log", "log of states"])
def test_the_rate_of_evictions_comes_back(seen: Past, tmp_path: Path, shown: str) -> None:
    found = learned(seen if shown == "log of states" else past(world(), tmp_path), "evictions")
    assert found.choice is not None
    low, high = found.choice.interval("mean", 0.999)
    assert low <= 3600 / RATE <= high
    assert found.value["model"] == "hazard"


def test_shares_and_rates_come_back(seen: Past) -> None:
    for quantity, truth in (("task_failures", FAILURES), ("arrivals", PER_HOUR)):
        mean = learned(seen, quantity).mean
        assert mean is not None
        value, low, high = mean
        assert value - 2 * (value - low) <= truth <= value + 2 * (high - value)
    assert learned(seen, "slots").value == 1
    assert learned(seen, "arrivals").value.keys() == {"poisson"}


def test_every_number_carries_count_interval_period_and_files(seen: Past) -> None:
    for one in calibrate(seen).measured:
        assert one.n >= 5
        assert one.files
        assert one.period is not None
        assert one.quantity in MEASURED_KEYS
        if one.law is not None and one.law.family != "constant":
            assert all(ends is not None and ends[1] <= ends[2] for ends in (one.median, one.p95, one.mean))


def test_what_cannot_be_learned_states_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "runs.csv").write_text("id,start,end\n" + "".join(f"{n},{n * 60},{n * 90 + 30}\n" for n in range(20)))
    found = calibrate(read_past([tmp_path / "runs.csv"], Options()))
    why = {one.quantity: one.why for one in found.assumed}
    assert "az batch node list" in why["starting"]
    assert "diagnostic log" in why["dispatch_latency"]
    assert {one.quantity for one in found.measured} | set(why) >= set(QUANTITIES) - {"slots", "memory", "exit_code"}


def test_every_quantity_that_is_measured_stands_for_a_key() -> None:
    assert set(QUANTITIES) == set(MEASURED_KEYS)


@pytest.mark.parametrize(
    ("one", "pattern"),
    [
        ("short-17", "short-*"),
        ("nightly-2026-03-02", "nightly-*"),
        ("python run.py --seed 4 --out /data/12", "python run.py --seed * --out /data/*"),
        ("d2a1b7c4-1234-4321-abcd-0123456789ab", "*"),
        ("merge", "merge"),
    ],
)
def test_names_that_differ_by_numbers_are_of_one_kind(one: str, pattern: str) -> None:
    assert pattern_of(one) == pattern == pattern_of(pattern)


# ---- the command, and the file in a scenario ------------------------------------------------------------------


def call(*words: object, code: int = 0) -> Any:
    ended = CliRunner().invoke(app, [str(word) for word in words])
    assert ended.exit_code == code, ended.output
    return ended


@pytest.fixture(scope="module")
def calibrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Hold a calibration file, and a scenario that states nothing that it has."""
    folder = tmp_path_factory.mktemp("calibrated")
    call("calibrate", *lived(world(), folder / "past"), "--out", folder / "calibration.yaml")
    document = world(calibration="calibration.yaml")
    document["pools"][0].pop("simulation")
    group = document["jobs"][0]["simulation"]["workload"][0]
    for key in ("duration", "failureProbability"):
        group.pop(key)
    (folder / "scenario.json").write_text(json.dumps(document))
    return folder


def run(path: Path) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(call("run", path, "--json").stdout)
    return answer


def test_measured_numbers_act_and_are_named(calibrated: Path) -> None:
    named = " ".join(run(calibrated / "scenario.json")["assumptions"])
    assert "duration (n = 400)" in named.partition("measured from your data of pool ")[2]
    assert "evictions (n = " in named
    assert "given by the scenario" not in named


def test_what_the_scenario_states_comes_first(calibrated: Path) -> None:
    from simulator import load

    document = json.loads((calibrated / "scenario.json").read_text())
    document["pools"][0]["simulation"] = {"timing": {"starting": "7m"}}
    (calibrated / "own.json").write_text(json.dumps(document))
    timing = load(calibrated / "own.json").pools[0].simulation.timing
    assert timing.starting.mean == 420
    assert timing.start_task.shape != "constant"
    assert timing.leaving.shape == "lognormal", "the preset's: no file has when nodes were gone"


def test_a_saved_scenario_runs_without_the_file(calibrated: Path, tmp_path: Path) -> None:
    from simulator import load

    once = load(calibrated / "scenario.json")
    (tmp_path / "saved.json").write_text(once.model_dump_json(by_alias=True))
    again = load(tmp_path / "saved.json")
    assert again == once
    assert again.calibration is not None
    assert again.calibration.used


def test_the_printed_object_is_the_file(calibrated: Path) -> None:
    from ruamel.yaml import YAML

    printed = json.loads(call("calibrate", *sorted((calibrated / "past").iterdir()), "--json").stdout)
    assert printed == YAML(typ="safe").load((calibrated / "calibration.yaml").read_text())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("measured: [{quantity: booting, value: 1m, n: 3}]", "no quantity 'booting'"),
        ("measured: [{quantity: starting, value: 60, n: 3}]", "no unit"),
        ("measured: [{quantity: evictions, value: {model: hazard}, n: 3}]", "expected either ratePerHour"),
        ("measured: [{quantity: starting, value: 1m}]", "is missing"),
        ("measured: [{quantity: starting, value: 1m, n: 3, likely: true}]", "likely"),
        ("[1, 2]", "expected a mapping with measured"),
        ("measured: [", "1"),
    ],
)
def test_a_file_that_is_none_is_refused_with_its_place(
    calibrated: Path, tmp_path: Path, text: str, message: str
) -> None:
    (tmp_path / "calibration.yaml").write_text(text)
    (tmp_path / "scenario.json").write_text((calibrated / "scenario.json").read_text())
    ended = call("run", tmp_path / "scenario.json", code=2)
    assert message in ended.stderr
    assert "calibration.yaml:" in ended.stderr
    assert "Traceback" not in ended.output


def test_a_file_that_is_not_there_or_outside_is_refused(calibrated: Path, tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    document = json.loads((calibrated / "scenario.json").read_text())
    (inside / "scenario.json").write_text(json.dumps(document))
    assert "poolsight calibrate writes one" in call("run", inside / "scenario.json", code=2).stderr
    (inside / "scenario.json").write_text(json.dumps({**document, "calibration": "../calibration.yaml"}))
    (tmp_path / "calibration.yaml").write_text((calibrated / "calibration.yaml").read_text())
    call("validate", inside / "scenario.json")
    assert "outside the folder" in call("validate", inside / "scenario.json", "--confine", code=2).stderr


def test_nothing_is_written_where_nothing_can_be_measured(tmp_path: Path) -> None:
    (tmp_path / "pools.json").write_text(json.dumps([{"id": "p", "vmSize": SIZE, "state": "active"}]))
    ended = call("calibrate", tmp_path / "pools.json", "--out", tmp_path / "c.yaml", code=2)
    assert "nothing can be measured" in ended.stderr
    assert not (tmp_path / "c.yaml").exists()


def test_the_example_of_the_page_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (ROOT / "docs" / "calibrate.md").read_text(encoding="utf-8")
    example = next(block for block in page.split("```") if "poolsight run" in block)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scenarios").symlink_to(ROOT / "scenarios")
    for line in example.strip().splitlines():
        call(*line.removeprefix("poolsight ").split())
    assert "quantity: duration" in (tmp_path / "calibration.yaml").read_text()
