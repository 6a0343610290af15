"""A reader: what it recognises, and what it takes from a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from simulator.history.found import Found
from simulator.history.ledger import Ledger
from simulator.history.options import Options
from simulator.history.sample import Sample


@dataclass(frozen=True, slots=True)
class Reader:
    """One format; a row of the table of formats, from which recognition and documentation are made."""

    name: str
    """As `--format` takes it."""
    made_by: str
    """The command or program that writes such files."""
    known_by: str
    """What files of this format are recognised by."""
    gives: tuple[str, ...]
    """The tables that it fills."""
    recognises: Callable[[Sample], bool]
    read: Callable[[Sample, Options, Ledger], Found]
    options: tuple[str, ...] = ()
    """Options that matter for it."""
