"""Formulas with one known defect each: the linter names it, or the stress search shows it with few tasks."""

# ruff: noqa: E501 - one formula a line

import re
from typing import NamedTuple

import pytest

from simulator.formula.lint import Level, lint_text
from simulator.workshop import Bounds, PoolOptions, stress

KEEP = "$NodeDeallocationOption = taskcompletion;"
N = "$n = max(0, $PendingTasks.GetSample(1));"
W = "5 * TimeInterval_Minute"


class Planted(NamedTuple):
    defect: str
    text: str
    found_by: str
    """A rule of the linter, or `stress:` and the kind of harm."""
    slots: int = 1


PLANTED = [
    Planted("no option: the pool shrinks under running tasks", f"{N} $TargetDedicatedNodes = min(20, ceil($n / $TaskSlotsPerNode));", "interrupts-tasks", 4),
    Planted("terminate while tasks run", f"{N} $TargetDedicatedNodes = min(20, $n); $NodeDeallocationOption = terminate;", "interrupts-tasks"),
    Planted("office hours end under running tasks", "t = time() + TimeInterval_Hour; $TargetDedicatedNodes = t.hour >= 8 && t.hour < 18 ? 5 : 0;", "interrupts-tasks"),
    Planted("waiting tasks only", f"$TargetDedicatedNodes = min(20, max(0, $ActiveTasks.GetSample(1))); {KEEP}", "active-only-scaling"),
    Planted("swings while tasks run", f"{N} $r = max(0, $RunningTasks.GetSample(1)); $TargetDedicatedNodes = $r > 0 ? 0 : min(8, $n); {KEEP}", "swings"),
    Planted("a task taken for a node", f"{N} $TargetDedicatedNodes = $n > 0 ? min(30, $n) : floor($TargetDedicatedNodes / 2); {KEEP}", "ignores-slots", 8),
    Planted("running tasks counted twice", f"{N} $r = max(0, $RunningTasks.GetSample(1)); $TargetDedicatedNodes = min(20, $n + $r); {KEEP}", "counted-twice"),
    Planted("samples added up", f"$TargetDedicatedNodes = min(20, sum($PendingTasks.GetSample(6))); {KEEP}", "counted-twice"),
    Planted("both kinds get everything", f"{N} $TargetDedicatedNodes = min(9, $n); $TargetLowPriorityNodes = min(9, $n); {KEEP}", "double-demand"),
    Planted("decays by the other kind's target", f"{N} $w = $n > 0 ? $n : max(0, $TargetDedicatedNodes / 2); $TargetLowPriorityNodes = ceil(min(9, $w)); {KEEP}", "crossed-kinds"),
    Planted("a halving that is rounded up", f"{N} $TargetDedicatedNodes = $n > 0 ? min(9, $n) : ceil($TargetDedicatedNodes / 2); {KEEP}", "never-zero"),
    Planted("one node too many for ever", f"{N} $TargetDedicatedNodes = min(9, $n + 1); {KEEP}", "never-zero"),
    Planted("grows from nothing only by a factor", f"{N} $TargetDedicatedNodes = $n > 0 ? min(20, $CurrentDedicatedNodes * 2) : 0; {KEEP}", "stuck-at-zero"),
    Planted("max written for min", f"{N} $TargetDedicatedNodes = max(20, $n); {KEEP}", "swapped-cap"),
    Planted("a cap of nothing", f"{N} $TargetDedicatedNodes = min(0, $n); {KEEP}", "swapped-cap"),
    Planted("a fraction that is cut off", f"{N} $TargetDedicatedNodes = min(9, $n / $TaskSlotsPerNode); {KEEP}", "fractional-target", 4),
    Planted("below zero", f"{N} $TargetDedicatedNodes = $n > 0 ? min(9, $n) : $CurrentDedicatedNodes - 2; {KEEP}", "negative-target"),
    Planted("no guard before a window", f"$TargetDedicatedNodes = min(9, ceil(avg($PendingTasks.GetSample({W})))); {KEEP}", "ungated-window"),
    Planted("a guard below the demand", f"$p = $PendingTasks.GetSamplePercent({W}); $TargetDedicatedNodes = $p < 40 ? 1 : min(9, ceil(avg($PendingTasks.GetSample({W})))); {KEEP}", "guard-too-low"),
    Planted("all samples of a window that ends now", f"$p = $PendingTasks.GetSamplePercent({W}); $TargetDedicatedNodes = $p < 100 ? 0 : min(9, ceil(avg($PendingTasks.GetSample({W}, 100)))); {KEEP}", "strict-recent-window"),
    Planted("a window of one minute", f"$TargetDedicatedNodes = min(9, ceil(avg($PendingTasks.GetSample(TimeInterval_Minute)))); {KEEP}", "short-window"),
    Planted("a percentage taken for a fraction", f"$p = $PendingTasks.GetSamplePercent({W}); {N} $TargetDedicatedNodes = $p < 0.7 ? 1 : min(9, $n); {KEEP}", "percent-scale"),
    Planted("percentages added", f"$p = $ActiveTasks.GetSamplePercent({W}) + $RunningTasks.GetSamplePercent({W}); {N} $TargetDedicatedNodes = $p < 70 ? 1 : min(9, $n); {KEEP}", "percent-sum"),
    Planted("a weekend that never comes", f"t = time() + TimeInterval_Hour; weekend = t.weekday < 1 && t.weekday > 5; $TargetDedicatedNodes = weekend ? 9 : 1; {KEEP}", "constant-condition"),
    Planted("a night that no hour belongs to", f"t = time() + TimeInterval_Hour; $TargetDedicatedNodes = t.hour >= 22 && t.hour < 6 ? 9 : 1; {KEEP}", "constant-condition"),
    Planted("an hour too long", f"t = time() + TimeInterval_Hour; $TargetDedicatedNodes = t.hour >= 8 && t.hour <= 17 ? 5 : 0; {KEEP}", "inclusive-hour"),
    Planted("a time that cannot be read", f'$TargetDedicatedNodes = time() > time("2026-02-30T00:00:00Z") ? 5 : 0; {KEEP}', "time-format"),
    Planted("a target misspelt", f"{N} $TargetDedicatedNode = min(9, $n); {KEEP}", "near-service-name"),
    Planted("a division by what may be nothing", f"{N} $TargetDedicatedNodes = min(9, ceil($n / $CurrentDedicatedNodes)); {KEEP}", "division-by-zero"),
    Planted("few tasks start no node", f"{N} $TargetDedicatedNodes = $n > 3 ? min(9, $n) : 0; {KEEP}", "stress:no_node"),
    Planted("one node for any number of tasks", f"{N} $TargetDedicatedNodes = min(1, $n); {KEEP}", "stress:wait"),
    Planted("twelve nodes for one task", f"{N} $TargetDedicatedNodes = $n > 0 ? 12 : 0; {KEEP}", "stress:waste"),
    Planted("a cap lost by a second assignment", f"{N} $TargetDedicatedNodes = min(9, $n); $TargetDedicatedNodes = $n; {KEEP}", "overwritten-target"),
    Planted("Sunday taken for day seven", f"t = time() + TimeInterval_Hour; $TargetDedicatedNodes = t.weekday == 6 || t.weekday == 7 ? 9 : 1; {KEEP}", "constant-condition"),
    Planted("failed tasks counted as demand", f"{N} $f = max(0, $FailedTasks.GetSample(1)); $TargetDedicatedNodes = min(9, $n + $f); {KEEP}", "never-zero"),
    Planted("a fallback that starts no node", f"$p = $PendingTasks.GetSamplePercent(TimeInterval_Minute); $n = $p < 70 ? 0 : avg($PendingTasks.GetSample(TimeInterval_Minute)); $TargetDedicatedNodes = min(9, ceil($n)); {KEEP}", "short-window"),
    Planted("a deallocation option is set and no target", f"{N} $wanted = min(9, $n); {KEEP}", "no-target"),
    Planted("the least of a window", f"$p = $PendingTasks.GetSamplePercent(2 * {W}); $TargetDedicatedNodes = $p < 70 ? 0 : min(9, min($PendingTasks.GetSample(2 * {W}))); {KEEP}", "stress:wait"),
    Planted("a sum taken into the other branch", f"{N} $TargetDedicatedNodes = $n > 0 ? 1 : 0 + min(9, $n); {KEEP}", "stress:wait"),
    Planted("growth that is cut off at one node", f"{N} $TargetDedicatedNodes = $n > 0 ? min(9, max(1, floor($CurrentDedicatedNodes * 1.5))) : 0; {KEEP}", "stress:wait"),
    Planted("low-priority nodes and nobody to stand in", f"{N} $TargetLowPriorityNodes = min(9, $n); {KEEP}", "stress:wait"),
    Planted("a floor that nobody needs at night", f"{N} $TargetDedicatedNodes = max(4, min(9, $n)); {KEEP}", "stress:never_zero"),
    Planted("an hour's memory keeps nodes", f"$p = $PendingTasks.GetSamplePercent(TimeInterval_Hour); $m = $p < 1 ? 0 : max(0, $PendingTasks.GetSample(TimeInterval_Hour, 0)); $TargetDedicatedNodes = min(9, $m); {KEEP}", "stress:never_zero"),
]  # fmt: skip


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.defect)
def test_a_planted_defect_is_found(planted: Planted) -> None:
    if not planted.found_by.startswith("stress:"):
        found = {finding.rule for finding in lint_text(planted.text, slots=planted.slots)}
        assert planted.found_by in found
        return
    worst = planted.found_by.removeprefix("stress:")
    bounds = Bounds(tasks=5, bursts=2, span_minutes=30, longest_minutes=30)
    shown = stress(planted.text, worst, options=PoolOptions(planted.slots), bounds=bounds, runs=40, workers=1)
    assert shown.is_harmful
    assert shown.simplest.tasks <= 5


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.defect)
def test_a_planted_defect_is_the_only_warning_or_has_to_do_with_it(planted: Planted) -> None:
    """A defect may have consequences that have rules of their own; anything else would be noise."""
    consequences = {
        "active-only-scaling": {"swings"},
        "percent-scale": {"guard-too-low"},
        "swings": {"active-only-scaling"},
        "crossed-kinds": {"never-zero"},
        "short-window": {"ungated-window"},
        "swapped-cap": {"stuck-at-zero"},
        "division-by-zero": {"swings", "never-zero"},
    }
    allowed = {planted.found_by} | consequences.get(planted.found_by, set())
    warned = {f.rule for f in lint_text(planted.text, slots=planted.slots) if f.level is not Level.INFO}
    assert warned <= allowed


SHOWN_WITH_TASKS = (
    "active-only-scaling",
    "counted-twice",
    "double-demand",
    "ignores-slots",
    "interrupts-tasks",
    "stuck-at-zero",
    "swings",
)


@pytest.mark.parametrize(
    "planted", [p for p in PLANTED if p.found_by in SHOWN_WITH_TASKS], ids=lambda planted: planted.defect
)
def test_the_load_that_is_shown_has_at_most_five_tasks(planted: Planted) -> None:
    finding = next(f for f in lint_text(planted.text, slots=planted.slots) if f.rule == planted.found_by)
    tasks = [
        int(count)
        for count in re.findall(r"(\d+) tasks? (?:of|that|or)|(?<!\d)(\d+) tasks:", finding.evidence[0])
        for count in count
        if count
    ]
    assert 1 <= sum(tasks) <= 5, finding.evidence


def test_there_are_forty() -> None:
    assert len(PLANTED) >= 40
    assert len({planted.defect for planted in PLANTED}) == len(PLANTED)
