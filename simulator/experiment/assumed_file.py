"""The file of a sweep's directory that lists what acted in its runs and that the service does not publish."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from simulator.errors import InputError, Problem
from simulator.results.answer.assumed import Assumed
from simulator.results.record.saved_json import read_saved

ASSUMED: Final = "assumptions.json"
REPAIR: Final = "restore it, or run the sweep into another directory"
"""What to do where it is damaged: the runs that are there rest on what it held."""


def assumed_text(found: Iterable[Assumed]) -> str:
    """Return the text of the file."""
    return json.dumps([asdict(one) for one in found], indent=2) + "\n"


def read_assumed(directory: Path) -> list[Assumed]:
    """Return what acted in the trials that a directory has; nothing where no list of it is."""
    path = directory / ASSUMED
    if not path.is_file():
        return []
    found = read_saved(path, REPAIR)
    try:
        return [_assumed(one) for one in (found if isinstance(found, list) else [found])]
    except (TypeError, ValueError, LookupError):
        raise InputError([Problem(f"is no list of assumptions; {REPAIR}", str(path))]) from None


def _assumed(one: Mapping[str, Any]) -> Assumed:
    """Return an assumption as it was written; raise TypeError, ValueError or LookupError where it is none."""
    texts_ = (one["about"], one["text"], one["joint"], one["option"] or "", *one["pools"])
    if not all(isinstance(text, str) for text in texts_):
        raise TypeError(one)
    return Assumed(**{**one, "pools": tuple(one["pools"])})
