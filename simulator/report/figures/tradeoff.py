"""Cost against time: every choice a point with its intervals, and the front of those that nothing beats in both."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from simulator.experiment.estimates import Estimate
from simulator.report.clock import unit_of
from simulator.report.findings import counted
from simulator.report.palette import CYCLE, LIGHT, OTHER, Page
from simulator.report.theme import SMALL, drawn, entitle, legend, say_nothing, sheet
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
    """USD."""
    time: Estimate
    """Seconds."""


def front(choices: Sequence[Choice]) -> list[Choice]:
    """Give the choices that no other beats in both means, the cheapest first; of equals the first stays."""
    found: list[Choice] = []
    for choice in sorted(choices, key=lambda c: (c.cost.value, c.time.value)):
        if not found or choice.time.value < found[-1].time.value:
            found.append(choice)
    return found


def finding(choices: Sequence[Choice], measure: str) -> str:
    """Say which choice is cheapest, which is fastest, and how many are worth a thought."""
    best = front(choices)
    if not best:
        return "Nothing to choose from: no choice has both a cost and a time"
    cheap, fast = best[0], best[-1]
    if len(best) == 1:
        beats = " and none beats it" if len(choices) > 1 else ""
        said = f"${cheap.cost.value:,.2f}, {measure} {spoken(cheap.time.value)}"
        return f"{cheap.name} is cheapest and fastest: {said}{beats}"
    saved, late = fast.cost.value - cheap.cost.value, cheap.time.value - fast.time.value
    share = f"{100 * saved / fast.cost.value:.0f} % of the cost" if fast.cost.value else f"${saved:,.2f}"
    worth = f"{len(best)} of {counted(len(choices), 'choice')} are worth a thought"
    return f"{cheap.name} saves {share} of {fast.name} and takes {spoken(late)} longer; {worth}"


@drawn
def cost_against_time(choices: Sequence[Choice], *, measure: str = "makespan", page: Page = LIGHT) -> Figure:
    """Draw choices with 95 % intervals in both directions, and the Pareto front through the best."""
    figure = sheet(page, 8.5, 5.6)
    axes = figure.add_subplot()
    entitle(figure, finding(choices, measure))
    axes.set_ylabel("cost (USD)")
    if not choices:
        axes.set_xlabel(measure)
        say_nothing(axes, "no choice", page)
        return figure
    size, unit = unit_of(max(choice.time.value for choice in choices))
    axes.set_xlabel(f"{measure} ({unit})")
    best = front(choices)
    named = {id(choice) for choice in best}
    beaten = [choice for choice in choices if id(choice) not in named]
    handles = [_points(axes, best, size, CYCLE[0].on(page.mode), "o", "on the front: nothing is cheaper and faster")]
    if beaten:
        handles.append(_points(axes, beaten, size, OTHER.on(page.mode), "s", "beaten in both"))
    # Between two choices of the front nothing is for sale: a step, not a slope.
    (step,) = axes.step(
        [choice.time.value / size for choice in reversed(best)],
        [choice.cost.value for choice in reversed(best)],
        where="post",
        color=CYCLE[0].on(page.mode),
        linewidth=1.0,
        linestyle=(0, (4, 2)),
        label="Pareto front",
    )
    handles.append(step)
    axes.set_ylim(bottom=0)
    axes.set_xlim(left=0)
    axes.margins(x=0.12, y=0.12)
    axes.autoscale_view()
    axes.set_xlim(left=0)
    axes.set_ylim(bottom=0)
    axes.grid(linewidth=0.6)
    _name(axes, best if len(choices) > MOST_NAMES else choices, size, page)
    legend(figure, handles, page, note="Bars: 95 % intervals of the means.")
    return figure


def _points(axes: Axes, choices: Sequence[Choice], size: float, color: str, marker: str, label: str) -> Any:
    return axes.errorbar(
        [choice.time.value / size for choice in choices],
        [choice.cost.value for choice in choices],
        xerr=reach([choice.time for choice in choices], size),
        yerr=reach([choice.cost for choice in choices], 1.0),
        linestyle="none",
        marker=marker,
        markersize=5,
        color=color,
        elinewidth=0.9,
        capsize=2,
        label=label,
    )


def reach(estimates: Sequence[Estimate], size: float) -> Any:
    """Give the lengths of the bars below and above; none where one value tells nothing about its spread."""
    below = [estimate.value - estimate.low for estimate in estimates]
    above = [estimate.high - estimate.value for estimate in estimates]
    return np.array([[value / size if math.isfinite(value) else 0.0 for value in side] for side in (below, above)])


def _name(axes: Axes, choices: Sequence[Choice], size: float, page: Page) -> None:
    """Write names beside points, alternately above and below so that neighbours do not cover each other."""
    shown = sorted(choices, key=lambda choice: choice.time.value)
    step = max(math.ceil(len(shown) / MOST_NAMES), 1)
    for place, choice in enumerate(shown[::step]):
        lift = 7 if place % 2 == 0 else -13
        axes.annotate(
            choice.name,
            (choice.time.value / size, choice.cost.value),
            xytext=(6, lift),
            textcoords="offset points",
            fontsize=SMALL,
            color=page.ink,
        )
