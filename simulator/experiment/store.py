"""A sweep on disk: one Parquet data set with a row for each trial, which grows while the sweep runs.

    manifest.json                what the experiment is; another one is refused
    trials/part-00001.parquet    finished trials, as they came; at the end one sorted `trials.parquet`
    assumptions.json             what acted in any of its runs that the service does not publish
    tables/tasks/….parquet       tables of single runs, where asked for, one file a trial

Every file is written under another name and renamed, so that a killed sweep leaves only whole ones: a trial stands in
exactly one part or in none. DuckDB reads `trials/*.parquet` at any time.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from simulator.errors import InputError, Problem
from simulator.experiment.assumed_file import ASSUMED, ByCell, assumed_text, read_assumed
from simulator.experiment.axes import Cell
from simulator.experiment.measures import Values
from simulator.experiment.trial import Outcome, Wanted
from simulator.experiment.trial_columns import schema_of, table_of, to_frame
from simulator.experiment.versions import versions
from simulator.extras import require
from simulator.results.record.saved_json import read_saved
from simulator.tables.parquet import sound

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

MARK: Final = "manifest.json"
KIND: Final = "poolsight sweep"
FLUSH_S: Final = 1.0
"""So much work of finished trials a kill can lose at most; they are run again."""
FLUSH_ROWS: Final = 500
WHOLE: Final = "trials.parquet"
BEGUN: Final = frozenset({".lock", "trials", f".{MARK}.tmp"})
"""What a sweep that was killed before its manifest was there may have left."""


class Memory:
    """The outcomes of a sweep that is kept nowhere."""

    def __init__(self, cells: Sequence[Cell], wanted: Wanted) -> None:
        self._cells = cells
        self._wanted = wanted
        self._outcomes: list[Outcome] = []
        self.assumed: ByCell = {}

    def known(self) -> dict[tuple[int, int], Values]:
        """Return what is there at the start: nothing."""
        return {}

    def add(self, outcome: Outcome) -> None:
        """Keep an outcome."""
        self._outcomes.append(outcome)
        self.assumed.setdefault(outcome.cell, {}).update(dict.fromkeys(outcome.assumptions))

    def finish(self) -> None:
        """Do nothing: there is nothing to put in order."""

    def frame(self) -> pd.DataFrame:
        """Return everything, one row a trial, in order."""
        return to_frame(self._outcomes, self._cells, self._wanted)

    def close(self) -> None:
        """Do nothing: nothing is held."""


class Store:
    """The directory of one sweep, opened for more trials."""

    def __init__(self, directory: Path, cells: Sequence[Cell], wanted: Wanted, identity: Mapping[str, Any]) -> None:
        self.directory = directory
        self._trials = directory / "trials"
        self._cells = cells
        self._wanted = wanted
        self._identity = identity
        self._there: Mapping[str, Any] = {}
        """The manifest that was there before."""
        self._rows: list[dict[str, Any]] = []
        self._flushed = time.monotonic()
        self._lock: Any = None
        self._is_new = False
        """Whether the directory was made for this sweep."""
        self._known: dict[tuple[int, int], Values] = {}
        self.assumed: ByCell = {}
        """That of earlier calls included."""
        self._written = 0
        """How many of these are on disk, counted in each cell."""

    @classmethod
    def open(
        cls,
        directory: Path,
        cells: Sequence[Cell],
        wanted: Wanted,
        identity: Mapping[str, Any],
        *,
        retry_failed: bool = False,
    ) -> Self:
        """Make the directory, or take up what is there; refuse what belongs to somebody else."""
        require("pyarrow", "a sweep's directory (--out)")
        store = cls(directory, cells, wanted, identity)
        try:
            store._claim()
            store._take_up(retry_failed=retry_failed)
        except OSError as error:
            store._release()
            raise InputError([Problem(f"cannot be written: {error.strerror or error}", str(directory))]) from None
        except BaseException:
            store._release()
            raise
        return store

    @property
    def done(self) -> frozenset[tuple[int, int]]:
        """Cell and replication of what was there when it was opened."""
        return frozenset(self._known)

    def known(self) -> dict[tuple[int, int], Values]:
        """Return the measures of what was there when it was opened."""
        return self._known

    def add(self, outcome: Outcome) -> None:
        """Keep an outcome; it is on disk within a second or so of the next."""
        with self._writing():
            for name, table in outcome.tables.items():
                self._write_table(name, outcome, table)
        self._rows.append(outcome.row(self._cells[outcome.cell].shown))
        self.assumed.setdefault(outcome.cell, {}).update(dict.fromkeys(outcome.assumptions))
        if len(self._rows) >= FLUSH_ROWS or time.monotonic() - self._flushed >= FLUSH_S:
            self.flush()

    def flush(self) -> None:
        """Write what is not yet on disk as a further part."""
        self._flushed = time.monotonic()
        # Taken before they are written: an interrupt in between costs these trials again, but never keeps them twice.
        rows, self._rows = self._rows, []
        if not rows:
            return
        found = (re.fullmatch(r"part-([0-9]{1,9})", path.stem) for path in self._trials.glob("*.parquet"))
        number = max((int(one[1]) for one in found if one), default=0) + 1
        with self._writing():
            self._write_assumed()
            _replace(self._trials / f"part-{number:05d}.parquet", table_of(rows, self._cells, self._wanted))

    def finish(self) -> None:
        """Put all parts into one file, sorted: the same bytes however the sweep went."""
        self.flush()
        with self._writing():
            self._merge(self._read())
            self._write_manifest(complete=True)

    def frame(self) -> pd.DataFrame:
        """Return everything that is on disk, one row a trial, in order."""
        frame: pd.DataFrame = self._read().to_pandas()
        return frame

    def close(self) -> None:
        """Write what is left and let others in; where nothing came of a sweep, leave nothing behind."""
        try:
            self.flush()
        finally:
            self._remove_beginning()
            self._release()

    # ---- inside -------------------------------------------------------------------------------------------

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Raise InputError where the disk is full or the directory is gone."""
        try:
            yield
        except OSError as error:
            why = os.strerror(error.errno) if error.errno else "an error of the file system"
            text = f"cannot be written: {why}; what is there is kept, and the same command goes on from it"
            raise InputError([Problem(text, str(self.directory))]) from None

    def _remove_beginning(self) -> None:
        """Remove what was made for a sweep that has kept nothing; what an earlier call has begun stays."""
        files = BEGUN - {"trials"} | {MARK, ASSUMED}
        with suppress(OSError):
            names = {path.name for path in self.directory.iterdir()}
            if self._there or names - files - {"trials"} or any(self._trials.iterdir()):
                return
            self._trials.rmdir()
            for name in files & names:
                (self.directory / name).unlink()
            if self._is_new:
                self.directory.rmdir()

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _claim(self) -> None:
        """Make sure that the directory is new or ours, and that nobody else is at work in it."""
        if self.directory.exists():
            names = {path.name for path in self.directory.iterdir()} if self.directory.is_dir() else {""}
            if MARK in names:
                self._there = _read_manifest(self.directory / MARK)
                _refuse_other(self.directory, self._there, self._identity)
            elif names - BEGUN or any((self.directory / "trials").glob("*")):
                raise InputError([Problem("is not the directory of a sweep; name another", str(self.directory))])
        self._is_new = not self.directory.exists()
        self.directory.mkdir(parents=True, exist_ok=True)
        self._lock = (self.directory / ".lock").open("w")
        with suppress(ImportError):  # no such locks on Windows: two sweeps in one directory are the user's care there
            import fcntl

            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise InputError([Problem("another sweep is at work in it", str(self.directory))]) from None

    def _take_up(self, *, retry_failed: bool) -> None:
        fresh, old = self.directory / "trials.new", self.directory / "trials.old"
        for left in (fresh, old):
            if left.exists() and not self._trials.exists():
                left.rename(self._trials)  # killed between the two renames of a merge
            shutil.rmtree(left, ignore_errors=True)
        self._trials.mkdir(exist_ok=True)
        self._write_manifest(complete=False)
        table = self._read()
        if retry_failed and table["error_type"].null_count < len(table):
            import pyarrow.compute as pc

            table = table.filter(pc.is_null(table["error_type"]))
            self._merge(table)
        names = self._wanted.measures
        rows = table.select(["cell", "replication", *names]).to_pylist()
        self._known = {(row["cell"], row["replication"]): {name: row[name] for name in names} for row in rows}
        self.assumed = read_assumed(self.directory) if rows else {}
        self._written = self._acted

    def _read(self) -> pa.Table:
        import pyarrow as pa
        import pyarrow.parquet as pq

        schema = schema_of(self._cells, self._wanted)
        parts = []
        for path in sorted(self._trials.glob("*.parquet")):
            try:
                parts.append(sound(pq.read_table(path, schema=schema)))
            except (OSError, pa.ArrowException):
                text = "is damaged, or not of this sweep: remove it, and its trials are run again"
                raise InputError([Problem(text, str(path))]) from None
        whole = pa.concat_tables(parts) if parts else schema.empty_table()
        trials = whole.select(["cell", "replication"])
        if len(trials.group_by(["cell", "replication"]).aggregate([])) < len(trials):
            text = "holds trials twice: remove the file that was put there, or all of them"
            raise InputError([Problem(text, str(self._trials))])
        return whole.sort_by([("cell", "ascending"), ("replication", "ascending")])

    def _merge(self, table: pa.Table) -> None:
        """Put a table in the place of all parts; at every moment one of the two is whole."""
        fresh, old = self.directory / "trials.new", self.directory / "trials.old"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir()
        _replace(fresh / WHOLE, table.combine_chunks())
        self._trials.rename(old)
        fresh.rename(self._trials)
        shutil.rmtree(old)

    def _write_table(self, name: str, outcome: Outcome, table: pa.Table) -> None:
        """Write a table of one run, with the trial in its first columns."""
        import pyarrow as pa

        for column, value in (("replication", outcome.replication), ("cell", outcome.cell)):
            table = table.add_column(0, column, pa.array([value] * len(table), pa.int32()))
        folder = self.directory / "tables" / name
        for one in (folder.parent, folder):  # not the directory itself: where somebody removed it, all of it is gone
            one.mkdir(exist_ok=True)
        _replace(folder / f"cell-{outcome.cell:05d}-replication-{outcome.replication:05d}.parquet", table)

    def _write_assumed(self) -> None:
        """Write what acted, before the trials in which it did: a kill between the two loses neither."""
        if self._acted > self._written:
            _replace_text(self.directory / ASSUMED, assumed_text(self.assumed))
            self._written = self._acted

    @property
    def _acted(self) -> int:
        """How many assumptions acted, counted in each cell."""
        return sum(map(len, self.assumed.values()))

    def _write_manifest(self, *, complete: bool) -> None:
        described = {"kind": KIND, **self._identity, "versions": versions(), "complete": complete}
        before, now = (one.get("replications") for one in (self._there, self._identity))
        if isinstance(before, int) and isinstance(now, int):
            described["replications"] = max(before, now)  # what is there stays, also where fewer are asked for now
        _replace_text(self.directory / MARK, json.dumps(described, indent=2, default=str) + "\n")


def _replace_text(target: Path, text: str) -> None:
    """Write a text file so that it is there whole or not at all."""
    scratch = target.with_name(f".{target.name}.tmp")
    scratch.write_text(text, encoding="utf-8")
    scratch.replace(target)


def _replace(target: Path, table: pa.Table) -> None:
    """Write a Parquet file so that it is there whole or not at all."""
    import pyarrow.parquet as pq

    scratch = target.with_name(f".{target.name}.tmp")
    pq.write_table(table, scratch, compression="zstd")
    scratch.replace(target)


def _read_manifest(path: Path) -> dict[str, Any]:
    found = read_saved(path)
    if not isinstance(found, dict) or found.get("kind") != KIND or not isinstance(found.get("versions"), dict):
        raise InputError([Problem("is not the directory of a sweep; name another", str(path.parent))])
    return found


def _refuse_other(directory: Path, there: Mapping[str, Any], identity: Mapping[str, Any]) -> None:
    """Refuse a directory that holds another experiment, or results of other versions; say what differs."""
    plain = json.loads(json.dumps(identity, default=str))
    different = [name for name, value in plain.items() if name not in FREE and there.get(name) != value]
    if different:
        text = f"holds another experiment (other {' and '.join(different)}); name another directory"
        raise InputError([Problem(text, str(directory))])
    mine = versions()
    other = [f"{name} {found}" for name, found in there.get("versions", {}).items() if mine.get(name, found) != found]
    if other:
        text = f"was begun with other versions ({', '.join(other)}), whose results may differ; name another directory"
        raise InputError([Problem(text, str(directory))])


FREE: Final = frozenset({"name", "replications", "stopping"})
"""What may differ when a sweep is taken up again: more replications are only more rows, fewer are some of them."""
