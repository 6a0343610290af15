"""A recording on disk: a directory of Parquet tables with `summary.json` and `manifest.json`, whole or not at all."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.errors import InputError, Problem
from simulator.results.tables import NAMES

if TYPE_CHECKING:
    from simulator.results.recording import Recording

MARK = "manifest.json"


def prepare(directory: Path, *, force: bool = False) -> None:
    """Refuse a directory that could not be written at the end of a run, before the run."""
    if directory.exists():
        if not force:
            raise InputError([Problem("exists; name another directory, or give --force", str(directory))])
        if not directory.is_dir() or not ((directory / MARK).exists() or not any(directory.iterdir())):
            text = "is not a directory that poolsight wrote; it is not replaced even with --force"
            raise InputError([Problem(text, str(directory))])
    with _scratch(directory):
        pass


class _scratch:  # noqa: N801 - used as a context manager only
    """A temporary directory beside the final one, gone afterwards unless it was renamed."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def __enter__(self) -> Path:
        try:
            self.directory.parent.mkdir(parents=True, exist_ok=True)
            self.path = Path(tempfile.mkdtemp(prefix=f".{self.directory.name}-", dir=self.directory.parent))
        except OSError as error:
            text = f"cannot be written: {error.strerror}"
            raise InputError([Problem(text, str(self.directory))]) from None
        return self.path

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.path, ignore_errors=True)


def write(recording: Recording, directory: Path, *, summary: dict[str, Any], force: bool = False) -> None:
    """Write all tables, the summary and the manifest; the directory appears when everything is in it.

    The same run gives the same bytes.
    """
    import pyarrow.parquet as pq  # noqa: PLC0415 - slow to import

    with _scratch(directory) as scratch:
        try:
            for name in NAMES:
                pq.write_table(recording.table(name), scratch / f"{name}.parquet", compression="zstd")
            _write_json(scratch / "summary.json", summary)
            _write_json(scratch / MARK, summary["manifest"])
            scratch.chmod(0o755)
            if directory.exists() and force:
                shutil.rmtree(directory)
            scratch.rename(directory)
        except OSError as error:
            text = f"cannot be written: {error.strerror}"
            raise InputError([Problem(text, str(directory))]) from None


def _write_json(path: Path, value: dict[str, Any]) -> None:
    path.write_text(json.dumps(value, indent=2, allow_nan=False) + "\n", encoding="utf-8")
