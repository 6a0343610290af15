"""The benchmark runs, and floor and kernel agree on when the work is done; times are not looked at."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.long
SCRIPT = Path(__file__).with_name("reference.py")


@pytest.mark.parametrize("arrivals", ["burst", "poisson"])
@pytest.mark.parametrize("fill", ["spread", "pack"])
def test_the_benchmark_runs(arrivals: str, fill: str) -> None:
    small = ["--tasks", "2000", "--nodes", "20", "--repeats", "1", "--json", "--no-growth"]
    small += ["--arrivals", arrivals, "--fill", fill]
    result = subprocess.run([sys.executable, str(SCRIPT), *small], capture_output=True, text=True, check=True)
    found = json.loads(result.stdout)
    assert found["bytes_per_task"] < 120
    assert set(found["ratio"]) == {"median", "min", "max"}


def test_the_whole_way_is_measured() -> None:
    whole = SCRIPT.with_name("whole.py")
    small = ["--tasks", "2000", "--nodes", "20", "--repeats", "1", "--json"]
    result = subprocess.run([sys.executable, str(whole), *small], capture_output=True, text=True, check=True)
    found = json.loads(result.stdout)
    assert found["tasks"] == 2000
    assert found["whole"]["wall"] > 0
