"""Logs of the Parallel Workloads Archive in the Standard Workload Format v2.2."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from simulator.errors import InputError, Problem
from simulator.history.found import Found, Raw
from simulator.history.ledger import Ledger
from simulator.history.options import Options
from simulator.history.reader import Reader
from simulator.history.sample import Sample
from simulator.history.typed import LAST_SECOND
from simulator.tables.outcomes import Outcome
from simulator.tables.swf import COLUMNS, Jobs, read_jobs

KIB_PER_GIB: Final = 1024.0**2
LARGEST_WHOLE: Final = 2**53
"""Up to here a float is every whole number."""
_OUTCOMES: Final = {0: Outcome.FAILED, 1: Outcome.SUCCEEDED, 5: Outcome.CANCELLED}


def _recognises(sample: Sample) -> bool:
    if sample.is_parquet or sample.is_json:
        return False
    lines = (line.split(";", 1)[0].split() for line in sample.text.text[: 1 << 16].splitlines()[:500])
    first = next((cells for cells in lines if cells), [])
    is_numbers = all(cell.lstrip("+-").replace(".", "", 1).isdecimal() for cell in first)
    return is_numbers and (len(first) == len(COLUMNS) or (len(first) > 4 and sample.text.text.lstrip().startswith(";")))


def _read(sample: Sample, options: Options, ledger: Ledger) -> Found:
    import pandas as pd

    jobs = read_jobs(sample.text.text.encode(), sample.name)
    columns = jobs.columns
    numbers = np.arange(1, len(jobs) + 1)
    ledger.note("partial", sample.name, numbers[jobs.is_partial])
    kept = np.flatnonzero(~jobs.is_partial)
    part = {name: values[kept] for name, values in columns.items()}
    processors = np.maximum(np.where(part["procs"] > 0, part["procs"], part["requestedProcs"]), 1)
    together = options.parallel_jobs == "multi_instance"
    if (processors > 1).any() and not together:
        ledger.note("gangs", sample.name, numbers[kept][processors > 1])
    has_run, waited = part["run"] >= 0, part["wait"] >= 0
    job, status, executable = (_whole(jobs, name, sample.name)[kept] for name in ("job", "status", "executable"))
    used = np.where(part["memory"] > 0, part["memory"] * processors / KIB_PER_GIB, np.nan)
    text: dict[str, Any] = {
        "task": job,
        "created": part["submit"],
        "start": np.where(waited, part["submit"] + part["wait"], np.nan),
        "duration": np.where(has_run, part["run"], np.nan),
        "outcome": np.array([str(_OUTCOMES.get(int(one), "")) for one in status], dtype=object),
        "name": np.where(executable >= 0, "app-" + executable.astype(str), ""),
        "slots": np.where(together, 1, processors),
        "instances": np.where(together, processors, 1),
        "used_memory": used,
    }
    never = ~has_run
    text["outcome"] = np.where(never, str(Outcome.WAITING), text["outcome"])
    text["start"] = np.where(never, np.nan, text["start"])
    return Found(
        len(jobs),
        tasks=Raw({name: pd.Series(values) for name, values in text.items()}, numbers[kept].tolist()),
        is_relative=True,
        origin=_start(jobs.header),
    )


def _whole(jobs: Jobs, name: str, file: str) -> npt.NDArray[np.int64]:
    """Return a column of whole numbers; raise InputError where one is too large to differ from the next."""
    values = jobs.columns[name]
    wrong = np.flatnonzero(np.abs(values) > LARGEST_WHOLE)
    if len(wrong):
        text = f"{name}: expected a whole number of at most {LARGEST_WHOLE:,}, not {values[wrong[0]]:g}"
        raise InputError([Problem(text, file, jobs.line_of(int(wrong[0])), 1)])
    return values.astype(np.int64)


def _start(header: dict[str, str]) -> float | None:
    """Return the Unix time of the log's time 0, where its comments state it."""
    text = header.get("UnixStartTime", "").split()
    try:
        value = float(text[0]) if text else 0.0
    except ValueError:
        return None
    return value if 0 < value < LAST_SECOND else None


READER: Final = Reader(
    name="swf",
    made_by="logs of the Parallel Workloads Archive (SWF v2.2)",
    known_by="18 numbers a line, comments after `;`",
    gives=("tasks",),
    recognises=_recognises,
    read=_read,
    options=("--parallel-jobs",),
)
