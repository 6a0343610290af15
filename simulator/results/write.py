"""A recording on disk: Parquet tables with `summary.json`, `scenario.json` and `manifest.json`, whole or not at all."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from simulator.errors import InputError, Problem
from simulator.extras import require
from simulator.results.answer.metrics import summarize
from simulator.results.lists import write_lists
from simulator.results.record.integrity import MARK, digests, written_files
from simulator.results.record.manifest import as_written
from simulator.results.record.read import EVENTS
from simulator.results.record.table_schema import table
from simulator.results.record.tables import NAMES, pieces
from simulator.whole_files import MADE, put_folder, remove_abandoned, scratch_folder

if TYPE_CHECKING:
    from simulator.results.answer.answer import Answer
    from simulator.results.record.recording import Recording

SCENARIO: Final = "scenario.json"
"""The complete scenario: everything resolved, so that the record explains itself."""
LARGEST: Final = ("tasks", "attempts")
"""Tables with rows by the million that need nothing computed before."""


def prepare(directory: Path, *, force: bool = False) -> None:
    """Refuse a directory that could not be written at the end of a run, before the run; nothing is left behind."""
    require("pyarrow", "a run's directory (--out)")
    remove_abandoned(directory.absolute().parent)
    _refuse_existing(directory, force=force)
    place = directory.absolute().parent
    while not os.path.lexists(place):
        place = place.parent
    try:
        with scratch_folder(place):
            pass
    except OSError as error:
        raise _unwritable(directory, error) from None


def write(
    recording: Recording, directory: Path, *, force: bool = False, events: bool = False, lists: bool = False
) -> Answer:
    """Write all tables, the summary and the manifest, and return the answer; the directory appears when all is in it.

    The same run gives the same bytes. `force` replaces what this function wrote before, and nothing else; that stays
    until the new one is complete. `events` adds the service's events as `events.jsonl`, `lists` what its command line
    lists at the end.
    """
    require("pyarrow", "a run's directory (--out)")
    _refuse_existing(directory, force=force)
    try:
        directory.absolute().parent.mkdir(parents=True, exist_ok=True)
        with scratch_folder(directory.absolute().parent) as scratch:
            made = scratch / MADE
            made.mkdir()
            answer = _write_tables(recording, made)
            _write_json(made / "summary.json", answer.as_dict())
            _write_json(made / SCENARIO, recording.scenario.model_dump(mode="json", by_alias=True))
            if events:
                from simulator.results.events.log_files import write_events

                write_events(recording, made / EVENTS)
            if lists:
                write_lists(recording, made)
            _write_json(made / MARK, as_written(answer.manifest, digests(made)))
            put_folder(made, directory)
    except OSError as error:
        raise _unwritable(directory, error) from None
    return answer


def _write_tables(recording: Recording, place: Path) -> Answer:
    """Write every table; the summary is made while the largest ones are under way."""
    with ThreadPoolExecutor(max_workers=2) as workers:
        largest = [workers.submit(_write_table, recording, name, place) for name in LARGEST]
        answer = summarize(recording)
        others = [workers.submit(_write_table, recording, name, place) for name in NAMES if name not in LARGEST]
        for written in (*largest, *others):
            written.result()
    return answer


def _write_table(recording: Recording, name: str, place: Path) -> None:
    import pyarrow.parquet as pq

    writer = None
    for piece in pieces(recording, name):
        if writer is None:
            path = place / f"{name}.parquet"
            kinds = {column.name: column.kind for column in table(name).columns}
            short = [column for column, kind in kinds.items() if kind == "category"]
            # The first and the last of a few names help no reader, and take as long to find as all else of the column.
            wide = [column for column in kinds if column not in short]
            writer = pq.ParquetWriter(
                path, piece.schema, compression="zstd", use_dictionary=short, write_statistics=wide
            )
        writer.write_table(piece)
    if writer is not None:
        writer.close()


def _refuse_existing(directory: Path, *, force: bool) -> None:
    """Accept what is absent and, with `force`, an empty directory or one that holds only a recording."""
    if not os.path.lexists(directory):
        return
    if not force:
        raise InputError([Problem("exists; name another directory, or give --force", str(directory))])
    try:
        found = {path.name for path in directory.iterdir()} if directory.is_dir() else None
    except OSError as error:
        raise _unwritable(directory, error) from None
    written = written_files(directory)
    if found is None or directory.is_symlink() or (found and written is None):
        text = "is not a directory that poolsight wrote; it is not replaced even with --force"
        raise InputError([Problem(text, str(directory))])
    if Path.cwd().is_relative_to(directory.resolve()):
        raise InputError([Problem("is where you are: go somewhere else, or name another directory", str(directory))])
    foreign = sorted(found - {MARK, *(written or ())}) + [name for name in found if not (directory / name).is_file()]
    if foreign:
        text = f"holds {foreign[0]!r}, which poolsight did not write; it is not replaced even with --force"
        raise InputError([Problem(text, str(directory))])


def _unwritable(directory: Path, error: OSError) -> InputError:
    return InputError([Problem(f"cannot be written: {error.strerror or error}", str(directory))])


def _write_json(path: Path, value: dict[str, Any]) -> None:
    path.write_text(json.dumps(value, indent=2, allow_nan=False) + "\n", encoding="utf-8")
