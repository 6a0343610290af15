"""Paired difference: two scenarios under the same draws, replication by replication."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from simulator.experiment.estimates import Estimate, skewed_mean
from simulator.report.looks.palette import CYCLE, LIGHT, Page
from simulator.report.looks.quantity import axis_of, written_difference
from simulator.report.looks.theme import drawn, entitle, legend, placeholder, sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from simulator.experiment.compare import Comparison

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pair:
    """A measure of two scenarios, replication by replication; those that lack it in either are left out."""

    measure: str
    unit: str
    names: tuple[str, str]
    first: Floats
    second: Floats
    difference: Estimate
    """Second less first."""

    @classmethod
    def of(
        cls, measure: str, unit: str, names: tuple[str, str], values: tuple[Sequence[float], Sequence[float]]
    ) -> Pair:
        """Pair the values of two scenarios and estimate their mean difference."""
        one, two = (np.asarray(column, dtype=np.float64) for column in values)
        known = ~(np.isnan(one) | np.isnan(two))
        one, two = one[known], two[known]
        if not len(one):
            return cls(measure, unit, names, one, two, Estimate(math.nan, -math.inf, math.inf, 0))
        return cls(measure, unit, names, one, two, skewed_mean(two - one))


def pair_of(comparison: Comparison, name: str, measure: str = "cost") -> Pair:
    """Take a measure of the first scenario and of another one from a comparison, with its interval."""
    from simulator.experiment import MEASURES

    names = (comparison.names[0], name)
    values = tuple(list(comparison.replications[each].values[measure]) for each in names)
    described = MEASURES[measure]
    made = Pair.of(described.title, described.unit, names, (values[0], values[1]))
    found = comparison.differences[name].get(measure)
    if found is None:
        return made
    return Pair(made.measure, made.unit, names, made.first, made.second, found.absolute)


def finding(pair: Pair) -> str:
    """Return whether the difference is clear, and how large it is."""
    one, two = pair.names
    found = pair.difference
    if not found.count:
        return f"{two} and {one} have no {pair.measure} to compare"
    ends = f"{written_difference(found.low, pair.unit)} to {written_difference(found.high, pair.unit)}"
    if found.count == 1:
        return f"{two} against {one}: {pair.measure} {_signed(found.value, pair.unit)} in the only replication"
    level = f"{100 * found.level:.3g} % interval {ends}"
    if found.low <= 0 <= found.high:
        return f"{two} and {one} do not differ clearly in {pair.measure}: {_signed(found.value, pair.unit)}, {level}"
    word = "less" if found.value < 0 else "more"
    low, high = sorted((abs(found.low), abs(found.high)))
    ends = f"{written_difference(low, pair.unit)} to {written_difference(high, pair.unit)}"
    size = written_difference(abs(found.value), pair.unit)
    wins = int(((pair.second - pair.first) * found.value > 0).sum())
    often = f"in {wins} of {found.count} replications"
    return f"{two}: {pair.measure} {size} {word} than {one}, {100 * found.level:.3g} % interval {ends}; {often}"


def _signed(value: float, unit: str) -> str:
    return f"+{written_difference(value, unit)}" if value > 0 else written_difference(value, unit)


@drawn
def paired_difference(pair: Pair, *, page: Page = LIGHT) -> Figure:
    """Draw each replication under both scenarios on the left, their differences with the interval on the right."""
    figure = sheet(page, 9.5, 4.8)
    entitle(figure, finding(pair))
    if not len(pair.first):
        placeholder(figure.add_subplot(), "nothing to compare", page)
        return figure
    both, change = figure.subplots(1, 2, width_ratios=[1, 1.25])
    size, label = axis_of(pair.measure, pair.unit, float(max(np.abs(pair.first).max(), np.abs(pair.second).max())))
    _lines(both, pair, size, label, page)
    handles = _differences(change, pair, page)
    legend(figure, handles, page, note="Each line and each point is one replication: the same draws for both.")
    return figure


def _lines(axes: Axes, pair: Pair, size: float, label: str, page: Page) -> None:
    falls = pair.second < pair.first
    for falling, look in ((False, CYCLE[1]), (True, CYCLE[0])):
        mine = falls == falling
        if mine.any():
            ends = np.vstack([pair.first[mine], pair.second[mine]]) / size
            strength = max(min(20 / len(pair.first), 0.9), 0.15)
            axes.plot([0, 1], ends, color=look.on(page.mode), linewidth=0.8, alpha=strength, marker="o", markersize=2.5)
    axes.plot(
        [0, 1], [pair.first.mean() / size, pair.second.mean() / size], color=page.ink, linewidth=2.2, marker="D",
        markersize=6, label="means",
    )  # fmt: skip
    axes.set_xticks([0, 1], list(pair.names))
    axes.set_xlim(-0.2, 1.2)
    axes.set_ylabel(label)
    axes.grid(axis="y", linewidth=0.6)


def _differences(axes: Axes, pair: Pair, page: Page) -> list[object]:
    change = np.sort(pair.second - pair.first)
    size, label = axis_of(
        f"{pair.measure}: {pair.names[1]} less {pair.names[0]}", pair.unit, float(np.abs(change).max())
    )
    rank = np.arange(1, len(change) + 1)
    (points,) = axes.plot(
        change / size, rank, linestyle="none", marker="o", markersize=3.5, color=CYCLE[0].on(page.mode),
        label="one replication",
    )  # fmt: skip
    handles: list[object] = [points]
    found = pair.difference
    if math.isfinite(found.low) and math.isfinite(found.high):
        title = f"{100 * found.level:.3g} % interval of the mean difference"
        handles.append(
            axes.axvspan(found.low / size, found.high / size, color=CYCLE[4].on(page.mode), alpha=0.35, label=title)
        )
    handles.append(axes.axvline(found.value / size, color=page.ink, linewidth=1.6, label="mean difference"))
    zero = axes.axvline(0, color=page.ink, linewidth=1.0, linestyle=(0, (2, 2)), label="no difference")
    axes.set_xlabel(label)
    axes.set_ylabel("replication (in order of difference)")
    axes.set_ylim(0, len(change) + 1)
    axes.grid(axis="x", linewidth=0.6)
    return [*handles, zero]
