"""What the README shows works, and its commands are those that the Makefile and the command line have."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from simulator import load
from simulator.experiment import load_experiment
from tests.command_line import app

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_python_of_the_readme_runs(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    whole, steps = blocks("python")
    exec(whole, {})  # noqa: S102 - the README is ours
    assert float(capsys.readouterr().out) > 0
    exec(steps, {})  # noqa: S102 - as above
    answer, *ends = capsys.readouterr().out.splitlines()
    assert answer == "Success 600.001"
    assert [len(set(end.split())) for end in ends] == [1, 1], "the log replays each future"


def test_the_scenario_of_the_readme_is_valid_and_runs(tmp_path: Path) -> None:
    text = next(block for block in blocks("yaml") if "pools:" in block)
    file = tmp_path / "night.yaml"
    file.write_text(text)
    assert load(file, strict=True).name == "night run"
    assert CliRunner().invoke(app, ["run", str(file)]).exit_code == 0


def test_the_experiment_of_the_readme_has_its_cells(tmp_path: Path) -> None:
    text = next(block for block in blocks("yaml") if "axes:" in block)
    file = tmp_path / "experiment.yaml"
    file.write_text(text.replace("../first_pool.yaml", str(ROOT / "scenarios" / "first_pool.yaml")))
    assert len(load_experiment(file).cells) == 9


def test_the_unit_tests_of_a_formula_pass(tmp_path: Path) -> None:
    text = next(block for block in blocks("yaml") if "formula:" in block)
    file = tmp_path / "suite.yaml"
    file.write_text(text)
    result = CliRunner().invoke(app, ["formula", "test", str(file)])
    assert result.exit_code == 0, result.output
    assert "2 passed" in result.stdout


def test_the_number_of_compliance_cases_is_right() -> None:
    files = (ROOT / "tests" / "formula" / "compliance").glob("*.json")
    assert f"{sum(len(json.loads(file.read_text())) for file in files)}\nlanguage-neutral cases" in README


def test_the_two_commands_are_targets_that_do_what_is_promised() -> None:
    commands = [block.strip() for block in blocks("")]
    assert "make run" in commands
    assert "make test" in commands
    makefile = (ROOT / "Makefile").read_text()
    (recipe,) = re.findall(r"^run:(?:.*\n)+?\t\$\(BIN\)/poolsight (.*)$", makefile, re.MULTILINE)
    arguments = [str(ROOT / word) if word.endswith(".yaml") else word for word in recipe.split()]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0
    assert "tasks succeeded" in result.stdout
    assert re.search(r"^test:.*\n\t\$\(BIN\)/python -m pytest", makefile, re.MULTILINE)
    assert r"scenarios\first_pool.yaml" in README, "the same without make"


def test_files_that_the_readme_names_exist() -> None:
    for name in re.findall(r"`((?:simulator|scenarios|docs)/[\w./]+)`", README):
        assert (ROOT / name).exists(), name


def test_commands_and_options_that_the_readme_names_exist() -> None:
    for command in re.findall(r"`poolsight ([\w-]+)", README):
        assert CliRunner().invoke(app, [command, "--help"]).exit_code == 0, command
    shown = CliRunner().invoke(app, ["run", "--help"], env={"COLUMNS": "200"}).stdout
    for option in ("--seed", "--replication", "--out", "--json", "--strict"):
        assert option in shown
