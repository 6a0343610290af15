"""A cluster that is not as it should be: one line that names it, nothing left behind, nothing lost, nothing mixed."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.experiment import cluster, load_experiment, sweep
from simulator.experiment.cluster import Cluster
from tests.experiment.files import SMALL, experiment
from tests.experiment.test_cluster import Site, _scheduler, _wait_for_workers, distributed
from tests.waiting import GUARD_S, eventually

assert distributed  # else the module is skipped
LACKING = """
import sys
class Lacking:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "simulator":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Lacking())
"""
OTHER = """
import importlib.metadata as metadata
known = metadata.version
metadata.version = lambda name: "0.0" if name == "simpy" else known(name)
"""
COMMAND = (sys.executable, "-m", "simulator.cli", "sweep")
MESSAGES = {
    "the workers": r"has had no worker for 0\.5 s; start some with: dask worker tcp://",
    "the scheduler's answers": r"has not answered for 0\.5 s",
}
KINDS = {"lacking": (LACKING, "has no poolsight"), "other": (OTHER, "simpy 0.0, this program")}


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Site]:
    """Yield a scheduler without workers; those that come end with the test."""
    with _scheduler(tmp_path) as address:
        site = Site(address, [])
        yield site
        for process in site.workers:
            process.kill()
            process.wait()


def start_odd(site: Site, kind: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Start a worker that lacks the package, or has another version of one that matters."""
    odd = folder / kind
    odd.mkdir()
    (odd / "sitecustomize.py").write_text(KINDS[kind][0])
    with monkeypatch.context() as patch:
        patch.setenv("PYTHONPATH", str(odd))
        site.start_worker()


def one_line(ended: "subprocess.CompletedProcess[str]") -> str:
    assert ended.returncode == 2, ended.stderr
    shown = [line for line in ended.stderr.splitlines() if not line.startswith("    ") and "warning: " not in line]
    assert len(shown) == 1, ended.stderr
    return shown[0]


@pytest.mark.parametrize("kind", [pytest.param("lacking", marks=pytest.mark.long), "other"])
def test_an_odd_worker_is_refused_in_one_line_and_nothing_is_left(
    kind: str, empty: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start_odd(empty, kind, tmp_path, monkeypatch)
    words = [*COMMAND, str(experiment(tmp_path)), "--cluster", empty.address, "--out", str(tmp_path / "out")]
    ended = subprocess.run(words, capture_output=True, text=True, check=False)
    assert KINDS[kind][1] in one_line(ended)
    assert not (tmp_path / "out").exists()


@pytest.mark.long
def test_an_odd_worker_that_joins_later_is_refused_too(
    empty: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The good worker ends once the odd one is there, so that this one gets the rest of the work."""
    empty.start_worker()
    _wait_for_workers(empty.address, 1)
    file = experiment(tmp_path, SMALL.replace("replications: 4", "replications: 2000"))
    words = [*COMMAND, str(file), "--cluster", empty.address, "--out", str(tmp_path / "out")]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as sweep:
        eventually(lambda: next((tmp_path / "out" / "trials").glob("part-*.parquet"), None))
        start_odd(empty, "other", tmp_path, monkeypatch)
        _wait_for_workers(empty.address, 2)
        empty.workers[0].kill()
        out, err = sweep.communicate()
    assert KINDS["other"][1] in one_line(subprocess.CompletedProcess(words, sweep.returncode, out, err))


@pytest.mark.long
def test_the_death_of_the_scheduler_is_one_line_that_names_what_is_kept(tmp_path: Path) -> None:
    file = experiment(tmp_path, SMALL.replace("replications: 4", "replications: 2000"))
    with _scheduler(tmp_path) as address:
        site = Site(address, [])
        site.start_worker()
        _wait_for_workers(address, 1)
        words = [*COMMAND, str(file), "--cluster", address, "--out", str(tmp_path / "out")]
        sweep = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        eventually(lambda: next((tmp_path / "out" / "trials").glob("part-*.parquet"), None))
    out, err = sweep.communicate()
    site.workers[0].kill()
    site.workers[0].wait()
    text = one_line(subprocess.CompletedProcess(words, sweep.returncode, out, err))
    assert "went away in the middle of the work" in text
    assert f"kept in {tmp_path / 'out'}: the same command goes on from there" in text
    assert list((tmp_path / "out" / "trials").glob("*.parquet"))


@pytest.mark.parametrize("lost", ["the workers", pytest.param("the scheduler's answers", marks=pytest.mark.long)])
def test_work_that_nobody_does_any_more_ends_with_how_to_go_on(
    lost: str, empty: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits a while for another worker, and for a scheduler that stands still; what is finished is kept."""
    monkeypatch.setattr(cluster, "ALONE_S", 0.5)
    monkeypatch.setattr(cluster, "LOOK_S", 0.1)
    monkeypatch.setattr(cluster, "ANSWER_S", GUARD_S)
    empty.start_worker()
    _wait_for_workers(empty.address, 1)
    made = load_experiment(experiment(tmp_path, SMALL.replace("replications: 4", "replications: 2000")))
    seen = []

    def on_outcome(count: int, _: object) -> None:
        seen.append(count)
        if len(seen) == 2 and lost == "the workers":
            empty.workers[0].kill()
        elif len(seen) == 2:
            monkeypatch.setattr(Cluster, "_workers", silent)

    def silent(_: Cluster) -> None:
        raise TimeoutError

    with pytest.raises(cluster.LostClusterError, match=MESSAGES[lost]):
        sweep(made, tmp_path / "out", cluster=empty.address, on_outcome=on_outcome)
    assert list((tmp_path / "out" / "trials").glob("*.parquet"))
