"""Outcomes do not depend on who runs the trials; what fails, and who dies, is reported in rows."""

import multiprocessing
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from simulator.experiment import runner
from simulator.experiment.axes import Base, Cell, make_cells
from simulator.experiment.crew import Crew, Forked, Started
from simulator.experiment.design import axis, grid
from simulator.experiment.processors import processors
from simulator.experiment.runner import Pace, helps, run_in_order, run_trials
from simulator.experiment.trial import Trial, Wanted
from simulator.scenario.scenario import Scenario
from tests.waiting import GUARD_S

FIRST = Path(__file__).parents[2] / "scenarios" / "first_pool.yaml"


@pytest.fixture(scope="module")
def cells() -> list[Cell]:
    return make_cells(
        Base.read(FIRST), grid([axis("jobs.0.workloadScale", [0.05, 0.1]), axis("pools.0.taskSlotsPerNode", [1, 2])])
    )


def trials(cells: list[Cell], count: int) -> list[Trial]:
    return [Trial(cell, replication) for cell in cells for replication in range(count)]


FORKED = pytest.param(
    True,
    id="forked",
    marks=[
        pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux only"),
        pytest.mark.filterwarnings("ignore:This process:DeprecationWarning"),  # of the tests' own threads
    ],
)


@pytest.fixture(params=[FORKED, pytest.param(False, id="started")])
def at_once(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> bool:
    """Call workers of either kind from the first trial on; return whether they are forked."""
    monkeypatch.setattr(runner, "helps", lambda _pace, left, size, _start: size > 1 and left > 1)
    monkeypatch.setattr(runner, "may_fork", lambda: request.param)
    return bool(request.param)


@pytest.mark.usefixtures("at_once")
def test_outcomes_are_the_same_whatever_the_workers(cells: list[Cell]) -> None:
    todo = trials(cells, 6)
    wanted = Wanted(("makespan", "cost", "jobs.work.queue_time_s"), ("nodes",))
    alone, shared = (run_in_order(todo, wanted, workers=workers) for workers in (1, 2))
    assert [outcome.values for outcome in alone] == [outcome.values for outcome in shared]
    assert all(one.tables["nodes"].equals(two.tables["nodes"]) for one, two in zip(alone, shared, strict=True))
    assert alone[0].values["makespan"] != alone[1].values["makespan"]
    assert alone[0].values["jobs.work.queue_time_s"] is not None


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("workers", [1, 2])
def test_a_trial_that_fails_is_a_row_with_its_error(cells: list[Cell], workers: int) -> None:
    nonsense = Scenario.model_construct(seed=1, jobs="none")  # type: ignore[arg-type]
    broken = Cell(4, {"kind": "broken"}, nonsense)
    found = run_in_order(trials([cells[0], broken, cells[1]], 2), workers=workers)
    assert [outcome.failure is None for outcome in found] == [True, True, False, False, True, True]
    row = found[2].row(broken.shown)
    assert row["kind"] == "broken"
    assert row["error_type"] in ("AttributeError", "TypeError")
    assert "Traceback" in row["error_traceback"]
    assert row["cost"] is None
    assert found[0].row({})["error_type"] is None


def test_a_worker_that_is_killed_costs_nothing_but_time(cells: list[Cell], at_once: bool) -> None:
    todo = trials(cells, 10)
    expected = [outcome.values for outcome in run_in_order(todo, workers=1)]
    stream = run_trials(todo, workers=2)
    found = {(first := next(stream)).key: first.values}
    os.kill(_workers(are_forked=at_once)[0].pid, signal.SIGKILL)
    found |= {outcome.key: outcome.values for outcome in stream}
    assert [found[trial.key] for trial in todo] == expected


def _workers(*, are_forked: bool) -> list[Any]:
    if are_forked:
        return list(multiprocessing.active_children())
    from joblib.externals.loky import get_reusable_executor

    return list(get_reusable_executor(reuse=True)._processes.values())


@pytest.mark.parametrize("are_forked", [FORKED, False])
def test_who_stops_right_after_a_batch_leaves_no_failing_thread(cells: list[Cell], are_forked: bool) -> None:
    """What a thread does not catch is an error of the test."""
    cores: Crew = Forked(2, cells) if are_forked else Started(2)
    cores.submit(trials(cells[:1], 1), Wanted()).result()
    for number in range(1, 4):
        cores.submit(trials(cells[:number], 20), Wanted())
    cores.close(at_once=True)


def test_who_stops_listening_stops_the_work(cells: list[Cell], at_once: bool) -> None:
    stream = run_trials(trials(cells, 50), workers=2)
    next(stream)
    workers = _workers(are_forked=at_once)
    assert workers
    stream.close()
    for worker in workers:
        worker.join(GUARD_S)
        assert worker.exitcode is not None


def test_others_are_called_where_they_save_more_than_their_start_takes() -> None:
    pace = Pace()
    pace.learn(1, 0.9)  # the first one, with all that is made once
    assert not helps(pace, 1000, 2, 0.1), "one trial says little"
    pace.learn(1, 0.01)
    assert helps(pace, 1000, 2, 0.1)
    assert helps(pace, 1000, 2, 1.5)
    assert not helps(pace, 10, 2, 0.1), "two would lose"
    assert not helps(pace, 1000, 1, 0.1)


def test_a_share_of_the_machine_bounds_the_workers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    quota = tmp_path / "cpu.max"
    monkeypatch.setattr("simulator.experiment.processors.QUOTA", quota)
    everything = processors()
    assert everything >= 1
    for text, expected in (("max 100000", everything), ("50000 100000", 1), ("100000 100000", 1), ("what", everything)):
        quota.write_text(text)
        assert processors() == expected
