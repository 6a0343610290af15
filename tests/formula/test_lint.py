"""Each rule of the linter: a formula that trips it, one that does not, and formulas that are clean."""

# ruff: noqa: E501 - one case a line

import json
from pathlib import Path

import pytest
from hypothesis import given

from simulator.formula.lint import RULES, Level, lint_text
from tests.examples import examples
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
$NodeDeallocationOption = taskcompletion;
"""
REPLACED = """
$TargetLowPriorityNodes = 10;
$TargetDedicatedNodes = min(5, max(0, $PreemptedNodeCount.GetSample(3)));
$NodeDeallocationOption = taskcompletion;
"""
W5 = "5 * TimeInterval_Minute"

TWO_KINDS = """
$filled = $PendingTasks.GetSamplePercent(10 * TimeInterval_Minute);
$n = $filled < 70 ? max(0, $PendingTasks.GetSample(3)) : ceil(avg($PendingTasks.GetSample(10 * TimeInterval_Minute)));
$TargetDedicatedNodes = min(5, $n);
$TargetLowPriorityNodes = max(0, min(50, $n - 5));
$NodeDeallocationOption = taskcompletion;
"""
SHARED = """
$n = max(0, $PendingTasks.GetSample(1), $PendingTasks.GetSample(10));
$TargetDedicatedNodes = ceil(0.2 * $n);
$TargetLowPriorityNodes = floor(0.8 * $n);
$NodeDeallocationOption = taskcompletion;
"""
GRACE = """
$age = time() - time("2026-03-01T00:00:00Z");
$filled = $PendingTasks.GetSamplePercent(15 * TimeInterval_Minute, TimeInterval_Minute);
$n = $filled >= 80 ? max($PendingTasks.GetSample(15 * TimeInterval_Minute, TimeInterval_Minute, 80)) : 0;
$TargetDedicatedNodes = $age < TimeInterval_Hour ? 5 : min(30, $n);
$NodeDeallocationOption = $age < TimeInterval_Hour ? requeue : taskcompletion;
"""
KEEP = "$TargetDedicatedNodes = $CurrentDedicatedNodes; $TargetLowPriorityNodes = $CurrentLowPriorityNodes;"
FIXED = "$TargetDedicatedNodes = 3; $TargetLowPriorityNodes = 10;"

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
    ("never-zero", "$TargetDedicatedNodes = min(9, $CurrentDedicatedNodes + 1);", "$TargetDedicatedNodes = min(9, $CurrentDedicatedNodes);"),
    ("never-zero", "$TargetDedicatedNodes = ceil($TargetDedicatedNodes / 2);", "$TargetDedicatedNodes = floor($TargetDedicatedNodes / 2);"),
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


OTHER_FORMS = {
    "active-only-scaling": [
        "$a = avg($ActiveTasks.GetSample(TimeInterval_Minute*5,0)); $TargetDedicatedNodes = ceil($a); $NodeDeallocationOption = terminate;",
        "$TargetLowPriorityNodes = max(0,$ActiveTasks.GetSample(1)) > 0 ? 10 : 0;",
    ],
    "ungated-window": [
        "$TargetDedicatedNodes = ceil(avg($PendingTasks.GetSample(TimeInterval_Minute * 15)));",
        "s = $PendingTasks.GetSample(15*TimeInterval_Minute, 50); $TargetDedicatedNodes=min(5,max(s));",
    ],
    "guard-too-low": [
        "p=$PendingTasks.GetSamplePercent(TimeInterval_Minute*5); $TargetDedicatedNodes = p >= 50 ? ceil(avg($PendingTasks.GetSample(TimeInterval_Minute*5))) : 1;",
        "$TargetDedicatedNodes = $PendingTasks.GetSamplePercent(TimeInterval_Minute*5) > 60 ? ceil(avg($PendingTasks.GetSample(TimeInterval_Minute*5, 90))) : 1;",
    ],
    "short-window": [
        "x = avg($PendingTasks.GetSample(TimeInterval_Second * 20));",
        "x = avg($PendingTasks.GetSample(TimeInterval_Minute, 50*TimeInterval_Second));",
    ],
    "single-sample": [
        "$TargetDedicatedNodes = val($PendingTasks.GetSample(1), 0);",
        "$l = $PendingTasks.GetSample(1); $TargetDedicatedNodes = max($l) > 0 ? 5 : 0;",
    ],
    "percent-scale": [
        "x = $PendingTasks.GetSamplePercent(TimeInterval_Hour) > 0.7 ? 1 : 2;",
        "c = avg(0,$CPUPercent.GetSample(10)); x = c < 20 ? 1 : 2;",
        "x= $CPUPercent > 80 ? 1 : 2;",
    ],
    "read-before-assign": [
        "$TargetDedicatedNodes = n; n = 3;",
    ],
    "unknown-name": [
        "$tasks = 3; $TargetDedicatedNodes = $task;",
        "$TargetDedicatedNodes = $PendingTask.GetSample(1);",
    ],
    "unused-variable": [
        "$max = 10; $TargetDedicatedNodes = 3;",
    ],
    "never-zero": [
        "$h = $TargetDedicatedNodes / 2; $TargetDedicatedNodes = $PendingTasks > 0 ? 10 : ceil($h);",
        "$TargetDedicatedNodes = $PendingTasks > 5 ? $PendingTasks : ($TargetDedicatedNodes + 1) / 2;",
        "$TargetDedicatedNodes = ceil($CurrentDedicatedNodes * 0.5);",
        "$TargetDedicatedNodes = round($CurrentDedicatedNodes * 0.9);",
    ],
    "stuck-at-zero": [
        "$TargetDedicatedNodes = $PendingTasks > 0 ? $CurrentDedicatedNodes * 2 : 0;",
        "$c = avg(0,$CPUPercent.GetSample(5)); $TargetDedicatedNodes = $c > 0.7 ? ceil($CurrentDedicatedNodes * 1.1) : $CurrentDedicatedNodes;",
    ],
    "swapped-cap": [
        "$TargetDedicatedNodes = max(20, $PendingTasks);",
        "$cap=20; $TargetDedicatedNodes = max($cap, ceil($PendingTasks / 4));",
        "$TargetDedicatedNodes = min(0, $PendingTasks);",
        "$TargetDedicatedNodes = min(0, max(20, $PendingTasks));",
    ],
    "fractional-target": [
        "$TargetDedicatedNodes = $PendingTasks / $TaskSlotsPerNode;",
        "$TargetDedicatedNodes = min(20, avg(0, $PendingTasks.GetSample(5)));",
        "$TargetDedicatedNodes = 0.3 * $PendingTasks;",
    ],
    "crossed-kinds": [
        "$TargetDedicatedNodes = $CurrentLowPriorityNodes;",
        "$TargetLowPriorityNodes = min(10, $CurrentDedicatedNodes + $PendingTasks);",
        "$TargetDedicatedNodes = $PendingTasks; $TargetLowPriorityNodes = $TargetDedicatedNodes * 2;",
    ],
    "double-demand": [
        "$TargetDedicatedNodes = $PendingTasks; $TargetLowPriorityNodes = $PendingTasks;",
        "$n=$PendingTasks; $TargetDedicatedNodes=min(50,$n); $TargetLowPriorityNodes=min(100,$n);",
        "$t=ceil($PendingTasks/4); $TargetDedicatedNodes=$t; $TargetLowPriorityNodes=$t;",
    ],
    "local-hours": [
        "$w = time().hour >= 8 && time().hour < 18; $TargetDedicatedNodes = $w ? 5 : 0;",
        "$n = time(); $TargetDedicatedNodes = $n.hour > 8 ? 5 : 0;",
    ],
    "constant-condition": [
        "$TargetDedicatedNodes = $PendingTasks >= 0 ? 5 : 0;",
        "$TargetDedicatedNodes = time().weekday > 7 ? 5 : 0;",
        "$x = time().hour >= 0 && time().hour < 25; $TargetDedicatedNodes = $x ? 1 : 0;",
        "$TargetDedicatedNodes = 1 == 1 ? 3 : 4;",
        "$TargetDedicatedNodes = 1 ? 3 : 4;",
    ],
    "retired-metric": [
        "$TargetDedicatedNodes = $NetworkInBytes.GetSample(1) > 5 ? 1 : 0;",
    ],
    "near-service-name": [
        "$TargetDedicatedNode = 3;",
        "$TargetLowPriorityNode = 3;",
        "$TargetDedicatedNods=1;",
        "$NodeDealocationOption = 1;",
    ],
    "division-by-zero": [
        "$TargetDedicatedNodes = ceil($PendingTasks / $CurrentDedicatedNodes);",
        "$s = $PendingTasks.GetSample(5); $TargetDedicatedNodes = ceil(sum($s) / len($s));",
        "x = 1 / ($RunningTasks - 1);",
    ],
}


@pytest.mark.parametrize(("rule", "text"), [(rule, text) for rule, texts in OTHER_FORMS.items() for text in texts])
def test_other_forms_of_the_same_illness(rule: str, text: str) -> None:
    assert rule in rules(text)


def test_names_of_rules_are_those_of_the_registry() -> None:
    assert {case[0] for case in CASES} | set(OTHER_FORMS) <= set(RULES)


def test_tasks_counted_as_slots() -> None:
    naive = "$TargetDedicatedNodes = min(9, max(0, $PendingTasks.GetSample(3)));"
    assert "ignores-slots" in rules(naive, slots=4)
    assert "ignores-slots" not in rules(naive, slots=1)
    assert "ignores-slots" not in rules(GUARDED, slots=4)


@pytest.mark.parametrize(("minutes", "found"), [(4, True), (5, False), (168 * 60, False), (168 * 60 + 1, True)])
def test_intervals(minutes: float, found: bool) -> None:
    assert ("interval" in rules("$TargetDedicatedNodes = 1;", interval_minutes=minutes)) == found


@pytest.mark.parametrize("text", [GUARDED, OFFICE, REPLACED, TWO_KINDS, SHARED, GRACE, KEEP, FIXED])
def test_clean_formulas_are_left_in_peace(text: str) -> None:
    assert lint_text(text, interval_minutes=5) == []


def test_findings_have_places_and_state_what_to_do() -> None:
    finding = lint_text("$TargetDedicatedNodes =\n  $CurrentDedicatedNodes - 1;")[0]
    assert (finding.rule, finding.level) == ("negative-target", Level.WARNING)
    assert (finding.place.line, finding.place.column) == (1, 1)
    assert finding.fix == "put it into max(0, ...)."
    assert finding.as_dict()["fixable"] is True


@pytest.mark.parametrize(
    "text", ["a = round(1e999 - 1e999);", "a = 1e999 * 0; b = ceil(a);", "x = 1 / (0 / 0) > 1 ? 1 : 2;"]
)
def test_numbers_beyond_all_bounds_do_no_harm(text: str) -> None:
    assert isinstance(lint_text(text), list)


@examples(150)
@given(formulas())
def test_any_formula_can_be_linted(text: str) -> None:
    assert all(finding.rule in RULES for finding in lint_text(text, slots=4))


def test_the_linter_finds_what_the_compliance_cases_expect_and_never_fails() -> None:
    for file in sorted((Path(__file__).parent / "compliance").glob("*.json")):
        for case in json.loads(file.read_text()):
            found = rules(case["formula"])
            assert set(case["expect"].get("lint", [])) <= found, case["id"]


@pytest.mark.parametrize("first", ["avg(0, $PendingTasks.GetSample(9))", "max(0, $PendingTasks.GetSample(9))"])
def test_variables_that_are_read_twice_each_are_followed_once(first: str) -> None:
    """Followed again at every reading, a hundred statements would take longer than anybody waits."""
    chain = "".join(f"$v{n} = $v{n - 1} > 3 ? max($v{n - 1}, 2) / 2 : min(9, $v{n - 1});" for n in range(1, 97))
    text = f"$v0 = {first};{chain} $TargetDedicatedNodes = max(1, $v96); $NodeDeallocationOption = taskcompletion;"
    assert "fractional-target" in rules(text)
