"""Each rule of the linter: a formula that trips it, one that does not, and formulas that are clean."""

# ruff: noqa: E501 - one case a line

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from simulator.formula.lint import RULES, Level, lint_text
from tests.formula.grammar import formulas

GUARDED = """
$filled = $PendingTasks.GetSamplePercent(5 * TimeInterval_Minute);
$tasks = $filled < 70 ? max(0, $PendingTasks.GetSample(1)) : avg($PendingTasks.GetSample(5 * TimeInterval_Minute));
$TargetDedicatedNodes = min(20, ceil($tasks / $TaskSlotsPerNode));
$NodeDeallocationOption = taskcompletion;
"""
OFFICE = """
$local = time() + 1 * TimeInterval_Hour;
$isWorkingHour = $local.weekday >= 1 && $local.weekday <= 5 && $local.hour >= 8 && $local.hour < 18;
$TargetDedicatedNodes = $isWorkingHour ? 10 : 0;
"""
REPLACED = """
$TargetLowPriorityNodes = 10;
$TargetDedicatedNodes = min(5, max(0, $PreemptedNodeCount.GetSample(3)));
"""
W5 = "5 * TimeInterval_Minute"

CASES = [
    ("syntax", "a = ;", "a = 1; b = a;"),
    ("too-long", "//" + "x" * 8191, "//" + "x" * 8190),
    ("unknown-name", "$TargetDedicatedNodes = nodes;", "nodes = 3; $TargetDedicatedNodes = nodes;"),
    ("unknown-name", "$TargetDedicatedNodes = Max(1, 2);", "$TargetDedicatedNodes = max(1, 2);"),
    ("unknown-name", "$TargetDedicatedNodes = time().minutes;", "$TargetDedicatedNodes = time().minute;"),
    ("unknown-name", "x = $PendingTasks.Sample(1);", "x = $PendingTasks.GetSample(1);"),
    ("read-before-assign", "x = y; y = 1;", "y = 1; x = y;"),
    ("readonly-assignment", "$PendingTasks = 3;", "$pending = 3;"),
    ("type-mismatch", 'x = "a" + 1;', 'x = "a" == "b";'),
    ("type-mismatch", "x = time() - TimeInterval_Hour;", "x = time() + (-TimeInterval_Hour);"),
    ("type-mismatch", "$TargetDedicatedNodes = TimeInterval_Hour;", "$TargetDedicatedNodes = 3;"),
    ("type-mismatch", "x = requeue;", "$NodeDeallocationOption = requeue;"),
    ("type-mismatch", "x = val(3, 0);", "x = val(vec(3), 0);"),
    ("time-format", 'x = time("2024-03-05T00:00:00.123456789Z");', 'x = time("2024-03-05T00:00:00.1234567Z");'),
    ("time-format", 'x = time("2024-03-05T10:00:00");', 'x = time("2024-03-05T10:00:00+01:00");'),
    ("near-service-name", "$TargetDedicatedNode = 9;", "$TargetDedicatedNodes = 9;"),
    ("near-service-name", "$targetdedicatednodes = 9;", "$wanted = 9;"),
    ("obsolete-name", "$TVMDeallocationOption = 1;", "$NodeDeallocationOption = requeue;"),
    ("retired-metric", "x = $MemoryBytes.GetSample(1);", "x = $CPUPercent.GetSample(1);"),
    ("alias-conflict", "$TargetDedicated = 1; $TargetDedicatedNodes = 2;", "$TargetDedicatedNodes = 1; $TargetLowPriority = 2;"),
    ("scalar-from-vector", "$TargetDedicatedNodes = vec(3);", "$TargetDedicatedNodes = val(vec(3), 0);"),
    ("scalar-from-vector", "x = $PendingTasks.GetSample(1) > 3;", "x = max(0, $PendingTasks.GetSample(1)) > 3;"),
    ("empty-aggregate", "x = avg($PendingTasks.GetSample(10));", "x = avg(0, $PendingTasks.GetSample(10));"),
    ("negative-target", "$TargetDedicatedNodes = $CurrentDedicatedNodes - 1;", "$TargetDedicatedNodes = max(0, $CurrentDedicatedNodes - 1);"),
    ("fractional-target", "$TargetDedicatedNodes = 7 / 2;", "$TargetDedicatedNodes = ceil(7 / 2);"),
    ("fractional-target", "t = avg(1, 2); $TargetDedicatedNodes = t;", "t = avg(1, 2); $TargetDedicatedNodes = t + 0.5;"),
    ("ungated-window", f"x = avg($PendingTasks.GetSample({W5}));", GUARDED),
    ("ungated-window", f"x = len($PendingTasks.GetSample({W5}, 10));", f"x = len($PendingTasks.GetSample({W5}, 0));"),
    ("guard-too-low", GUARDED.replace("< 70", "< 40"), GUARDED.replace("< 70", "< 80")),
    ("guard-too-low", GUARDED.replace("$filled < 70 ? max(0, $PendingTasks.GetSample(1)) :", "40 > $filled ? 0 :"), GUARDED),
    ("strict-recent-window", f"x = len($PendingTasks.GetSample({W5}, 100));", f"x = len($PendingTasks.GetSample({W5}, TimeInterval_Minute, 100));"),
    ("short-window", "x = $PendingTasks.GetSamplePercent(10 * TimeInterval_Second);", "x = $PendingTasks.GetSamplePercent(TimeInterval_Minute);"),
    ("active-only-scaling", GUARDED.replace("$PendingTasks", "$ActiveTasks").replace("taskcompletion", "requeue"), GUARDED),
    ("percent-scale", GUARDED.replace("< 70", "< 0.7"), GUARDED),
    ("percent-scale", "x = avg(0, $CPUPercent.GetSample(9)) > 70 ? 1 : 2;", "x = avg(0, $CPUPercent.GetSample(9)) > 0.7 ? 1 : 2;"),
    ("never-zero", "$TargetDedicatedNodes = max(1, min(9, $CurrentDedicatedNodes + 1));", "$TargetDedicatedNodes = min(9, $CurrentDedicatedNodes);"),
    ("never-zero", "$TargetDedicatedNodes = ceil($TargetDedicatedNodes / 2);", "$TargetDedicatedNodes = floor($TargetDedicatedNodes / 2) + 1 > 1 ? 3 : 0;"),
    ("stuck-at-zero", "$TargetDedicatedNodes = ceil($CurrentDedicatedNodes * 1.1);", "$TargetDedicatedNodes = ceil($CurrentDedicatedNodes * 1.1) + 1;"),
    ("swapped-cap", "$TargetDedicatedNodes = max(20, min(0, $CurrentDedicatedNodes));", "$TargetDedicatedNodes = min(20, max(0, $CurrentDedicatedNodes));"),
    ("crossed-kinds", "$TargetDedicatedNodes = $CurrentLowPriorityNodes + 1;", "$TargetDedicatedNodes = $CurrentDedicatedNodes + 1;"),
    ("double-demand", "n = max(0, $PendingTasks.GetSample(1)); $TargetDedicatedNodes = n; $TargetLowPriorityNodes = n;", "n = max(0, $PendingTasks.GetSample(1)); $TargetDedicatedNodes = min(5, n); $TargetLowPriorityNodes = max(0, n - 5);"),
    ("constant-condition", "$TargetDedicatedNodes = time().hour > 24 ? 1 : 0;", "$TargetDedicatedNodes = time().hour > 22 ? 1 : 0;"),
    ("constant-condition", GUARDED.replace("< 70", "> 100"), GUARDED),
    ("division-by-zero", "x = 5 / $CurrentDedicatedNodes;", "x = 5 / max(1, $CurrentDedicatedNodes);"),
    ("unreachable", "stop(); a = 1;", "a = 1; stop();"),
    ("single-sample", "$TargetDedicatedNodes = max(0, $PendingTasks.GetSample(1));", GUARDED),
    ("bare-metric", "$TargetDedicatedNodes = $PendingTasks;", "$TargetDedicatedNodes = max(0, $PendingTasks.GetSample(3));"),
    ("local-hours", "$TargetDedicatedNodes = time().hour > 8 ? 1 : 0;", OFFICE),
    ("unused-variable", "x = 1; $TargetDedicatedNodes = 2;", "x = 1; $TargetDedicatedNodes = x;"),
    ("no-target", "x = 1;", "$TargetDedicatedNodes = 1;"),
]  # fmt: skip


def rules(text: str, **pool: float) -> set[str]:
    return {finding.rule for finding in lint_text(text, **pool)}  # type: ignore[arg-type]


@pytest.mark.parametrize(("rule", "sick", "sound"), CASES, ids=[f"{case[0]}-{n}" for n, case in enumerate(CASES)])
def test_a_rule_finds_its_illness_and_nothing_where_there_is_none(rule: str, sick: str, sound: str) -> None:
    assert rule in rules(sick)
    assert rule not in rules(sound)


def test_every_rule_has_its_pair() -> None:
    assert {case[0] for case in CASES} | {"ignores-slots", "interval"} == set(RULES)


def test_tasks_counted_as_slots() -> None:
    naive = "$TargetDedicatedNodes = min(9, max(0, $PendingTasks.GetSample(3)));"
    assert "ignores-slots" in rules(naive, slots=4)
    assert "ignores-slots" not in rules(naive, slots=1)
    assert "ignores-slots" not in rules(GUARDED, slots=4)


@pytest.mark.parametrize(("minutes", "found"), [(4, True), (5, False), (168 * 60, False), (168 * 60 + 1, True)])
def test_intervals(minutes: float, found: bool) -> None:
    assert ("interval" in rules("$TargetDedicatedNodes = 1;", interval_minutes=minutes)) == found


@pytest.mark.parametrize("text", [GUARDED, OFFICE, REPLACED])
def test_clean_formulas_are_left_in_peace(text: str) -> None:
    assert lint_text(text, slots=4, interval_minutes=5) == []


def test_findings_have_places_and_say_what_to_do() -> None:
    finding = lint_text("$TargetDedicatedNodes =\n  $CurrentDedicatedNodes - 1;")[0]
    assert (finding.rule, finding.level) == ("negative-target", Level.WARNING)
    assert (finding.place.line, finding.place.column) == (1, 1)
    assert finding.fix == "put it into max(0, ...)."


@pytest.mark.parametrize(
    "text", ["a = round(1e999 - 1e999);", "a = 1e999 * 0; b = ceil(a);", "x = 1 / (0 / 0) > 1 ? 1 : 2;"]
)
def test_numbers_beyond_all_bounds_do_no_harm(text: str) -> None:
    assert isinstance(lint_text(text), list)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(formulas())
def test_any_formula_can_be_linted(text: str) -> None:
    assert all(finding.rule in RULES for finding in lint_text(text, slots=4))


def test_the_linter_finds_what_the_compliance_cases_expect_and_never_fails() -> None:
    for file in sorted((Path(__file__).parent / "compliance").glob("*.json")):
        for case in json.loads(file.read_text()):
            found = rules(case["formula"])
            assert set(case["expect"].get("lint", [])) <= found, case["id"]
