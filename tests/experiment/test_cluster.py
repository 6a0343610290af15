"""A real scheduler and two real workers on loopback: the same bytes as alone, also when one of them is killed."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from simulator.errors import InputError
from simulator.experiment import cluster, compare, load_experiment, replicate, sweep
from simulator.experiment.versions import versions
from tests.command_line import app
from tests.experiment.files import SMALL, experiment
from tests.waiting import GUARD_S, eventually

distributed: Any = pytest.importorskip("distributed", reason="the extra cluster is not installed")
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of the library's own making
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@dataclass
class Site:
    """A scheduler and its workers, as a user starts them."""

    address: str
    workers: list[subprocess.Popen[bytes]]

    def start_worker(self) -> None:
        extra = ["--nthreads", "1", "--no-nanny", "--no-dashboard"]
        self.workers.append(_start("worker", self.address, *extra))


def _start(kind: str, *arguments: str) -> subprocess.Popen[bytes]:
    root = str(Path(__file__).parents[2])
    path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")]))
    command = [sys.executable, "-m", "distributed.cli.dask_" + kind, *arguments]
    return subprocess.Popen(
        command, env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _scheduler(folder: Path) -> Iterator[str]:
    """Start a scheduler at a port that it finds itself, and yield its address."""
    file = folder / "scheduler.json"
    where = ["--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file)]
    process = _start("scheduler", *where, "--no-dashboard", "--no-show")

    def address() -> str | None:
        assert process.poll() is None, "the scheduler has ended"
        with suppress(FileNotFoundError, json.JSONDecodeError):  # not yet there, or half written
            return str(json.loads(file.read_text())["address"])
        return None

    try:
        yield eventually(address)
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with _scheduler(tmp_path_factory.mktemp("cluster")) as address, pytest.MonkeyPatch.context() as patch:
        patch.setattr(cluster, "ANSWER_S", GUARD_S)
        made = Site(address, [])
        for _ in range(2):
            made.start_worker()
        _wait_for_workers(address, 2)
        yield made
        for process in made.workers:
            process.kill()
            process.wait()


def _wait_for_workers(address: str, count: int) -> None:
    with distributed.Client(address, timeout=GUARD_S, set_as_default=False) as client:
        client.wait_for_workers(count, timeout=GUARD_S)


def poolsight(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_a_cluster_gives_the_bytes_of_a_serial_run_although_a_worker_is_killed(site: Site, tmp_path: Path) -> None:
    made = load_experiment(experiment(tmp_path, SMALL.replace("replications: 4", "replications: 6\ntables: [nodes]")))
    alone = sweep(made, tmp_path / "alone", workers=1)
    victim = site.workers[0]

    def on_outcome(count: int, _: object) -> None:
        if count >= 4 and victim.poll() is None:
            victim.send_signal(signal.SIGKILL)
            victim.wait()

    shared = sweep(made, tmp_path / "shared", cluster=site.address, on_outcome=on_outcome)
    assert victim.poll() == -signal.SIGKILL, "it was killed in the middle"
    pd.testing.assert_frame_equal(alone, shared)
    for name in sorted(path.relative_to(tmp_path / "alone") for path in (tmp_path / "alone").rglob("*.parquet")):
        assert (tmp_path / "alone" / name).read_bytes() == (tmp_path / "shared" / name).read_bytes(), name
    site.start_worker()
    _wait_for_workers(site.address, 2)


def test_replications_and_comparisons_run_there_too(site: Site, tmp_path: Path) -> None:
    cells = load_experiment(experiment(tmp_path)).cells
    one, two = cells[0].scenario, cells[3].scenario
    alone, shared = replicate(one, 4, workers=1).values, replicate(one, 4, cluster=site.address).values  # noqa: PD011
    assert alone.keys() == shared.keys()
    assert all(np.array_equal(alone[name], shared[name], equal_nan=True) for name in alone)
    here = compare({"a": one, "b": two}, 4, workers=1)
    there = compare({"a": one, "b": two}, 4, cluster=site.address)
    assert here.differences == there.differences


def test_the_command_takes_a_cluster(site: Site, tmp_path: Path) -> None:
    result = poolsight("sweep", experiment(tmp_path), "--cluster", site.address)
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith("6 cells")


@pytest.mark.long
def test_planning_commands_take_a_cluster_and_print_the_same_bytes(site: Site, tmp_path: Path) -> None:
    experiment(tmp_path)
    file = tmp_path / "plan.yaml"
    axes = "axes: {nodes: {path: pools.0.targetDedicatedNodes, values: [1, 2]}}"
    search = "search: {first: 4, cap: 8, fresh: 8}"
    file.write_text(f"scenario: small.yaml\n{axes}\nsubject_to: [makespan <= 2h]\n{search}\n")
    evictions = ("--eviction-rate", 1, "--steps", 2, "--deadline", "4h")
    for command in (
        ("plan", file),
        ("spot", tmp_path / "small.yaml", "--replications", 3, *evictions),
        ("sensitivity", tmp_path / "small.yaml", "--replications", 3),
    ):
        alone = poolsight(*command, "--workers", 1)
        shared = poolsight(*command, "--cluster", site.address)
        assert alone.exit_code == shared.exit_code == 0, shared.stderr
        assert alone.stdout == shared.stdout
        lost = poolsight(*command, "--cluster", "nowhere")
        assert lost.exit_code == 2
        assert "--cluster: expected an address" in lost.stderr


def test_another_version_is_refused(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = {**versions(), "numpy": "1.0"}
    monkeypatch.setattr(cluster, "mine", lambda: mine)
    made = load_experiment(experiment(tmp_path))
    with pytest.raises(InputError) as caught:
        sweep(made, cluster=site.address)
    assert "differ from this program" in str(caught.value)
    assert f"numpy {versions()['numpy']}, this program 1.0" in str(caught.value)


def test_a_cluster_that_does_not_answer_is_reported_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "ANSWER_S", 0.5)
    connect: Any = distributed.Client
    patience = []

    def client(address: str, *, timeout: float, **options: Any) -> Any:
        patience.append(timeout)
        return connect(address, timeout=timeout, **options)

    monkeypatch.setattr(distributed, "Client", client)
    result = poolsight("sweep", experiment(tmp_path), "--cluster", f"tcp://127.0.0.1:{_free_port()}")
    assert result.exit_code == 2
    assert "no dask scheduler answers at tcp://127.0.0.1" in result.stderr
    assert "within 0.5 s" in result.stderr
    assert patience == [0.5]


@pytest.mark.parametrize("address", ["nowhere", "http://127.0.0.1:1", ""])
def test_an_address_that_is_none_is_reported(address: str, tmp_path: Path) -> None:
    result = poolsight("sweep", experiment(tmp_path), "--cluster", address)
    assert result.exit_code == 2
    assert "--cluster" in result.stderr


def test_a_scheduler_without_workers_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "ANSWER_S", GUARD_S)
    connect = cluster._connect

    def connected(address: str) -> Any:
        """Take any time to connect, and none to wait for a worker that will not come."""
        client = connect(address)
        monkeypatch.setattr(cluster, "ANSWER_S", 0.5)
        return client

    monkeypatch.setattr(cluster, "_connect", connected)
    with _scheduler(tmp_path) as address:
        result = poolsight("sweep", experiment(tmp_path), "--cluster", address)
    assert result.exit_code == 2
    assert "has no worker after 0.5 s" in result.stderr
