"""Whether what a directory holds is still what this program wrote, by the digests in its manifest.

They are looked at where reading fails, and not before: then they show whether somebody has changed a file, which is
reported to who reads it, or this program has a defect.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from simulator.errors import BrokenInvariantError, InputError, Problem

MARK: Final = "manifest.json"
"""The file that distinguishes a directory of this program from any other."""
FAILURES: Final = (
    *(ArithmeticError, AssertionError, AttributeError, BrokenInvariantError, LookupError, NotImplementedError),
    *(RecursionError, TypeError, ValueError, Warning),
)
"""What reading and describing data of an unexpected form can raise."""


def digests(directory: Path) -> dict[str, str]:
    """Return the SHA-256 of every file of a directory but its manifest, by name."""
    paths = sorted(path for path in directory.iterdir() if path.is_file() and path.name != MARK)
    return {path.name: digest(path) for path in paths}


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def written_files(directory: Path) -> Mapping[str, str] | None:
    """Return the digests that a directory's manifest lists; None where it lists none."""
    try:
        found: Any = json.loads((directory / MARK).read_text(encoding="utf-8"))
        files = found["files"]
    except (OSError, LookupError, TypeError, ValueError, RecursionError):
        return None
    return files if isinstance(files, dict) and all(isinstance(one, str) for one in files.values()) else None


@contextmanager
def understood(path: Path) -> Iterator[None]:
    """Raise InputError where using what lies at `path` fails, unless it is a directory that nobody has changed."""
    try:
        yield
    except FAILURES as error:
        problems = list(_changes(path))
        if not problems:
            raise
        raise InputError(problems) from error


def _changes(path: Path) -> Iterator[Problem]:
    """Yield what is no longer, or was never, as this program wrote it."""
    files = written_files(path)
    if files is None:
        text = "cannot be used: it is damaged, or another version of poolsight wrote it; write it again"
        yield Problem(text, str(path))
        return
    for name, expected in files.items():
        part = path / name
        if not part.is_file() or digest(part) != expected:
            yield Problem("has changed since poolsight wrote it; run the scenario again with --out", str(part))
