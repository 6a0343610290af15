"""Two records beside each other, row by row, each row as often as it is there."""

from collections.abc import Sequence
from typing import Any


def missing(rows: Sequence[Any], others: Sequence[Any]) -> list[Any]:
    """Return the rows that the others lack, each as often as it is missing there."""
    left, found = list(others), []
    for row in rows:
        if row in left:
            left.remove(row)
        else:
            found.append(row)
    return found
