"""`poolsight sensitivity`: what matters stands above what does not, each with where it comes from."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from simulator.experiment.axes import Base
from simulator.planning.sensitivity import Tornado, sensitivity
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
    swings = [bar.swing for bar in tornado.bars]
    assert swings == sorted(swings, reverse=True)


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
    assert prices.cost.lower.value == pytest.approx(-0.1, abs=0.005)
    assert prices.cost.higher.value == pytest.approx(0.1, abs=0.005)
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
