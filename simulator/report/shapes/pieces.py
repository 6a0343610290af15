"""Attempts as pictures show them: one that wrote checkpoints and was stopped is cut at the last one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from simulator.report.looks.palette import KEPT
from simulator.report.shapes.lanes import lanes

if TYPE_CHECKING:
    import pandas as pd

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def pieces(attempts: pd.DataFrame) -> pd.DataFrame:
    """Cut in two, as the ledger does, attempts of which something was kept; `attempt` is the place in the frame."""
    import pandas as pd

    whole = attempts.assign(attempt=np.arange(len(attempts)))
    cut = (attempts["kept"] > 0).to_numpy()
    if not cut.any():
        return whole
    until = whole["kept_until"].to_numpy()
    rest = whole.assign(
        assigned=np.where(cut, until, whole["assigned"]), outcome=whole["outcome"].cat.add_categories([KEPT])
    )
    names = rest["outcome"].cat.categories
    kept = whole[cut].assign(end=until[cut], outcome=pd.Categorical([KEPT] * int(cut.sum()), categories=names))
    found: pd.DataFrame = pd.concat([rest, kept], ignore_index=True)
    return found


def lanes_of(attempt: Ints, node: Ints, start: Floats, end: Floats, slots: Ints) -> tuple[Ints, Ints]:
    """Return pieces the lanes of the attempt they are cut from, which holds them from its begin to its end."""
    known, place = np.unique(attempt, return_inverse=True)
    begin, finish = np.full(len(known), np.inf), np.full(len(known), -np.inf)
    np.minimum.at(begin, place, start)
    np.maximum.at(finish, place, end)
    one = np.zeros(len(known), dtype=np.int64)
    one[place] = np.arange(len(place))
    row, lane = lanes(node[one], begin, finish, slots[one])
    count = np.bincount(place, minlength=len(known))
    first = np.cumsum(count) - count
    order = np.argsort(place, kind="stable")
    often = count[row]
    within = np.arange(int(often.sum())) - np.repeat(np.cumsum(often) - often, often)
    return order[np.repeat(first[row], often) + within], np.repeat(lane, often)
