"""From one row a trial to one row a cell: every measure with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from simulator.experiment.estimates import LEVEL, estimate
from simulator.experiment.measures import is_measure

if TYPE_CHECKING:
    import pandas as pd

KEYS = ("cell", "replication")
ERRORS = ("error_type", "error_message", "error_traceback")


def measure_columns(frame: pd.DataFrame) -> list[str]:
    """Return the columns of a sweep's frame that are measures."""
    return [name for name in frame.columns if name not in (*KEYS, *ERRORS) and is_measure(str(name))]


def axis_columns(frame: pd.DataFrame) -> list[str]:
    """Return the columns of a sweep's frame that are axes."""
    measures = measure_columns(frame)
    return [name for name in frame.columns if name not in (*KEYS, *ERRORS, *measures)]


def summary(frame: pd.DataFrame, measures: Sequence[str] | None = None, *, level: float = LEVEL) -> pd.DataFrame:
    """Return a row for each cell: `cell`, its axes, `replications`, `failed`; `m`, `m_low`, `m_high` of each measure.

    The interval is a studentised bootstrap of means and ratios. Replications without a
    measure (nothing finished, say) are left out of it; where none has it, all three are missing.
    """
    import pandas as pd

    wanted = measure_columns(frame) if measures is None else list(measures)
    axes = axis_columns(frame)
    rows = []
    for cell, trials in frame.groupby("cell", sort=True):
        row: dict[str, object] = {"cell": cell, **{name: trials[name].iloc[0] for name in axes}}
        row["replications"] = len(trials)
        row["failed"] = int(trials["error_type"].notna().sum()) if "error_type" in trials else 0
        columns = {name: trials[name].to_numpy("float64", na_value=float("nan")) for name in measure_columns(frame)}
        for name in wanted:
            found = estimate(name, columns, level)
            row |= {
                name: None if found is None else found.value,
                f"{name}_low": None if found is None else found.low,
                f"{name}_high": None if found is None else found.high,
            }
        rows.append(row)
    return pd.DataFrame(rows)
