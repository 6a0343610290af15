"""A real scheduler and two real workers on loopback: the same bytes as alone, also when one of them is killed."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
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

pytest.importorskip("distributed", reason="the extra cluster is not installed")
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of the library's own making
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@dataclass
class Site:
    """A scheduler and its workers, as a user starts them."""

    address: str
    scheduler: subprocess.Popen[bytes]
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


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    port = _free_port()
    scheduler = _start("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard", "--no-show")
    made = Site(f"tcp://127.0.0.1:{port}", scheduler, [])
    for _ in range(2):
        made.start_worker()
    _wait_for_workers(made.address, 2)
    yield made
    for process in (*made.workers, scheduler):
        process.kill()
        process.wait()


def _wait_for_workers(address: str, count: int) -> None:
    from distributed import Client  # noqa: PLC0415 - an extra

    connect: Any = Client
    with connect(address, timeout=60, set_as_default=False) as client:
        if count:
            client.wait_for_workers(count, timeout=60)


def poolsight(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_a_cluster_gives_the_bytes_of_a_serial_run_although_a_worker_is_killed(site: Site, tmp_path: Path) -> None:
    made = load_experiment(experiment(tmp_path, SMALL.replace("replications: 4", "replications: 6\ntables: [nodes]")))
    alone = sweep(made, tmp_path / "alone", workers=1)
    victim = site.workers[0]

    def heard(count: int, _: object) -> None:
        if count >= 4 and victim.poll() is None:
            victim.send_signal(signal.SIGKILL)
            victim.wait()

    shared = sweep(made, tmp_path / "shared", cluster=site.address, heard=heard)
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


def test_planning_commands_take_a_cluster_and_print_the_same_bytes(site: Site, tmp_path: Path) -> None:
    experiment(tmp_path)
    file = tmp_path / "plan.yaml"
    axes = "axes: {nodes: {path: pools.0.targetDedicatedNodes, values: [1, 2]}}"
    search = "search: {first: 4, replications: 8, confirm: 8}"
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


def test_a_cluster_that_does_not_answer_is_told_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cluster.ANSWER_S == 10
    monkeypatch.setattr(cluster, "ANSWER_S", 2)
    began = time.monotonic()
    result = poolsight("sweep", experiment(tmp_path), "--cluster", f"tcp://127.0.0.1:{_free_port()}")
    assert result.exit_code == 2
    assert "no dask scheduler answers at tcp://127.0.0.1" in result.stderr
    assert time.monotonic() - began < 15


@pytest.mark.parametrize("address", ["nowhere", "http://127.0.0.1:1", ""])
def test_an_address_that_is_none_is_told(address: str, tmp_path: Path) -> None:
    result = poolsight("sweep", experiment(tmp_path), "--cluster", address)
    assert result.exit_code == 2
    assert "--cluster" in result.stderr


def test_a_scheduler_without_workers_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "ANSWER_S", 2)
    port = _free_port()
    scheduler = _start("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard", "--no-show")
    try:
        _wait_for_workers(f"tcp://127.0.0.1:{port}", 0)
        result = poolsight("sweep", experiment(tmp_path), "--cluster", f"tcp://127.0.0.1:{port}")
    finally:
        scheduler.kill()
        scheduler.wait()
    assert result.exit_code == 2
    assert "has no worker after" in result.stderr
