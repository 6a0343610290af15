"""JSON that this program has written and that somebody may have changed since: read strictly, or refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.errors import InputError, Problem
from simulator.files import read_text
from simulator.json_text import JsonError, read_json

if TYPE_CHECKING:
    from pathlib import Path


def read_saved(path: Path, hint: str = "") -> Any:
    """Return the data of a JSON file; raise InputError with the place of what is wrong, and a hint at what to do."""
    text = read_text(path)
    try:
        return read_json(text)
    except JsonError as error:
        line = text.count("\n", 0, error.offset) + 1
        raise InputError([Problem(f"{error.message}{hint and '; '}{hint}", str(path), line)]) from None


def read_saved_object(path: Path) -> dict[str, Any]:
    """Return the data of a JSON file that holds an object."""
    found = read_saved(path)
    if not isinstance(found, dict):
        raise InputError([Problem("is no JSON object", str(path))])
    return found
