"""Pool changes from tables of pools, resizes and evaluations, as logs and records have them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simulator.history.found import Raw

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Changes:
    """Rows of a table that are changes of one kind, and which of its columns hold what."""

    change: str
    source: pd.DataFrame
    columns: Mapping[str, str] = field(default_factory=dict)
    """Column of pool changes to column of the source; one that the source lacks is left out."""


def pool_changes(*parts: Changes) -> Raw | None:
    """Return what happened to pools, rows without a time left out; None where nothing did."""
    import pandas as pd

    frames = [_frame(one) for one in parts]
    found = [frame.dropna(axis="columns", how="all") for frame in frames if len(frame)]
    return raw(pd.concat(found)) if found else None


def _frame(part: Changes) -> pd.DataFrame:
    import pandas as pd

    source = part.source
    taken = {name: source[own].astype(object) for name, own in part.columns.items() if own in source}
    frame = pd.DataFrame({"pool": source["pool"].astype(object), "change": part.change, **taken})
    return frame.dropna(subset=["time"])


def raw(frame: pd.DataFrame) -> Raw | None:
    """Return a frame as raw columns, its rows numbered from 1; None where it has none."""
    columns = {str(name): frame[name].reset_index(drop=True) for name in frame}
    return Raw(columns, range(1, len(frame) + 1)) if len(frame) else None
