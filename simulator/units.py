"""The clock: integer milliseconds since the scenario's origin.

Equality of instants decides the order of events (who completes before who is preempted), so time is an
integer inside `kernel` and `engine`; people and tables see seconds.
"""

import math
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

MS_PER_S: Final = 1000
S_PER_MINUTE: Final = 60
S_PER_HOUR: Final = 3600
S_PER_DAY: Final = 86_400
MS_PER_HOUR: Final = MS_PER_S * S_PER_HOUR

NEVER: Final = 2**62
"""An instant after every other; what has no end ends here."""

TINY: Final = 1e-6
"""Dollars below which an amount is written with a power of ten."""


class Unit(StrEnum):
    """The unit of a measure."""

    SECONDS = "s"
    DOLLARS = "USD"
    DOLLARS_PER_HOUR = "USD/h"
    SHARE = "share"
    """From 0 to 1; people read it in percent."""
    RATIO = "ratio"
    """Of one to another, which may be above 1."""
    TASKS = "tasks"
    NODES = "nodes"
    NODE_HOURS = "node-hours"
    NODE_SECONDS = "node-seconds"
    TIMES = "times"


def percentages(parts: Sequence[float], digits: int = 0) -> list[float]:
    """Return the shares of parts in their sum, in percent and rounded so that they add up to 100.

    Every share is rounded down; what is missing goes to those that lost most by it.
    """
    whole = sum(parts)
    if whole <= 0:
        return [0.0 for _ in parts]
    unit = 10**digits
    exact = [100 * unit * part / whole for part in parts]
    found = [math.floor(one) for one in exact]
    missing = 100 * unit - sum(found)
    for place in sorted(range(len(parts)), key=lambda place: found[place] - exact[place])[:missing]:
        found[place] += 1
    return [one / unit for one in found]


def to_ms(seconds: float) -> int:
    """Round `seconds` to the clock's resolution, halves to even."""
    return round(seconds * MS_PER_S)


def to_s(milliseconds: int) -> float:
    """Return an instant or a span of the clock in seconds."""
    return milliseconds / MS_PER_S


def spoken(seconds: float) -> str:
    """Write a span as people say it: 4.2 s, 12 min, 3 h 20 min, 2 d 4 h."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def spoken_exactly(seconds: float) -> str:
    """Write a span that was chosen or given without rounding it: 90 s, 3.5 min, 2 h."""
    for size, unit in ((S_PER_DAY, "d"), (S_PER_HOUR, "h"), (S_PER_MINUTE, "min")):
        if seconds >= size and math.isclose(seconds / size, round(seconds / size, 1), rel_tol=1e-12):
            return f"{seconds / size:g} {unit}"
    return f"{seconds:,.10g} s"


def spoken_amount(dollars: float) -> str:
    """Write an amount of money without its sign of currency: to the cent, and at least three digits that count."""
    size = abs(dollars)
    if size >= 1 or size == 0:
        return f"{dollars:,.2f}"
    if size < TINY:
        return f"{dollars:.2e}"
    whole, _, cents = f"{dollars:.{2 - math.floor(math.log10(size))}f}".partition(".")
    return f"{whole}.{cents.rstrip('0'):0<2}"
