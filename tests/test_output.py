"""No text that somebody else wrote acts on a terminal: all of it leaves a command by two doors, both careful."""

import ast
import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.table import Table
from rich.text import Text
from typer.testing import CliRunner

from simulator.cli.console import PlainConsole
from simulator.cli.output import echo, print_json, show_progress
from simulator.errors import CONTROL
from tests.command_line import app

PACKAGE = Path(__file__).parents[1] / "simulator"
DOORS = {"cli/output.py", "cli/console.py"}
OTHERS = {"formula/lint/page.py"}
"""Prints a page of the documentation, made of texts of the program alone."""
HOSTILE = "a\x1b]0;T\x07\x9b31m\u202eb\x7f"


def calls(path: Path) -> list[str]:
    """Return the calls of a module that print something, by their words."""
    found = []
    for one in ast.walk(ast.parse(path.read_text())):
        if isinstance(one, ast.Call):
            words = ast.unparse(one.func)
            named = words in ("print", "typer.echo", "typer.secho", "click.echo", "Console", "rich.print")
            if named or words in ("sys.stdout.write", "sys.stderr.write"):
                found.append(f"{words} in line {one.lineno}")
    return found


def test_nothing_prints_beside_the_doors() -> None:
    found = {str(path.relative_to(PACKAGE)): calls(path) for path in PACKAGE.rglob("*.py")}
    assert {name: lines for name, lines in found.items() if lines and name not in DOORS | OTHERS} == {}
    assert all(found[name] for name in {"cli/output.py", *OTHERS})


@pytest.mark.parametrize("made", [HOSTILE, Text(HOSTILE), Text(HOSTILE, style="bold")])
@pytest.mark.parametrize("terminal", [False, True])
def test_a_console_prints_no_control_characters_of_a_text(made: Any, *, terminal: bool) -> None:
    for is_table in (False, True):
        stream = io.StringIO()
        console = PlainConsole(file=stream, force_terminal=terminal, color_system=None, width=100)
        table = Table(title="x")
        table.add_column("one")
        table.add_row(made)
        console.print(table if is_table else made)
        shown = stream.getvalue()
        if terminal:
            shown = shown.replace("\x1b[1m", "").replace("\x1b[0m", "").replace("\x1b[3m", "")
        assert CONTROL.search(shown) is None, repr(shown)
        assert "a\\x1b]0;T" in shown


def test_lines_and_json_have_no_control_characters(capsys: pytest.CaptureFixture[str]) -> None:
    echo(HOSTILE)
    print_json({HOSTILE: HOSTILE}, ensure_ascii=False)
    show_progress(HOSTILE)
    shown = capsys.readouterr()
    assert CONTROL.search(shown.out + shown.err) is None
    assert json.loads(shown.out.split("\n", 1)[1]) == {HOSTILE: HOSTILE}


@pytest.mark.parametrize(
    "words", [[HOSTILE], ["run", HOSTILE], ["run", "a", HOSTILE], ["run", f"--{HOSTILE}"], ["formula", HOSTILE]]
)
def test_a_wrong_command_line_is_reported_plainly(words: list[str]) -> None:
    ended = CliRunner().invoke(app, words)
    assert ended.exit_code == 2
    assert "\\x1b" in ended.output
    assert CONTROL.search(ended.output) is None
