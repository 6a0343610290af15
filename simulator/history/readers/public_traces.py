"""Tables of public cluster traces without a line of names, or with names of their own: their columns are known."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from simulator.history.found import Found, Raw
from simulator.history.ledger import Ledger
from simulator.history.options import Options
from simulator.history.reader import Reader
from simulator.history.sample import Sample, parquet_frame, parquet_names
from simulator.history.sheet_items import column, text_frame
from simulator.tables.sheets import folded

if TYPE_CHECKING:
    import pandas as pd

ALIBABA: Final = (
    *("taskname", "instances", "jobname", "tasktype", "status", "starttime", "endtime", "plancpu", "planmem"),
)
AZURE_VMS: Final = (
    *("vmid", "subscription", "deployment", "created", "deleted", "maxcpu", "avgcpu", "p95cpu", "category"),
    *("cores", "memory"),
)
_STATES: Final = frozenset({"terminated", "failed", "waiting", "running", "interrupted", "ready", "cancelled"})
_CATEGORIES: Final = frozenset({"delay-insensitive", "interactive", "unknown"})
_GRAPH: Final = re.compile(r"[A-Za-z]+(\d+)((?:_\d+)*)(?:_Stg\d+)?")
PER_CORE: Final = 100.0
"""Of the unit in which Alibaba's traces ask for processors."""


def _cells(sample: Sample) -> list[str]:
    """Return the cells of the first line of a table without a line of names."""
    dialect = sample.dialect
    return [] if dialect is None or dialect.has_names else [cell.lower() for cell in dialect.names]


def _is_alibaba(sample: Sample) -> bool:
    cells = _cells(sample)
    return len(cells) == len(ALIBABA) and cells[4] in _STATES and cells[2].startswith("j_")


def _alibaba(sample: Sample, _: Options, ledger: Ledger) -> Found:
    """Return the tasks of `batch_task.csv` of 2018; their names have the numbers of their parents: `J3_1_2`."""
    frame = text_frame(sample, ledger, ALIBABA)
    numbers = np.asarray(frame.index)
    instances = np.array([float(cell) if cell.isdecimal() else 1.0 for cell in column(frame, "instances")])
    ledger.note("groups", sample.name, numbers[instances > 1])
    names = column(frame, "taskname")
    by_number = {
        (job, found[1]): name
        for job, name in zip(column(frame, "jobname"), names, strict=True)
        if (found := _GRAPH.fullmatch(name))
    }
    end = column(frame, "endtime")
    columns: dict[str, Any] = {
        "job": column(frame, "jobname"),
        "task": names,
        "start": column(frame, "starttime").where(lambda cells: cells != "0", ""),
        "end": end.where(end != "0", ""),
        "outcome": column(frame, "status"),
        "cores": [_share(cell) for cell in column(frame, "plancpu")],
        "parents": [
            " ".join(_parents(job, name, by_number)) for job, name in zip(column(frame, "jobname"), names, strict=True)
        ],
    }
    return Found(len(frame), tasks=Raw(columns, numbers.tolist()), is_relative=True)


def _share(cell: str) -> float | None:
    try:
        return float(cell) / PER_CORE
    except ValueError:
        return None


def _parents(job: str, name: str, by_number: dict[tuple[str, str], str]) -> list[str]:
    found = _GRAPH.fullmatch(name)
    numbers = found[2].split("_")[1:] if found else []
    return [by_number.get((job, number), f"absent-{number}") for number in numbers]


def _is_azure_vms(sample: Sample) -> bool:
    cells = _cells(sample)
    return len(cells) == len(AZURE_VMS) and cells[8] in _CATEGORIES


def _azure_vms(sample: Sample, _: Options, ledger: Ledger) -> Found:
    """Return the virtual machines of `vmtable.csv` as tasks; those that outlive the trace end with it."""
    frame = text_frame(sample, ledger, AZURE_VMS)
    columns = {
        "job": column(frame, "deployment"),
        "task": column(frame, "vmid"),
        "name": column(frame, "category"),
        "created": column(frame, "created"),
        "start": column(frame, "created"),
        "end": column(frame, "deleted"),
        "cores": column(frame, "cores").str.lstrip(">"),
        "memory": column(frame, "memory").str.lstrip(">"),
    }
    return Found(len(frame), tasks=Raw(columns, frame.index.tolist()), is_relative=True)


_OPENDC: Final = {"id", "cpucount", "memcapacity"}
_OPENDC_TIMES: Final = ("submissiontime", "starttime")


def _is_opendc(sample: Sample) -> bool:
    return sample.heads >= _OPENDC and bool(set(_OPENDC_TIMES) & sample.heads)


def _opendc(sample: Sample, _: Options, ledger: Ledger) -> Found:
    """Return the tasks of `tasks.parquet`, or of `meta.parquet` of older traces; milliseconds and MB."""
    frame = _opendc_frame(sample, ledger)
    names = set(frame)
    columns: dict[str, Any] = {
        "task": frame["id"],
        "created": frame["submissiontime" if "submissiontime" in names else "starttime"],
        "cores": frame["cpucount"],
        "memory": frame["memcapacity"],
    }
    if "duration" in names:
        columns["duration"] = frame["duration"]
    if "stoptime" in names:
        columns |= {"start": frame["starttime"], "end": frame["stoptime"]}
    times = frame["submissiontime" if "submissiontime" in names else "starttime"]
    return Found(
        len(frame),
        tasks=Raw(columns, frame.index.tolist()),
        time_unit="ms",
        memory_unit="MiB",
        is_relative=times.dtype.kind in "fiu" and float(times.min()) < 946684800000.0,
    )


def _opendc_frame(sample: Sample, ledger: Ledger) -> pd.DataFrame:
    import pandas as pd

    if not sample.is_parquet:
        table: pd.DataFrame = text_frame(sample, ledger).apply(pd.to_numeric, errors="coerce")
        return table
    wanted = {"duration", "starttime", "stoptime", "submissiontime", *_OPENDC}
    names = [name for name in parquet_names(sample.path) if folded(name) in wanted]
    frame = parquet_frame(sample, names).rename(columns=folded)
    frame.index = pd.RangeIndex(1, len(frame) + 1)
    return frame


READERS: Final = (
    Reader(
        name="alibaba-2018",
        made_by="`batch_task.csv` of Alibaba's cluster trace of 2018",
        known_by="nine columns without names, the fifth a state, the third `j_…`",
        gives=("tasks",),
        recognises=_is_alibaba,
        read=_alibaba,
    ),
    Reader(
        name="azure-vms",
        made_by="`vmtable.csv` of Azure's traces of virtual machines of 2017 and 2019",
        known_by="eleven columns without names, the ninth a category",
        gives=("tasks",),
        recognises=_is_azure_vms,
        read=_azure_vms,
    ),
    Reader(
        name="opendc",
        made_by="traces of OpenDC: `tasks.parquet`, `meta.parquet`",
        known_by="columns `id`, `cpu_count`, `mem_capacity` and `submission_time` or `start_time`",
        gives=("tasks",),
        recognises=_is_opendc,
        read=_opendc,
    ),
)
