"""Where every text of a command leaves it: what stands in an input acts on no terminal, whoever wrote it.

Tables and sentences with colours leave through `simulator.cli.console`, which is as careful and takes longer to import.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import typer

from simulator.errors import CONTROL, plain


def echo(text: str, *, err: bool = False) -> None:
    """Print lines of text."""
    typer.echo(plain(text), err=err)


def print_json(value: Any, **options: Any) -> None:
    """Print a value as indented JSON; `options` are those of `json.dumps`."""
    text = json.dumps(value, **{"indent": 2, "allow_nan": False, **options})
    typer.echo(CONTROL.sub(lambda found: f"\\u{ord(found.group()):04x}", text))


def print_formula(text: str) -> None:
    """Print the text of a formula to the last character, for a file or a pipe; on a terminal as plain as any other."""
    typer.echo(plain(text) if sys.stdout.isatty() else text, nl=False)


def show_progress(text: str = "") -> None:
    """Write over the last line of a terminal on stderr; nothing where that is no terminal."""
    if sys.stderr.isatty():
        typer.echo(f"\r\x1b[K{plain(text)}", err=True, nl=False)
