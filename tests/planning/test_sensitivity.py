"""`poolsight sensitivity`: what matters stands above what does not, each with where it comes from."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from simulator.cli.sensitivity import _range as moves
from simulator.cli.sensitivity import sentence
from simulator.experiment.axes import Base
from simulator.experiment.estimates import Estimate
from simulator.planning.sensitivity import Bar, Move, Tornado, by_effect, sensitivity
from simulator.results.answer.assumed import Assumed
from simulator.scenario.reading.value_origins import Origin
from tests.command_line import app

SCENARIO = """
name: doubted
sizes: {S: {vcpus: 1, memoryGiB: 4, dedicatedLinux: 1.0, lowPriorityLinux: 0.2}}
pools:
  - id: p
    vmSize: S
    targetDedicatedNodes: 3
    virtualMachineConfiguration:
      imageReference: {publisher: canonical, offer: ubuntu, sku: 22_04-lts}
      nodeAgentSKUId: batch.node.ubuntu 22.04
    startTask: {commandLine: prepare}
    simulation: {timing: {starting: 20m}}
jobs:
  - id: j
    poolInfo: {poolId: p}
    simulation: {workload: [{count: 12, duration: {uniform: {low: 5m, high: 15m}}}]}
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("sensitivity") / "doubted.yaml"
    file.write_text(SCENARIO)
    return file


@pytest.fixture(scope="module")
def tornado(file: Path) -> Tornado:
    return sensitivity(Base.read(file), replications=8, workers=1)


def test_the_boot_of_twenty_minutes_matters_more_than_dispatch(tornado: Tornado) -> None:
    names = [bar.name for bar in tornado.bars]
    assert names[0] == "boot"
    assert names.index("boot") < names.index("dispatch_latency")
    assert "evictions" not in names, "the pool has no low-priority node"
    weights = [bar.weight for bar in tornado.bars]
    assert weights == sorted(weights, reverse=True)
    assert tornado.rests_on[0].startswith("timings"), "the boot time is one of them"


def test_each_has_its_origin(tornado: Tornado) -> None:
    origins = {bar.name: bar.origin for bar in tornado.bars}
    assert origins["boot"] is Origin.GIVEN, "the file states it"
    assert origins["allocation_latency"] is Origin.ASSUMED
    assert origins["prices"] is Origin.GIVEN, "under sizes"
    assert origins["leaving"] is Origin.ASSUMED


def test_prices_move_the_cost_in_proportion_and_the_finish_not_at_all(tornado: Tornado) -> None:
    prices = next(bar for bar in tornado.bars if bar.name == "prices")
    assert prices.cost.lower is not None
    assert prices.cost.higher is not None
    assert prices.cost.lower.value == pytest.approx(-0.1, abs=1e-9)
    assert prices.cost.higher.value == pytest.approx(0.1, abs=1e-9)
    assert prices.cost.lower.half_width < 1e-9, "every run costs a tenth less"
    assert prices.cost.higher.half_width < 1e-9
    assert prices.makespan.swing == 0
    assert not prices.makespan.is_clear


def test_the_page_and_the_json_state_the_same(file: Path) -> None:
    command = ["sensitivity", str(file), "--replications", "4", "--workers", "1"]
    ended = CliRunner().invoke(app, command)
    assert ended.exit_code == 0
    assert "hangs most on boot time (given): × 0.5 to × 2 moves the cost by" in ended.stdout
    answer = json.loads(CliRunner().invoke(app, [*command, "--json"]).stdout)
    assert answer["sentence"] in ended.stdout.replace("\n", " ")
    assert answer["assumptions"][0]["assumption"] == "boot"


def test_a_move_that_may_be_chance_neither_ranks_a_row_nor_passes_for_a_finding() -> None:
    """The row with the larger mean is not beyond chance at that end; the other one is, and comes first."""
    wide, sure = Estimate(-0.14, -0.40, 0.11, 6), Estimate(0.08, 0.03, 0.12, 6)
    still = Estimate(0.0, 0.0, 0.0, 6)
    doubtful, clear = Move("cost", wide, Estimate(0.02, -0.1, 0.14, 6)), Move("cost", wide, sure)
    assert doubtful.swing == 0
    assert clear.swing == pytest.approx(0.08)
    bar = Bar("boot", "boot time", Origin.ASSUMED, "chosen", "x 0.5", "x 2", clear, Move("makespan", still, still))
    found = Tornado("s", 6, Estimate(2.0, 1.9, 2.1, 6), Estimate(60.0, 59.0, 61.0, 6), (bar,))
    words = "moves the cost by -14.0 % (not beyond chance) to +8.0 % and the finish by +0.0 % to +0.0 %"
    assert words in sentence(found)
    assert "assumed moves it" not in sentence(found), "boot time is, and does"
    assert moves(wide, sure) == "-14.0 ± 25.5 to +8.0 ± 4.5"
    assert moves(still, still) == "+0.0 to +0.0 ± 0.0"


def bar(name: str, *moves: Estimate) -> Bar:
    """Return a row whose cost moves so, and whose finish does not."""
    still = Estimate(0.0, 0.0, 0.0, 6)
    return Bar(name, name, Origin.ASSUMED, "-", "x 0.5", "x 2", Move("cost", *moves), Move("makespan", still, still))


def test_rows_that_may_be_chance_and_assumptions_stand_in_the_order_of_their_effect() -> None:
    """What moves beyond chance comes first; of the rest, what is seen to move more. Lines follow their rows."""
    sure, large, small = (Estimate(value, low, 0.9, 6) for value, low in ((0.05, 0.01), (0.3, -0.3), (0.1, -0.7)))
    bars = [bar("sample_delay", small, small), bar("evictions", small, large), bar("prices", sure, sure)]
    ranked = sorted(bars, key=lambda one: one.weight, reverse=True)
    assert [one.name for one in ranked] == ["prices", "evictions", "sample_delay"]
    abouts = ("timings", "option nodeTieBreak", "autoscale samples", "evictions", "preemption", "price")
    ordered = [one.about for one in by_effect(ranked, [Assumed(about, "so") for about in abouts])]
    assert ordered == ["price", "evictions", "preemption", "autoscale samples", "timings", "option nodeTieBreak"]


def test_a_move_too_small_to_be_written_ranks_no_row() -> None:
    """A tenth of a second of each run is beyond chance and hangs nothing; the sentence reports that nothing does."""
    tiny, unsure = Estimate(0.0002, 0.0001, 0.0003, 6), Estimate(0.4, -0.9, 1.7, 6)
    still = Move("cost", Estimate(0.0, 0.0, 0.0, 6), tiny)
    known = Move("cost", Estimate(-0.1, -0.11, -0.09, 6), Estimate(0.1, 0.09, 0.11, 6))
    bars = [
        Bar(name, name, origin, "-", "x 0.5", "x 2", move, replace(move, measure="makespan"))
        for name, origin, move in (
            ("prices", Origin.DOCUMENTED, known),
            ("launch", Origin.ASSUMED, still),
            ("boot", Origin.ASSUMED, Move("cost", unsure, unsure)),
        )
    ]
    found = Tornado("s", 6, Estimate(2.0, 1.9, 2.1, 6), Estimate(60.0, 59.0, 61.0, 6), tuple(bars))
    assert [bar.is_clear for bar in bars] == [True, False, False]
    assert sentence(found).endswith("Nothing that is assumed moves it beyond chance in so many runs.")
