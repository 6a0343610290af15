"""The stress search: bounded, seeded, simple in the end; what it reports is what the simulator does."""

import random
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from simulator import load, simulate, summarize
from simulator.errors import InputError
from simulator.formula.lint import RULES, Rule
from simulator.workshop import Bounds, Burst, Pattern, PoolOptions, Stress, stress
from simulator.workshop.harm import HARMS, evicted
from simulator.workshop.patterns import complexity, draw, neighbour, simpler
from simulator.workshop.search import search
from simulator.workshop.stress import AWAY_ALONE, shrink
from simulator.workshop.writing import scenario_text

NAIVE = """$n = max(0, $PendingTasks.GetSample(1));
$TargetDedicatedNodes = min(20, ceil($n / $TaskSlotsPerNode));
"""
FOUR = PoolOptions(slots=4)
SMALL = Bounds(tasks=5, bursts=2, span_minutes=30, longest_minutes=60)


def in_bounds(pattern: Pattern, bounds: Bounds) -> bool:
    return (
        1 <= len(pattern.bursts) <= bounds.bursts
        and pattern.tasks <= bounds.tasks
        and all(0 <= burst.at <= bounds.span_minutes * 60 for burst in pattern.bursts)
        and all(burst.tasks >= 1 and burst.minutes <= bounds.longest_minutes for burst in pattern.bursts)
        and pattern.hour in bounds.hours
    )


@pytest.mark.parametrize("bounds", [Bounds(), SMALL, Bounds(1, 1, 1, 1), Bounds(40, 9, 600, 90, (3, 80))])
def test_what_is_drawn_stays_within_the_bounds(bounds: Bounds) -> None:
    stream = random.Random(5)  # noqa: S311 - no secret is made of it
    pattern = draw(bounds, stream)
    for _ in range(300):
        assert in_bounds(pattern, bounds)
        pattern = neighbour(pattern, bounds, stream) if stream.random() < 0.8 else draw(bounds, stream)


def test_simpler_patterns_are_simpler_or_shorter() -> None:
    pattern = Pattern((Burst(130, 3, 45), Burst(790, 2, 60)))
    steps = list(simpler(pattern))
    assert Pattern((Burst(130, 3, 45),)) in steps
    assert Pattern((Burst(60, 3, 45), Burst(790, 2, 60))) not in steps, "rounded down to whole minutes only"
    assert any(complexity(step) < complexity(pattern) for step in steps)


def test_shrinking_keeps_the_harm_and_ends() -> None:
    def harm(patterns: Sequence[Pattern]) -> list[float]:
        return [float(sum(b.tasks for b in p.bursts if b.minutes >= 30)) for p in patterns]

    worst = Pattern((Burst(10, 5, 45), Burst(790, 1, 10), Burst(1010, 2, 60)))
    simplest, spent = shrink(worst, harm, 3.0)
    assert simplest == Pattern((Burst(0, 3, 30),))
    assert spent > 0


def test_a_search_is_seeded_and_states_how_far_it_went() -> None:
    def harm(patterns: Sequence[Pattern]) -> list[float]:
        return [float(p.tasks * p.bursts[0].at) for p in patterns]

    one, two, other = (search(SMALL, harm, runs=150, seed=seed, method="plain") for seed in (1, 1, 2))
    assert one.scores == two.scores
    assert one.scores != other.scores
    assert len(one.scores) <= 150
    assert f"{len(one.scores)} patterns of {SMALL.size:,} within the bounds" in one.described()
    assert all(in_bounds(pattern, SMALL) for pattern in one.scores)


def test_optuna_searches_within_the_same_bounds() -> None:
    pytest.importorskip("optuna")
    bounds = Bounds(tasks=20, bursts=8)
    found = search(bounds, lambda patterns: [float(p.tasks) for p in patterns], runs=60, seed=1)
    assert found.method == "by Optuna"
    assert all(in_bounds(pattern, bounds) for pattern in found.scores)
    assert max(found.scores.values()) >= 15


def test_without_optuna_the_message_names_what_to_install_for_a_large_space(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(InputError, match=r"pip install 'poolsight\[optimize\]'"):
        search(Bounds(tasks=20, bursts=8), lambda patterns: [0.0 for _ in patterns], runs=10, seed=1)


@pytest.fixture(scope="module")
def lost() -> Stress:
    return stress(NAIVE, "lost_work", options=FOUR, bounds=SMALL, runs=80, workers=1)


def test_work_that_is_thrown_away_is_found_with_few_tasks_and_the_repair_loses_none(lost: Stress) -> None:
    assert lost.is_harmful
    assert lost.simplest.tasks <= 5
    assert lost.repaired is not None
    assert lost.repaired_found is not None
    assert lost.repaired.endswith("$NodeDeallocationOption = taskcompletion;\n")
    assert lost.repaired_found.harm == 0


def test_the_scenario_that_is_written_shows_the_harm(lost: Stress, tmp_path: Path) -> None:
    file = tmp_path / "lost.yaml"
    text = scenario_text(lost, "dir/naive.txt")
    file.write_text(text)
    assert text.startswith("# The load under which naive.txt does most harm of its kind")
    scenario = load(file)
    answer = summarize(simulate(scenario))
    assert [pool.id for pool in scenario.pools] == ["pool", "repaired"]
    hours = answer["ledger_node_s"]["busy_lost"] / 3600
    assert hours == pytest.approx(lost.found.harm, rel=0.05)


def test_the_same_search_twice_finds_the_same(lost: Stress) -> None:
    again = stress(NAIVE, "lost_work", options=FOUR, bounds=SMALL, runs=80, workers=1)
    assert (again.worst, again.worst_harm, again.simplest) == (
        lost.worst,
        lost.worst_harm,
        lost.simplest,
    )


@pytest.mark.parametrize(
    ("worst", "formula"),
    [
        ("never_zero", "$n = max(0, $PendingTasks.GetSample(1)); $TargetDedicatedNodes = max(4, min(9, $n));"),
        ("no_node", "$n = max(0, $PendingTasks.GetSample(1)); $TargetDedicatedNodes = floor(min(9, $n / 8));"),
        ("wait", "$n = max(0, $PendingTasks.GetSample(1)); $TargetDedicatedNodes = $n > 2 ? 1 : 0;"),
        ("waste", "$n = max(0, $PendingTasks.GetSample(1)); $TargetDedicatedNodes = $n > 0 ? 12 : 0;"),
    ],
)
def test_other_kinds_of_harm_are_found_with_few_tasks(worst: str, formula: str) -> None:
    keep = f"{formula}\n$NodeDeallocationOption = taskcompletion;"
    found = stress(keep, worst, options=FOUR, bounds=SMALL, runs=40, workers=1)
    assert found.is_harmful
    assert found.simplest.tasks <= 5


LOW = "$n = max(0, $PendingTasks.GetSample(1)); $TargetLowPriorityNodes = min(9, $n);"
REPLACED = (
    f"{LOW} $gone = max(0, $PreemptedNodeCount.GetSample(1)); $TargetDedicatedNodes = $n > 0 ? min(9, $gone) : 0;"
)
TASKS = Bounds(tasks=5, bursts=2, span_minutes=60, longest_minutes=60)


def test_low_priority_nodes_may_be_away_only_where_a_formula_asks_for_them() -> None:
    kept = "$NodeDeallocationOption = taskcompletion;"
    low = stress(f"{LOW} {kept}", "wait", options=PoolOptions(), bounds=TASKS, runs=40, workers=1)
    assert low.is_harmful
    assert low.simplest.away is not None
    about = [line for line in low.assumptions if line.startswith("preemption")]
    assert about == [f"preemption of pool pool: {AWAY_ALONE}"], "the curve is the search's, no scenario's own model"
    assert "no low-priority nodes from" in str(low.simplest)
    dedicated = stress(LOW.replace("LowPriority", "Dedicated") + kept, "wait", bounds=TASKS, runs=40, workers=1)
    assert not dedicated.is_harmful
    assert all(pattern.away is None for pattern in dedicated.search.scores)


def test_work_lost_to_the_cloud_alone_is_not_the_formula_s() -> None:
    kept = stress(f"{LOW} $NodeDeallocationOption = taskcompletion;", "lost_work", bounds=TASKS, runs=30, workers=1)
    assert not kept.is_harmful


def test_nodes_that_stand_in_for_preempted_ones_lose_their_tasks_when_those_return(tmp_path: Path) -> None:
    found = stress(REPLACED, "lost_work", bounds=TASKS, runs=60, workers=1)
    assert found.is_harmful
    assert found.repaired_found is not None
    assert found.repaired_found.harm < found.found.harm
    file = tmp_path / "away.yaml"
    file.write_text(scenario_text(found, "replaced.txt"))
    assert all(
        (pool.simulation.preemption.model == "capacity_curve") == (found.simplest.away is not None)
        for pool in load(file).pools
    )


def test_what_every_formula_does_is_no_harm_and_grows_with_the_interval() -> None:
    """Nodes come an evaluation after the tasks, and go one or two after them."""
    kept = LOW.replace("LowPriority", "Dedicated") + "$NodeDeallocationOption = taskcompletion;"
    for interval in (5.0, 15.0):
        for worst in ("wait", "waste", "never_zero"):
            options = PoolOptions(interval_minutes=interval)
            assert not stress(kept, worst, options=options, bounds=SMALL, runs=30, workers=1).is_harmful


@pytest.mark.parametrize(
    "rule",
    [rule for rule in RULES.values() if rule.is_fixed],
    ids=lambda rule: rule.name,
)
def test_every_rule_that_knows_a_repair_shows_both_formulas_under_the_worst_load(rule: Rule) -> None:
    found = stress(
        rule.example, "wait", options=PoolOptions(rule.slots or 1), bounds=Bounds(2, 1, 10, 10), runs=5, workers=1
    )
    assert found.repaired is not None
    assert found.repaired_found is not None
    shown = scenario_text(found, "formula.txt")
    assert "# pool: " in shown
    assert "# repaired: " in shown


def test_waste_leaves_out_what_evictions_took() -> None:
    """Ten hours were paid for: six useful, two lost to evictions, one lost to a shrink, one idle."""
    values = {
        "billed_hours": 10.0,
        "ledger_node_s.busy_useful": 6 * 3600.0,
        "lost_node_hours": 3.0,
        "nodes.lost_to_shrinks_s": 3600.0,
    }
    assert HARMS["waste"].of(values, 0.0) == pytest.approx(2.0)
    assert evicted(values) == pytest.approx(2.0)
