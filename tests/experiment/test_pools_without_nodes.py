"""A pool that never gets a node is reported, with its probability over replications, and never leaves means unseen."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from simulator import Scenario, simulate, summarize
from simulator.experiment import compare, replicate
from tests.command_line import app
from tests.engine.worlds import job, pool, scenario

RUNS = 12


def uncertain(**more: Any) -> Scenario:
    """Return a scenario whose pool gets its node within its 15 minutes in three runs of four."""
    timing = {"allocationLatency": {"uniform": {"low": "0s", "high": "20m"}}}
    body = pool(targetDedicatedNodes=1, simulation={"timing": timing}, **more)
    return scenario([body, pool(id="q", targetDedicatedNodes=1), pool(id="none")], [job(3, "10m")])


def test_the_probability_of_a_pool_without_a_node_is_part_of_the_answer() -> None:
    made = uncertain()
    empty = sum("p" in summarize(simulate(made, number))["nodes"]["pools_without"] for number in range(RUNS))
    assert 0 < empty < RUNS, "a test that shows something"
    found = replicate(made, RUNS, workers=1)
    assert set(found.pools_without) == {"p"}
    chance = found.pools_without["p"]
    assert chance.value == pytest.approx(empty / RUNS)
    assert 0 < chance.low < chance.value < chance.high < 1
    first, second = found.warnings[:2]
    assert first.startswith(
        f"pool p never got a node in {empty} of {RUNS} runs ({100 * empty / RUNS:.2g} %, 95 % interval"
    )
    assert second.startswith(f"{empty} of {RUNS} runs (")
    assert "have no value and are left out of: makespan; queue time, mean" in second


def test_a_comparison_reports_it_of_each_scenario() -> None:
    timely = scenario([pool(targetDedicatedNodes=1)], [job(3, "10m")])
    found = compare({"timely": timely, "uncertain": uncertain()}, RUNS, workers=1)
    assert any(text.startswith("uncertain: pool p never got a node in ") for text in found.warnings)
    assert not any(text.startswith("timely: pool") for text in found.warnings)


def test_one_run_states_what_was_asked_for() -> None:
    answer = summarize(
        simulate(scenario([pool(targetDedicatedNodes=3)], [job(1, "1m")], account={"dedicatedCoreQuota": 0}))
    )
    assert answer["nodes"]["pools_without"] == {"p": 3}
    assert answer["warnings"] == ["pool p never got a node, though 3 were asked for"]
    fine = summarize(simulate(scenario([pool(targetDedicatedNodes=3), pool(id="q")], [job(1, "1m")])))
    assert fine["nodes"]["pools_without"] == {}
    assert fine["warnings"] == []


def test_text_and_json_have_it(tmp_path: Path) -> None:
    file = tmp_path / "s.json"
    file.write_text(uncertain().model_dump_json(by_alias=True))
    arguments = ["run", str(file), "--replications", str(RUNS), "--workers", "1"]
    text = CliRunner().invoke(app, arguments).stdout
    assert "warning: pool p never got a node in" in text
    answer = json.loads(CliRunner().invoke(app, [*arguments, "--json"]).stdout)
    assert set(answer["pools_without_nodes"]) == {"p"}
    assert set(answer["pools_without_nodes"]["p"]) == {"probability", "low", "high"}
    assert any("pool p never got a node" in warning for warning in answer["warnings"])
