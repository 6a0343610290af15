"""Parts of tables: some columns of some rows, so that nobody reads a whole table for the life of one task."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import pandas as pd

Condition = tuple[str, str, float | str]
"""A column of numbers or texts, a sign of `SIGNS`, and what its values are compared with; gaps meet no condition."""
SIGNS: Final[dict[str, Callable[[Any, float | str], Any]]] = {
    "==": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def part_of(frame: pd.DataFrame, columns: Sequence[str] | None, where: Sequence[Condition]) -> pd.DataFrame:
    """Return some columns, or all, of those rows of a table that meet all conditions."""
    for column, sign, value in where:
        frame = frame[SIGNS[sign](frame[column], value)]
    return frame if columns is None else frame[list(columns)]
