"""Formula files of a command line: read, parsed, and what is wrong with them as problems with their places."""

import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from simulator.errors import InputError, Problem
from simulator.files import read_text
from simulator.formula import Formula, FormulaSyntaxError
from simulator.whole_files import write_whole

Files = Annotated[list[str], typer.Argument(help="Formula files; - reads standard input.")]
FAILED: Final = 1
"""Exit code where a formula runs into an error, a unit test fails or the linter finds a warning."""


def read(name: str) -> str:
    """Return the text of a file, or of standard input where the name is `-`."""
    if name != "-":
        return read_text(Path(name), newline="")
    try:
        return sys.stdin.read()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not text in UTF-8"
        raise InputError([Problem(f"cannot be read: {reason}", file="standard input")]) from None


def write(name: str, text: str) -> None:
    """Write a formula back to its file, line ends as they are."""
    write_whole(Path(name), text.encode())


def parse(name: str, text: str) -> Formula:
    """Return the formula of a text, or raise InputError with every syntax error of it."""
    try:
        return Formula.parse(text)
    except FormulaSyntaxError as error:
        raise InputError(problems_of(name, error)) from None


def problems_of(name: str, error: FormulaSyntaxError) -> list[Problem]:
    """Return the syntax errors of a file."""
    return [
        Problem(f"{error.code}: {p.message}", name, p.place.line, p.place.column, source=p.source)
        for p in error.problems
    ]
