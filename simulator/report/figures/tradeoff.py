"""Cost against time: every choice a point with its intervals, and the front of those that nothing beats in both."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from simulator.experiment.estimates import Estimate
from simulator.report.looks.captions import counted
from simulator.report.looks.clock import unit_of
from simulator.report.looks.palette import CYCLE, LIGHT, OTHER, Page
from simulator.report.looks.quantity import axis_of, written
from simulator.report.looks.theme import SMALL, drawn, entitle, legend, placeholder, sheet
from simulator.units import spoken

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_NAMES: Final = 12
"""Choices on the front that are named in the picture."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One scenario, or one cell of a sweep: what it costs and how long it takes."""

    name: str
    cost: Estimate
    """USD, or another price that is to be small."""
    time: Estimate
    """Seconds."""
    number: int | None = None
    """What else it is called by, such as a cell of a sweep; None = the picture numbers from 1."""


@dataclass(frozen=True, slots=True)
class Scales:
    """What the two axes measure."""

    price: str = "cost"
    unit: str = "USD"
    """Of the price."""
    measure: str = "makespan"
    """In seconds."""


def front(choices: Sequence[Choice]) -> list[Choice]:
    """Return the choices that no other beats in both means, the cheapest first; of equals the first stays."""
    found: list[Choice] = []
    for choice in sorted(choices, key=lambda c: (c.cost.value, c.time.value)):
        if not found or choice.time.value < found[-1].time.value:
            found.append(choice)
    return found


def finding(choices: Sequence[Choice], scales: Scales) -> str:
    """Report which choice is cheapest, which is fastest, and how many are on the front."""
    best = front(choices)
    if not best:
        return f"Nothing to choose from: no choice has both {scales.price} and {scales.measure}"
    cheap, fast = best[0], best[-1]
    if len(best) == 1:
        beats = " and none beats it" if len(choices) > 1 else ""
        label = f"{written(cheap.cost.value, scales.unit)}, {scales.measure} {spoken(cheap.time.value)}"
        return f"{cheap.name} is cheapest and fastest: {label}{beats}"
    saved, late = fast.cost.value - cheap.cost.value, cheap.time.value - fast.time.value
    percent = 100 * saved / fast.cost.value if fast.cost.value > 0 else 0.0
    share = f"{percent:.0f} % of the {scales.price}" if percent >= 0.5 else ""  # a saving is not said to be nothing
    saves = share or f"{written(saved, scales.unit)} of the {scales.price}"
    which = "any" if len(best) == len(choices) else f"{len(best):,}"
    worth = f"nothing beats {which} of the {counted(len(choices), 'choice')} in both"
    return f"{cheap.name} saves {saves} of {fast.name} and takes {spoken(late)} longer; {worth}"


@drawn
def cost_against_time(
    choices: Sequence[Choice],
    *,
    measure: str = "makespan",
    price: str = "cost",
    unit: str = "USD",
    page: Page = LIGHT,
) -> Figure:
    """Draw choices with 95 % intervals in both directions, and the Pareto front through the best."""
    scales = Scales(price, unit, measure)
    figure = sheet(page, 8.5, 4.9 + 0.1 * min(len(choices), MOST_NAMES))
    axes = figure.add_subplot()
    entitle(figure, finding(choices, scales))
    most = max((abs(choice.cost.value) for choice in choices), default=1.0)
    height, label = axis_of(scales.price, scales.unit, most)
    axes.set_ylabel(label)
    if not choices:
        axes.set_xlabel(f"{scales.measure} (s)")
        placeholder(axes, "no choice", page)
        return figure
    size, span = unit_of(max(choice.time.value for choice in choices))
    axes.set_xlabel(f"{scales.measure} ({span})")
    best = front(choices)
    named = {id(choice) for choice in best}
    beaten = [choice for choice in choices if id(choice) not in named]
    handles = _draw(axes, best, beaten, (size, height), page)
    axes.set_ylim(bottom=0)
    axes.set_xlim(left=0)
    axes.margins(x=0.12, y=0.12)
    axes.autoscale_view()
    axes.set_xlim(left=0)
    axes.set_ylim(bottom=0)
    axes.grid(linewidth=0.6)
    shown = [*best, *beaten] if len(choices) <= MOST_NAMES else best[:MOST_NAMES]
    _number(axes, shown, (size, height), page)
    handles += _key(shown, best, scales, page)
    left = f" {counted(len(choices) - len(shown), 'choice')} not numbered." if len(shown) < len(choices) else ""
    legend(figure, handles, page, note=f"Bars: 95 % intervals of the means.{left}", columns=2)
    return figure


def _draw(
    axes: Axes, best: Sequence[Choice], beaten: Sequence[Choice], sizes: tuple[float, float], page: Page
) -> list[Any]:
    """Draw the front, what it beats, and the way along the front; give the legend's entries."""
    size, height = sizes
    labels = ("on the front: nothing is cheaper and faster", "beaten: another is cheaper and no slower")
    handles = [_points(axes, best, sizes, CYCLE[0].on(page.mode), "o", labels[0])]
    if beaten:
        handles.append(_points(axes, beaten, sizes, OTHER.on(page.mode), "s", labels[1]))
    # Between two choices of the front nothing is for sale: a step, not a slope.
    (step,) = axes.step(
        [choice.time.value / size for choice in reversed(best)],
        [choice.cost.value / height for choice in reversed(best)],
        where="post",
        color=CYCLE[0].on(page.mode),
        linewidth=1.0,
        linestyle=(0, (4, 2)),
        label="Pareto front",
    )
    return [*handles, step]


def _key(shown: Sequence[Choice], best: Sequence[Choice], scales: Scales, page: Page) -> list[Any]:
    """Return the legend's entries that say what the numbers in the picture stand for."""
    from matplotlib.lines import Line2D

    found = []
    for number, choice in _numbered(shown):
        is_best = any(choice is one for one in best)
        color = CYCLE[0].on(page.mode) if is_best else OTHER.on(page.mode)
        values = f"{written(choice.cost.value, scales.unit)}, {spoken(choice.time.value)}"
        label = f"{number}: {choice.name} ({values})"
        found.append(Line2D([], [], linestyle="none", marker="o" if is_best else "s", color=color, label=label))
    return found


def _numbered(choices: Sequence[Choice]) -> list[tuple[int, Choice]]:
    """Return choices with the numbers that stand for them in the picture."""
    return [(place if choice.number is None else choice.number, choice) for place, choice in enumerate(choices, 1)]


def _points(
    axes: Axes, choices: Sequence[Choice], sizes: tuple[float, float], color: str, marker: str, label: str
) -> Any:
    size, height = sizes
    return axes.errorbar(
        [choice.time.value / size for choice in choices],
        [choice.cost.value / height for choice in choices],
        xerr=reach([choice.time for choice in choices], size),
        yerr=reach([choice.cost for choice in choices], height),
        linestyle="none",
        marker=marker,
        markersize=5,
        color=color,
        elinewidth=0.9,
        capsize=2,
        label=label,
    )


def reach(estimates: Sequence[Estimate], size: float) -> Any:
    """Return the lengths of the bars below and above; none where one value shows nothing about its spread."""
    below = [estimate.value - estimate.low for estimate in estimates]
    above = [estimate.high - estimate.value for estimate in estimates]
    return np.array([[value / size if math.isfinite(value) else 0.0 for value in side] for side in (below, above)])


def _number(axes: Axes, choices: Sequence[Choice], sizes: tuple[float, float], page: Page) -> None:
    for number, choice in _numbered(choices):
        axes.annotate(
            str(number),
            (choice.time.value / sizes[0], choice.cost.value / sizes[1]),
            xytext=(5, 5),
            textcoords="offset points",
            fontsize=SMALL + 1,
            fontweight="bold",
            color=page.ink,
        )
