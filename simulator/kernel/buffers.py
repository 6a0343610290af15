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


def zeros(code: str, count: int) -> "array[int]":
    """Return a column of so many zeros, written once: zero bytes would be copied."""
    return array(code, [0]) * count


def resized(code: str, rows: "array[int]", used: int, count: int) -> "array[int]":
    """Return a column of `count` rows: the first `used` of `rows`, moved in one piece, and zeros behind them."""
    wider = zeros(code, count)
    if used:
        memoryview(wider)[:used] = memoryview(rows)[:used]
    return wider


def widened(code: str, rows: Column, fill: int, count: int) -> Column:
    """Return a column of at least `count` rows: `rows`, and behind them `fill`; one that has rows grows by half."""
    more = count - len(rows)
    return rows if more <= 0 else longer(code, rows, fill, max(more, len(rows) // 2))


def appended(rows: "array[int]", used: int, more: "array[int]") -> "array[int]":
    """Return a column of the first `used` rows and `more` behind them; there may be room for others at its end.

    What it has to move is moved in one piece, and so seldom that each row costs the same however they come.
    """
    if used == 0:
        return more
    after = used + len(more)
    if after > len(rows):
        rows = resized(more.typecode, rows, used, max(after, used + used // 2))
    memoryview(rows)[used:after] = memoryview(more)
    return rows


def extended(code: str, rows: "array[int]", used: int, more: "array[int]", count: int, otherwise: int) -> "array[int]":
    """Do the same where both may be absent, those that are there and the next `count`: `otherwise` is their value."""
    if len(rows) == 0 and len(more) == 0:
        return rows
    if len(rows) == 0:
        rows = array(code, [otherwise]) * used
    if len(more) == 0:
        more = array(code, [otherwise]) * count
    return appended(rows, used, more)


def longer(code: str, rows: Column, fill: int, more: int) -> Column:
    """Make a column of `rows` and so many more."""
    if NATIVE:
        return array(code, bytes(cast("array[int]", rows))) + array(code, [fill]) * more
    return [*rows, *[fill] * more]
