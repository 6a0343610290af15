"""The command line as a user meets it."""

import json
from pathlib import Path

from typer.testing import CliRunner

from simulator.cli import app

FIRST = Path(__file__).parents[1] / "scenarios" / "first_pool.yaml"


def test_version_says_which_kernel_runs() -> None:
    result = CliRunner().invoke(app, ["--version"])
    assert result.exit_code == 0
    assert "kernel: python" in result.stdout


def test_run_prints_one_json_object() -> None:
    result = CliRunner().invoke(app, ["run", str(FIRST), "--json"])
    assert result.exit_code == 0
    answer = json.loads(result.stdout)
    assert answer["tasks"]["succeeded"] == answer["tasks"]["submitted"] == 400
    assert answer["makespan_s"] > 400 * 300 / 8 * 0.8
    assert answer["cost"]["total"] > 0


def test_an_absent_file_ends_with_2_and_no_traceback() -> None:
    result = CliRunner().invoke(app, ["run", "absent.yaml"])
    assert result.exit_code == 2
    assert "absent.yaml: cannot be read" in result.stderr
