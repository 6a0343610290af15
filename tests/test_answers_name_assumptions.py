"""Every answer of every command names the assumptions that acted, in words and JSON, with the pools they acted on."""

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from simulator import load, simulate, summarize
from simulator.results.answer.assumptions import RULES, acted
from simulator.scenario.reading.value_origins import ORIGINS
from tests.command_line import app
from tests.features.story import Body, job, operation, pool

FORMULA = (
    "$n = max(0, $PendingTasks.GetSample(1)); $TargetLowPriorityNodes = min(3, $n);"
    "$NodeDeallocationOption = taskcompletion;"
)
SIZE = {"D2": {"vcpus": 2, "memoryGiB": 8, "dedicatedLinux": 0.1}}
"""A size without a price of low-priority nodes."""


def unwritten(body: Body) -> Body:
    """Return a pool of that size that says nothing of preemption."""
    return {**body, "vmSize": "D2", "simulation": {}}


def busy() -> Body:
    """Return a scenario in which nearly everything acts that can."""
    quota = {"accounts": {"small": {"lowPriorityCoreQuota": 2}}}
    scaled = unwritten(pool("q", enableAutoScale=True, autoScaleFormula=FORMULA))
    short = {**scaled, "id": "r", "simulation": {"account": "small"}}
    evictions = {"preemption": {"model": "trace", "evictions": [{"at": "5m", "count": 2}]}}
    missed = pool("t", low_priority=1, simulation=evictions)
    upgrades = {"mode": "rolling", "automaticOSUpgradePolicy": {"enableAutomaticOSUpgrade": True}}
    upgraded = pool("u", nodes=1, upgradePolicy=upgrades, mountConfiguration=[{"nfsMountConfiguration": {}}])
    trace = job("past", pool="s", simulation={"workload": [{"trace": "past.csv"}]})
    return {
        "sizes": SIZE,
        **quota,
        "options": {"nodeTieBreak": "random"},
        "policies": {"shrinking": "idle_first"},
        "calibration": "measured.json",
        "origin": "2026-01-05T00:00:00Z",
        "pools": [unwritten(pool("p", low_priority=2)), scaled, short, pool("s", nodes=3), missed, upgraded],
        "jobs": [
            job(pool="p", count=6, duration="10m"),
            job("k", pool="p", count=6, duration="10m"),
            job("scaled", pool="q", count=6, duration="10m"),
            job("short", pool="r", count=6, duration="10m"),
            trace,
        ],
        "timeline": [
            operation("5m", "resize", pool="s", targetDedicatedNodes=1),
            operation("6m", "loseContact", pool="s", count=1),
        ],
        "horizon": "3h",
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("answers")
    (made / "past.csv").write_text("id,submit,duration\na,2026-03-02T07:00:00Z,600\n")
    latency = {"quantity": "dispatch_latency", "value": "1s", "n": 40}
    (made / "measured.json").write_text(json.dumps({"measured": [latency]}))
    for name in ("one", "two"):
        (made / f"{name}.json").write_text(json.dumps(busy()))
    axis = {"nodes": {"path": "pools.s.targetDedicatedNodes", "values": [2, 3]}}
    sweep: dict[str, Any] = {"scenario": "one.json", "axes": axis, "replications": 2}
    (made / "sweep.json").write_text(json.dumps(sweep))
    search = {"method": "exhaustive", "first": 2, "cap": 4, "fresh": 2}
    plan = {
        "scenario": "one.json",
        "axes": axis,
        "minimize": "cost",
        "subject_to": ["makespan <= 9h"],
        "search": search,
    }
    (made / "plan.json").write_text(json.dumps(plan))
    (made / "formula.txt").write_text(FORMULA)
    (made / "other.txt").write_text(FORMULA.replace("3", "2"))
    return made


@pytest.fixture(scope="module")
def expected(folder: Path) -> list[str]:
    return list(summarize(simulate(load(folder / "one.json")))["assumptions"])


def test_every_rule_of_the_registry_acts_in_that_scenario(folder: Path) -> None:
    recording = simulate(load(folder / "one.json"))
    silent = [rule.__name__ for rule in RULES if not list(rule(recording))]
    assert not silent
    assert {one.about for one in acted(recording)} >= {"price", "option nodeTieBreak", "unmet growth"}
    by_effect = {about for fact in ORIGINS.values() for about in fact.acts_as}
    assert not by_effect - {one.about for one in acted(recording)}, "what sensitivity orders them by"
    assert not [one for one in acted(recording) if not one.pools and not re.match("price|option|trace|key", one.about)]


COMMANDS: dict[str, tuple[list[str], str]] = {
    "run": (["run", "one.json"], "assumptions"),
    "replications": (["run", "one.json", "--replications", "2"], "assumptions"),
    "compare": (["compare", "one.json", "two.json", "--replications", "2"], "assumptions"),
    "sweep": (["sweep", "sweep.json"], "assumptions"),
    "plan": (["plan", "plan.json"], "assumptions"),
    "spot": (["spot", "one.json", "--pool", "p", "--steps", "2", "--replications", "2"], "assumptions"),
    "sensitivity": (["sensitivity", "one.json", "--replications", "2"], "rests_on"),
    "formula stress": (["formula", "stress", "formula.txt", "--runs", "2"], "assumptions"),
    "formula compare": (
        ["formula", "compare", "formula.txt", "other.txt", "--loads", "burst", "--replications", "2"],
        "assumptions",
    ),
}
"""By name: the command line in that folder, and the key of its JSON."""
ONE_POOL = ("preemption of pool p: ", "price: ", "order among jobs of equal priority in pool p: ", "timings of nodes")
OWN = ("preemption of pool pool: ", "autoscale samples of pool pool: ", "timings of nodes and tasks: ")
"""How lines begin that commands about one pool, and about a formula, have."""


@pytest.mark.parametrize("name", COMMANDS)
def test_an_answer_names_what_acted(
    folder: Path, expected: list[str], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    command, key = COMMANDS[name]
    workers = [] if name == "run" else ["--workers", "1"]
    text = CliRunner().invoke(app, [*command, *workers], env={"COLUMNS": "1000"}).stdout
    found = json.loads(CliRunner().invoke(app, [*command, *workers, "--json"]).stdout)[key]
    assert len(set(found)) == len(found), "each once"
    assert [line for line in found if f"assumption: {line}" not in text.replace("\n", " ")] == []
    if name in ("spot", "formula stress", "formula compare"):
        begins = ONE_POOL if name == "spot" else OWN
        assert all(any(line.startswith(begin) for line in found) for begin in begins), found
    else:
        assert [line for line in expected if line not in found] == []


def test_a_sweep_taken_up_again_names_what_acted_before(folder: Path, tmp_path: Path, expected: list[str]) -> None:
    command = ["sweep", str(folder / "sweep.json"), "--out", str(tmp_path / "out"), "--workers", "1", "--json"]
    first = json.loads(CliRunner().invoke(app, command).stdout)["assumptions"]
    again = json.loads(CliRunner().invoke(app, command).stdout)["assumptions"]
    assert [line for line in expected if line not in first] == []
    assert again == first


def test_a_report_shows_what_acted(folder: Path, tmp_path: Path, expected: list[str]) -> None:
    run = ["run", str(folder / "one.json"), "--out", str(tmp_path / "run")]
    assert CliRunner().invoke(app, run).exit_code == 0
    answers = {"run": tmp_path / "run"}
    for name in ("replications", "compare"):
        command = [str(folder / word) if word.endswith(".json") else word for word in COMMANDS[name][0]]
        answers[name] = tmp_path / f"{name}.json"
        answers[name].write_text(CliRunner().invoke(app, [*command, "--workers", "1", "--json"]).stdout)
    sweep = ["sweep", str(folder / "sweep.json"), "--out", str(tmp_path / "sweep"), "--workers", "1"]
    assert CliRunner().invoke(app, sweep).exit_code == 0
    answers["sweep"] = tmp_path / "sweep"
    for name, path in answers.items():
        page = tmp_path / f"{name}.html"
        assert CliRunner().invoke(app, ["report", str(path), "-o", str(page)]).exit_code == 0
        shown = re.sub("<[^>]*>", " ", html.unescape(page.read_text()))
        missing = [line for line in expected for part in line.split(": ", 1) if part.strip("`") not in shown]
        assert not missing, name
