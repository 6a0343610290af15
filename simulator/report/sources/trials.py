"""The trials of a sweep, finished or not, from the directory that `poolsight sweep --out` wrote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.errors import InputError, Problem
from simulator.experiment.store import KIND, MARK
from simulator.extras import require
from simulator.tables.parquet import read_as_parquet, sound

if TYPE_CHECKING:
    import pandas as pd


def is_sweep(directory: Path) -> bool:
    """Return whether a directory is that of a sweep."""
    try:
        found = json.loads((directory / MARK).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False  # whoever reads it as a run says what is wrong
    return isinstance(found, dict) and found.get("kind") == KIND


def read_trials(directory: Path) -> pd.DataFrame:
    """Return a row a trial, in the order of cells and replications."""
    require("pyarrow", "reading a sweep's directory")
    import pyarrow as pa
    import pyarrow.parquet as pq

    trials = directory / "trials"
    parts = sorted(trials.glob("*.parquet"))
    with read_as_parquet(str(trials)):
        table = sound(pa.concat_tables([pq.read_table(part) for part in parts])) if parts else pa.table({})
    if not len(table):
        raise InputError([Problem("holds no trial yet: run the sweep first", str(trials))])
    absent = [name for name in ("cell", "replication") if name not in table.column_names]
    if absent:
        raise InputError([Problem(f"has no column {absent[0]!r}: these are no trials", str(trials))])
    frame: pd.DataFrame = table.sort_by([("cell", "ascending"), ("replication", "ascending")]).to_pandas()
    return frame
