"""Spot break-even: what low-priority nodes cost of the dedicated ones as evictions grow, and where the saving ends."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.experiment.estimates import Estimate
from simulator.report.looks.captions import joined
from simulator.report.looks.palette import CYCLE, LIGHT, STROKES, Page
from simulator.report.looks.theme import drawn, entitle, legend, placeholder, sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True)
class SpotCurve:
    """Cost relative to dedicated nodes (1 = the same) for tasks of one kind, over the eviction rate."""

    name: str
    rates: tuple[float, ...]
    """Evictions per node-hour, or whatever `BreakEven.axis` says; ascending."""
    ratios: tuple[Estimate, ...]

    def crossing(self) -> float | None:
        """Return the rate at which the cost of both is the same; None if it lies outside of what was tried."""
        values = [estimate.value for estimate in self.ratios]
        for left in range(len(values) - 1):
            one, two = values[left] - 1, values[left + 1] - 1
            if one == 0:
                return self.rates[left]
            if one < 0 <= two:
                return self.rates[left] + (self.rates[left + 1] - self.rates[left]) * -one / (two - one)
        return self.rates[-1] if values and values[-1] == 1 else None


@dataclass(frozen=True, slots=True)
class BreakEven:
    """Curves on one axis."""

    curves: tuple[SpotCurve, ...]
    axis: str = "evictions of a node (1/h)"
    unit: str = "evictions an hour"
    """Of the axis, as people say it."""


def finding(answer: BreakEven) -> str:
    """Report up to which rate low-priority nodes are cheaper."""
    if not any(curve.rates for curve in answer.curves):
        return "No eviction rate was tried"
    named: dict[str, list[str]] = {}
    for curve in answer.curves:
        cross = curve.crossing()
        if cross is not None:
            where = f"up to {cross:.3g} {answer.unit}"
        else:
            is_cheap = all(estimate.value < 1 for estimate in curve.ratios)
            tried = f"rate tried, up to {curve.rates[-1]:.3g} {answer.unit}"
            where = f"at every {tried}" if is_cheap else f"at no {tried}"
        named.setdefault(where, []).append(curve.name)
    if len(answer.curves) == 1:
        return f"Low-priority nodes are cheaper {next(iter(named))}"
    parts = [f"{where} ({joined(names)})" for where, names in named.items()]
    return f"Low-priority nodes are cheaper {joined(parts)}"


@drawn
def spot_break_even(answer: BreakEven, *, page: Page = LIGHT) -> Figure:
    """Draw the relative cost over the eviction rate with its intervals; the line at 100 % is the dedicated price."""
    figure = sheet(page, 8.5, 5)
    axes = figure.add_subplot()
    entitle(figure, finding(answer))
    axes.set_xlabel(answer.axis)
    axes.set_ylabel("cost of low-priority nodes (% of dedicated)")
    curves = [curve for curve in answer.curves if curve.rates]
    if not curves:
        placeholder(axes, "no rate was tried", page)
        return figure
    handles: list[object] = []
    for look, stroke, curve in zip(CYCLE, STROKES, curves, strict=False):
        handles.append(_curve(axes, curve, look.on(page.mode), stroke))
    even = axes.axhline(100, color=page.ink, linewidth=1.0, linestyle=(0, (4, 2)), label="dedicated: the same cost")
    rates = [rate for curve in curves for rate in curve.rates]
    axes.set_xlim(min(0.0, *rates), max(rates) or 1.0)
    top = max(100 * estimate.value for curve in curves for estimate in curve.ratios)
    axes.set_ylim(0, max(125.0, min(top * 1.08, 400.0)))
    axes.grid(linewidth=0.6)
    clipped = " Curves go on above the picture." if top > 400 else ""
    legend(figure, [*handles, even], page, note=f"Bands: 95 % intervals; diamonds on the line: break-even.{clipped}")
    return figure


def _curve(axes: Axes, curve: SpotCurve, color: str, stroke: Any) -> object:
    middle = np.array([100 * estimate.value for estimate in curve.ratios])
    low, high = (
        np.array([100 * (end if math.isfinite(end) else estimate.value) for end, estimate in ends])
        for ends in (
            [(estimate.low, estimate) for estimate in curve.ratios],
            [(estimate.high, estimate) for estimate in curve.ratios],
        )
    )
    axes.fill_between(curve.rates, low, high, color=color, alpha=0.25, linewidth=0, label=f"interval: {curve.name}")
    (made,) = axes.plot(curve.rates, middle, color=color, linestyle=stroke, marker="o", markersize=3, label=curve.name)
    cross = curve.crossing()
    if cross is not None:
        axes.plot([cross], [100], marker="D", markersize=8, color=color, label=f"break-even: {curve.name}", zorder=5)
        axes.annotate(f"{cross:.3g}", (cross, 100), xytext=(-8, 8), textcoords="offset points", ha="right", color=color)
    return made
