"""The time axis: elapsed in the unit that reads best, or the clock on somebody's wall, with its nights and weekends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from simulator.report.looks.palette import Page

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = npt.NDArray[np.float64]
Spans = list[tuple[float, float]]

DAY_S: Final = 86400.0
EVENING: Final = time(20)
MORNING: Final = time(6)
"""Night is from the evening to the next morning."""
_UNITS: Final = ((180.0, 1.0, "s"), (3 * 3600.0, 60.0, "min"), (3 * DAY_S, 3600.0, "h"), (np.inf, DAY_S, "d"))
_STEPS: Final = {"s": [1, 2, 3, 6, 10], "min": [1, 2, 3, 6, 10], "h": [1, 2, 3, 4, 6, 10], "d": [1, 2, 5, 7, 10]}


def unit_of(span: float) -> tuple[float, str]:
    """Return the unit in which a span of so many seconds reads best: its size in seconds and its name."""
    return next((size, name) for limit, size, name in _UNITS if span <= limit)


@dataclass(frozen=True, slots=True)
class Clock:
    """How seconds since the origin are shown."""

    origin: datetime
    end: float
    """Last instant shown, seconds since the origin."""
    zone: tzinfo | None = None
    """Whose clock; None shows the time since the origin."""

    def at(self, seconds: npt.ArrayLike) -> Floats:
        """Return positions on the axis."""
        instants = np.asarray(seconds, dtype=np.float64)
        if self.zone is None:
            return instants / unit_of(self.end)[0]
        from matplotlib.dates import date2num

        return float(date2num(self.origin)) + instants / DAY_S  # type: ignore[no-untyped-call]  # matplotlib has no types here

    def dress(self, axes: Axes) -> None:
        """Set limits, ticks and label of an axis of time."""
        from matplotlib.ticker import MaxNLocator

        first, last = self.at([0.0, self.end if self.end > 0 else 1.0])
        axes.set_xlim(float(first), float(last))
        if self.zone is None:
            name = unit_of(self.end)[1]
            axes.xaxis.set_major_locator(MaxNLocator(nbins=8, steps=_STEPS[name]))
            axes.set_xlabel(f"time since the start of the run ({name})")
            return
        from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

        # matplotlib has no types for what follows.
        locator: Any = AutoDateLocator(tz=self.zone, minticks=3, maxticks=9)  # type: ignore[no-untyped-call]
        axes.xaxis.set_major_locator(locator)
        formatter: Any = ConciseDateFormatter(locator, tz=self.zone, show_offset=False)  # type: ignore[no-untyped-call]
        axes.xaxis.set_major_formatter(formatter)
        axes.set_xlabel(f"date and time of day, {self.zone} ({self._dates()})")

    def _dates(self) -> str:
        first, last = (self._wall(instant).date() for instant in (0.0, self.end))
        return str(first) if first == last else f"{first} to {last}"

    def _wall(self, seconds: float) -> datetime:
        return (self.origin.astimezone(UTC) + timedelta(seconds=seconds)).astimezone(self.zone or UTC)

    def _since(self, wall: datetime) -> float:
        return (wall.astimezone(UTC) - self.origin.astimezone(UTC)).total_seconds()

    def _within(self, start: float, end: float) -> Iterator[tuple[float, float]]:
        low, high = max(start, 0.0), min(end, self.end)
        if low < high:
            yield low, high

    def nights(self) -> Spans:
        """Return the nights of the run, seconds since the origin; without a zone those of UTC."""
        zone = self.zone or UTC
        day, last = self._wall(0.0).date() - timedelta(days=1), self._wall(self.end).date()
        spans: Spans = []
        while day <= last:
            morning = datetime.combine(day + timedelta(days=1), MORNING, zone)
            spans += self._within(self._since(datetime.combine(day, EVENING, zone)), self._since(morning))
            day += timedelta(days=1)
        return spans

    def weekends(self) -> Spans:
        """Return Saturdays and Sundays, each weekend as one span."""
        zone = self.zone or UTC
        first = self._wall(0.0).date()
        saturday = first + timedelta(days=(5 - first.weekday()) % 7 - 7)
        spans: Spans = []
        while saturday <= self._wall(self.end).date():
            monday = datetime.combine(saturday + timedelta(days=2), time(0), zone)
            spans += self._within(self._since(datetime.combine(saturday, time(0), zone)), self._since(monday))
            saturday += timedelta(days=7)
        return spans

    def shade(self, axes: Axes, page: Page) -> None:
        """Shade nights and weekends behind everything."""
        across: Any = axes.get_xaxis_transform()
        for spans, color, name in ((self.weekends(), page.weekend, "weekends"), (self.nights(), page.night, "nights")):
            if spans:
                bars = [(float(self.at(start)), float(self.at(end) - self.at(start))) for start, end in spans]
                axes.broken_barh(bars, (0, 1), transform=across, facecolor=color, linewidth=0, zorder=-5, label=name)
