"""Columns with a row for each node, queue, shape or job: arrays where the kernel is compiled, else lists.

The interpreter reads a list twice as fast as an array and writes it three times as fast. Columns with a row for each
task or attempt are arrays at both speeds: a list of different numbers takes some five times the memory. Readers who
make NumPy arrays of lists name the width: an empty list has none.
"""

from array import array
from collections.abc import Iterable, MutableSequence
from typing import cast

Column = MutableSequence[int]
NATIVE = not __file__.endswith((".py", ".pyc"))
"""Whether the kernel is compiled."""


def column(code: str, values: Iterable[int]) -> Column:
    """Make a column of `values`; `code` is the width of its rows, as in `array`."""
    return array(code, values) if NATIVE else list(values)


def longer(code: str, rows: Column, fill: int, more: int) -> Column:
    """Make a column of `rows` and so many more."""
    if NATIVE:
        return array(code, bytes(cast("array[int]", rows))) + array(code, [fill]) * more
    return [*rows, *[fill] * more]
