"""Where a formula is right, the linter is silent: forms of code that are easily taken for mistakes."""

# ruff: noqa: E501 - one case a line

import pytest

from simulator.formula.lint import Level, lint_text

KEEP = "$NodeDeallocationOption = taskcompletion;"
N = "$n = max(0, $PendingTasks.GetSample(3));"
W = "5 * TimeInterval_Minute"

SILENT = [
    ("percent-scale", "p = $PendingTasks.GetSamplePercent(TimeInterval_Hour); x = p < 1 ? 0 : max(0, $PendingTasks.GetSample(TimeInterval_Hour, 0));", None),
    ("stuck-at-zero", f"work = max(0, $ActiveTasks.GetSample(1)); $TargetDedicatedNodes = min(60, ceil(work / $TaskSlotsPerNode)); {KEEP}", 4),
    ("stuck-at-zero", f'work = max(0, $PendingTasks.GetSample(1)); $TargetDedicatedNodes = time() < time("2024-01-05T18:00:00Z") ? ceil(work / 4) : 0; {KEEP}', 4),
    ("stuck-at-zero", f'work = max(0, $PendingTasks.GetSample(1)); $TargetDedicatedNodes = time() > time("2031-06-05") ? min(5, work) : 0; {KEEP}', None),
    ("stuck-at-zero", f"t = time() + TimeInterval_Hour; {N} $TargetDedicatedNodes = t.hour == 4 ? min(5, $n) : 0; {KEEP}", None),
    ("stuck-at-zero", f"t = time() + TimeInterval_Hour; {N} $TargetDedicatedNodes = t.day == 30 && t.weekday == 3 ? min(5, $n) : 0; {KEEP}", None),
    ("swapped-cap", f"$TargetDedicatedNodes = min($CurrentDedicatedNodes + 16777216, 10); {KEEP}", None),
    ("swapped-cap", f"most = 16777216; limit = 10; $TargetDedicatedNodes = min($CurrentDedicatedNodes + most, limit); {KEEP}", None),
    ("swapped-cap", f"least = 2; most = 2; {N} $TargetDedicatedNodes = max(least, min(most, $n)); {KEEP}", None),
    ("swapped-cap", f"most = 0; {N} $TargetLowPriorityNodes = min(most, $n); {KEEP}", None),
    ("swapped-cap", f"minNodes = 12; {N} $TargetDedicatedNodes = max(minNodes, $n); {KEEP}", None),
    ("swapped-cap", f"{N} $TargetDedicatedNodes = max(2, $n); {KEEP}", None),
    ("division-by-zero", "total = max(0, $PendingTasks.GetSample(3)); x = total > 0 ? 5 / total : 0;", None),
    ("division-by-zero", "total = max(0, $PendingTasks.GetSample(3)); x = total == 0 ? 0 : 5 / total;", None),
    ("division-by-zero", "total = max(0, $PendingTasks.GetSample(3)); x = total ? 5 / total : 0;", None),
    ("division-by-zero", "total = max(0, $PendingTasks.GetSample(3)); x = !total ? 0 : 5 / total;", None),
    ("division-by-zero", "total = max(0, $PendingTasks.GetSample(3)); has = total > 0; x = has ? 5 / total : 0;", None),
    ("division-by-zero", "p = max(0, $PendingTasks.GetSample(3)); x = 5 / (p > 0 ? p : 1);", None),
    ("division-by-zero", "v = $PendingTasks.GetSample(3); x = len(v) > 0 ? sum(v) / len(v) : 0;", None),
    ("division-by-zero", "p = max(0, $PendingTasks.GetSample(3)); x = p > 0 && 5 / p > 2 ? 1 : 0;", None),
    ("division-by-zero", "p = max(0, $PendingTasks.GetSample(3)); x = p < 1 || 5 / p > 2 ? 1 : 0;", None),
    ("division-by-zero", "p = max(0, $PendingTasks.GetSample(3)); x = p <= 0 ? 0 : 1 > 2 ? 3 : 5 / p;", None),
    ("near-service-name", f"pendingTasks = max(0, $PendingTasks.GetSample(3)); taskSlotsPerNode = 4; $TargetDedicatedNodes = min(9, ceil(pendingTasks / taskSlotsPerNode)); {KEEP}", None),
    ("near-service-name", f"{N} targetDedicatedNodes = min(9, $n); $TargetDedicatedNodes = targetDedicatedNodes; {KEEP}", None),
    ("near-service-name", f"$activeTasks = max(0, $ActiveTasks.GetSample(3)); $runningTasks = max(0, $RunningTasks.GetSample(3)); $TargetDedicatedNodes = min(9, $activeTasks + $runningTasks); {KEEP}", None),
    ("never-zero", f"{N} $TargetDedicatedNodes = max(2, min(9, $n)); {KEEP}", None),
    ("never-zero", f"{N} low = 1; high = 9; $TargetDedicatedNodes = min(high, max(low, $n)); {KEEP}", None),
    ("never-zero", f"{N} $TargetDedicatedNodes = $n > 10 ? 8 : 2; {KEEP}", None),
    ("never-zero", f"{N} $TargetDedicatedNodes = min(9, max(1, ceil($n / 4))); {KEEP}", None),
    ("constant-condition", f"useSpot = 1; {N} $TargetDedicatedNodes = useSpot == 1 ? 0 : min(3, $n); $TargetLowPriorityNodes = useSpot == 1 ? min(3, $n) : 0; {KEEP}", None),
    ("constant-condition", "t = time() + TimeInterval_Hour; x = t.hour >= 22 || t.hour < 6; y = t.weekday >= 1 && t.weekday <= 5; z = t.hour > 8 && t.hour > 5;", None),
    ("constant-condition", "t = time() + TimeInterval_Hour; x = t.hour < 6 ? 1 : t.hour < 12 ? 2 : t.hour >= 12 ? 3 : 4;", None),
    ("counted-twice", "x = max(0, $ActiveTasks.GetSample(3)) + max(0, $RunningTasks.GetSample(3));", None),
    ("counted-twice", "x = max(0, $PendingTasks.GetSample(3)) - max(0, $RunningTasks.GetSample(3));", None),
    ("counted-twice", f"v = $PendingTasks.GetSample(5); $TargetDedicatedNodes = min(9, ceil(sum(v) / max(1, len(v)))); {KEEP}", None),
    ("percent-sum", "p = ($ActiveTasks.GetSamplePercent(TimeInterval_Hour) + $RunningTasks.GetSamplePercent(TimeInterval_Hour)) / 2; x = p < 70 ? 1 : 2;", None),
    ("percent-sum", "x = $ActiveTasks.GetSamplePercent(TimeInterval_Hour) + $RunningTasks.GetSamplePercent(TimeInterval_Hour) < 140 ? 1 : 2;", None),
    ("crossed-kinds", f"{N} $TargetDedicatedNodes = min(3, $n); $TargetLowPriorityNodes = max(0, min(9, $n - $TargetDedicatedNodes)); {KEEP}", None),
    ("inclusive-hour", "t = time() + TimeInterval_Hour; x = t.hour >= 8 && t.hour < 17; y = t.weekday <= 5;", None),
    ("ignores-slots", f"{N} $nodes = ceil($n / $TaskSlotsPerNode); $TargetDedicatedNodes = $nodes > 0 ? min(9, $nodes) : floor($TargetDedicatedNodes / 2); {KEEP}", 8),
    ("ignores-slots", f"{N} $TargetDedicatedNodes = min(9, ceil($n * 0.25)); {KEEP}", 4),
    ("ignores-slots", f"{N} slots = 4; $TargetDedicatedNodes = min(9, ($n + slots - 1) / slots); {KEEP}", 4),
    ("ignores-slots", f"{N} $TargetDedicatedNodes = $n > 0 ? 4 : 0; {KEEP}", 4),
    ("fractional-target", f"{N} slots = 4; $TargetDedicatedNodes = min(9, ($n + slots - 1) / slots); {KEEP}", 4),
    ("interrupts-tasks", "$TargetDedicatedNodes = 5;", None),
    ("interrupts-tasks", "$TargetDedicatedNodes = $CurrentDedicatedNodes;", None),
    ("interrupts-tasks", f"{N} $TargetDedicatedNodes = max($TargetDedicatedNodes, min(9, $n));", None),
    ("interrupts-tasks", f"{N} $TargetDedicatedNodes = min(9, $n); $NodeDeallocationOption = retaineddata;", None),
    ("swings", f"{N} $TargetDedicatedNodes = min(60, ceil($n / 4)); {KEEP}", 4),
    ("swings", f"$c = avg(0, $CPUPercent.GetSample(5)); $TargetDedicatedNodes = min(9, max(1, $c > 0.7 ? $CurrentDedicatedNodes + 1 : $c < 0.2 ? $CurrentDedicatedNodes - 1 : $CurrentDedicatedNodes)); {KEEP}", None),
    ("fractional-target", f"$p = $PendingTasks.GetSamplePercent({W}); $n = $p < 70 ? max(0, $PendingTasks.GetSample(1)) : max($PendingTasks.GetSample(1), avg($PendingTasks.GetSample({W}))); $TargetDedicatedNodes = min(9, $n > 0 ? $n : $TargetDedicatedNodes / 2); {KEEP}", None),
    ("fractional-target", f"{N} $more = ($n - $TargetDedicatedNodes * 4) / 4; $more = $more + (4 - 1) / 4; $TargetDedicatedNodes = max(0, min(9, $TargetDedicatedNodes + $more)); {KEEP}", 4),
    ("fractional-target", f"$n = avg(0, $PendingTasks.GetSample(9)); $TargetDedicatedNodes = min(9, $n + 1); {KEEP}", None),
    ("fractional-target", f"{N} $most = 270 / $TaskSlotsPerNode; $want = $n / $TaskSlotsPerNode + 0.7; $want = $n > $TaskSlotsPerNode ? $want : 1; $TargetDedicatedNodes = min($most, $want); {KEEP}", 4),
    ("fractional-target", f"{N} $TargetDedicatedNodes = min(9, $n / 1); {KEEP}", None),
    ("fractional-target", f"{N} $TargetDedicatedNodes = min(9, $n > 0 ? $n : $CurrentDedicatedNodes * 0.5); {KEEP}", None),
    ("overwritten-target", f"{N} $TargetDedicatedNodes = $n; $TargetDedicatedNodes = min(9, $TargetDedicatedNodes); {KEEP}", None),
    ("overwritten-target", f"{N} $TargetDedicatedNodes = 4; $x = $n < 1 ? stop() : 0; $TargetDedicatedNodes = min(9, $n); {KEEP}", None),
    ("overwritten-target", f"{N} $TargetDedicated = 4; $n = $TargetDedicatedNodes > 0 ? $n : 0; $TargetDedicated = min(9, $n); {KEEP}", None),
    ("counted-twice", f"{N} $idle = $CurrentDedicatedNodes - max(0, $RunningTasks.GetSample(3)); $TargetDedicatedNodes = min(9, $n + max(0, $idle)); {KEEP}", None),
    ("never-zero", f"$seen = $ActiveTasks.Count(); $n = $seen < 1 ? 0 : $ActiveTasks.GetSample(1); $TargetDedicatedNodes = max(1, min(9, $n)); {KEEP}", None),
    ("never-zero", f"{N} $done = max(0, $SucceededTasks.GetSample(1)); $TargetDedicatedNodes = $n + $done ? min(9, $n) : 8; {KEEP}", None),
    ("never-zero", f"{N} $TargetLowPriorityNodes = floor(min(9, $n > 0 ? $n : $TargetDedicatedNodes / 2)); {KEEP}", None),
    ("crossed-kinds", f"{N} $size = $n > 0 ? $n : $TargetDedicatedNodes / 2; $TargetDedicatedNodes = floor(min(4, $size)); $TargetLowPriorityNodes = floor(min(4, $size)); {KEEP}", None),
    ("double-demand", f"{N} $size = min(20, $n / 4); $TargetDedicatedNodes = $size; $TargetLowPriorityNodes = $size / 2; {KEEP}", 4),
    ("active-only-scaling", f"$q = max(0, $ActiveTasks.GetSample(3)); t = time() + TimeInterval_Hour; $TargetDedicatedNodes = t.hour >= 8 && t.hour < 18 ? max($TargetDedicatedNodes, min(3, $q)) : 0; {KEEP}", None),
    ("swings", f"$p = $ActiveTasks.GetSamplePercent(3 * {W}); $q = $p < 70 ? 1 : ceil(avg($ActiveTasks.GetSample(3 * {W}))); $TargetDedicatedNodes = min(10, $q);", None),
    ("short-window", "p = $PendingTasks.GetSamplePercent(3 * TimeInterval_Minute); x = p < 70 ? 0 : avg($PendingTasks.GetSample(3 * TimeInterval_Minute));", None),
    ("ungated-window", 'x = time() - time("2026-01-01") < TimeInterval_Hour ? 1 : avg($PendingTasks.GetSample(5 * TimeInterval_Minute));', None),
    ("ungated-window", "x = $PendingTasks.Count() < 20 ? 1 : avg($PendingTasks.GetSample(5 * TimeInterval_Minute));", None),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "text", "slots"), SILENT, ids=[f"{case[0]}-{n}" for n, case in enumerate(SILENT)])
def test_what_only_looks_like_a_mistake_is_left_in_peace(rule: str, text: str, slots: int | None) -> None:
    assert rule not in {finding.rule for finding in lint_text(text, slots=slots)}


LOUD = [
    ("double-demand", f"{N} $TargetDedicatedNodes = min(5, $n); $TargetLowPriorityNodes = min(5, $n); {KEEP}", None),
    ("constant-condition", "t = time() + TimeInterval_Hour; x = t.weekday < 1 && t.weekday > 5 ? 1 : 0;", None),
    ("constant-condition", "t = time() + TimeInterval_Hour; late = t.hour >= 22; early = t.hour < 6; x = late && early ? 1 : 0;", None),
    ("constant-condition", "t = time() + TimeInterval_Hour; $h = t.hour; x = $h > 20 && t.hour < 6 ? 1 : 0;", None),
    ("constant-condition", "t = time() + TimeInterval_Hour; x = t.weekday == 6 && t.weekday == 0 ? 1 : 0;", None),
    ("constant-condition", "t = time() + TimeInterval_Hour; x = t.weekday != 6 || t.weekday != 0 ? 1 : 0;", None),
    ("constant-condition", "t = time() + TimeInterval_Hour; x = t.hour >= 8 || t.hour < 18 ? 1 : 0;", None),
    ("constant-condition", "t = time() + TimeInterval_Hour; x = t.hour > 18 ? (t.hour < 8 ? 1 : 2) : 3;", None),
    ("constant-condition", "t = time() + TimeInterval_Hour; x = t.weekday >= 1 && t.hour > 21 && t.hour < 5 ? 1 : 0;", None),
    ("constant-condition", "p = $PendingTasks.GetSamplePercent(TimeInterval_Hour); x = p < 30 && p > 70 ? 1 : 0;", None),
    ("counted-twice", f"{N} $r = max(0, $RunningTasks.GetSample(3)); $TargetDedicatedNodes = min(9, ceil(($n + $r) / 2)); {KEEP}", None),
    ("counted-twice", "x = max(0, $ActiveTasks.GetSample(3)) + avg(0, $PendingTasks.GetSample(3));", None),
    ("counted-twice", "x = max(0, $RunningTasks.GetSample(3)) + max(0, $ActiveTasks.GetSample(3)) + max(0, $PendingTasks.GetSample(3));", None),
    ("counted-twice", f"$TargetDedicatedNodes = min(20, sum($PendingTasks.GetSample(10))); {KEEP}", None),
    ("percent-sum", "a = $ActiveTasks.GetSamplePercent(TimeInterval_Hour); b = $RunningTasks.GetSamplePercent(TimeInterval_Hour); x = 70 > a + b ? 1 : 2;", None),
    ("percent-sum", "x = sum($ActiveTasks.GetSamplePercent(TimeInterval_Hour), $RunningTasks.GetSamplePercent(TimeInterval_Hour)) < 70 ? 1 : 2;", None),
    ("crossed-kinds", f"{N} $want = $n > 0 ? $n : max(0, $TargetDedicatedNodes / 2); $size = max(0, min(9, $want)); $TargetLowPriorityNodes = $size; {KEEP}", None),
    ("fractional-target", f"$p = $PendingTasks.GetSamplePercent({W}); $n = $p < 70 ? max(0, $PendingTasks.GetSample(1)) : max(1, avg($PendingTasks.GetSample({W}))); $TargetDedicatedNodes = min(9, $n); {KEEP}", None),
    ("fractional-target", f"$c = avg(0, $CPUPercent.GetSample(5)); $TargetDedicatedNodes = min(9, $c > 0.7 ? $CurrentDedicatedNodes * 1.1 : $CurrentDedicatedNodes * 0.9); {KEEP}", None),
    ("fractional-target", f"{N} $TargetDedicatedNodes = min(9, 0.5 * $n); {KEEP}", None),
    ("fractional-target", f"{N} $TargetDedicatedNodes = min(9, $n - $CurrentDedicatedNodes / 2); {KEEP}", None),
    ("counted-twice", f"{N} $r = max(0, $RunningTasks.GetSample(3)); $more = $r; $more = $more + 1; $TargetDedicatedNodes = min(9, $n + $more); {KEEP}", None),
    ("no-target", f"{N} wanted = min(9, $n); {KEEP}", None),
    ("constant-condition", "t = time() + TimeInterval_Hour; x = t.weekday == 6 || t.weekday == 7 ? 1 : 0;", None),
    ("constant-condition", "t = time() + TimeInterval_Hour; x = t.weekday >= 6 && t.weekday <= 7 ? 1 : 0;", None),
    ("never-zero", f"{N} $f = max(0, $FailedTasks.GetSample(1)); $TargetDedicatedNodes = min(9, $n + $f); {KEEP}", None),
    ("overwritten-target", f"{N} $TargetDedicatedNodes = min(9, $n); $TargetDedicatedNodes = $n; {KEEP}", None),
    ("overwritten-target", f"{KEEP} {N} $TargetDedicatedNodes = min(9, $n); $NodeDeallocationOption = requeue;", None),
    ("interrupts-tasks", "a = $ActiveTasks.GetSample(60 * TimeInterval_Second, 120 * TimeInterval_Second); r = $RunningTasks.GetSample(60 * TimeInterval_Second, 120 * TimeInterval_Second); $TargetDedicatedNodes = min(max(avg(a / 4 + r), 1), 60);", 4),
    ("short-window", "x = avg($PendingTasks.GetSample(TimeInterval_Minute));", None),
    ("short-window", "x = avg($PendingTasks.GetSample(90 * TimeInterval_Second));", None),
    ("short-window", "x = max($PendingTasks.GetSample(30 * TimeInterval_Second, 10));", None),
    ("inclusive-hour", "t = time() + TimeInterval_Hour; x = 8 <= t.hour && 17 >= t.hour ? 1 : 0;", None),
    ("inclusive-hour", "t = time() + TimeInterval_Hour; $h = t.hour; $end = 17; x = $h <= $end ? 1 : 0;", None),
    ("ignores-slots", f"{N} $TargetDedicatedNodes = $n > 0 ? min(30, $n) : floor($TargetDedicatedNodes / 2); {KEEP}", 8),
    ("ignores-slots", f"{N} $half = $CurrentDedicatedNodes / 2; $TargetDedicatedNodes = max(floor($half), min(30, $n)); {KEEP}", 8),
    ("ignores-slots", f"{N} $TargetDedicatedNodes = min(30, $n / 1); {KEEP}", 2),
    ("near-service-name", "$targetDedicatedNodes = 3;", None),
    ("near-service-name", "$TargetNodes = 3;", None),
    ("near-service-name", "TargetDedicatedNodes = 3;", None),
    ("time-format", 'when = "2024-13-01"; x = time(when);', None),
    ("time-format", 'x = time("18:00");', None),
    ("interrupts-tasks", f"{N} $TargetDedicatedNodes = min(20, ceil($n / $TaskSlotsPerNode)); $NodeDeallocationOption = terminate;", None),
    ("interrupts-tasks", f"{N} $TargetDedicatedNodes = min(20, ceil($n / 4));", 4),
    ("interrupts-tasks", "t = time() + TimeInterval_Hour; $TargetDedicatedNodes = t.hour >= 8 && t.hour < 18 ? 5 : 0;", None),
    ("interrupts-tasks", 'x = time() < time("2027-03-01T12:00:00Z"); $TargetDedicatedNodes = x ? 5 : 0;', None),
    ("interrupts-tasks", f"{N} $TargetDedicatedNodes = min(20, ceil($n / 4)); $NodeDeallocationOption = $n > 5 ? taskcompletion : requeue;", 4),
    ("swings", f"work = max(0, $ActiveTasks.GetSample(1)); $TargetDedicatedNodes = min(60, ceil(work / $TaskSlotsPerNode)); {KEEP}", 4),
    ("swings", f"$r = max(0, $RunningTasks.GetSample(1)); $TargetDedicatedNodes = $r > 0 ? 0 : 10; {KEEP}", None),
    ("never-zero", f"{N} $TargetDedicatedNodes = min(9, $n + 1); {KEEP}", None),
    ("never-zero", f"{N} $TargetDedicatedNodes = max($TargetDedicatedNodes, min(9, $n)); {KEEP}", None),
    ("stuck-at-zero", f"{N} $TargetDedicatedNodes = $n > 0 ? min(20, $CurrentDedicatedNodes * 2) : 0; {KEEP}", None),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "text", "slots"), LOUD, ids=[f"{case[0]}-{n}" for n, case in enumerate(LOUD)])
def test_kinds_of_mistakes_and_their_siblings_are_found(rule: str, text: str, slots: int | None) -> None:
    assert rule in {finding.rule for finding in lint_text(text, slots=slots)}


def test_an_interruption_comes_with_the_load_that_shows_it() -> None:
    text = f"{N}\n$TargetDedicatedNodes = min(20, ceil($n / 4));"
    (finding,) = [f for f in lint_text(text, slots=4) if f.rule == "interrupts-tasks"]
    assert finding.level is Level.WARNING
    assert "an evaluation every 5 min, 4 slots a node" in finding.evidence[0]
    assert "requeue stops" in finding.evidence[1]


def test_a_percentage_that_is_not_given_is_reported_once() -> None:
    (finding,) = [
        f for f in lint_text("x = avg($PendingTasks.GetSample(TimeInterval_Hour));") if f.rule == "ungated-window"
    ]
    assert finding.message.count("70") == 1


@pytest.mark.parametrize(
    ("rule", "text", "shown"),
    [
        ("ungated-window", "x = avg($PendingTasks.GetSample(TimeInterval_Hour));", "wanted 70%, received 0%"),
        ("unknown-name", "x = now();", "unknown function 'now'"),
        ("never-zero", f"{N} $TargetDedicatedNodes = min(9, $n + 1); {KEEP}", "the evaluations set 1, 1"),
        (
            "swings",
            f"$w = max(0, $ActiveTasks.GetSample(3)); $TargetDedicatedNodes = min(9, $w); {KEEP}",
            "each followed by another, 4 a node: the evaluations set 0, 5, 0",
        ),
        (
            "ignores-slots",
            f"{N} $TargetDedicatedNodes = min(20, $n); {KEEP}",
            "5 for $TargetDedicatedNodes; 2 would do",
        ),
        (
            "stuck-at-zero",
            f"{N} $TargetDedicatedNodes = min($n, $CurrentDedicatedNodes * 2); {KEEP}",
            "5 tasks or 200 wait, 0 nodes",
        ),
    ],
)
def test_findings_show_the_moment_or_the_load_under_which_they_hurt(rule: str, text: str, shown: str) -> None:
    finding = next(finding for finding in lint_text(text, slots=4) if finding.rule == rule)
    assert shown in " ".join(finding.evidence)


MINUTE = "$p = $PendingTasks.GetSamplePercent(TimeInterval_Minute); $n = $p < 70 ? OTHER : avg($PendingTasks.GetSample(TimeInterval_Minute)); $TargetDedicatedNodes = min(9, ceil($n));"


@pytest.mark.parametrize(
    ("other", "level"),
    [
        ("0", Level.WARNING),
        ("$CurrentDedicatedNodes", Level.WARNING),
        ("max(0, $PendingTasks.GetSample(1))", Level.INFO),
    ],
)
def test_a_short_window_behind_a_guard_matters_where_the_other_branch_follows_no_task(other: str, level: Level) -> None:
    """Where a sample is late at every evaluation, a pool whose guard then sets a constant never follows its tasks."""
    (finding,) = [f for f in lint_text(MINUTE.replace("OTHER", other)) if f.rule == "short-window"]
    assert finding.level is level


@pytest.mark.parametrize(("text", "level"), [("x = 1;", Level.INFO), (f"x = 1; {KEEP}", Level.WARNING)])
def test_a_formula_without_a_target_is_a_warning_where_it_sets_how_nodes_leave(text: str, level: Level) -> None:
    (finding,) = [f for f in lint_text(text) if f.rule == "no-target"]
    assert finding.level is level


def test_an_interruption_is_shown_with_few_tasks_where_few_will_do() -> None:
    """Formulas for many slots are tried with crowds; what is shown leaves out the tasks that do not matter."""
    text = f"{N} $TargetDedicatedNodes = min(30, max(2, ceil($n / 4)));"
    (finding,) = [f for f in lint_text(text, slots=4) if f.rule == "interrupts-tasks"]
    assert finding.evidence[0].count(" min at ") <= 12
