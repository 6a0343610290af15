"""Traces from their files: SWF, and tables with named columns, read straight into columns."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from simulator.columns.broadcast import constant
from simulator.columns.task_names import Prefixed
from simulator.errors import InputError, Problem
from simulator.files import modified
from simulator.scenario.format import trace_tables
from simulator.scenario.format.table_columns import MOST, MOST_REPORTED
from simulator.scenario.format.trace_times import of_numbers
from simulator.scenario.format.traces import Trace, TraceWorkload
from simulator.tables.swf import COLUMNS, read_jobs
from simulator.tables.text import read_content

Floats = npt.NDArray[np.float64]

KIB_PER_GIB: Final = 1024.0**2
TABLES: Final = (".csv", ".tsv", ".psv", ".txt")
"""Ends of names of tables of lines."""
LARGEST_NUMBER: Final = 2.0**53
"""Of a job: beyond, neighbours are the same number."""


@dataclass(frozen=True, slots=True)
class Beyond:
    """A column and what is expected of it."""

    column: Floats
    most: float
    what: str
    unit: str


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
    if kind == ".swf":
        return _swf(source, name)
    if kind == ".parquet":
        return trace_tables.of_parquet(source, name)
    if kind in TABLES:
        return trace_tables.of_lines(source, name)
    text = f"expected a file named .swf, .parquet, {' or '.join(TABLES)}, each also packed (.gz)"
    raise InputError([Problem(f"{text}; of any other file, poolsight import {name} makes one", file=name)])


def _swf(source: TraceWorkload, name: str) -> Trace:
    jobs = read_jobs(read_content(Path(name)), name)
    columns = jobs.columns
    kept = np.flatnonzero((columns["run"] >= 0) & ~jobs.is_partial & _kept(source, columns, name))[: source.limit]
    if not len(kept):
        text = f"none of its {len(jobs):,} jobs ran: their run times (column 4) are negative, or `keep` leaves them out"
        raise InputError([Problem(text, name)])
    procs, wanted = columns["procs"][kept], columns["requestedProcs"][kept]
    first, second = (wanted, procs) if source.processors == "requested" else (procs, wanted)
    processors = np.maximum(np.where(first > 0, first, second), 1)
    memory, wanted = columns["memory"][kept], columns["requestedMemory"][kept]
    per_processor = np.maximum(np.where(wanted > 0, wanted, memory), 0)
    run, asked = columns["run"][kept], columns["requestedTime"][kept]
    submits = of_numbers(columns["submit"][kept], 1.0, keep=source.submit_times == "absolute")
    together = source.parallel_jobs == "multi_instance"
    share = per_processor * (1 if together else processors) / KIB_PER_GIB
    _refuse_beyond(
        name,
        (
            Beyond(submits.seconds, MOST["submit"], "a submit time in column 2", "s after the first"),
            Beyond(run, MOST["duration"], "a run time in column 4", "s"),
            Beyond(np.maximum(asked, 0), MOST["duration"], "a requested time in column 9", "s"),
            Beyond(processors, MOST["slots"], "a number of processors in column 5 or 8", ""),
            Beyond(np.abs(columns["job"][kept]), LARGEST_NUMBER, "a job number in column 1", ""),
            Beyond(share if source.use_memory else np.zeros(1), MOST["memory"], "memory in column 7 or 10", "GiB"),
        ),
        lambda place: jobs.line_of(int(kept[place])),
    )
    size = processors.astype(np.int32)
    ones = constant(1, len(kept), np.int32)
    return Trace(
        submit=submits.seconds,
        duration=run,
        slots=ones if together else size,
        instances=size if together else ones,
        cores=constant(0.0, len(kept), np.float64),
        memory=share if source.use_memory else constant(0.0, len(kept), np.float64),
        names=Prefixed("swf-", columns["job"][kept].astype(np.int64)),
        first=submits.first,
        shift=submits.shift,
        estimate=np.where(asked > 0, asked, -1.0) if (asked > 0).any() else None,
    )


def _kept(source: TraceWorkload, columns: dict[str, Floats], name: str) -> npt.NDArray[np.bool_]:
    """Return which jobs have the values that are asked for; columns of SWF files have the names of its definition."""
    kept = np.ones(len(columns["job"]), dtype=np.bool_)
    for column, values in source.keep.items():
        if column not in columns:
            have = ", ".join(one for one in COLUMNS if one in columns)
            raise InputError([Problem(f"has no column {column!r} to keep rows by, but {have}", name)])
        wanted = {float(value) for value in values if value.strip().lstrip("-").isdecimal()}
        kept &= np.isin(columns[column], list(wanted))
    return kept


def _refuse_beyond(name: str, columns: Iterable[Beyond], line_of: Callable[[int], int | None]) -> None:
    """Raise InputError about the first values that a run has no room for."""
    problems = []
    for one in columns:
        wrong = np.flatnonzero(~((one.column >= 0) & (one.column <= one.most)))
        for place in wrong[:MOST_REPORTED].tolist():
            text = f"expected {one.what} from 0 to {one.most:.10g} {one.unit}".rstrip()
            problems.append(Problem(f"{text}, not {one.column[place]:.10g}", name, line_of(place)))
    if problems:
        raise InputError(problems[:MOST_REPORTED])
