"""Slips that people make on the command line: each ends with exit code 2 and a message that helps."""

import re
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from simulator.cli.errors import reported
from tests.command_line import app
from tests.experiment.files import experiment

FIRST = Path(__file__).parents[1] / "scenarios" / "first_pool.yaml"


def poolsight(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], env={"COLUMNS": "200"})


def refused(*words: object) -> str:
    ended = poolsight(*words)
    assert ended.exit_code == 2, ended.output
    assert ended.stdout == ""
    return ended.stderr


@pytest.mark.parametrize(
    ("words", "expected_message"),
    [
        (["run", FIRST, "--replications", 10**20], "expected at most 1,000,000, or auto"),
        (["run", FIRST, "--events"], "--events adds a file to the directory of --out: give --out DIR too"),
        (["sizes", "nope", "--json"], "no VM size with 'nope'"),
        (
            ["schema", "--experiment", "--plan"],
            "--experiment, --plan and --summary are schemas of different files: ask for one",
        ),
        (
            ["report", FIRST],
            "not valid JSON: Expecting value; expected the directory of 'poolsight run FILE --out DIR', or what --json",
        ),
    ],
)
def test_options_that_cannot_be_meant(words: list[object], expected_message: str) -> None:
    assert expected_message in refused(*words)


@pytest.mark.parametrize(
    ("words", "limit"),
    [
        (["run", FIRST, "--replications", "auto", "--cap", 10**20], 1_000_000),
        (["compare", FIRST, FIRST, "--replications", 10**20], 1_000_000),
        (["sensitivity", FIRST, "--replications", 10**20], 1_000_000),
        (["spot", FIRST, "--replications", 10**20], 1_000_000),
        (["spot", FIRST, "--eviction-rate", "inf"], 3_600),
    ],
)
def test_numbers_beyond_what_an_option_takes(words: list[object], limit: int) -> None:
    """Our own way, and both in which versions of the command line's library put it."""
    assert re.search(rf"(less than or equal to |<=){limit}\b|expected at most {limit:,}\b", refused(*words))


@pytest.mark.parametrize(
    ("old", "new", "expected_message"),
    [
        ("count: 400", "count: 999999999999", "0.count: expected a value less than or equal to 100000000, not 9999"),
        ("pools:", "timeline: [{at: 1h}]\npools:", "timeline.0.operation: 'operation' is missing"),
        ("pools:", "horizon: 1h\norigin: 2026-13-45\npools:", "slip.yaml:5:9: no such date or time"),
        ("  - id: small", "\t- id: small", "YAML indents by spaces, never by tabs"),
    ],
)
def test_scenarios_that_cannot_be_meant(tmp_path: Path, old: str, new: str, expected_message: str) -> None:
    file = tmp_path / "slip.yaml"
    file.write_text(FIRST.read_text().replace(old, new, 1))
    assert expected_message in refused("run", file)


@pytest.mark.parametrize(
    ("text", "expected_message"),
    [
        ("replications: 99999999999999999999", "replications: expected a value less than or equal to 1000000"),
        (
            "axes: {seed: {from: 1, to: 9e9, step: 1}}",
            "more than 100,000 steps from 1 to 9000000000: take a larger",
        ),
        ("axes: {seed: {from: 1, to: 8, count: 9999999}}", "seed.count: expected a value less than or equal to 100000"),
        (
            "axes: {a: {path: seed, from: 1, to: 9e4, step: 1}, pools.0.taskSlotsPerNode: {from: 1, to: 9e4, step: 1}}",
            "axes: 8,100,000,000 cells; expected at most 1,000,000",
        ),
    ],
)
def test_experiments_that_would_never_end(tmp_path: Path, text: str, expected_message: str) -> None:
    assert expected_message in refused("sweep", experiment(tmp_path, text))


def test_a_wrong_design_is_reported_and_no_other_taken_in_its_place(tmp_path: Path) -> None:
    text = "axes: {a: {path: seed, from: 1, to: 8}}\ndesign: {kind: sobol, points: 99999999999}"
    output = refused("sweep", experiment(tmp_path, text))
    assert "design.points: expected a value less than or equal to 100000" in output
    assert "a grid needs" not in output


def test_a_machine_that_is_too_small_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    @reported
    def command() -> None:
        raise MemoryError("Unable to allocate 7.28 TiB")

    with pytest.raises(typer.Exit) as caught:
        command()
    assert caught.value.exit_code == 2
    expected_message = "not enough memory for this many tasks, nodes or runs: Unable to allocate 7.28 TiB"
    assert expected_message in capsys.readouterr().err


@pytest.mark.parametrize("words", [["why", "--task", "a/b"], ["trace"]])
def test_the_directory_of_a_sweep_is_no_run(tmp_path: Path, words: list[str]) -> None:
    file = experiment(tmp_path, "replications: 1\nmeasures: [cost]")
    shown = poolsight("sweep", file, "--out", tmp_path / "swept", "--workers", 1)
    assert shown.exit_code == 0
    assert "1 cell, 1 replication each" in shown.stdout
    output = refused(words[0], tmp_path / "swept", *words[1:])
    assert "was written by 'poolsight sweep'; expected one run, what 'poolsight run FILE --out DIR' wrote" in output
