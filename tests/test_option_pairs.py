"""An option that would do nothing is refused: without the other one that it needs, or beside one that it bars."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from simulator.cli.option_pairs import PAIRS
from tests.command_line import app
from tests.experiment.files import experiment

FIRST = str(Path(__file__).parents[1] / "scenarios" / "first_pool.yaml")
VALUES = {
    "replication": "1",
    "out": "run",
    "precision": "0.1",
    "cap": "50",
    "deadline": "4h",
    "workers": "2",
    "cluster": "tcp://nobody:1",
    "measure": "cost",
    "quantile": "0.9",
    "points": "0.1",
    "bursts": "9",
    "at": "1h",
}
"""A value of each option in the table; the others are flags."""
WITHOUT: dict[tuple[str, str], list[list[str]]] = {
    ("run", "replication"): [["--replications", "3"]],
    ("run", "out"): [["--replications", "3"]],
    ("run", "events"): [["--replications", "3"], []],
    ("run", "force"): [["--replications", "3"], []],
    ("run", "precision"): [[], ["--replications", "3"]],
    ("run", "cap"): [[], ["--replications", "3"]],
    ("run", "points"): [
        [],
        ["--replications", "3", "--deadline", "4h"],
        ["--replications", "auto"],
        ["--deadline", "4h"],
    ],
    ("run", "deadline"): [[], ["--replications", "3", "--steady"]],
    ("run", "workers"): [[], ["--replications", "3", "--cluster", "tcp://nobody:1"]],
    ("formula stress", "bursts"): [["--tasks", "3"]],
    ("why", "at"): [["--task", "j/t"]],
    ("why", "view"): [["--pool", "p", "--at", "1h"]],
}
"""Command lines on which an option does nothing, where it is not clear from the table itself."""


def cases() -> Iterator[tuple[str, str, list[str]]]:
    for command, option in dict.fromkeys(
        (one, name) for pair in PAIRS for one in pair.commands for name in pair.options
    ):
        usual = [["--cluster", "tcp://nobody:1"]] if option == "workers" else [[]]
        for rest in WITHOUT.get((command, option), usual):
            yield command, option, rest


def called(directory: Path, command: str, *words: str) -> tuple[int, str]:
    """Return the exit code and the error output of a command with what it has to be given."""
    formula = directory / "formula.txt"
    formula.write_text("$TargetDedicatedNodes = 1;")
    subject = {
        "run": [FIRST],
        "compare": [FIRST, FIRST],
        "sweep": [str(experiment(directory))],
        "formula stress": [str(formula)],
        "why": [str(directory)],
    }
    ended = CliRunner().invoke(app, [*command.split(), *subject.get(command, [FIRST]), *words], env={"COLUMNS": "200"})
    return ended.exit_code, ended.stderr


@pytest.mark.parametrize(("command", "option", "rest"), list(cases()))
def test_an_option_that_would_do_nothing_is_refused(tmp_path: Path, command: str, option: str, rest: list[str]) -> None:
    flag = f"--{option.replace('_', '-')}"
    code, error = called(tmp_path, command, flag, *([VALUES[option]] if option in VALUES else []), *rest)
    assert code == 2
    (message,) = [line for line in error.splitlines() if line.startswith(f"{flag} ")]
    assert message in {f"{flag} {pair.why}" for pair in PAIRS if command in pair.commands and option in pair.options}


def test_options_that_act_together_are_taken(tmp_path: Path) -> None:
    words = ("--replications", "auto", "--cap", "10", "--deadline", "4h", "--points", "0.4", "--workers", "1")
    assert called(tmp_path, "run", *words) == (0, "")
    assert called(tmp_path, "run", "--out", str(tmp_path / "new"), "--force", "--events")[0] == 0
