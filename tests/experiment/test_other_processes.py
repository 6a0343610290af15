"""What goes to another process is the same there; what is an error here is one there; and none outlives its parent."""

import pickle
import signal
import subprocess
import sys
from pathlib import Path
from typing import Final

import numpy as np
import pytest

from simulator import load
from simulator.distributions import OF, SHAPES, Constant, Distribution
from simulator.engine import simulation
from simulator.errors import InputError
from simulator.experiment.axes import Cell
from simulator.experiment.crew import Started, run_batch
from simulator.experiment.runner import run_trials
from simulator.experiment.trial import Trial, Wanted, run_trial
from simulator.results.record.manifest import scenario_hash
from simulator.scenario.prepared import Prepared
from tests.waiting import eventually

ROOT: Final = Path(__file__).parents[2]
SCENARIOS: Final = sorted((ROOT / "scenarios").glob("*.yaml"))
DRAWN: Final = ("memory_bound", "oversubscribed")
"""Scenarios whose tasks draw numbers that are no times."""
ELSEWHERE: Final = """
import pickle, sys
from simulator.experiment.trial import Wanted, run_trial
from simulator.results.record.manifest import scenario_hash
sent = pickle.load(sys.stdin.buffer)
hashes = {name: scenario_hash(one.scenario) for name, one in sent.items()}
values = {name: run_trial(sent[name], 0, 1, Wanted()).values for name in sys.argv[1:]}
sys.stdout.buffer.write(pickle.dumps((hashes, values)))
"""
PARENT: Final = """
import os, signal, sys
from simulator import load
from simulator.experiment import runner
from simulator.experiment.axes import Cell
from simulator.experiment.trial import Trial
from tests.faults.disk import children
runner.helps = lambda pace, left, size, start: True
runner.may_fork = lambda: sys.argv[2] == "forked"
cell = Cell(0, {}, load(sys.argv[1]))
stream = runner.run_trials([Trial(cell, number) for number in range(1000)], workers=2)
next(stream)
print(*children(), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_every_shipped_scenario_is_the_same_in_a_process_that_knows_nothing_of_this_one() -> None:
    here = {path.stem: Prepared(load(path)) for path in SCENARIOS}
    command = [sys.executable, "-c", ELSEWHERE, *DRAWN]
    ended = subprocess.run(command, input=pickle.dumps(here), capture_output=True, cwd=ROOT, check=True)
    hashes, values = pickle.loads(ended.stdout)  # noqa: S301 - our own
    assert hashes == {name: scenario_hash(one.scenario) for name, one in here.items()}
    assert values == {name: run_trial(here[name], 0, 1, Wanted()).values for name in DRAWN}


@pytest.mark.parametrize("of", OF)
@pytest.mark.parametrize("shape", [Constant, *SHAPES])
def test_every_distribution_travels(shape: type[Distribution[float]], of: str) -> None:
    kind = shape[OF[of]]  # type: ignore[index]
    one = kind.model_construct(value=3.0)
    there = pickle.loads(pickle.dumps(one))  # noqa: S301
    assert there == one
    assert type(there) is kind


def test_an_overflow_is_an_error_in_every_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """NumPy would warn, once a place and process, and go on with a wrong number."""
    scenario = load(ROOT / "scenarios" / "first_pool.yaml")
    file = tmp_path / "scenario.pickle"
    file.write_bytes(pickle.dumps(scenario))

    def overflow(*_: object) -> object:
        return np.full(2, 1e308) * 10

    monkeypatch.setattr(simulation, "build", overflow)
    (outcome,) = run_batch([str(file)], [("here", 0, (0,))], Wanted()).outcomes
    assert outcome.failure is not None
    assert outcome.failure.kind == "FloatingPointError"
    with pytest.raises(FloatingPointError):
        simulation.simulate(scenario)


def test_processes_that_cannot_be_started_are_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    trial = Trial(Cell(0, {}, load(ROOT / "scenarios" / "first_pool.yaml")), 0)

    def full(*_: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(Started, "submit", full)
    monkeypatch.setattr("simulator.experiment.runner.may_fork", lambda: False)
    monkeypatch.setattr("simulator.experiment.runner.helps", lambda *_: True)
    with pytest.raises(InputError, match="cannot be started: Resource temporarily unavailable; --workers 1 needs none"):
        list(run_trials([trial] * 4, workers=2))


@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")
@pytest.mark.parametrize("kind", ["forked", pytest.param("started", marks=pytest.mark.long)])
def test_no_worker_outlives_a_process_that_is_killed(kind: str) -> None:
    command = [sys.executable, "-c", PARENT, str(ROOT / "scenarios" / "first_pool.yaml"), kind]
    ended = subprocess.run(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, check=False)
    assert ended.returncode == -signal.SIGKILL
    workers = ended.stdout.split()
    assert len(workers) >= 2
    eventually(lambda: None if any(map(_runs, workers)) else True)


def _runs(process: str) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
