"""States of nodes over time, as somebody logged them or as a run records them: a row each state.

A list of nodes is a picture of one instant. Such a table, or several lists taken one after another, has what became of
each node in between.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.errors import InputError, Problem
from simulator.history.found import Found, Raw
from simulator.history.ledger import Ledger
from simulator.history.options import Options
from simulator.history.past import NODES, Kind
from simulator.history.reader import Reader
from simulator.history.sample import Sample, parquet_frame, parquet_names
from simulator.tables.instants import count_from_a_start
from simulator.tables.sheets import NotATableError, folded, read_sheet

if TYPE_CHECKING:
    import pandas as pd

NAMES: Final = {
    "node": ("node", "nodeid", "id"),
    "pool": ("pool", "poolid"),
    "kind": ("kind",),
    "size": ("size", "vmsize"),
    "state": ("state",),
    "time": ("time", "start", "statetransitiontime"),
}
"""Folded names of columns that are recognised, by what they hold."""
_OF_TASKS: Final = frozenset({"task", "taskid", "job", "jobid", "duration", "exitcode"})


def _recognises(sample: Sample) -> bool:
    heads = sample.heads
    has_all = all(heads & {*names} for names in (NAMES["node"][:2], NAMES["state"], NAMES["time"]))
    return has_all and not heads & _OF_TASKS


def _read(sample: Sample, _: Options, ledger: Ledger) -> Found:
    names = parquet_names(sample.path) if sample.is_parquet else list(sample.dialect.names if sample.dialect else ())
    by_fold = {folded(name): name for name in reversed(names)}
    chosen = {
        use: by_fold[found] for use, known in NAMES.items() if (found := next((k for k in known if k in by_fold), ""))
    }
    if not {"node", "state", "time"} <= chosen.keys():
        raise InputError([Problem("expected columns node, state and time", sample.name)])
    frame = _frame(sample, chosen, ledger)
    columns = {use: frame[name].reset_index(drop=True) for use, name in chosen.items()}
    columns["state"] = columns["state"].astype(str).str.lower()
    is_relative = count_from_a_start([columns["time"]])
    return Found(len(frame), nodes=Raw(columns, range(1, len(frame) + 1)), is_relative=is_relative)


def _frame(sample: Sample, chosen: dict[str, str], ledger: Ledger) -> pd.DataFrame:
    if sample.is_parquet:
        return parquet_frame(sample, list(chosen.values()))
    texts = {name for use, name in chosen.items() if NODES[use].kind is Kind.TEXT}
    try:
        sheet = read_sheet(sample.text, texts=texts, used=set(chosen.values()), skip_broken=True)
    except NotATableError as error:
        raise InputError([Problem(str(error), sample.name)]) from None
    ledger.note("broken", sample.name, [line for line, _ in sheet.broken])
    return sheet.frame


READER: Final = Reader(
    name="node-states",
    made_by="logs of the states of nodes; `node_states.parquet` of `poolsight run --out`",
    known_by="columns `node`, `state` and `time` or `start`, and none of tasks",
    gives=("nodes",),
    recognises=_recognises,
    read=_read,
    options=("--time-unit", "--time-zone", "--date-order"),
)
