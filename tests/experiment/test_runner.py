"""Outcomes do not depend on who runs the trials; what fails, and who dies, is reported in rows."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from simulator.experiment import runner
from simulator.experiment.axes import Base, Cell, make_cells
from simulator.experiment.crew import Cores
from simulator.experiment.design import axis, grid
from simulator.experiment.runner import run_in_order, run_trials
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


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Call the workers from the first trial on."""
    monkeypatch.setattr(runner, "ALONE_S", 0.0)


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


@pytest.mark.usefixtures("at_once")
def test_a_worker_that_is_killed_costs_nothing_but_time(cells: list[Cell]) -> None:
    todo = trials(cells, 10)
    expected = [outcome.values for outcome in run_in_order(todo, workers=1)]
    stream = run_trials(todo, workers=2)
    found = {(first := next(stream)).key: first.values}
    os.kill(_workers()[0].pid, signal.SIGKILL)
    found |= {outcome.key: outcome.values for outcome in stream}
    assert [found[trial.key] for trial in todo] == expected


def _workers() -> list[Any]:
    from joblib.externals.loky import get_reusable_executor

    return list(get_reusable_executor(reuse=True)._processes.values())


def test_who_stops_right_after_a_batch_leaves_no_failing_thread(cells: list[Cell]) -> None:
    """What a thread does not catch is an error of the test."""
    cores = Cores(2)
    cores.submit(trials(cells[:1], 1), Wanted()).result()
    for number in range(1, 4):
        cores.submit(trials(cells[:number], 20), Wanted())
    cores.close(at_once=True)


@pytest.mark.usefixtures("at_once")
def test_who_stops_listening_stops_the_work(cells: list[Cell]) -> None:
    stream = run_trials(trials(cells, 50), workers=2)
    next(stream)
    workers = _workers()
    assert workers
    stream.close()
    for worker in workers:
        worker.join(GUARD_S)
        assert worker.exitcode is not None
