"""Steady-state studies: the warm-up is found and left out, and what has no steady state is reported."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from simulator import Scenario, simulate
from simulator.experiment import replicate
from simulator.experiment.replications import Replications, find_warmup, sample_warnings
from simulator.experiment.steady import common_warmup, load, mser, steady
from simulator.theory.queues import mmc_wait
from tests.command_line import app
from tests.engine.worlds import job, pool, scenario
from tests.scenario.files import LINUX

HOURS = 60


def queue(rate: float, *, nodes: int = 1, hours: int = HOURS) -> Scenario:
    """Describe M/M/c with services of a minute."""
    arrivals = {"poisson": {"ratePerHour": rate, "until": f"{hours}h"}}
    work = {"arrivals": arrivals, "duration": {"exponential": {"mean": "60s"}}}
    mine = {"id": "j", "poolInfo": {"poolId": "p"}, "simulation": {"workload": [work]}}
    servers = pool(targetDedicatedNodes=nodes, virtualMachineConfiguration=LINUX)
    return scenario([servers], [mine], horizon=f"{hours}h")


def test_mser_finds_where_a_transient_ends() -> None:
    random = np.random.default_rng(2)
    series = random.normal(10, 1, size=2000)
    series[:300] += np.linspace(20, 0, 300)
    dropped, is_found = mser(series)
    assert is_found
    assert 200 <= dropped <= 320
    assert mser(random.normal(size=2000))[0] <= 200


@pytest.mark.parametrize("count", [0, 3, 9])
def test_mser_of_next_to_nothing_drops_nothing(count: int) -> None:
    assert mser(np.ones(count)) == (0, False)


def test_mser_of_a_drift_finds_no_end() -> None:
    assert mser(np.arange(1000.0))[1] is False


def test_the_steady_state_of_an_mmc_queue_is_the_textbooks() -> None:
    found = replicate(queue(100, nodes=2), 16, workers=1, steady=True)
    wait, inside = found.estimate("steady.queue_mean", 0.999), found.estimate("steady.in_system", 0.999)
    assert wait is not None
    assert inside is not None
    theory = mmc_wait(100 / 3600, 1 / 60, 2)
    assert wait.low <= theory <= wait.high
    assert inside.low <= (theory + 60) * 100 / 3600 <= inside.high, "Little's law"
    assert float(found.values["steady.load"].mean()) == pytest.approx(100 / 120, rel=0.05)
    assert not [text for text in found.warnings if "unstable" in text]


def test_more_work_than_the_slots_can_do_is_reported() -> None:
    found = replicate(queue(70, hours=40), 3, workers=1, steady=True)
    (message,) = (text for text in found.warnings if "unstable" in text)
    assert "no steady state" in message
    assert any("had not finished" in text for text in found.warnings)
    assert any("unstable" in text for text in replicate(queue(70, hours=40), 3, workers=1).warnings)


def test_a_heap_of_work_is_no_load() -> None:
    heap = scenario([pool()], [job(50, "5m")])
    assert load(simulate(heap)) is None
    assert replicate(heap, 2, workers=1).warnings == (
        "the p95 of queue times rests on 50 tasks a run: with fewer than 59 it is little more than the longest",
        (
            "100.0 % of the tasks had not finished at the end: makespan and cost are of what was done, and longer "
            "times are not counted"
        ),
    )


def test_jobs_that_come_during_the_run_arrive_like_others() -> None:
    """Jobs of `addJob` and of schedules stand in no list of the scenario's own jobs."""
    poisson = {"count": 30, "duration": "1m", "arrivals": {"poisson": {"ratePerHour": 60}}}
    there = {"poolInfo": {"poolId": "p"}, "simulation": {"workload": [poisson]}}
    found = scenario(
        [pool(targetDedicatedNodes=1)],
        [],
        timeline=[{"at": "1m", "operation": "addJob", "job": {"id": "late", **there}}],
        jobSchedules=[{"id": "s", "schedule": {"doNotRunUntil": "2m"}, "jobSpecification": there}],
    )
    made = replicate(found, 2, workers=1)
    assert (made.values["tasks.unfinished"] == 0).all()
    assert (made.values["steady.load"] > 0).all()


def test_a_run_without_tasks_has_no_steady_state_and_no_traceback() -> None:
    empty = scenario([pool()], [], horizon="1h")
    assert steady(simulate(empty))["queue_mean"] is None


def test_the_answer_shows_the_warm_up(tmp_path: Path) -> None:
    file = tmp_path / "queue.json"
    file.write_text(queue(50, hours=20).model_dump_json(by_alias=True))
    arguments = ["run", str(file), "--replications", "4", "--workers", "1", "--steady"]
    message = CliRunner().invoke(app, arguments).stdout
    assert message.startswith("steady state, 4 replications")
    assert "warm-up: MSER-5 left out the first" in message
    answer = json.loads(CliRunner().invoke(app, [*arguments, "--json", "--quantile", "0.9"]).stdout)
    assert answer["steady"] is True
    assert answer["estimates"]["steady.warmup_tasks"]["mean"] >= 0
    assert answer["quantiles"]["0.9"]["steady.queue_mean"]["estimate"] > 0
    assert any("4 replications are few for the p90" in text for text in answer["warnings"])


def test_enough_replications_for_a_quantile_need_no_warning() -> None:
    few = replicate(scenario([pool()], [job(3, "5m")]), 6, workers=1)
    assert sample_warnings(few, 0.5) == []
    assert "59" in sample_warnings(few, 0.95)[0]


@pytest.mark.parametrize("share", [0.05, 0.2, 0.5, 0.9, 0.95])
@pytest.mark.parametrize("count", [2, 5, 6, 20, 60, 71, 72])
def test_an_open_end_of_a_quantile_is_always_stated_and_only_then(share: float, count: int) -> None:
    """Between one-sided and two-sided certainty an end is open too; a median is no smallest value."""
    made = Replications({"cost": np.arange(float(count))}, count, reached=True, precision=None)
    found = made.quantile("cost", share)
    assert found is not None
    message = sample_warnings(made, share)
    assert bool(message) == (math.isinf(found.low) or math.isinf(found.high))
    if math.isinf(found.low) and math.isinf(found.high):
        assert "from either side" in message[0]


def test_all_replications_leave_out_the_warm_up_that_others_have_shown() -> None:
    one = queue(50, hours=20)
    found = replicate(one, 3, workers=1, steady=True)
    assert set(found.values["steady.warmup_tasks"].tolist()) == {float(find_warmup(one, workers=1).tasks)}
    assert find_warmup(one, workers=1) == find_warmup(one, workers=2)


def test_a_common_warm_up_is_that_of_the_mean_of_all_series() -> None:
    stream = np.random.default_rng(4)
    shift = np.where(np.arange(1000) < 200, 5.0, 0.0)
    series = [shift[: 900 + 50 * one] + stream.normal(size=900 + 50 * one) for one in range(3)]
    assert 190 <= common_warmup(series).tasks <= 230
    assert common_warmup([]).tasks == 0


def test_work_that_is_left_undone_is_not_done_by_the_deadline() -> None:
    half = scenario([pool(targetDedicatedNodes=1)], [job(5, "1h")], horizon="2h", options={"timingPreset": "instant"})
    found = replicate(half, 3, workers=1)
    assert (found.values["makespan"] <= 7200).all()
    assert found.within("makespan", 7200).value == 0
    assert any("had not finished" in text for text in found.warnings)
