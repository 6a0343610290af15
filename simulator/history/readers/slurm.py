"""Slurm's accounting as `sacct -P` prints it.

Steps (`1234.batch`) stand beside their job: times are the job's, memory is the steps'. With `-D` a job that was put
back has a line for each attempt. Times are the cluster's local time.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from simulator.history.found import Found, Raw
from simulator.history.ledger import Ledger
from simulator.history.options import Options
from simulator.history.reader import Reader
from simulator.history.sample import Sample
from simulator.history.sheet_items import column, text_frame
from simulator.tables.amounts import gib_of
from simulator.tables.outcomes import Outcome, outcome_of

if TYPE_CHECKING:
    import pandas as pd

_ARRAY: Final = re.compile(r"\[.*\]")
_STEP: Final = re.compile(r"^[^.]+\.")
_OWN: Final = frozenset({"jobidraw", "elapsed", "elapsedraw", "alloccpus", "reqmem"})
"""Columns that only Slurm names so."""
_COLUMNS: Final = _OWN | {"alloctres"} | {"ncpus", "nnodes", "submit", "start", "end"}
_REQMEM: Final = re.compile(r"(.*?)([ncNC])?")
_EXIT: Final = re.compile(r"(\d+):(\d+)")


def _recognises(sample: Sample) -> bool:
    heads = sample.heads
    is_named = not sample.is_parquet and bool({"jobid", "jobidraw"} & heads) and "state" in heads
    has_bars = sample.dialect is not None and sample.dialect.separator == "|"
    return is_named and bool(_COLUMNS & heads if has_bars else _OWN & heads)


def _read(sample: Sample, options: Options, ledger: Ledger) -> Found:
    frame = text_frame(sample, ledger)
    ids = column(frame, "jobid", "jobidraw")
    is_step = ids.str.contains(_STEP)
    is_array = ids.str.contains(_ARRAY) & ~is_step
    memory = _used_memory(frame, ids, is_step)
    numbers = np.asarray(frame.index)
    ledger.note("steps", sample.name, numbers[is_step])
    ledger.note("pending_array", sample.name, numbers[is_array])
    kept = frame[~is_step & ~is_array]
    columns = _columns(kept, ids[kept.index], memory, options)
    if options.parallel_jobs == "multi_slot":
        ledger.note("gangs", sample.name, np.asarray(kept.index)[np.asarray(columns["instances"]) > 1])
        columns["instances"] = np.ones(len(kept))
    return Found(len(frame), tasks=Raw(columns, kept.index.tolist()), minutes_first=True, memory_unit="MiB")


def _columns(frame: pd.DataFrame, ids: pd.Series[Any], memory: dict[str, float], options: Options) -> dict[str, Any]:
    state, start = column(frame, "state"), column(frame, "start")
    outcomes = state.map(outcome_of)
    waits = (outcomes == Outcome.WAITING).to_numpy()
    elapsed = column(frame, "elapsedraw", "elapsed").where(~waits, "")
    nodes = _first_above_0(column(frame, "nnodes", "allocnodes", "reqnodes"), _tres(frame, "node")).fillna(1)
    cpus = _first_above_0(column(frame, "alloccpus", "ncpus"), column(frame, "reqcpus"), _tres(frame, "cpu"))
    asked = column(frame, "reqmem")
    asked = asked.where(asked != "", _tres(frame, "mem"))
    together = options.parallel_jobs == "multi_instance"
    share = nodes.to_numpy() if together else 1
    ended = ~np.isin(outcomes.to_numpy(dtype=object), [Outcome.RUNNING, Outcome.WAITING])
    names = column(frame, "nodelist")
    return {
        "task": ids,
        "name": column(frame, "jobname"),
        "created": column(frame, "submit", "eligible"),
        "start": start.where(~waits, ""),
        "end": column(frame, "end").where(ended, ""),
        "duration": elapsed.where(ended, ""),
        "outcome": state,
        "exit_code": column(frame, "exitcode").map(_code),
        "pool": column(frame, "partition").str.split(",").str[0],
        "node": names.where(~names.str.contains(r"[\[,]|None assigned", regex=True), ""),
        "instances": nodes.to_numpy(),
        "cores": (cpus / share).to_numpy(),
        "memory": np.array([_asked(*one) for one in zip(asked, cpus, nodes, strict=True)]) / share,
        "used_memory": np.array([memory.get(one, np.nan) for one in ids]),
        "priority": column(frame, "priority"),
    }


def _tres(frame: pd.DataFrame, name: str) -> pd.Series[Any]:
    """Return an amount of the resources that jobs had, or else asked for, as text: `cpu=2,mem=6G,node=1`."""
    found = column(frame, "alloctres").where(column(frame, "alloctres") != "", column(frame, "reqtres"))
    return found.str.extract(rf"(?:^|,){name}=([^,]+)", expand=False).fillna("")


def _first_above_0(*columns: pd.Series[Any]) -> pd.Series[Any]:
    """Return the first number of several columns that is above 0."""
    import pandas as pd

    found = pd.Series(np.nan, index=columns[0].index)
    for one in columns:
        numbers = pd.to_numeric(one, errors="coerce")
        found = found.where(found.notna(), numbers.where(numbers > 0))
    return found


def _used_memory(frame: pd.DataFrame, ids: pd.Series[Any], is_step: pd.Series[Any]) -> dict[str, float]:
    """Return the memory that a job's steps used at most, in MiB."""
    found: dict[str, float] = {}
    for name, cell in zip(ids[is_step], column(frame, "maxrss")[is_step], strict=True):
        used = _mib(cell)
        job = name.split(".", 1)[0]
        if used is not None:
            found[job] = max(found.get(job, 0.0), used)
    return found


def _mib(cell: str) -> float | None:
    try:
        return gib_of(cell, 1.0) * 1024
    except ValueError:
        return None


def _asked(cell: str, cpus: float, nodes: float) -> float:
    """Return the memory that a job asked for in all, in MiB; `4Gn` is for each node, `2Gc` for each core."""
    found = _REQMEM.fullmatch(cell)
    amount, per = found.groups() if found else (cell, None)
    try:
        mib = gib_of(amount, 2.0**20) * 1024
    except ValueError:
        return float("nan")
    return mib * {"n": nodes, "c": cpus}.get((per or "").lower(), 1.0)


def _code(cell: str) -> float:
    """Return the exit code of `code:signal`; a signal is 128 and its number, as shells have it."""
    found = _EXIT.fullmatch(cell)
    if found is None:
        return float(cell) if cell.isdecimal() else float("nan")
    code, signal = int(found[1]), int(found[2])
    return float(code or (128 + signal if signal else 0))


READER: Final = Reader(
    name="slurm",
    made_by="`sacct -P --format=JobID,JobName,Partition,State,ExitCode,Submit,Start,End,Elapsed,AllocCPUS,NNodes`",
    known_by="a line of names with `JobID`, `State` and a column of `sacct`, such as `Elapsed` or `AllocCPUS`",
    gives=("tasks",),
    recognises=_recognises,
    read=_read,
    options=("--time-zone", "--parallel-jobs"),
)
