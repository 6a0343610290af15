"""However a command that writes is stopped, calling it again ends as if nothing had happened, byte for byte."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(not hasattr(os, "fork") or not Path("/proc/self/stat").exists(), reason="needs fork")


def faults(*words: str) -> "subprocess.CompletedProcess[str]":
    """Run the harness in a process of its own: a copy of one that runs threads is not safe."""
    command = [sys.executable, "-m", "tests.faults", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("story", "share"),
    [
        ("run over another", 0.02),
        pytest.param("report over another", 0.1, marks=pytest.mark.long),
        pytest.param("sweep", 0.02, marks=pytest.mark.long),
    ],
)
def test_a_share_of_the_faults_leaves_no_trace(story: str, share: float) -> None:
    ended = faults("--story", story, "--share", str(share), "--seed", "3")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert int(ended.stdout.split()[0]) >= 2, "so few points show nothing"


@pytest.mark.long
def test_processor_time_kills_too() -> None:
    ended = faults("--share", "0", "--random", "4", "--seed", "1")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "processor time 4" in ended.stdout
