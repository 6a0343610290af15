"""Numbers with their units, in text and on axes."""

from __future__ import annotations

import math
from typing import Final

from simulator.report.looks.clock import unit_of
from simulator.units import Unit, spoken, spoken_amount

WRITTEN: Final = frozenset({Unit.NODE_HOURS, Unit.NODE_SECONDS, Unit.DOLLARS_PER_HOUR})
"""Units that stand behind their number as they are."""


def written(value: float, unit: str) -> str:
    """Write a value as people say it, with its unit unless a title names that: tasks, nodes, times, ratios."""
    sign = "−" if value < 0 else ""
    if not math.isfinite(value):
        return "unknown"
    if unit == "s":
        return sign + spoken(abs(value))
    if unit == "USD":
        return f"{sign}${spoken_amount(abs(value))}"
    if unit == "share":
        return f"{100 * value:.1f} %".replace("-", "−")
    text = f"{abs(value):,.0f}" if float(value).is_integer() or abs(value) >= 100 else f"{abs(value):,.2f}"
    return f"{sign}{text}{' ' + unit if unit in WRITTEN else ''}"


def written_difference(value: float, unit: str) -> str:
    """Write by how much a value is larger; of shares in points, as a per cent of them would be a share of a share."""
    if unit == "share" and math.isfinite(value):
        return f"{100 * value:.1f} points".replace("-", "−")
    return written(value, unit)


def axis_of(title: str, unit: str, most: float) -> tuple[float, str]:
    """Return the divisor and the label of an axis that shows a measure of up to `most`."""
    if unit == "s":
        size, name = unit_of(most)
        return size, f"{title} ({name})"
    if unit == "share":
        return 0.01, f"{title} (%)"
    return 1.0, f"{title} ({unit or 'count'})"
