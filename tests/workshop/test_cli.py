"""`poolsight formula stress`, `compare`, stress searches of `test`, and a shared formula's warnings in `validate`."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.command_line import app

NAIVE = "$n = max(0, $PendingTasks.GetSample(1));\n$TargetDedicatedNodes = min(20, ceil($n / $TaskSlotsPerNode));\n"
KEPT = f"{NAIVE}$NodeDeallocationOption = taskcompletion;\n"
BOUNDS = ("--slots", 4, "--runs", 40, "--bursts", 2, "--span", 30, "--workers", 1)


def poolsight(*arguments: object) -> Result:
    return CliRunner().invoke(app, list(map(str, arguments)))


@pytest.fixture
def naive(tmp_path: Path) -> Path:
    file = tmp_path / "naive.txt"
    file.write_text(NAIVE)
    return file


def test_stress_reports_the_load_its_figures_and_how_far_it_went(naive: Path, tmp_path: Path) -> None:
    out = tmp_path / "worst.yaml"
    result = poolsight("formula", "stress", naive, *BOUNDS, "--out", out)
    assert result.exit_code == 1
    assert "40 patterns of" in result.stdout
    assert "node-hours of work thrown away" in result.stdout
    assert "repaired: 0 node-hours" in result.stdout
    assert poolsight("validate", out).exit_code == 0
    answer = poolsight("run", out, "--json")
    assert json.loads(answer.stdout)["ledger_node_s"]["busy_lost"] > 0


def test_stress_finds_nothing_where_tasks_may_finish(naive: Path) -> None:
    naive.write_text(KEPT)
    result = poolsight("formula", "stress", naive, *BOUNDS)
    assert result.exit_code == 0
    assert "Nothing found that does harm of this kind" in result.stdout


def test_stress_in_json(naive: Path) -> None:
    answer = json.loads(poolsight("formula", "stress", naive, *BOUNDS, "--json").stdout)
    assert answer["isHarmful"] is True
    assert answer["formula"]["harm"] > answer["repaired"]["harm"] == 0
    assert answer["search"]["patterns"] == 40
    assert answer["search"]["patternsWithinBounds"] > 10**6


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--worst", "cost", "expected one of waste, wait, lost_work"),
        ("--method", "draws", "expected one of auto, plain, optuna"),
    ],
)
def test_options_of_stress_that_do_not_exist(naive: Path, option: str, value: str, message: str) -> None:
    result = poolsight("formula", "stress", naive, option, value)
    assert result.exit_code == 2
    assert message in result.stderr


@pytest.mark.parametrize(
    ("options", "reported"),
    [
        (("--vm-size", "Standard_Nope"), "vm-size: unknown VM size 'Standard_Nope'"),
        (("--slots", "200"), "slots: 200 task slots on 4 vCPUs"),
        (("--out", "nowhere/load.yaml"), "nowhere/load.yaml: cannot be written: there is no directory nowhere"),
    ],
)
def test_a_pool_or_file_that_cannot_be_is_refused_before_anything_is_run(
    naive: Path, options: tuple[str, str], reported: str
) -> None:
    result = poolsight("formula", "stress", naive, "--runs", 100_000, *options)
    assert result.exit_code == 2
    assert reported in result.stderr
    assert "interrupts-tasks" not in result.stderr


def test_compare_prints_one_table_with_intervals(naive: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_text(KEPT)
    options = ("--slots", 4, "--loads", "burst,empty", "--replications", 2, "--workers", 1)
    ended = poolsight("formula", "compare", naive, kept, *options)
    assert ended.exit_code == 0
    assert "second less first, 95 %" in ended.stdout
    assert "the same in every run" in ended.stdout
    assert "burst: 40 tasks at once" in ended.stdout
    answer = json.loads(poolsight("formula", "compare", naive, kept, *options, "--json").stdout)
    assert {row["load"] for row in answer["rows"]} == {"burst", "empty"}
    assert poolsight("formula", "compare", naive, naive).exit_code == 2
    assert poolsight("formula", "compare", naive, kept, "--loads", "storm").exit_code == 2


SUITE = """
formula: |
  $n = max(0, $PendingTasks.GetSample(1));
  $TargetDedicatedNodes = min(20, ceil($n / $TaskSlotsPerNode));
  $NodeDeallocationOption = OPTION;
stress:
  - {worst: lost_work, atMost: 0, slots: 4, bursts: 2, span: 30, runs: 40}
"""


def test_a_formula_test_may_bound_the_harm_of_a_stress_search(tmp_path: Path) -> None:
    suite = tmp_path / "suite.yaml"
    suite.write_text(SUITE.replace("OPTION", "taskcompletion"))
    good = poolsight("formula", "test", suite)
    assert good.exit_code == 0, good.output
    assert "passed  stress 1: lost_work" in good.stdout
    suite.write_text(SUITE.replace("OPTION", "requeue"))
    bad = poolsight("formula", "test", suite)
    assert bad.exit_code == 1
    assert "expected at most 0, found" in bad.stdout
    for change in (("lost_work", "chance"), ("atMost: 0", "atMost: -1"), ("runs", "run"), ("runs: 40", "runs: no")):
        suite.write_text(SUITE.replace("OPTION", "requeue").replace(*change))
        assert poolsight("formula", "test", suite).exit_code == 2, change


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        ("formula: 5\ntests: [{expect: {error: null}}]", "expected a text"),
        ("formula: x=1;\ncontext: 7\ntests: [{expect: {error: null}}]", "expected a mapping, such as"),
        ("formula: x=1;\ntests: [{context: [1], expect: {error: null}}]", "expected a mapping, such as"),
        ("formula: x=1;\ntests: [{expect: {variables: [1]}}]", "expected a mapping of names and values"),
        ("formula: x=1;\nstress: 3\ntests: [{expect: {error: null}}]", "expected a list"),
        ("formula: x=1;\nstress: [{worst: [wait], atMost: 1}]", "expected a mapping with worst: one of waste"),
        ("formula: x=1;\nstress: [{worst: wait, atMost: true}]", "expected atMost: a number from 0"),
        ("formula: x=1;\nstres: []\ntests: [{expect: {error: null}}]", "unknown key, expected one of formula"),
        ("formula: x=1;\nstress: [{worst: wait, atMost: 1, slots: 200}]", "stress.0.slots: 200 task slots on 4 vCPUs"),
    ],
)
def test_a_suite_of_the_wrong_form_is_refused_with_what_was_expected(tmp_path: Path, text: str, reported: str) -> None:
    suite = tmp_path / "suite.yaml"
    suite.write_text(text)
    result = poolsight("formula", "test", suite)
    assert result.exit_code == 2, result.output
    assert reported in result.stderr
    assert "suite.yaml" in result.stderr


POOL = """
  - id: NAME
    vmSize: Standard_D2_v3
    virtualMachineConfiguration:
      imageReference: {publisher: canonical, offer: 0001-com-ubuntu-server-jammy, sku: 22_04-lts}
      nodeAgentSKUId: batch.node.ubuntu 22.04
    taskSlotsPerNode: SLOTS
    enableAutoScale: true
    autoScaleFormula: $TargetDedicatedNodes = min(9, max(0, $PendingTasks.GetSample(3)));
"""


def test_validate_reports_a_shared_formula_s_warnings_once(tmp_path: Path) -> None:
    pools = "".join(
        POOL.replace("NAME", name).replace("SLOTS", slots) for name, slots in (("a", "1"), ("b", "4"), ("c", "4"))
    )
    file = tmp_path / "pools.yaml"
    file.write_text(f"horizon: 1h\npools:{pools}")
    result = poolsight("validate", file)
    assert result.exit_code == 0, result.stderr
    assert result.stderr.count("interrupts-tasks") == 1
    assert "(pools 'a', 'b', 'c')" in result.stderr
    assert result.stderr.count("ignores-slots") == 1
    assert (
        "a node has 4 slots. Fix: divide the tasks by $TaskSlotsPerNode and round up. (pools 'b', 'c')" in result.stderr
    )
