"""The trace of a Nextflow run (`nextflow run -with-trace`), with units or raw (`trace.raw`).

`duration` counts from the submission, `realtime` is how long the task ran. Times are local.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from simulator.history.found import Found, Raw
from simulator.history.ledger import Ledger
from simulator.history.options import Options
from simulator.history.reader import Reader
from simulator.history.sample import Sample
from simulator.history.sheet_items import column, text_frame
from simulator.tables.instants import instants
from simulator.tables.spans import spans

if TYPE_CHECKING:
    import pandas as pd


def _recognises(sample: Sample) -> bool:
    return {"taskid", "hash"} <= sample.heads or {"name", "realtime", "status"} <= sample.heads


def _read(sample: Sample, options: Options, ledger: Ledger) -> Found:
    frame = text_frame(sample, ledger)
    start, end = _ends(frame, options)
    names = column(frame, "name")
    tags = column(frame, "tag")
    process = column(frame, "process")
    names = names.where(names != "", process + tags.map(lambda tag: f" ({tag})" if tag not in ("", "-") else ""))
    columns: dict[str, Any] = {
        "task": names.where(names != "", column(frame, "taskid")),
        "name": process.where(process != "", names.str.replace(r"\s*\([^()]*\)$", "", regex=True)),
        "attempt": column(frame, "attempt"),
        "created": column(frame, "submit"),
        "start": start,
        "end": end,
        "duration": column(frame, "realtime"),
        "outcome": column(frame, "status"),
        "exit_code": column(frame, "exit"),
        "node": column(frame, "hostname"),
        "cores": column(frame, "cpus"),
        "memory": column(frame, "memory"),
        "used_memory": column(frame, "peakrss", "rss"),
        "command": column(frame, "script"),
    }
    if bool((columns["attempt"].isin(("", "-"))).all()):
        del columns["attempt"]
    return Found(len(frame), tasks=Raw(columns, frame.index.tolist()), time_unit="ms", memory_unit="B")


def _ends(frame: pd.DataFrame, options: Options) -> tuple[Any, Any]:
    """Return starts and ends: as the trace has them, else from the submission and the two spans."""
    import pandas as pd

    start, end = column(frame, "start"), column(frame, "complete")
    submit = instants(column(frame, "submit"), "submit", zone=options.time_zone, order=options.date_order).seconds
    total, _ = spans(column(frame, "duration"), "duration", "ms")
    ran, _ = spans(column(frame, "realtime"), "realtime", "ms")

    def filled(stated: pd.Series[Any], made: Any) -> Any:
        if not bool(stated.isin(("", "-")).all()):
            return stated
        dates = pd.Series(pd.to_datetime(np.round(made * 1000), unit="ms"), index=stated.index)
        return dates if options.time_zone is None else dates.dt.tz_localize("UTC")

    return filled(start, submit + total - ran), filled(end, submit + total)


READER: Final = Reader(
    name="nextflow",
    made_by="`nextflow run -with-trace`",
    known_by="a line of names with `task_id` and `hash`, or `name`, `status` and `realtime`",
    gives=("tasks",),
    recognises=_recognises,
    read=_read,
    options=("--time-zone",),
)
