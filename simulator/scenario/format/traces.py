"""Workloads that happened: SWF files and tables with named columns, read straight into columns.

SWF: the Standard Workload Format v2.2 of the Parallel Workloads Archive, 18 numbers a line, comments
after `;`.
"""

import io
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import numpy.typing as npt
from pydantic import PrivateAttr

from simulator.columns.broadcast import constant, rescaled
from simulator.columns.task_names import Prefixed
from simulator.durations import Seconds
from simulator.errors import InputError, Problem, shortened
from simulator.files import Folder, is_file, modified, read_bytes, unpacked
from simulator.scenario.format.parquet_columns import read_columns
from simulator.scenario.format.section import Positive, Section
from simulator.scenario.format.table_columns import (
    MOST,
    MOST_REPORTED,
    SPAN,
    UNITS,
    Bad,
    numbers_of,
    shown,
    too_late,
    unfit_ids,
)
from simulator.scenario.format.trace_times import SubmitTimes, of_dates, of_numbers

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]
Int32s = npt.NDArray[np.int32]

SWF_COLUMNS: Final = 18
JOB, SUBMIT, RUN, PROCS, MEMORY, REQ_PROCS, REQ_MEMORY = 0, 1, 3, 4, 6, 7, 9
KIB_PER_GIB: Final = 1024.0**2
LARGEST_NUMBER: Final = 2.0**53
"""Of a job: beyond, neighbours are the same number."""
DATE: Final = "M"
"""Kind of a column of dates."""


class TraceColumns(Section):
    """Which column of a CSV or Parquet file holds what; None = not there."""

    id: str | None = None
    """Names of the tasks; without it they are numbered."""
    submit: str = "submit"
    """Numbers, dates, or Unix time."""
    duration: str = "duration"
    """How long each process ran: numbers in `timeUnit`, or spans of time."""
    cores: str | None = None
    """Cores of each task."""
    memory: str | None = None
    """Memory that each task needs, in GiB."""
    slots: str | None = None
    """Slots of each task."""
    instances: str | None = None
    """Nodes that each task needs at once."""


class TraceWorkload(Section):
    """Tasks from a file: `.swf`, `.swf.gz`, `.csv`, `.csv.gz` or `.parquet`."""

    trace: str
    """Path, relative to the scenario file."""
    columns: TraceColumns = TraceColumns.model_construct()
    """Names of the columns of CSV and Parquet files."""
    time_unit: Literal["ms", "s", "m", "h"] = "s"
    """Unit of numeric submit times and durations in CSV and Parquet files; Unix time is known by its size."""
    parallel_jobs: Literal["multi_slot", "multi_instance"] = "multi_slot"
    """What a job of several processors becomes: one task of that many slots, or of that many nodes."""
    use_memory: bool = False
    """Whether the memory column of an SWF file (KiB per processor) is a demand of the task."""
    submit_times: Literal["relative", "absolute"] = "relative"
    """Whether numeric submit times count from the trace's first task, or from its time 0 as they stand."""
    start: Seconds | None = None
    """Where the trace's time 0 lies; None means when the job is created."""
    limit: Positive | None = None
    """How many tasks are read; the first ones of the file."""
    _folder: Folder | None = PrivateAttr(default=None)

    def model_post_init(self, context: Any) -> None:
        """Remember where the scenario file stands."""
        if isinstance(context, dict) and "folder" in context:
            self._folder = context["folder"]

    @property
    def has_folder(self) -> bool:
        """Whether it is known in which folder the file is looked for; else that is the working directory."""
        return self._folder is not None

    @property
    def path(self) -> Path:
        """Where the file is; InputError where the scenario may not name it."""
        return (self._folder or Folder(Path())).file(self.trace)

    @property
    def is_there(self) -> bool:
        """Whether there is such a file, and the scenario may name it."""
        try:
            return is_file(self.path)
        except InputError:
            return False


@dataclass(frozen=True, slots=True)
class Beyond:
    """A column and what is expected of it."""

    column: Floats
    most: float
    what: str
    unit: str


@dataclass(frozen=True, slots=True)
class Trace:
    """The tasks of a trace in file order; seconds, cores, GiB."""

    submit: Floats
    duration: Floats
    slots: Int32s
    instances: Int32s
    cores: Floats
    memory: Floats
    names: Prefixed
    first: datetime | None = None
    """The date of the first task, where the trace has dates."""
    shift: float = 0.0
    """Seconds that were taken off the submit times, so that the first task comes at time 0."""

    def __len__(self) -> int:
        return len(self.submit)


def read_trace(source: TraceWorkload) -> Trace:
    """Read the tasks of a trace; `InputError` names the lines that cannot be read."""
    path = source.path
    return _read(source.model_dump_json(), str(path), modified(path))


@lru_cache(maxsize=4)
def _read(settings: str, name: str, stamp: int) -> Trace:
    """Read a file once however many replications ask for it."""
    del stamp
    source = TraceWorkload.model_validate_json(settings)
    suffixes = [suffix.lower() for suffix in Path(name).suffixes]
    kind = suffixes[-2] if suffixes[-1:] == [".gz"] and len(suffixes) > 1 else (suffixes or [""])[-1]
    readers = {".swf": _swf, ".csv": _csv, ".parquet": _parquet}
    if kind not in readers:
        raise InputError([Problem("expected a file named .swf, .swf.gz, .csv, .csv.gz or .parquet", file=name)])
    return readers[kind](source, name)


def _content(name: str) -> bytes:
    data = read_bytes(Path(name))
    return unpacked(data, name) if name.lower().endswith(".gz") else data


# ---- SWF -------------------------------------------------------------------------------------------------


def _swf_rows(content: bytes, name: str) -> Floats:
    """Return the columns that a run uses of every job, one row a job."""
    import pandas as pd

    used = [JOB, SUBMIT, RUN, PROCS, MEMORY, REQ_PROCS, REQ_MEMORY]
    try:
        table = pd.read_csv(
            io.BytesIO(content),
            sep=r"\s+",
            comment=";",
            header=None,
            usecols=used,
            dtype=np.float64,
            engine="c",
        )
        rows = table.to_numpy()
        is_good = len(rows) > 0 and bool(np.isfinite(rows).all())
    except (ValueError, pd.errors.ParserError, pd.errors.EmptyDataError):
        is_good = False
    if not is_good:
        raise InputError(_swf_problems(content, name))
    return rows


def _swf(source: TraceWorkload, name: str) -> Trace:
    content = _content(name)
    rows = _swf_rows(content, name)
    job, submit, run, procs, memory, wanted_procs, wanted_memory = rows.T
    kept = np.flatnonzero(run >= 0)[: source.limit]
    if not len(kept):
        raise InputError(
            [Problem(f"none of its {len(rows):,} jobs ran: their run times (column 4) are negative", name)]
        )
    processors = np.maximum(np.where(procs > 0, procs, wanted_procs), 1)[kept]
    per_processor = np.maximum(np.where(wanted_memory > 0, wanted_memory, memory), 0)[kept]
    submits = of_numbers(submit[kept], 1.0, keep=source.submit_times == "absolute")
    together = source.parallel_jobs == "multi_instance"
    share = per_processor * (1 if together else processors) / KIB_PER_GIB
    _refuse_beyond(
        name,
        (
            Beyond(submits.seconds, MOST["submit"], "a submit time in column 2", "s after the first"),
            Beyond(run[kept], MOST["duration"], "a run time in column 4", "s"),
            Beyond(processors, MOST["slots"], "a number of processors in column 5 or 8", ""),
            Beyond(np.abs(job[kept]), LARGEST_NUMBER, "a job number in column 1", ""),
            Beyond(share if source.use_memory else np.zeros(1), MOST["memory"], "memory in column 7 or 10", "GiB"),
        ),
        lambda place: _line_of(content, int(kept[place])),
    )
    size = processors.astype(np.int32)
    ones = constant(1, len(kept), np.int32)
    return Trace(
        submit=submits.seconds,
        duration=run[kept],
        slots=ones if together else size,
        instances=size if together else ones,
        cores=constant(0.0, len(kept), np.float64),
        memory=share if source.use_memory else constant(0.0, len(kept), np.float64),
        names=Prefixed("swf-", job[kept].astype(np.int64)),
        first=submits.first,
        shift=submits.shift,
    )


def _line_of(content: bytes, row: int) -> int:
    """Return the line of a job of an SWF file."""
    lines = enumerate(content.splitlines(), 1)
    return next(islice((number for number, line in lines if line.split(b";", 1)[0].split()), row, None))


def _refuse_beyond(name: str, columns: Iterable["Beyond"], line_of: Callable[[int], int | None]) -> None:
    """Raise InputError about the first values that a run has no room for."""
    problems = []
    for one in columns:
        wrong = np.flatnonzero(~((one.column >= 0) & (one.column <= one.most)))
        for place in wrong[:MOST_REPORTED].tolist():
            text = f"expected {one.what} from 0 to {one.most:.10g} {one.unit}".rstrip()
            problems.append(Problem(f"{text}, not {one.column[place]:.10g}", name, line_of(place)))
    if problems:
        raise InputError(problems[:MOST_REPORTED])


def _swf_problems(content: bytes, name: str) -> list[Problem]:
    """Return what is wrong in which line, looking at each of them, slowly."""
    problems: list[Problem] = []
    is_empty = True
    for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), 1):
        cells = line.split(";", 1)[0].split()
        if not cells:
            continue
        is_empty = False
        if len(cells) < SWF_COLUMNS:
            text = f"expected {SWF_COLUMNS} numbers, found {len(cells)}"
            problems.append(Problem(text, name, number, 1, source=line[:120]))
            continue
        bad = next((index for index, cell in enumerate(cells) if not _is_number(cell)), None)
        if bad is not None:
            text = f"expected a number in column {bad + 1}, not {cells[bad]!r}"
            problems.append(Problem(text, name, number, line.find(cells[bad]) + 1, source=line[:120]))
    if is_empty:
        return [Problem("holds no job", file=name)]
    return problems[:MOST_REPORTED] or [Problem("cannot be read as a table of numbers", file=name)]


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


# ---- tables with named columns ---------------------------------------------------------------------------


def _csv(source: TraceWorkload, name: str) -> Trace:
    import pandas as pd

    try:
        frame = pd.read_csv(io.BytesIO(_content(name)), comment="#", skipinitialspace=True)
    except pd.errors.EmptyDataError:
        raise InputError([Problem("holds no task", file=name)]) from None
    except UnicodeDecodeError:
        raise InputError([Problem("cannot be read: not a text file in UTF-8", file=name)]) from None
    except (ValueError, OverflowError, pd.errors.ParserError) as error:
        raise InputError([_no_table(name, str(error))]) from None
    return _table(source, name, frame, has_lines=True)


def _no_table(name: str, why: str) -> Problem:
    """Return why a file is no table, in words of ours where the reader names the line."""
    found = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", why)
    if found is None:
        return Problem("cannot be read as CSV: expected a line of column names, and rows with as many values", name)
    return Problem(f"expected {found[1]} columns, found {found[3]}", name, int(found[2]))


def _parquet(source: TraceWorkload, name: str) -> Trace:
    named = ((use, column) for use, column in source.columns.model_dump().items() if column is not None)
    return _table(source, name, read_columns(name, named), has_lines=False)


def _table(source: TraceWorkload, name: str, frame: "pd.DataFrame", *, has_lines: bool) -> Trace:
    columns = source.columns
    named = {key: value for key, value in columns.model_dump().items() if value is not None}
    missing = [column for column in named.values() if column not in frame.columns]
    if missing:
        have = shortened(", ".join(map(str, frame.attrs.get("columns", frame.columns))))
        problems = [Problem(f"has no column {column!r}, but {have}", name) for column in missing]
        raise InputError(problems)
    if frame.empty:
        raise InputError([Problem("holds no task", file=name)])
    frame = frame.head(source.limit) if source.limit else frame
    submits, bad = _submit_times(source, frame[columns.submit])
    bad = bad or too_late(submits.seconds, columns.submit)
    if columns.id:
        bad += unfit_ids(frame[columns.id], columns.id)
    problems = [Problem(text, name, row + 2 if has_lines else None) for row, text in bad]
    values: dict[str, Floats] = {}
    for key, column in named.items():
        if key not in ("id", "submit"):
            values[key], bad = numbers_of(frame[column], key, column, source.time_unit)
            problems += [Problem(text, name, row + 2 if has_lines else None) for row, text in bad]
    if problems:
        raise InputError(sorted(problems, key=lambda problem: problem.line or 0)[:MOST_REPORTED])
    count = len(frame)
    is_span = frame[columns.duration].dtype.kind == SPAN
    ones, zeros = constant(1.0, count, np.float64), constant(0.0, count, np.float64)
    return Trace(
        submit=submits.seconds,
        duration=values["duration"] * (1.0 if is_span else UNITS[source.time_unit]),
        slots=rescaled(values.get("slots", ones), 1, np.int32),
        instances=rescaled(values.get("instances", ones), 1, np.int32),
        cores=values.get("cores", zeros),
        memory=values.get("memory", zeros),
        names=Prefixed("", frame[columns.id].map(str).to_numpy())
        if columns.id
        else Prefixed("row-", np.arange(1, count + 1)),
        first=submits.first,
        shift=submits.shift,
    )


def _submit_times(source: TraceWorkload, column: "pd.Series[Any]") -> tuple[SubmitTimes, Bad]:
    """Return when tasks come, and what is wrong with it by row."""
    import pandas as pd

    kind, name = column.dtype.kind, source.columns.submit
    is_clock = kind == DATE or (kind not in f"fiu{SPAN}" and bool(pd.to_numeric(column, errors="coerce").isna().all()))
    if is_clock:
        found = of_dates(column)
        bad = np.flatnonzero(np.isnan(found.seconds))
        return found, [(int(i), f"expected an ISO-8601 time in {name!r}, not {shown(column.iloc[i])}") for i in bad]
    numbers, wrong = numbers_of(column, "submit", name, source.time_unit)
    unit = 1.0 if kind == SPAN else UNITS[source.time_unit]
    return of_numbers(numbers, unit, keep=bool(wrong) or source.submit_times == "absolute"), wrong
