"""`poolsight plan`: the cheapest design, confirmed; or which constraint stands in the way."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from simulator.errors import InputError
from simulator.planning.designs import Fate
from simulator.planning.plan import FRESH, make_plan
from simulator.planning.plan_file import load_plan
from tests.command_line import app

SCENARIO = """
sizes: {S: {vcpus: 1, memoryGiB: 4, dedicatedLinux: 1.0}}
options: {timingPreset: instant}
pools:
  - id: p
    vmSize: S
    targetDedicatedNodes: 1
    virtualMachineConfiguration:
      imageReference: {publisher: canonical, offer: ubuntu, sku: 22_04-lts}
      nodeAgentSKUId: batch.node.ubuntu 22.04
jobs:
  - id: j
    poolInfo: {poolId: p}
    simulation: {workload: [{count: 40, duration: {exponential: {mean: 10m}}}]}
"""
NODES = "nodes: {path: pools.p.targetDedicatedNodes, values: [2, 4, 8, 16]}"
SEARCH = "{first: 8, replications: 32, confirm: 40}"


def plan_file(folder: Path, subject_to: str, axes: str = NODES, search: str = SEARCH) -> Path:
    (folder / "scenario.yaml").write_text(SCENARIO)
    file = folder / "plan.yaml"
    file.write_text(
        f"scenario: scenario.yaml\naxes:\n  {axes}\nminimize: cost\nsubject_to: [{subject_to}]\nsearch: {search}\n"
    )
    return file


def test_the_cheapest_design_that_keeps_the_deadline_is_confirmed_on_fresh_draws(tmp_path: Path) -> None:
    """40 tasks of 10 min: 8 nodes need about 66 min, 4 nodes 110; idle tails make more nodes dearer."""
    found = make_plan(load_plan(plan_file(tmp_path, "P(makespan <= 100m) >= 0.9")), workers=1)
    assert found.winner is not None
    assert found.confirmation is not None
    assert found.winner.shown == {"nodes": 8}
    assert found.confirmation.runs.count == 40
    assert found.confirmation.is_feasible
    fates = {one.shown["nodes"]: one.fate for one in found.designs}
    assert fates == {2: Fate.BROKEN, 4: Fate.BROKEN, 8: Fate.KEPT, 16: Fate.DEARER}
    assert found.binding is not None
    assert found.binding[0].shown == {"nodes": 4}
    assert [one.shown["nodes"] for one in found.front] == [2, 4, 8, 16], "each is faster and dearer"
    assert found.runs < 4 * 32, "runs were spent where they decide"
    assert any("VM size" in text for text in found.unexplored)


def test_fresh_draws_are_no_draws_of_the_search() -> None:
    assert FRESH > 100_000


def test_a_winner_at_the_edge_reports_it(tmp_path: Path) -> None:
    found = make_plan(load_plan(plan_file(tmp_path, "P(makespan <= 10h) >= 0.9")), workers=1)
    assert found.winner is not None
    assert found.winner.shown == {"nodes": 2}
    assert found.binding is None
    assert any("nodes = 2 is the lowest looked at" in text for text in found.unexplored)


@pytest.mark.parametrize(
    ("values", "winner", "printed"),
    [
        ("[0, 0.5, 1]", 0, ""),
        ("[0.2, 0.6, 1]", 0.2, "spot = 0.2 is the lowest looked at"),
        ("[0.5, 0.9]", 0.9, "spot = 0.9 is the highest looked at"),
        ("[0.5, 1]", 1, ""),
    ],
)
def test_no_value_is_advised_that_no_scenario_has(tmp_path: Path, values: str, winner: float, printed: str) -> None:
    """Nothing is below a share of 0 or above one of 1; between them there may be something cheaper still."""
    axes = f"spot: {{path: pools.p.spotShare, values: {values}}}"
    file = plan_file(tmp_path, "cost <= 1000", axes, "{first: 3, replications: 3, confirm: 10}")
    scenario = tmp_path / "scenario.yaml"
    price = 2.0 if winner < 0.5 else 0.1
    text = scenario.read_text().replace("dedicatedLinux: 1.0", f"dedicatedLinux: 1.0, lowPriorityLinux: {price}")
    scenario.write_text(text.replace("targetDedicatedNodes: 1", "targetDedicatedNodes: 10"))
    found = make_plan(load_plan(file), workers=1)
    assert found.winner is not None
    assert found.winner.shown == {"spot": winner}
    beyond = [text for text in found.unexplored if "beyond it" in text]
    assert len(beyond) == bool(printed)
    assert all(text.startswith(printed) for text in beyond)


def test_a_design_that_falls_behind_under_a_horizon_is_not_the_cheap_answer(tmp_path: Path) -> None:
    """Two nodes do less than half of the work in two hours: those of its tasks that had their turn waited little."""
    file = plan_file(tmp_path, "queue_p95 <= 3h", search="{first: 8, replications: 8, confirm: 10}")
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text(scenario.read_text() + "horizon: 2h\n")
    found = make_plan(load_plan(file), workers=1)
    assert found.winner is not None
    assert found.winner.shown == {"nodes": 8}
    behind = next(one for one in found.designs if one.shown == {"nodes": 2})
    assert behind.price < found.winner.price
    assert behind.left_work == behind.runs.count
    assert not behind.is_feasible
    ended = CliRunner().invoke(app, ["plan", str(file), "--workers", "1"])
    assert "left work" in ended.stdout
    assert "P(at most 1 % of tasks unfinished) >= 0.95" in ended.stdout
    own = plan_file(tmp_path, "queue_p95 <= 3h, unfinished <= 30", search="{first: 8, replications: 8, confirm: 10}")
    scenario.write_text(scenario.read_text() + "horizon: 2h\n")
    answer = make_plan(load_plan(own), workers=1).winner
    assert answer is not None
    assert answer.shown == {"nodes": 2}, "whoever says how much may be left is asked for no more"


def test_a_limit_far_out_of_reach_is_reported_in_times(tmp_path: Path) -> None:
    file = plan_file(tmp_path, "P(makespan <= 1s) >= 0.95", search="{first: 2, replications: 2, confirm: 2}")
    ended = CliRunner().invoke(app, ["plan", str(file), "--workers", "1"])
    printed = ended.stdout.replace("\n", " ")
    assert " times what it is." in printed
    assert "e+" not in printed


def test_where_nothing_will_do_the_constraint_and_the_nearest_design_are_named(tmp_path: Path) -> None:
    file = plan_file(tmp_path, "P(makespan <= 25m) >= 0.95")
    ended = CliRunner().invoke(app, ["plan", str(file), "--workers", "1"])
    assert ended.exit_code == 1
    printed = ended.stdout.replace("\n", " ")
    assert "No design keeps every constraint. Nearest is nodes = 16: P(makespan <= 25m) >= 0.95 comes to 0 %" in printed
    assert "95 % of runs would need the limit at " in printed
    answer = json.loads(CliRunner().invoke(app, ["plan", str(file), "--workers", "1", "--json"]).stdout)
    assert answer["winner"] is None
    assert answer["shortlist"][0]["design"] == {"nodes": 16}
    assert answer["designs_in_space"] == 4


def test_the_page_names_winner_binding_and_what_is_left_open(tmp_path: Path) -> None:
    file = plan_file(tmp_path, "P(makespan <= 100m) >= 0.9")
    ended = CliRunner().invoke(app, ["plan", str(file), "--workers", "1"])
    assert ended.exit_code == 0
    assert ended.stdout.startswith("nodes = 8 is the cheapest design found: cost $")
    assert "Binding: P(makespan <= 100m) >= 0.9. nodes = 4 would cost" in ended.stdout
    assert "Not explored" in ended.stdout


def test_large_spaces_are_sampled(tmp_path: Path) -> None:
    pytest.importorskip("optuna")
    axes = "nodes: {path: pools.p.targetDedicatedNodes, from: 1, to: 400}"
    file = plan_file(
        tmp_path, "P(makespan <= 100m) >= 0.9", axes, "{first: 4, replications: 8, confirm: 20, trials: 12}"
    )
    question = load_plan(file)
    assert question.size is None
    found = make_plan(question, workers=1)
    assert found.winner is not None
    nodes = found.winner.shown["nodes"]
    assert isinstance(nodes, int)
    assert 5 <= nodes <= 40
    assert any("continuous" in text for text in found.unexplored)
    again = make_plan(question, workers=1)
    assert again.to_dict() == found.to_dict(), "the same seed, the same answer"


@pytest.mark.parametrize(
    ("subject_to", "axes", "search", "messages"),
    [
        ("P(makespan <= 4h) >= 95, cost <= cheap", NODES, SEARCH, ["subject_to.0: expected a prob", "subject_to.1"]),
        ("resize_errors.Foo <= 0", NODES, SEARCH, ["subject_to.0: no measure 'resize_errors.Foo'; resize_errors has"]),
        ("makespan <= 1h", "nodes: {path: pools.p.targetDedicatedNode, values: [1]}", SEARCH, ["did you mean"]),
        (
            "makespan <= 1h",
            "nodes: {path: pools.p.targetDedicatedNodes, values: [1, -1]}",
            SEARCH,
            ["cell 1 with"],
        ),
        ("makespan <= 1h", NODES, "{first: 9, replications: 5}", ["search: first (9) is above replications (5)"]),
        ("makespan <= 1h", NODES, "{methd: auto}", ["unknown key"]),
        (
            "makespan <= 1h",
            "nodes: {path: pools.p.targetDedicatedNodes, from: 1, to: 4}",
            "{method: exhaustive}",
            ["search.method: exhaustive needs a step"],
        ),
    ],
)
def test_mistakes_come_with_their_place(
    tmp_path: Path, subject_to: str, axes: str, search: str, messages: list[str]
) -> None:
    file = plan_file(tmp_path, subject_to, axes, search)
    ended = CliRunner().invoke(app, ["plan", str(file)])
    assert ended.exit_code == 2
    assert ended.stdout == ""
    for message in messages:
        assert message in ended.stderr
    assert f"{file}:" in ended.stderr


def test_a_plan_needs_its_scenario(tmp_path: Path) -> None:
    file = plan_file(tmp_path, "makespan <= 1h")
    (tmp_path / "scenario.yaml").unlink()
    with pytest.raises(InputError, match="no such file"):
        load_plan(file)
