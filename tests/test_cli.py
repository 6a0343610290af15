"""The command line as a user meets it."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from simulator.kernel import SPEED
from tests.command_line import app

SCENARIOS = Path(__file__).parents[1] / "scenarios"
FIRST = SCENARIOS / "first_pool.yaml"


def poolsight(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_version_states_which_kernel_runs() -> None:
    result = poolsight("--version")
    assert result.exit_code == 0
    assert f"kernel: {SPEED}" in result.stdout


def test_run_prints_one_json_object() -> None:
    result = poolsight("run", FIRST, "--json")
    assert result.exit_code == 0
    answer = json.loads(result.stdout)
    assert answer["tasks"]["succeeded"] == answer["tasks"]["submitted"] == 400
    assert answer["makespan_s"] > 400 * 300 / 8 * 0.8
    assert answer["cost"]["total"] > 0


def test_run_prints_a_sentence_first_and_fits_a_hundred_columns() -> None:
    result = poolsight("run", FIRST)
    first, *rest = result.stdout.splitlines()
    assert first.startswith("400 of 400 tasks succeeded within 4 h")
    assert all(len(line) <= 100 for line in rest)
    assert "\x1b" not in result.stdout
    assert "assumption: timings" in result.stdout


def test_seed_and_replication_change_the_draws_and_nothing_else() -> None:
    answers = [
        json.loads(poolsight("run", FIRST, "--json", *more).stdout)
        for more in ((), ("--seed", 1), ("--seed", 2), ("--replication", 1))
    ]
    assert answers[0] == answers[1]
    assert len({answer["makespan_s"] for answer in answers}) == 3


def test_an_absent_file_ends_with_2_and_no_traceback() -> None:
    result = poolsight("run", "absent.yaml")
    assert result.exit_code == 2
    assert "absent.yaml: cannot be read" in result.stderr


def test_validate_reports_all_files_and_all_problems(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(FIRST.read_text().replace("count: 400", "count: -1").replace("mean: 5m", "mean: 5"))
    result = poolsight("validate", bad, FIRST, tmp_path / "absent.yaml")
    assert result.exit_code == 2
    assert result.stderr.count("bad.yaml:") == 2
    assert "cannot be read" in result.stderr
    assert "first_pool.yaml: valid (1 pool, 1 job)" in result.stdout


def test_validate_takes_warnings_for_errors_if_asked(tmp_path: Path) -> None:
    odd = tmp_path / "odd.yaml"
    odd.write_text(FIRST.read_text().replace("taskSlotsPerNode", "taskSlotsPerNodes"))
    relaxed = poolsight("validate", odd)
    assert relaxed.exit_code == 0
    assert "warning" in relaxed.stderr
    assert poolsight("validate", "--strict", odd).exit_code == 2


def test_schema_and_sizes() -> None:
    assert json.loads(poolsight("schema").stdout)["title"] == "Poolsight scenario"
    assert "Standard_D2_v3" in poolsight("sizes", "d2_v3").stdout
    assert json.loads(poolsight("sizes", "--json").stdout)
    assert poolsight("sizes", "nonsense").exit_code == 2


def test_out_writes_a_directory_and_refuses_an_existing_one(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    assert poolsight("run", FIRST, "--out", out).exit_code == 0
    assert json.loads((out / "manifest.json").read_text())["complete"] is True
    result = poolsight("run", FIRST, "--out", out)
    assert result.exit_code == 2
    assert "give --force" in result.stderr
    assert poolsight("run", FIRST, "--out", out, "--force").exit_code == 0


def test_a_broken_scenario_leaves_no_directory(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("pools: 3\n")
    assert poolsight("run", bad, "--out", tmp_path / "out").exit_code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["bad.yaml"]


def test_two_hash_seeds_give_the_same_bytes(tmp_path: Path) -> None:
    file = SCENARIOS / "dedicated_or_low_priority.yaml"
    for number in ("0", "1"):
        environment = {**os.environ, "PYTHONHASHSEED": number}
        command = [sys.executable, "-m", "simulator.cli", "run", str(file), "--out", str(tmp_path / number)]
        subprocess.run(command, env=environment, check=True, capture_output=True)
    for path in (tmp_path / "0").iterdir():
        assert path.read_bytes() == (tmp_path / "1" / path.name).read_bytes()


SIGNALS_ITSELF = """
import os, sys
from simulator.cli import main
from simulator.engine.simulation import Simulation

advance, slices, number = Simulation.advance, [], int(sys.argv.pop(1))

def until_the_third_slice(self, until=None):
    advance(self, until)
    slices.append(until)
    if len(slices) == 3:
        os.kill(os.getpid(), number)

Simulation.advance = until_the_third_slice
main()
"""


@pytest.mark.skipif(os.name == "nt", reason="there a process cannot send itself these signals")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_keeps_what_was_recorded_and_marks_it(tmp_path: Path, name: str) -> None:
    number = getattr(signal, name)
    long = tmp_path / "long.yaml"
    long.write_text((SCENARIOS / "reactive_pool.yaml").read_text() + "horizon: 9000d\n")
    command = [sys.executable, "-c", SIGNALS_ITSELF, str(int(number)), "run", str(long), "--out", str(tmp_path / "out")]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 128 + number
    assert "incomplete" in ended.stderr
    assert "Traceback" not in ended.stderr
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert (manifest["complete"], manifest["stopped"]) == (False, "interrupted")


@pytest.mark.parametrize("module", ["pandas", "pyarrow", "scipy", "matplotlib", "pydantic", "simpy"])
def test_the_command_starts_without_heavy_libraries(module: str) -> None:
    code = f"import sys, simulator.cli; sys.exit({module!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_small_run_imports_only_what_it_needs() -> None:
    """A pool without a formula needs no formula language, an answer no tables, and no figures at all."""
    heavy = ("pandas", "pyarrow", "scipy", "matplotlib", "numpy.ma", "simulator.formula", "simulator.report.figures")
    code = f"""
import atexit, sys
from simulator.cli import main
atexit.register(lambda: print([name for name in {heavy} if name in sys.modules], file=sys.stderr))
sys.argv = ["poolsight", "run", {str(FIRST)!r}]
main()
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stderr == "[]\n"


def test_node_agents_are_listed() -> None:
    result = CliRunner().invoke(app, ["node-agents"])
    assert result.exit_code == 0
    assert "batch.node.windows amd64" in result.stdout.splitlines()


@pytest.mark.parametrize("given", ["--precision 0.01", "--cap 50", "--workers 2", "--deadline 4h", "--quantile 0.9"])
def test_an_option_about_many_replications_is_refused_for_one(given: str) -> None:
    result = poolsight("run", FIRST, *given.split())
    assert result.exit_code == 2
    assert f"{given.split(maxsplit=1)[0]} is about many replications: give --replications too" in result.stderr


def test_all_options_about_one_replication_are_refused_for_many_at_once(tmp_path: Path) -> None:
    result = poolsight("run", FIRST, "--replications", 3, "--replication", 7, "--events", "--out", tmp_path / "run")
    assert result.exit_code == 2
    lines = [line for line in result.stderr.splitlines() if "is about a single replication" in line]
    assert [line.split()[0] for line in lines] == ["--replication", "--out", "--events"]
    assert not (tmp_path / "run").exists()
