"""A log on disk: the one beside a run's tables, and the tables of a log that was read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.errors import InputError, Problem
from simulator.extras import require
from simulator.results.events.envelope import Record
from simulator.results.events.write_log import lines
from simulator.whole_files import MADE, scratch_folder

if TYPE_CHECKING:
    from simulator.results.events.read_log import Log


def write_events(record: Record, path: Path) -> int:
    """Write a run's log to a file; gives how many events it holds."""
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for line in lines(record):
            file.write(line + "\n")
            count += 1
    return count


def prepare(directory: Path) -> None:
    """Refuse a directory that could not be written, before the log is read."""
    require("pyarrow", "a directory of tables (--out)")
    if directory.exists() or directory.is_symlink():
        raise InputError([Problem("exists; name another directory", str(directory))])


def write_tables(log: Log, summary: dict[str, Any], directory: Path) -> None:
    """Write the tables of a log as Parquet with its summary, into a directory that is not there yet."""
    prepare(directory)
    try:
        directory.absolute().parent.mkdir(parents=True, exist_ok=True)
        with scratch_folder(directory.absolute().parent) as scratch:
            made = scratch / MADE
            made.mkdir()
            for name, frame in log.tables.items():
                frame.to_parquet(made / f"{name}.parquet", compression="zstd", index=False)
            text = json.dumps(summary, indent=2, allow_nan=False) + "\n"
            (made / "summary.json").write_text(text, encoding="utf-8")
            made.rename(directory)
    except OSError as error:
        raise InputError([Problem(f"cannot be written: {error.strerror or error}", str(directory))]) from None
