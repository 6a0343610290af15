"""Tornado: how far each input moves the answer when it goes from its low to its high value, the widest on top."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from simulator.experiment.estimates import Estimate
from simulator.report.figures.tradeoff import reach
from simulator.report.looks.palette import CYCLE, LIGHT, Page
from simulator.report.looks.quantity import axis_of, written
from simulator.report.looks.theme import SMALL, drawn, entitle, legend, placeholder, sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_BARS: Final = 20


def exact(answer: Estimate | float | None) -> Estimate | None:
    """Take a plain number for an estimate without doubt."""
    if answer is None or isinstance(answer, Estimate):
        return answer
    return Estimate(float(answer), float(answer), float(answer), 0)


@dataclass(frozen=True, slots=True)
class Swing:
    """One input: the answer at its low and at its high value."""

    name: str
    low_setting: str
    """The low value of the input, as people write it."""
    high_setting: str
    low: Estimate | float | None
    """The answer where the input is low; None where there is none."""
    high: Estimate | float | None

    @property
    def ends(self) -> list[tuple[Estimate, str]]:
        """The answers there are with the settings they belong to, the lower answer first."""
        both = ((exact(self.low), self.low_setting), (exact(self.high), self.high_setting))
        return sorted(((found, text) for found, text in both if found is not None), key=lambda end: end[0].value)

    def width(self, base: float) -> float:
        """Return how far apart the answers are, that as it stands included."""
        values = [base, *(found.value for found, _ in self.ends)]
        return max(values) - min(values)

    def clear_span(self, base: float) -> tuple[float, float]:
        """Return between which answers it moves that as it stands by more than chance; the same twice if by none."""
        clear = [base, *(found.value for found, _ in self.ends if not found.low <= base <= found.high)]
        return min(clear), max(clear)


@dataclass(frozen=True, slots=True)
class Tornado:
    """The answer as it stands, and what each input makes of it."""

    measure: str
    unit: str
    """Of the answer (`simulator.units.Unit`)."""
    base: float
    swings: tuple[Swing, ...]

    def ordered(self) -> list[Swing]:
        """Return the inputs, that which matters most first."""
        return sorted(self.swings, key=lambda swing: -swing.width(self.base))


def finding(effects: Tornado) -> str:
    """Report which input moves the answer most beyond chance, and how much."""
    ordered = effects.ordered()
    if not ordered:
        return f"Nothing was varied: {effects.measure} is {written(effects.base, effects.unit)}"
    if ordered[0].width(effects.base) == 0:
        return f"Nothing that was varied moves {effects.measure} from {written(effects.base, effects.unit)}"
    spans = {swing.name: swing.clear_span(effects.base) for swing in ordered}
    first = max(ordered, key=lambda swing: spans[swing.name][1] - spans[swing.name][0])
    low, high = spans[first.name]
    if low == high:
        base = written(effects.base, effects.unit)
        return f"Nothing that was varied moves {effects.measure} from {base} beyond chance"
    ends = f"from {written(low, effects.unit)} to {written(high, effects.unit)}"
    text = f"{effects.measure[:1].upper()}{effects.measure[1:]} depends most on {first.name}: {ends}"
    still = [swing.name for swing in ordered if swing.width(effects.base) == 0]
    return f"{text}; not on {still[0]}" if len(still) == 1 else text


@drawn
def tornado(effects: Tornado, *, page: Page = LIGHT) -> Figure:
    """Draw a bar for each input around the answer as it stands."""
    ordered = effects.ordered()[:MOST_BARS]
    figure = sheet(page, 9, 2.2 + 0.42 * max(len(ordered), 1))
    axes = figure.add_subplot()
    entitle(figure, finding(effects))
    values = [effects.base, *(found.value for swing in ordered for found, _ in swing.ends)]
    size, label = axis_of(effects.measure, effects.unit, max(abs(value) for value in values))
    axes.set_xlabel(label)
    colors = {"low": CYCLE[5].on(page.mode), "high": CYCLE[1].on(page.mode)}
    for row, swing in enumerate(ordered):
        for end, found in (("low", exact(swing.low)), ("high", exact(swing.high))):
            if found is not None:
                axes.barh(
                    row, (found.value - effects.base) / size, 0.58, effects.base / size, color=colors[end],
                    edgecolor=page.edge, linewidth=0.6, hatch="" if end == "low" else "//",
                    label=f"{end}: {swing.name}",
                    xerr=reach([found], size), error_kw={"elinewidth": 0.9, "capsize": 2, "ecolor": page.ink},
                )  # fmt: skip
        _settings(axes, swing, effects.base, size, row, page)
    axes.axvline(effects.base / size, color=page.ink, linewidth=1.0, label="base")
    axes.set_yticks(range(len(ordered)), [swing.name for swing in ordered])
    axes.set_ylim(len(ordered) - 0.4 if ordered else 0.6, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.margins(x=0.2)
    axes.grid(axis="x", linewidth=0.6)
    if not ordered:
        placeholder(axes, "nothing was varied", page)
        return figure
    from matplotlib.patches import Patch

    handles = [Patch(facecolor=colors["low"], edgecolor=page.edge, label="input at its low value")]
    handles.append(Patch(facecolor=colors["high"], edgecolor=page.edge, hatch="////", label="input at its high value"))
    left = len(effects.swings) - len(ordered)
    note = f"Whiskers: 95 % intervals. The line is the answer as it stands: {written(effects.base, effects.unit)}."
    legend(figure, handles, page, note=note + (f" {left} more inputs that move it less are not shown." if left else ""))
    return figure


def _settings(axes: Axes, swing: Swing, base: float, size: float, row: int, page: Page) -> None:
    """Write what the input was set to outside of the bar's two ends."""
    low = min((base, *(min(found.value, _finite(found.low, found.value)) for found, _ in swing.ends)))
    high = max((base, *(max(found.value, _finite(found.high, found.value)) for found, _ in swing.ends)))
    texts: dict[str, list[str]] = {"right": [], "left": []}
    for place, (found, text) in enumerate(swing.ends):
        is_left = found.value < base or (found.value == base and place == 0)
        texts["right" if is_left else "left"].append(text)
    for side, at, shift in (("right", low, -5), ("left", high, 5)):
        style: dict[str, Any] = {"textcoords": "offset points", "fontsize": SMALL, "va": "center", "ha": side}
        axes.annotate(", ".join(texts[side]), (at / size, row), xytext=(shift, 0), color=page.ink, **style)


def _finite(end: float, value: float) -> float:
    return end if math.isfinite(end) else value
