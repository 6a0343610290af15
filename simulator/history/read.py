"""Files of any known format to the three tables of what happened."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from simulator.errors import InputError, Problem
from simulator.history.folders import files_of
from simulator.history.formats import BY_NAME, READERS
from simulator.history.found import Found
from simulator.history.laws import judge, number_attempts, unite
from simulator.history.ledger import Ledger
from simulator.history.not_read import why_not
from simulator.history.options import Options
from simulator.history.past import TABLES, FileRead, Kind, Past
from simulator.history.private import Names, hide, without_lines
from simulator.history.reader import Reader
from simulator.history.sample import Sample
from simulator.history.typed import Typist, completed, constant_text

if TYPE_CHECKING:
    import pandas as pd

NO_SUCH: Final = (
    "its format is not recognised: `poolsight import --formats` lists what is read; a table needs a line of names, "
    "or --columns"
)


def read_past(paths: Sequence[Path], options: Options, *, anonymise: bool = False) -> Past:
    """Return what files, and those in folders, say happened; raise InputError where one cannot be read at all."""
    ledger = Ledger()
    reading = _Reading(options, ledger)
    for number, (path, is_named) in enumerate(files_of(paths), 1):
        name = f"file {number}" if anonymise else str(path)
        try:
            reading.take(Sample(path, name, options.columns), is_named=is_named)
        except InputError as error:
            raise (without_lines(error) if anonymise else error) from None
    past = reading.past()
    return hide(past, Names()) if anonymise else past


def reader_of(sample: Sample, options: Options) -> Reader | None:
    """Return the reader of a file: the one that is asked for, else the first that recognises it."""
    if options.format is not None:
        return BY_NAME[options.format]
    return next((reader for reader in READERS if reader.recognises(sample)), None)


class _Reading:
    """Files on their way to the three tables."""

    def __init__(self, options: Options, ledger: Ledger) -> None:
        self._options = options
        self._ledger = ledger
        self._files: list[FileRead] = []
        self._frames: dict[str, list[tuple[Found, pd.DataFrame]]] = {table: [] for table in TABLES}
        self._bodies: dict[str, dict[str, Any]] = {}
        self._priorities: dict[str, int] = {}

    def take(self, sample: Sample, *, is_named: bool) -> None:
        """Read a file; one in a folder that nobody knows is passed over and counted."""
        why = why_not(sample) if self._options.format is None else None
        reader = None if why else reader_of(sample, self._options)
        if reader is None:
            if is_named:
                raise InputError([Problem(why or NO_SUCH, sample.name)])
            self._ledger.note("no_format", sample.name, count=1, detail=why or "")
            return
        is_text = not sample.is_parquet  # asked first: reading a text drops its bytes
        found = reader.read(sample, self._options, self._ledger)
        if is_text:
            self._note_text(sample)
        sample.release()
        typist = Typist(found, sample.name, self._options, self._ledger)
        bare = replace(found, tasks=None, nodes=None, pools=None)  # without raw columns, as large as the frames
        for table in TABLES:
            raw = getattr(found, table)
            if raw is not None and len(raw.numbers):
                frame = typist.frame(table, raw)
                frame["file"] = constant_text(sample.name, len(frame))
                self._frames[table].append((bare, frame))
        self._bodies |= found.bodies
        self._priorities |= found.priorities
        self._files.append(FileRead(sample.name, reader.name, found.rows))

    def _note_text(self, sample: Sample) -> None:
        text = sample.text
        if text.encoding == "Latin-1":
            self._ledger.note("old_encoding", sample.name, count=1)
        self._ledger.note("nuls", sample.name, count=text.removed)

    def past(self) -> Past:
        """Return the tables of all files, on one clock."""
        import pandas as pd

        origin = self._align()
        tables = {}
        for table, parts in self._frames.items():
            frames = [completed(frame, table) for _, frame in parts] or [_none(table)]
            tables[table] = pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
        tasks = number_attempts(unite(judge(tables["tasks"], self._ledger), self._ledger), self._ledger)
        self._note_ghosts(tasks, tables["nodes"])
        if self._priorities:
            tasks["priority"] = tasks["job"].map(self._priorities).fillna(tasks["priority"])
        return Past(
            tasks=tasks,
            nodes=tables["nodes"].drop(columns="fault"),
            pools=tables["pools"].drop(columns="fault"),
            origin=origin,
            files=tuple(self._files),
            ledger=self._ledger,
            bodies=self._bodies,
            priorities=self._priorities,
        )

    def _note_ghosts(self, tasks: pd.DataFrame, nodes: pd.DataFrame) -> None:
        known = set(nodes["node"])
        if known:
            self._ledger.note_tasks("ghost_node", tasks[(tasks["node"] != "") & ~tasks["node"].isin(known)])

    def _align(self) -> datetime | None:
        """Move all times to seconds since one origin: the first second of any dated file, and return it.

        Files without dates begin at the origin.
        """
        every = [(found, frame, table) for table, parts in self._frames.items() for found, frame in parts]
        dated, undated = [], []
        for found, frame, table in every:
            if found.is_relative and found.origin is None:
                undated.append((frame, table))
                continue
            if found.origin is not None and found.is_relative:
                _shift(frame, table, -found.origin)
            dated.append((frame, table))
        first = min((_first(frame, table) for frame, table in dated), default=math.inf)
        base = math.floor(first) if math.isfinite(first) else 0
        for frame, table in dated:
            _shift(frame, table, base)
        for frame, table in undated:
            begin = _first(frame, table)
            _shift(frame, table, begin if math.isfinite(begin) else 0.0)
            self._ledger.note("no_dates", str(frame["file"].iloc[0]), count=len(frame))
        return datetime.fromtimestamp(base, UTC) if math.isfinite(first) else None


def _times(table: str, frame: pd.DataFrame) -> list[str]:
    return [name for name, column in TABLES[table].items() if column.kind is Kind.TIME and name in frame]


def _first(frame: pd.DataFrame, table: str) -> float:
    """Return the first instant in a table; infinite where it has none."""
    found = [float(frame[name].min()) for name in _times(table, frame)]
    return min((one for one in found if not math.isnan(one)), default=math.inf)


def _shift(frame: pd.DataFrame, table: str, by: float) -> None:
    for name in _times(table, frame):
        frame[name] = np.round(frame[name].to_numpy() - by, 6)


def _none(table: str) -> pd.DataFrame:
    """Return a table without rows."""
    import pandas as pd

    kinds = {
        name: object if column.kind in (Kind.TEXT, Kind.OUTCOME) else np.float64
        for name, column in TABLES[table].items()
    }
    beside = dict.fromkeys(("row", "fault", "file"), object)
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in (kinds | beside).items()})
