"""Theory overlay: what the simulation gives, on the curve that queueing theory proves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.experiment.estimates import Estimate
from simulator.report.figures.tradeoff import reach
from simulator.report.looks.captions import counted
from simulator.report.looks.palette import CYCLE, LIGHT, Page
from simulator.report.looks.quantity import axis_of
from simulator.report.looks.theme import drawn, entitle, legend, say_nothing, sheet

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True)
class Overlay:
    """A curve of theory, points of simulation, and what theory says at those points."""

    law: str
    """Name of the theory, e.g. Erlang C, 4 servers."""
    along: str
    """The axis that is varied, with its unit, e.g. load of each slot (% of its time)."""
    measure: str
    unit: str
    curve: tuple[Sequence[float], Sequence[float]]
    """Positions, ascending, and the value that theory gives there."""
    at: tuple[float, ...]
    simulated: tuple[Estimate, ...]
    expected: tuple[float, ...]
    """What theory says at each of the simulated points."""

    @property
    def agreeing(self) -> int:
        """Points whose interval holds the value of theory."""
        return sum(
            estimate.low <= value <= estimate.high
            for estimate, value in zip(self.simulated, self.expected, strict=True)
        )


def finding(told: Overlay) -> str:
    """Report how many points agree with theory."""
    count = len(told.simulated)
    if not count:
        return f"{told.law}: nothing was simulated to set beside it"
    level = f"{100 * told.simulated[0].level:.4g} %"
    if told.agreeing == count:
        which = "The simulated point agrees" if count == 1 else f"All {counted(count, 'simulated point')} agree"
        return f"{which} with {told.law}: theory lies inside every {level} interval"
    return f"{told.agreeing} of {counted(count, 'simulated point')} agree with {told.law} ({level} intervals)"


@drawn
def theory_overlay(told: Overlay, *, page: Page = LIGHT) -> Figure:
    """Draw the curve of theory and the simulated means with their intervals."""
    figure = sheet(page, 8.5, 5)
    axes = figure.add_subplot()
    entitle(figure, finding(told))
    most = max([abs(float(v)) for v in told.curve[1]] + [abs(e.value) for e in told.simulated], default=1.0)
    size, label = axis_of(told.measure, told.unit, most)
    axes.set_xlabel(told.along)
    axes.set_ylabel(label)
    handles: list[object] = []
    if len(told.curve[0]):
        values = [float(value) / size for value in told.curve[1]]
        handles += axes.plot(told.curve[0], values, color=page.ink, label=f"theory: {told.law}")
    if told.simulated:
        handles.append(
            axes.errorbar(
                told.at,
                [estimate.value / size for estimate in told.simulated],
                yerr=reach(told.simulated, size),
                linestyle="none",
                marker="o",
                markersize=4,
                capsize=3,
                color=CYCLE[0].on(page.mode),
                label=f"simulated, {100 * told.simulated[0].level:.4g} % intervals",
            )
        )
    if not handles:
        say_nothing(axes, "neither theory nor simulation", page)
    axes.set_ylim(bottom=0)
    axes.grid(linewidth=0.6)
    legend(figure, handles, page)
    return figure
