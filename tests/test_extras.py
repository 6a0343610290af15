"""What works without the libraries of the extras, and how the rest is refused: before any work, in one message."""

import ast
import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

import simulator
from simulator.errors import InputError
from simulator.extras import EXTRA_OF, EXTRAS, require
from tests.command_line import app
from tests.experiment.files import experiment
from tests.planning.test_plan import plan_file

ROOT = Path(__file__).parents[1]
FIRST = ROOT / "scenarios" / "first_pool.yaml"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
IMPORTED_AS = {"ruamel.yaml": "ruamel", "pyyaml": "yaml", "typing-extensions": "typing_extensions"}
BROUGHT = {"pydantic_core", "PIL", "cython"}
"""Come with pydantic and with Matplotlib; and what only the compiler of the kernel needs."""
Command = list[str]
Ended = tuple[int, str, str]


def run_without(libraries: Sequence[str], commands: Sequence[Command], *, may_simulate: bool) -> list[Ended]:
    asked = json.dumps({"libraries": list(libraries), "may_simulate": may_simulate, "commands": commands})
    ended = subprocess.run(
        [sys.executable, "-m", "tests.without"], input=asked, capture_output=True, text=True, cwd=ROOT, check=True
    )
    return [(code, out, err) for code, out, err in json.loads(ended.stdout)]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Hold what the commands read: made while everything is installed."""
    folder = tmp_path_factory.mktemp("made")
    experiment(folder)
    small, axes = str(folder / "small.yaml"), "axes: {slots: {path: pools.0.taskSlotsPerNode, from: 1, to: 8}}"
    for kind in ("sobol", "latin_hypercube"):
        (folder / f"{kind}.yaml").write_text(f"scenario: small.yaml\n{axes}\ndesign: {{kind: {kind}, points: 4}}\n")
    (folder / "kept.yaml").write_text((folder / "experiment.yaml").read_text() + "tables: [tasks]\n")
    (folder / "plan").mkdir()
    nodes = "nodes: {path: pools.p.targetDedicatedNodes, values: [4, 8]}"
    plan_file(folder / "plan", "P(makespan <= 100m) >= 0.5", nodes, "{first: 2, cap: 4, fresh: 4}")
    (folder / "large").mkdir()
    nodes = "nodes: {path: pools.p.targetDedicatedNodes, from: 1, to: 400}"
    plan_file(folder / "large", "makespan <= 1h", nodes, "{trials: 3}")
    (folder / "trace.csv").write_text("submit,duration\n0,60\n10,60\n")
    text = (folder / "small.yaml").read_text()
    begin = text.index("    simulation:")
    for kind in ("csv", "parquet"):
        job = f"    simulation: {{workload: [{{trace: trace.{kind}}}]}}\n"
        (folder / f"{kind}.yaml").write_text(text[:begin] + job)
    import pandas as pd

    pd.read_csv(folder / "trace.csv").to_parquet(folder / "trace.parquet")
    for words in (
        ["run", small, "--out", str(folder / "run"), "--events"],
        ["sweep", str(folder / "experiment.yaml"), "--out", str(folder / "swept"), "--workers", "1"],
    ):
        ended = CliRunner().invoke(app, words)
        assert ended.exit_code == 0, ended.output
    answer = CliRunner().invoke(app, ["run", small, "--replications", "3", "--workers", "1", "--json"])
    (folder / "answer.json").write_text(answer.stdout)
    (folder / "formula.txt").write_text("$TargetDedicatedNodes = 1;\n")
    return folder


def needing(folder: Path) -> Iterator[tuple[str, Command]]:
    """List what needs a library, and which."""
    run, swept, new = str(folder / "run"), str(folder / "swept"), str(folder / "new")
    small, file = str(folder / "small.yaml"), str(folder / "experiment.yaml")
    for words in (
        ["run", small, "--out", new],
        ["run", small, "--out", new, "--events", "--json"],
        ["run", str(folder / "parquet.yaml")],
        ["run", str(folder / "parquet.yaml"), "--replications", "3"],
        ["validate", str(folder / "parquet.yaml")],
        ["report", run, "-o", new],
        ["report", swept, "-o", new],
        ["why", run, "--task", "job/task-1"],
        ["trace", run, "-o", f"{new}.json"],
        ["plot", run, "-o", f"{new}.png"],
        ["plot", swept, "-o", f"{new}.png"],
        ["sweep", file, "--out", new],
        ["sweep", str(folder / "kept.yaml")],
        ["events", str(folder / "run" / "events.jsonl"), "--out", new],
    ):
        yield "pyarrow", words
    yield "matplotlib", ["plot", run, "-o", f"{new}.png"]
    yield "starlette", ["serve", small]
    yield "uvicorn", ["serve", small]
    yield "starlette", ["lab", small]
    yield "optuna", ["plan", str(folder / "large" / "plan.yaml"), "--workers", "1"]
    yield "scipy", ["sweep", str(folder / "sobol.yaml"), "--workers", "1"]
    for command in ("calibrate", "backtest"):
        yield "scipy", [command, str(folder / "trace.csv")]
    yield "scipy", ["sweep", str(folder / "latin_hypercube.yaml"), "--workers", "1"]
    address = ["--cluster", "tcp://127.0.0.1:9"]
    yield "distributed", ["run", small, "--replications", "3", *address]
    yield "distributed", ["compare", small, str(FIRST), *address]
    yield "distributed", ["sweep", file, *address]
    yield "distributed", ["sensitivity", small, *address]
    yield "distributed", ["spot", small, "--eviction-rate", "1", *address]
    yield "distributed", ["plan", str(folder / "plan" / "plan.yaml"), *address]


@pytest.mark.parametrize("library", EXTRA_OF)
def test_what_needs_an_absent_library_is_refused_before_any_work(library: str, made: Path) -> None:
    before = sorted(made.rglob("*"))
    commands = [words for needed, words in needing(made) if needed == library]
    assert commands, "every library of the table is needed by a command"
    for words, (code, out, err) in zip(commands, run_without([library], commands, may_simulate=False), strict=True):
        assert (code, out) == (2, ""), (words, out, err)
        expected = [line for line in err.splitlines() if "pip install" in line]
        assert len(expected) == 1, (words, err)
        assert "Traceback" not in err, words
        assert f"needs {library}, which is not installed" in expected[0], words
        assert f"pip install 'poolsight[{EXTRA_OF[library]}]'" in expected[0], words
    assert sorted(made.rglob("*")) == before, "nothing is left behind"


def test_everything_else_works_without_any_of_them(made: Path) -> None:
    small, alone = str(made / "small.yaml"), ["--workers", "1"]
    commands = [
        ["--version"],
        ["run", small],
        ["run", small, "--json"],
        ["run", str(made / "csv.yaml"), "--json"],
        ["run", small, "--replications", "3", "--deadline", "4h", *alone],
        ["run", small, "--replications", "3", "--steady", "--quantile", "0.5", *alone],
        ["compare", small, str(FIRST), "--replications", "3", *alone],
        ["sweep", str(made / "experiment.yaml"), *alone],
        ["sweep", str(made / "experiment.yaml"), "--json", *alone],
        ["plan", str(made / "plan" / "plan.yaml"), *alone],
        ["sensitivity", small, "--replications", "2", *alone],
        ["spot", small, "--eviction-rate", "1", "--replications", "2", "--steps", "2", *alone],
        ["validate", small],
        ["formula", "lint", str(made / "formula.txt")],
        ["report", str(made / "answer.json"), "-o", str(made / "answer.html")],
        ["events", str(made / "run" / "events.jsonl")],
        ["sizes", "D2s_v5"],
        ["schema"],
        ["features"],
    ]
    for words, (code, _, err) in zip(commands, run_without(list(EXTRA_OF), commands, may_simulate=True), strict=True):
        assert code == 0, (words, err)
        assert "poolsight[" not in err


def test_frames_of_a_run_need_no_arrow(made: Path) -> None:
    code = f"""
import sys
sys.modules["pyarrow"] = None
import simulator
run = simulator.simulate(simulator.load({str(made / "small.yaml")!r}))
assert len(run.tasks) == 20
try:
    run.table("tasks")
except simulator.InputError as error:
    print(error)
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout == (
        "an Arrow table needs pyarrow, which is not installed; install the extra: pip install 'poolsight[tables]'\n"
    )


def test_a_library_that_is_there_but_broken_is_not_called_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> None:
        raise ImportError(f"{name} requires NumPy 2.0 or newer")

    monkeypatch.setattr("simulator.extras.import_module", broken)
    with pytest.raises(InputError, match=r"pyarrow, which cannot be imported \(pyarrow requires NumPy 2.0 or newer\)"):
        require("pyarrow", "--out")


# ---- the table, the package and its description agree --------------------------------------------------------


def named(requirement: str) -> str:
    """Return the name at the start of a requirement."""
    end = next((at for at, sign in enumerate(requirement) if not (sign.isalnum() or sign in "-_.")), None)
    return requirement[:end]


def imported() -> set[str]:
    found: set[str] = set()
    for path in Path(simulator.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                found.add(str(node.module).partition(".")[0])
    return found - set(sys.stdlib_module_names) - {"simulator"}


def test_every_library_is_a_dependency_or_stands_in_the_table() -> None:
    base = {IMPORTED_AS.get(named(one), named(one)) for one in PROJECT["dependencies"]}
    assert imported() - base - BROUGHT == set(EXTRA_OF)


def test_extras_bring_what_the_table_states() -> None:
    extras = PROJECT["optional-dependencies"]
    for extra, libraries in EXTRAS.items():
        assert set(libraries) <= {named(one) for one in extras[extra]}
    assert extras["all"] == [f"poolsight[{','.join(EXTRAS)}]"]
