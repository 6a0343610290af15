"""The files of an import: those that are named, those in folders, and one for all that this program wrote together."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from simulator.errors import InputError, Problem
from simulator.results.record.integrity import MARK

SCENARIO: Final = "scenario.yaml"
TRACE: Final = "trace.parquet"
PAGE: Final = "import.md"
OURS: Final = (SCENARIO, TRACE, PAGE)
"""Files that every directory of an import has."""


def files_of(paths: Sequence[Path]) -> Iterator[tuple[Path, bool]]:
    """Yield the files, and those in folders by name; whether somebody named it.

    A directory that this program wrote holds one thing in many files: the one that describes it stands for all.
    """
    for path in paths:
        if not path.is_dir():
            yield path, True
            continue
        inside = [file for file in sorted(path.rglob("*")) if file.is_file() and not file.name.startswith(".")]
        if not inside:
            raise InputError([Problem("holds no file", str(path))])
        marks = {folder: _mark_of(folder) for folder in dict.fromkeys(file.parent for file in inside)}
        for file in inside:
            mark = marks[file.parent]
            if mark is None or file.name == mark:
                yield file, mark is not None and file.parent == path


def _mark_of(folder: Path) -> str | None:
    """Return the file that describes a directory which this program wrote; None of other folders."""
    if all((folder / name).is_file() for name in OURS):
        return PAGE
    return MARK if _is_manifest(folder / MARK) else None


def _is_manifest(path: Path) -> bool:
    """Return whether a file is the manifest of a run or of a study, which other programs may have, too."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(found, dict) and ("poolsight" in found or {"kind", "versions"} <= found.keys())
