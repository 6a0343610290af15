"""What the pages of the planning commands share: the console, tables, and how a value and its interval are written."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from simulator.errors import InputError
from simulator.units import spoken, spoken_amount

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console
    from rich.table import Table

    from simulator.experiment.estimates import Estimate

WIDTH: Final = 120
"""Columns where the output is no terminal."""
WIDEST: Final = 10_000
"""Columns beyond which no table is."""


def console() -> Console:
    from simulator.cli.console import PlainConsole

    made = PlainConsole(highlight=False)
    return made if made.is_terminal else PlainConsole(highlight=False, width=WIDTH)


def table(*titles: str) -> Table:
    """Return a table whose first column is text and all others are numbers."""
    from rich.table import Table

    made = Table(box=None, pad_edge=False, header_style="cyan")
    for index, title in enumerate(titles):
        made.add_column(title, justify="right" if index else "left", overflow="fold")
    return made


def print_table(page: Console, made: Table) -> None:
    """Print a table without losing a digit: folded on a narrow terminal, and elsewhere as wide as it is."""
    from rich.measure import measure_renderables

    needed = measure_renderables(page, page.options.update(max_width=WIDEST), [made]).maximum
    if page.is_terminal or needed <= page.width:
        page.print(made)
    else:
        page.print(made, width=needed, crop=False, no_wrap=True)


def value(number: float | None, unit: str = "") -> str:
    """Write a number with its unit: `s`, `USD`, `share`, or a plain one."""
    if number is None or not math.isfinite(number):
        return "–"
    if unit == "s":
        return ("-" if number < 0 else "") + spoken(abs(number))
    if unit == "USD":
        return f"{'-' if number < 0 else ''}${spoken_amount(abs(number))}"
    return f"{100 * number:.0f} %" if unit == "share" else f"{number:,.4g}"


def interval(estimate: Estimate | None, unit: str = "") -> str:
    """Write the ends of an interval."""
    if estimate is None or not math.isfinite(estimate.high - estimate.low):
        return "–"
    return f"{value(estimate.low, unit)} to {value(estimate.high, unit)}"


def whole(estimate: Estimate | None, unit: str = "") -> str:
    """Write an estimate with its interval in one cell."""
    if estimate is None:
        return "–"
    ends = interval(estimate, unit)
    return f"{value(estimate.value, unit)} ({ends})" if ends != "–" else value(estimate.value, unit)


def span(option: str, text: str | None) -> float | None:
    """Read a duration that an option gives."""
    from simulator.durations import parse_duration

    try:
        return None if text is None else parse_duration(text)
    except ValueError as error:
        raise InputError(f"{option}: {error}") from None


def assumed(page: Console, lines: Iterable[str]) -> None:
    """Print what every run rests on."""
    dim(page, *(f"assumption: {line}" for line in lines))


def dim(page: Console, *lines: Any) -> None:
    """Print remarks."""
    for line in lines:
        page.print(str(line), style="dim", soft_wrap=True, markup=False)
