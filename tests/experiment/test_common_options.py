"""Options that several commands share mean the same in each: seed, deadline, and how many replications are enough."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from simulator.cli.commands import MODULES, assemble
from tests.command_line import app
from tests.experiment.files import FIRST, SMALL, experiment

SEEDED = ("run", "compare", "sweep", "plan", "spot", "sensitivity")
PLAN = """
scenario: small.yaml
axes: {nodes: {path: pools.0.targetDedicatedNodes, values: [1, 2]}}
minimize: cost
subject_to: ["P(makespan <= 3h) >= 0.5"]
search: {first: 4, cap: 8}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a small scenario, one of more nodes, an experiment and a plan."""
    made = tmp_path_factory.mktemp("options")
    experiment(made, SMALL.replace("[1, 2, 4]", "[2]"))
    small = (made / "small.yaml").read_text()
    (made / "other.yaml").write_text(small.replace("targetDedicatedNodes: 4", "targetDedicatedNodes: 2"))
    (made / "plan.yaml").write_text(PLAN.lstrip())
    return made


def answer(folder: Path, *words: str) -> dict[str, Any]:
    """Return what a command prints as JSON."""
    named = [str(folder / word) if word.endswith(".yaml") else word for word in words]
    ended = CliRunner().invoke(app, [*named, "--json"], env={"COLUMNS": "200"})
    assert ended.exit_code == 0, ended.output
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


COMMANDS = {
    "run": ["run", "small.yaml", "--replications", "3"],
    "compare": ["compare", "small.yaml", "other.yaml", "--replications", "3"],
    "sweep": ["sweep", "experiment.yaml"],
    "plan": ["plan", "plan.yaml"],
    "sensitivity": ["sensitivity", "small.yaml", "--replications", "2"],
    "spot": ["spot", "small.yaml", "--replications", "2", "--steps", "2", "--eviction-rate", "0.1"],
}


@pytest.mark.parametrize("command", SEEDED)
def test_another_seed_means_other_draws_and_the_same_one_the_same(folder: Path, command: str) -> None:
    words = [*COMMANDS[command], "--workers", "1", "--seed"]
    one, again, two = (answer(folder, *words, seed) for seed in ("7", "7", "8"))
    assert one == again
    assert one != two
    assert one != answer(folder, *words[:-1])


def test_a_seed_of_the_command_line_is_that_of_the_scenario(folder: Path) -> None:
    (folder / "seeded.yaml").write_text("seed: 7\n" + (folder / "small.yaml").read_text())
    own = answer(folder, "run", "seeded.yaml", "--replications", "3")
    assert own["estimates"] == answer(folder, *COMMANDS["run"], "--seed", "7")["estimates"]


def test_an_option_has_the_same_limits_and_default_in_every_command() -> None:
    """Of options with the same name only the words may differ."""
    options: dict[str, dict[str, str]] = {}
    for name in (*SEEDED,):
        command = CliRunner().invoke(assemble([name]), ["--help"] if name not in MODULES else [name, "--help"])
        assert command.exit_code == 0
    for name in SEEDED:
        module = __import__(f"simulator.cli.{MODULES[name]}", fromlist=[name])
        hints = getattr(module, name).__annotations__
        for option in ("seed", "workers", "cluster", "as_json", "precision", "cap", "points"):
            if option in hints:
                options.setdefault(option, {})[name] = str(hints[option])
    assert options["seed"].keys() == set(SEEDED)
    assert all(len(set(found.values())) == 1 for found in options.values()), options


def test_a_comparison_reports_how_probable_each_deadline_is(folder: Path) -> None:
    words = ("compare", "small.yaml", "other.yaml", "--replications", "6", "--workers", "1", "--deadline", "25m")
    found = answer(folder, *words)
    for name, file in (("small", "small.yaml"), ("other", "other.yaml")):
        alone = answer(folder, "run", file, "--replications", "6", "--deadline", "25m")["deadline"]
        assert found["deadline"][name] == alone
    only_other, only_small = found["in_time_alone"]["other"]
    chance = {name: round(6 * one["probability"]) for name, one in found["deadline"].items()}
    assert only_other - only_small == chance["other"] - chance["small"]
    shown = CliRunner().invoke(app, [str(folder / word) if word.endswith("yaml") else word for word in words])
    assert "small: P(makespan ≤ 25 min) = " in shown.stdout
    assert "of 6 pairs of runs other alone was in time in" in shown.stdout


def test_a_comparison_goes_on_until_its_differences_are_known(folder: Path) -> None:
    words = ["compare", "small.yaml", "other.yaml", "--replications", "auto", "--workers", "1"]
    found = answer(folder, *words, "--precision", "0.2", "--cap", "60")
    usual = found["means"]["small"]
    for measure in ("cost", "makespan"):
        one = found["differences"]["other"][measure]["absolute"]
        is_known = (one["high"] - one["low"]) / 2 <= 0.2 * usual[measure]
        assert is_known or not found["reached"]
    assert found["replications"] >= 20
    short = answer(folder, *words, "--precision", "0.001", "--cap", "20")
    assert (short["replications"], short["reached"]) == (20, False)


def test_one_replication_is_no_comparison() -> None:
    ended = CliRunner().invoke(app, ["compare", str(FIRST), str(FIRST), "--replications", "1"])
    assert ended.exit_code == 2
    assert "expected a whole number from 2 or auto" in ended.stderr
