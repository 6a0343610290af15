"""Tornado: how far each input moves the answer when it goes from its low to its high value, the widest on top."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from simulator.report.palette import CYCLE, LIGHT, Page
from simulator.report.quantity import axis_of, written
from simulator.report.theme import SMALL, drawn, entitle, legend, say_nothing, sheet

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_BARS: Final = 20


@dataclass(frozen=True, slots=True)
class Swing:
    """One input: the answer at its low and at its high value."""

    name: str
    low_setting: str
    """The low value of the input, as people write it."""
    high_setting: str
    low: float
    """The answer where the input is low."""
    high: float

    @property
    def width(self) -> float:
        return abs(self.high - self.low)


@dataclass(frozen=True, slots=True)
class Tornado:
    """The answer as it stands, and what each input makes of it."""

    measure: str
    unit: str
    """`s`, `USD`, `share`, or nothing for counts."""
    base: float
    swings: tuple[Swing, ...]

    def ordered(self) -> list[Swing]:
        """Give the inputs, that which matters most first."""
        return sorted(self.swings, key=lambda swing: -swing.width)


def finding(told: Tornado) -> str:
    """Say which input matters most, and how much."""
    ordered = told.ordered()
    if not ordered:
        return f"Nothing was varied: {told.measure} is {written(told.base, told.unit)}"
    first = ordered[0]
    if first.width == 0:
        return f"Nothing that was varied moves {told.measure} from {written(told.base, told.unit)}"
    low, high = sorted((first.low, first.high))
    text = f"{first.name} matters most: {told.measure} from {written(low, told.unit)} to {written(high, told.unit)}"
    still = [swing.name for swing in ordered if swing.width == 0]
    return f"{text}; {still[0]} does not matter" if len(still) == 1 else text


@drawn
def tornado(told: Tornado, *, page: Page = LIGHT) -> Figure:
    """Draw a bar for each input around the answer as it stands."""
    ordered = told.ordered()[:MOST_BARS]
    figure = sheet(page, 9, 2.2 + 0.42 * max(len(ordered), 1))
    axes = figure.add_subplot()
    entitle(figure, finding(told))
    values = [told.base, *(value for swing in ordered for value in (swing.low, swing.high))]
    size, label = axis_of(told.measure, told.unit, max(abs(value) for value in values))
    axes.set_xlabel(label)
    colors = {"low": CYCLE[5].on(page.mode), "high": CYCLE[1].on(page.mode)}
    for row, swing in enumerate(ordered):
        for end, value in (("low", swing.low), ("high", swing.high)):
            axes.barh(
                row, (value - told.base) / size, 0.58, told.base / size, color=colors[end], edgecolor=page.edge,
                linewidth=0.6, hatch="" if end == "low" else "//", label=f"{end}: {swing.name}",
            )  # fmt: skip
        ends = sorted(((swing.low, swing.low_setting), (swing.high, swing.high_setting)))
        for (value, setting), side in zip(ends, ("right", "left"), strict=True):
            shift = -4 if side == "right" else 4
            at = min(value, told.base) if side == "right" else max(value, told.base)
            said: dict[str, Any] = {"textcoords": "offset points", "fontsize": SMALL, "va": "center", "ha": side}
            axes.annotate(setting, (at / size, row), xytext=(shift, 0), color=page.ink, **said)
    axes.axvline(told.base / size, color=page.ink, linewidth=1.0, label="base")
    axes.set_yticks(range(len(ordered)), [swing.name for swing in ordered])
    axes.set_ylim(len(ordered) - 0.4 if ordered else 0.6, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.margins(x=0.16)
    axes.grid(axis="x", linewidth=0.6)
    if not ordered:
        say_nothing(axes, "nothing was varied", page)
        return figure
    from matplotlib.patches import Patch  # noqa: PLC0415 - slow to import

    handles = [Patch(facecolor=colors["low"], edgecolor=page.edge, label="input at its low value")]
    handles.append(Patch(facecolor=colors["high"], edgecolor=page.edge, hatch="////", label="input at its high value"))
    left = len(told.swings) - len(ordered)
    note = f"The line is the answer as it stands: {written(told.base, told.unit)}."
    legend(figure, handles, page, note=note + (f" {left} more inputs that move it less are not shown." if left else ""))
    return figure
