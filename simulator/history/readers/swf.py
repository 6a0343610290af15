"""Logs of the Parallel Workloads Archive in the Standard Workload Format v2.2."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from simulator.history.found import Found, Raw
from simulator.history.ledger import Ledger
from simulator.history.options import Options
from simulator.history.reader import Reader
from simulator.history.sample import Sample
from simulator.tables.outcomes import Outcome
from simulator.tables.swf import COLUMNS, read_jobs

KIB_PER_GIB: Final = 1024.0**2
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
    status = part["status"].astype(np.int64)
    used = np.where(part["memory"] > 0, part["memory"] * processors / KIB_PER_GIB, np.nan)
    text: dict[str, Any] = {
        "task": part["job"].astype(np.int64),
        "created": part["submit"],
        "start": np.where(waited, part["submit"] + part["wait"], np.nan),
        "duration": np.where(has_run, part["run"], np.nan),
        "outcome": np.array([str(_OUTCOMES.get(int(one), "")) for one in status], dtype=object),
        "name": np.where(part["executable"] >= 0, "app-" + part["executable"].astype(np.int64).astype(str), ""),
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


def _start(header: dict[str, str]) -> float | None:
    """Return the Unix time of the log's time 0, where its comments state it."""
    text = header.get("UnixStartTime", "").split()
    try:
        value = float(text[0]) if text else 0.0
    except ValueError:
        return None
    return value if value > 0 else None


READER: Final = Reader(
    name="swf",
    made_by="logs of the Parallel Workloads Archive (SWF v2.2)",
    known_by="18 numbers a line, comments after `;`",
    gives=("tasks",),
    recognises=_recognises,
    read=_read,
    options=("--parallel-jobs",),
)
