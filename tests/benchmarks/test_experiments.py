"""The benchmarks of experiments run; what they find is looked at by people, only its shape here."""

import json
import subprocess
import sys

import pytest

pytestmark = pytest.mark.long
COMMAND = [sys.executable, "-m", "tests.benchmarks.experiments"]


def test_the_benchmark_of_coverage_runs() -> None:
    command = [*COMMAND, "coverage", "--studies", "4", "--workers", "1", "--json"]
    found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert {row["interval"] for row in found} == {"Student's t", "bootstrap", "stopping at 10 %"}
    for row in found:
        assert 0.5 * row["theory_s"] < row["mean_s"] < 1.5 * row["theory_s"]


def test_the_benchmark_of_speed_runs() -> None:
    command = [*COMMAND, "speed", "--trials", "12", "--seconds", "0.02", "--repeats", "1", "--json"]
    found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert found["gain"] > 0
