"""`poolsight formula` as a user meets it."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tests.command_line import app

CONTEXT: dict[str, Any] = {
    "now": "2026-03-02T09:00:00Z",
    "targetDedicatedNodes": 2,
    "targetLowPriorityNodes": 0,
    "currentDedicatedNodes": 2,
    "currentLowPriorityNodes": 0,
    "taskSlotsPerNode": 4,
    "usableNodeCount": 2,
    "samples": {
        "$PendingTasks": [["2026-03-02T08:59:30Z", 4.0]],
        "$CPUPercent": {"from": "2026-03-02T08:59:00Z", "every": "PT30S", "values": [0.5, 0.7]},
    },
    "options": {"percentile_method": "nearest"},
}


def poolsight(*arguments: object, text: str | None = None) -> Result:
    return CliRunner().invoke(app, ["formula", *map(str, arguments)], input=text)


@pytest.fixture
def context(tmp_path: Path) -> Path:
    file = tmp_path / "context.json"
    file.write_text(json.dumps(CONTEXT))
    return file


def write(tmp_path: Path, text: str, name: str = "a.formula") -> Path:
    file = tmp_path / name
    file.write_text(text)
    return file


def test_check_reports_every_error_of_every_file(tmp_path: Path) -> None:
    bad = write(tmp_path, "a = 1 +;\nb = 2 % 3;\nc = 3;")
    good = write(tmp_path, "$TargetDedicatedNodes = 3", "b.formula")
    result = poolsight("check", bad, good, tmp_path / "absent")
    assert result.exit_code == 2
    assert result.stderr.count("a.formula:") == 2
    assert "a.formula:2:7: AutoScalingFormulaSyntaxError: unexpected '%'" in result.stderr
    assert "absent: cannot be read" in result.stderr
    assert "b.formula: the service would accept it (1 statement)" in result.stdout


def test_eval_prints_the_results_of_the_service(tmp_path: Path, context: Path) -> None:
    file = write(
        tmp_path,
        "$TargetDedicatedNodes = $PendingTasks.GetSample(1); u = $UsableNodeCount; c = $CPUPercent.GetSample(2);",
    )
    result = poolsight("eval", file, "--context", context)
    assert result.exit_code == 0
    expected = "$TargetDedicatedNodes=4;$TargetLowPriorityNodes=0;$NodeDeallocationOption=requeue;c=[0.5,0.7];u=2"
    assert result.stdout.strip() == expected


def test_eval_json_has_the_documented_keys(context: Path) -> None:
    text = "$TargetDedicatedNodes = $PendingTasks.GetSamplePercent(TimeInterval_Minute) >= 50 ? 7.9 : 1;"
    result = poolsight("eval", "-", "--context", context, "--json", "--explain", text=text)
    answer = json.loads(result.stdout)
    assert answer["timestamp"] == "2026-03-02T09:00:00.000Z"
    assert answer["error"] is None
    assert answer["targetDedicatedNodes"] == 7
    assert answer["nodeDeallocationOption"] == "requeue"
    (step,) = answer["trace"]
    assert step["branches"] == [{"line": 1, "column": 83, "taken": "then"}]
    (window,) = step["windows"]
    assert (window["expected"], window["available"], window["percent"]) == (2, 1, 50)
    assert (window["from"], window["to"]) == ("2026-03-02T08:59:00.000Z", "2026-03-02T09:00:00.000Z")
    plain = json.loads(poolsight("eval", "-", "--context", context, "--json", text=text).stdout)
    assert "trace" not in plain


def test_eval_explains_in_words(context: Path) -> None:
    text = "x = 1 > 2 ? 3 : avg($PendingTasks.GetSample(TimeInterval_Minute, 50));"
    output = poolsight("eval", "-", "--context", context, "--explain", text=text).stdout
    assert "1 of 2 samples (50 %, 50 % demanded): [4]" in output
    assert "'?' at Line 1, Col 11: otherwise" in output
    assert "= 4" in output


def test_an_evaluation_error_is_reported_as_the_service_reports_it(context: Path) -> None:
    text = "x = avg($RunningTasks.GetSample(TimeInterval_Minute));"
    result = poolsight("eval", "-", "--context", context, "--json", text=text)
    assert result.exit_code == 1
    error = json.loads(result.stdout)["error"]
    assert error == {
        "code": "InsufficientSampleData",
        "message": "Autoscale evaluation failed due to insufficient sample data",
        "values": [
            {
                "name": "Message",
                "value": "Line 1, Col 32: Insufficient data from data set: $RunningTasks wanted 70%, received 0%",
            }
        ],
    }


@pytest.mark.parametrize(
    ("change", "expected_message"),
    [
        ({"now": "today"}, "now: expected a time"),
        ({"targetDedicatedNodes": -1}, "targetDedicatedNodes: expected a whole number from 0, not -1"),
        ({"targetDedicated": 1}, "targetDedicated: unknown key"),
        ({"samples": {"$PendingTask": []}}, "did you mean '$PendingTasks'?"),
        ({"samples": {"$PendingTasks": [["x", 1]]}}, "samples.$PendingTasks.0.0"),
        ({"options": {"percentile": 1}}, "unknown option 'percentile'"),
        ({"options": {"percentile_method": "odd"}}, "cannot be 'odd'"),
    ],
)
def test_a_context_that_cannot_be_used(tmp_path: Path, change: dict[str, Any], expected_message: str) -> None:
    file = write(tmp_path, json.dumps({**CONTEXT, **change}), "context.json")
    result = poolsight("eval", "-", "--context", file, text="a = 1")
    assert result.exit_code == 2
    assert expected_message in result.stderr


def test_lint_states_what_where_and_what_to_do(tmp_path: Path) -> None:
    file = write(tmp_path, "$TargetDedicatedNodes = $CurrentDedicatedNodes - 1;")
    result = poolsight("lint", file)
    assert result.exit_code == 1
    assert (
        "warning negative-target: $TargetDedicatedNodes can fall below 0. Fix: put it into max(0, ...)."
        in result.stdout
    )
    found = json.loads(poolsight("lint", file, "--json").stdout)[0]
    assert (found["rule"], found["line"], found["column"]) == ("negative-target", 1, 1)
    clean = poolsight("lint", "-", text="$TargetDedicatedNodes = 3;")
    assert clean.exit_code == 0
    assert "nothing to complain about" in clean.stdout


SUITE = """
formula: |
  n = max(0, $PendingTasks.GetSample(1));
  $TargetDedicatedNodes = min(10, n);
context: {now: "2026-03-02T09:00:00Z"}
tests:
  - name: nothing waits
    expect: {targetDedicatedNodes: 0, variables: {n: 0}}
  - name: much waits
    context: {samples: {$PendingTasks: [["2026-03-02T08:59:30Z", 40]]}}
    expect: {targetDedicatedNodes: %s, error: null}
"""


def test_unit_tests_of_a_formula(tmp_path: Path) -> None:
    good = poolsight("test", write(tmp_path, SUITE % 10, "suite.yaml"))
    assert good.exit_code == 0
    assert "2 passed, 0 failed" in good.stdout
    bad = poolsight("test", write(tmp_path, SUITE % 40, "suite.yaml"))
    assert bad.exit_code == 1
    assert "FAILED  much waits" in bad.stdout
    assert "targetDedicatedNodes: expected 40, found 10" in bad.stdout
    broken = poolsight("test", write(tmp_path, SUITE.replace("variables", "variable") % 10, "suite.yaml"))
    assert broken.exit_code == 2
    assert "nothing of that name can be expected" in broken.stderr


@pytest.mark.parametrize("literal", ["2024-02-30", "18:00", "2024-03-05T00:00:00.123456789Z", "{created}"])
def test_check_refuses_times_that_can_never_be_parsed(tmp_path: Path, literal: str) -> None:
    file = write(tmp_path, f'x = 1;\n$TargetDedicatedNodes = 1 > 2 ? time("{literal}").hour : 1;')
    result = poolsight("check", file)
    assert result.exit_code == 2
    assert "a.formula:2:37: AutoScalingFormulaEvaluationError" in result.stderr
    assert "every evaluation that gets here fails" in result.stderr
    assert poolsight("check", "-", text=f'when = "{literal}"; x = time(when);').exit_code == 2
    assert poolsight("check", "-", text='x = time("") > time("2024-02-29");').exit_code == 0


NAIVE = "$n = max(0, $PendingTasks.GetSample(1));\n$TargetDedicatedNodes = min(20, ceil($n / 4));"


def test_lint_shows_the_load_under_which_it_hurts(tmp_path: Path) -> None:
    file = write(tmp_path, NAIVE)
    plain, expected_message = (poolsight("lint", file, "--slots", 4, *more) for more in ((), ("--why",)))
    assert plain.exit_code == expected_message.exit_code == 1
    assert "requeue stops" in expected_message.stdout
    assert "why: Without $NodeDeallocationOption the service takes requeue" in expected_message.stdout
    assert "requeue stops" not in plain.stdout


def test_lint_fixes_the_file_and_states_what_it_did(tmp_path: Path) -> None:
    file = write(tmp_path, NAIVE.replace("max(0, ", "Max("))
    result = poolsight("lint", file, "--slots", 4, "--fix")
    assert "a.formula:1: mended unknown-name" in result.stdout
    assert "mended interrupts-tasks" in result.stdout
    assert result.exit_code == 0, result.stdout
    mended = f"{NAIVE}\n$NodeDeallocationOption = taskcompletion;\n"
    assert file.read_text() == mended
    assert poolsight("lint", file, "--slots", 4, "--fix").stdout.count("mended") == 0
    piped = poolsight("lint", "-", "--slots", 4, "--fix", text=NAIVE)
    assert piped.stdout == mended


def test_lint_writes_sarif(tmp_path: Path) -> None:
    file = write(tmp_path, NAIVE)
    result = poolsight("lint", file, "--sarif")
    assert json.loads(result.stdout)["version"] == "2.1.0"
    assert result.exit_code == 1
    assert poolsight("lint", file, "--sarif", "--json").exit_code == 2


def test_fmt_writes_checks_and_pipes(tmp_path: Path) -> None:
    file = write(tmp_path, "a=1;b = 2 // two")
    assert poolsight("fmt", file, "--check").exit_code == 1
    assert file.read_text() == "a=1;b = 2 // two"
    assert "a.formula: written" in poolsight("fmt", file).stdout
    assert file.read_text() == "a = 1;\nb = 2;  // two\n"
    assert poolsight("fmt", file, "--check").exit_code == 0
    assert poolsight("fmt", "-", text="a=1").stdout == "a = 1;\n"
    wrong = poolsight("fmt", "-", text="a = ;")
    assert wrong.exit_code == 2
    assert "unexpected ';'" in wrong.stderr
