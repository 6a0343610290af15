"""Any table: lines of cells or Parquet, columns recognised by their names or as they are named."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from simulator.errors import InputError, Problem
from simulator.history.found import Found, Raw
from simulator.history.ledger import Ledger
from simulator.history.options import Options
from simulator.history.past import TASKS, Kind
from simulator.history.reader import Reader
from simulator.history.sample import Sample, parquet_frame, parquet_names
from simulator.tables.instants import count_from_a_start
from simulator.tables.sheets import NotATableError, folded, read_sheet

if TYPE_CHECKING:
    import pandas as pd

NAMES: Final = {
    "task": "id task taskid name jobid taskname uid key instance",
    "job": "job jobname workflow run group batch",
    "created": "created creationtime createdat submit submittime submitted submittedat submission arrival "
    "arrivaltime arrivedat queued queuedat timestamp time ts",
    "start": "start starttime started startedat begin begintime",
    "end": "end endtime ended endedat finish finishtime finished finishedat stop stoptime stoppedat completed "
    "completedat completiontime",
    "duration": "duration dur runtime elapsed runtimeseconds durationseconds realtime walltime seconds "
    "runtimeinseconds processingtime servicetime",
    "outcome": "state status outcome result taskstate",
    "exit_code": "exitcode exit returncode rc",
    "node": "node nodeid host hostname machine worker nodelist",
    "pool": "pool poolid queue partition",
    "slots": "slots requiredslots",
    "instances": "instances nodes numnodes nnodes numberofinstances",
    "cores": "cores cpus cpu ncpus vcpus numcpus cpucount",
    "memory": "memory mem memoryrequested reqmem memreq",
    "used_memory": "usedmemory maxrss peakrss peakmemory",
    "command": "command commandline cmd script",
    "parents": "parents dependson dependencies after",
    "attempt": "attempt",
    "retries": "retries retrycount",
    "priority": "priority",
}
"""Folded names of columns that are recognised, by what they hold."""


def _recognises(sample: Sample) -> bool:
    heads = sample.heads
    return bool(heads) and bool(_used(heads).keys() & {"created", "start", "end"})


def _used(heads: Any) -> dict[str, str]:
    """Return the folded name of the column for each use that one is recognised for, the best-known name first."""
    found: dict[str, str] = {}
    for use, names in NAMES.items():
        name = next((name for name in names.split() if name in heads and name not in found.values()), None)
        if name is not None:
            found[use] = name
    return found


def _read(sample: Sample, options: Options, ledger: Ledger) -> Found:
    frame, names, numbers = _frame(sample, options, ledger)
    chosen = _chosen(names, options, sample.name)
    columns = {use: frame[name] for use, name in chosen.items()}
    times = [columns[use] for use in ("created", "start", "end") if use in columns]
    if not times:
        text = f"no column of times is recognised among {', '.join(names)}: name one, as in --map created=COLUMN"
        raise InputError([Problem(text, sample.name)])
    return Found(len(frame), tasks=Raw(columns, numbers), is_relative=count_from_a_start(times))


def _frame(sample: Sample, options: Options, ledger: Ledger) -> tuple[pd.DataFrame, list[str], Sequence[int]]:
    """Return the table, the names of its columns, and the lines of its rows; those of Parquet count from 1."""
    if sample.is_parquet:
        names = parquet_names(sample.path)
        wanted = list(_chosen(names, options, sample.name).values())
        frame = parquet_frame(sample, wanted)
        return frame, names, range(1, len(frame) + 1)
    dialect = sample.dialect
    if dialect is None or not (options.columns or dialect.has_names):
        text = "its first line does not name columns: name them all, as in --columns id,submit,duration"
        raise InputError([Problem(text, sample.name)])
    names = list(options.columns or dialect.names)
    chosen = _chosen(names, options, sample.name)
    texts = {name for use, name in chosen.items() if TASKS[use].kind in (Kind.TEXT, Kind.OUTCOME)}
    try:
        sheet = read_sheet(sample.text, names=options.columns, texts=texts, used=set(chosen.values()), skip_broken=True)
    except NotATableError as error:
        raise InputError([Problem(str(error), sample.name)]) from None
    ledger.note("broken", sample.name, [line for line, _ in sheet.broken])
    return sheet.frame, names, sheet.lines


def _chosen(names: list[str], options: Options, file: str) -> dict[str, str]:
    """Return the column for each use: as it was named, else as it is recognised."""
    by_fold = {folded(name): name for name in reversed(names)}
    given = dict(options.uses)
    missing = [name for name in given.values() if name not in names]
    if missing:
        text = f"has no column {missing[0]!r}, but {', '.join(names)}"
        raise InputError([Problem(text, file)])
    taken = set(given.values())
    recognised = {use: by_fold[name] for use, name in _used(by_fold).items() if by_fold[name] not in taken}
    return {**{use: name for use, name in recognised.items() if use not in given}, **given}


READER: Final = Reader(
    name="table",
    made_by="any program: comma, tab, semicolon or bar between cells, or Parquet",
    known_by="a line of names, or --columns, with a column of times",
    gives=("tasks",),
    recognises=_recognises,
    read=_read,
    options=("--columns", "--map", "--time-unit", "--memory-unit", "--time-zone", "--date-order"),
)
