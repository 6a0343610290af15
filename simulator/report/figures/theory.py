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
from simulator.report.looks.theme import drawn, entitle, legend, placeholder, sheet

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


def finding(overlay: Overlay) -> str:
    """Report how many points agree with theory."""
    count = len(overlay.simulated)
    if not count:
        return f"{overlay.law}: nothing was simulated to set beside it"
    level = f"{100 * overlay.simulated[0].level:.4g} %"
    if overlay.agreeing == count:
        which = "The simulated point agrees" if count == 1 else f"All {counted(count, 'simulated point')} agree"
        return f"{which} with {overlay.law}: theory lies inside every {level} interval"
    return f"{overlay.agreeing} of {counted(count, 'simulated point')} agree with {overlay.law} ({level} intervals)"


@drawn
def theory_overlay(overlay: Overlay, *, page: Page = LIGHT) -> Figure:
    """Draw the curve of theory and the simulated means with their intervals."""
    figure = sheet(page, 8.5, 5)
    axes = figure.add_subplot()
    entitle(figure, finding(overlay))
    most = max([abs(float(v)) for v in overlay.curve[1]] + [abs(e.value) for e in overlay.simulated], default=1.0)
    size, label = axis_of(overlay.measure, overlay.unit, most)
    axes.set_xlabel(overlay.along)
    axes.set_ylabel(label)
    handles: list[object] = []
    if len(overlay.curve[0]):
        values = [float(value) / size for value in overlay.curve[1]]
        handles += axes.plot(overlay.curve[0], values, color=page.ink, label=f"theory: {overlay.law}")
    if overlay.simulated:
        handles.append(
            axes.errorbar(
                overlay.at,
                [estimate.value / size for estimate in overlay.simulated],
                yerr=reach(overlay.simulated, size),
                linestyle="none",
                marker="o",
                markersize=4,
                capsize=3,
                color=CYCLE[0].on(page.mode),
                label=f"simulated, {100 * overlay.simulated[0].level:.4g} % intervals",
            )
        )
    if not handles:
        placeholder(axes, "neither theory nor simulation", page)
    axes.set_ylim(bottom=0)
    axes.grid(linewidth=0.6)
    legend(figure, handles, page)
    return figure
