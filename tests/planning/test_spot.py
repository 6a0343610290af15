"""`poolsight spot`: shares, the break-even beside its closed form, longer tasks, and what cannot be asked."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from simulator.cli.spot import sentence
from simulator.experiment.axes import Base
from simulator.experiment.estimates import Estimate, probability
from simulator.planning.break_even import RatePoint
from simulator.planning.demand import Demand
from simulator.planning.spot import SpotReport, spot_report
from simulator.theory import restarts
from tests.command_line import app

SCENARIO = """
sizes: {{S: {{vcpus: 1, memoryGiB: 4, dedicatedLinux: 1.0, lowPriorityLinux: 0.4}}}}
options: {{timingPreset: instant}}
pools:
  - id: p
    vmSize: S
    targetDedicatedNodes: 10
    virtualMachineConfiguration: &linux
      imageReference: {{publisher: canonical, offer: ubuntu, sku: 22_04-lts}}
      nodeAgentSKUId: batch.node.ubuntu 22.04
    simulation: {{preemption: {preemption}}}
  - {{id: other, vmSize: S, targetDedicatedNodes: 1, virtualMachineConfiguration: *linux}}
jobs:
  - id: j
    poolInfo: {{poolId: p}}
    simulation: {{workload: [{{count: 60, duration: 2h}}]}}
"""
HAZARD = "{model: hazard, ratePerHour: 0.2}"


def scenario(folder: Path, preemption: str = HAZARD, more: str = "") -> Path:
    file = folder / "spot.yaml"
    file.write_text(SCENARIO.format(preemption=preemption) + more)
    return file


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> SpotReport:
    base = Base.read(scenario(tmp_path_factory.mktemp("spot")))
    return spot_report(base, "p", steps=3, deadline=14.5 * 3600, replications=12, workers=1)


def test_shares_split_the_nodes_and_face_the_same_draws(report: SpotReport) -> None:
    assert [(one.dedicated_nodes, one.low_priority_nodes) for one in report.shares] == [(10, 0), (5, 5), (0, 10)]
    dedicated, mixed, spot = report.shares
    assert dedicated.preemptions.value == 0 < mixed.preemptions.value < spot.preemptions.value
    assert dedicated.cost.value > mixed.cost.value > spot.cost.value
    assert (dedicated.saved.value, dedicated.saved.half_width) == (0, 0)
    assert spot.saved.value == pytest.approx(1 - spot.cost.value / dedicated.cost.value)
    assert dedicated.misses_deadline is not None
    assert dedicated.misses_deadline.value == 0, "60 tasks of 2 h on 10 nodes: 12 h"
    assert spot.misses_deadline is not None
    assert spot.misses_deadline.value > 0.5
    assert report.best is not None
    assert report.best.spot_share < 1


def test_the_break_even_stands_beside_the_closed_form(report: SpotReport) -> None:
    """Price ratio 0.4: γw = 1.62; idle nodes at the end and the replacement make the simulation pay a little more."""
    even = report.break_even
    assert even.closed_form == pytest.approx(1.6188 / 2, rel=1e-3)
    assert even.simulated is not None
    assert even.low is not None
    assert even.high is not None
    assert even.low <= even.simulated <= even.high
    assert even.simulated == pytest.approx(even.closed_form, rel=0.25)
    assert [point.closed_form for point in even.curve] == sorted(point.closed_form for point in even.curve)


def test_longer_tasks_lose_more(report: SpotReport) -> None:
    ratios = [one.ratio.value for one in report.lengths if one.ratio is not None]
    assert len(ratios) == 5
    assert ratios[0] < ratios[2] < ratios[4]
    closed = [one.closed_form for one in report.lengths if one.closed_form is not None]
    assert closed == sorted(closed)
    assert closed[2] == pytest.approx(0.4 * restarts.billed(2, 0.2) / 2, rel=1e-3)


def test_young_beats_no_checkpoint_and_too_many(report: SpotReport) -> None:
    closed = {saving.label: saving.closed_form for saving in report.savings}
    assert closed["Young's interval"] == min(closed.values())
    simulated = {saving.label: saving.ratio for saving in report.savings}
    none, young = simulated["none"], simulated["Young's interval"]
    assert none is not None
    assert young is not None
    assert young.high < none.low
    assert young.value == pytest.approx(closed["Young's interval"], rel=0.15)


def test_the_closer_the_checkpoints_the_less_an_eviction_throws_away(report: SpotReport) -> None:
    lost = [saving.lost_node_hours for saving in report.savings]
    values = [one.value for one in lost if one is not None]
    assert len(values) == 4
    assert values == sorted(values, reverse=True)
    assert values[-1] < values[0] / 4


def test_the_closed_form_adds_up_tasks_of_all_lengths() -> None:
    demand = Demand(np.array([1.0, 3.0]), np.array([1.0, 1.0]))
    hazard = demand.break_even(0.5)
    assert hazard is not None
    assert demand.billed_factor(hazard) == pytest.approx(2)
    assert demand.break_even(1.0) is None


@pytest.mark.long
def test_the_page_begins_with_the_answer_and_json_has_it_too(tmp_path: Path) -> None:
    file = scenario(tmp_path)
    command = ["spot", str(file), "--pool", "p", "--replications", "4", "--steps", "2", "--workers", "1"]
    ended = CliRunner().invoke(app, command)
    assert ended.exit_code == 0
    assert ended.stdout.startswith("100 % spot is the cheapest: $")
    answer = json.loads(CliRunner().invoke(app, [*command, "--json", "--deadline", "5h"]).stdout)
    assert answer["sentence"].startswith("No share of spot nodes meets 5 h")
    assert answer["best_spot_share"] is None
    assert answer["break_even"]["closed_form_per_hour"] == pytest.approx(0.81, abs=0.01)


RESIZE = "timeline: [{at: 5h, operation: resize, pool: p, targetDedicatedNodes: 20}]\n"


@pytest.mark.parametrize(
    ("preemption", "more", "options", "message"),
    [
        (HAZARD, "", [], "2 pools (p, other): choose one with --pool"),
        (HAZARD, "", ["--pool", "q"], "the scenario has no pool 'q', but p, other"),
        (HAZARD, "", ["--pool", "other"], "pool 'other' has no job"),
        ("{model: none}", "", ["--pool", "p"], "never loses a low-priority node"),
        (HAZARD, RESIZE, ["--pool", "p"], "timeline.0 resizes pool 'p'"),
        (HAZARD, "", ["--pool", "p", "--deadline", "soon"], "--deadline: cannot be read as a duration"),
    ],
)
def test_what_cannot_be_answered_is_stated(
    tmp_path: Path, preemption: str, more: str, options: list[str], message: str
) -> None:
    ended = CliRunner().invoke(app, ["spot", str(scenario(tmp_path, preemption, more)), *options])
    assert ended.exit_code == 2
    assert message in ended.stderr
    assert ended.stdout == ""


def test_a_rate_can_be_given_instead_of_a_model(tmp_path: Path) -> None:
    base = Base.read(scenario(tmp_path, "{model: none}"))
    found = spot_report(base, "p", steps=2, rate=0.1, replications=3, workers=1)
    assert found.rate_per_hour == 0.1


def test_what_few_runs_cannot_show_is_stated(tmp_path: Path) -> None:
    """No miss in eight runs may still mean that one night in four is late."""
    file = scenario(tmp_path)
    options = ["--pool", "p", "--steps", "2", "--deadline", "16h", "--replications", "8", "--workers", "1"]
    ended = CliRunner().invoke(app, ["spot", str(file), *options])
    assert ended.exit_code == 0
    text = ended.stdout.splitlines()[0]
    assert "among those that missed 16 h in at most 5 % of the runs" in text
    assert "is not shown yet: 0 % of 8 runs were late, which may mean up to 32 %" in text
    assert text.endswith("; 73 runs without a miss would show it.")


def test_a_pool_without_nodes_is_reported(tmp_path: Path) -> None:
    file = scenario(tmp_path)
    file.write_text(file.read_text().replace("targetDedicatedNodes: 10", "targetDedicatedNodes: 0"))
    ended = CliRunner().invoke(app, ["spot", str(file), "--pool", "p"])
    assert ended.exit_code == 2
    assert ended.stderr.startswith("pool 'p' has no nodes to share out: give targetDedicatedNodes")


def test_what_is_not_done_makes_no_share_the_best(tmp_path: Path) -> None:
    """Under a horizon nodes that are always lost cost little, for little is done."""
    base = Base.read(scenario(tmp_path, "{model: hazard, ratePerHour: 1.5}", "horizon: 13h\n"))
    found = spot_report(base, "p", steps=2, replications=4, workers=1)
    dedicated, spot = found.shares
    assert spot.cost.value < dedicated.cost.value
    assert spot.unfinished.value > 0.05 * found.tasks == 3
    assert found.best == dedicated


@pytest.mark.parametrize(
    ("ratio", "words"),
    [
        (0.4, "all spot was still cheaper at 0.5 evictions an hour, the highest rate tried, where it took 40 h"),
        (1.2, "all spot was dearer at every rate tried, from 0.1 evictions an hour on"),
    ],
)
def test_the_rates_that_were_tried_are_no_bounds(report: SpotReport, ratio: float, words: str) -> None:
    points = [
        RatePoint(rate, Estimate(ratio, ratio, ratio, 9), ratio, Estimate(144_000.0, 1.0, 2.0, 9))
        for rate in (0.1, 0.5)
    ]
    even = replace(report.break_even, simulated=None, curve=tuple(points))
    assert words in sentence(replace(report, break_even=even))


def test_the_break_even_is_named_with_what_its_runs_leave_open(report: SpotReport) -> None:
    even = replace(report.break_even, closed_form=0.8, simulated=0.7, low=0.6, high=0.9)
    known = {
        (0.6, 0.9): "0.6 to 0.9 by the intervals, ",
        (0.6, None): "from 0.6 on by the intervals, ",
        (None, 0.9): "",
    }
    for (low, high), words in known.items():
        found = sentence(replace(report, break_even=replace(even, low=low, high=high)))
        assert f"all spot stops paying at 0.7 evictions an hour ({words}closed form 0.8)" in found


def test_the_rate_that_was_asked_for_is_named_in_place_of_the_pools_model(tmp_path: Path) -> None:
    base = Base.read(scenario(tmp_path))
    found = spot_report(base, "p", steps=2, rate=0.5, replications=2, workers=1).assumptions
    preempted = [line for line in found if line.startswith("preemption")]
    assert preempted == ["preemption: 0.5 an hour, as asked for in place of the pool's own model"]


@pytest.mark.parametrize(
    ("late", "words"),
    [
        ((9, 10, 12), "No share of spot nodes meets 14.5 h with 95 %: even 0 % spot misses it in 75 % of 12 runs."),
        (
            (1, 1, 12),
            (
                "No share of spot nodes was within 14.5 h in 95 % of the runs, but these are too few to refute it "
                "of 0 % and 50 % spot: 0 % spot misses it in 8 % of 12 runs, which may mean as little as 1 %."
            ),
        ),
    ],
)
def test_that_no_share_meets_a_deadline_is_stated_only_where_the_runs_show_it(
    report: SpotReport, late: tuple[int, ...], words: str
) -> None:
    shares = [
        replace(share, misses_deadline=probability(count, 12)) for share, count in zip(report.shares, late, strict=True)
    ]
    assert sentence(replace(report, shares=tuple(shares))) == words.replace("14.5 h", "14 h 30 min")
