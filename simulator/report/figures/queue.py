"""Queue time: how long tasks wait from submission to their first start, as a distribution with its quantiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import numpy.typing as npt

from simulator.report.figures.pool import shown_pools
from simulator.report.looks.captions import counted
from simulator.report.looks.clock import unit_of
from simulator.report.looks.palette import CYCLE, LIGHT, STROKES, Page
from simulator.report.looks.theme import drawn, entitle, grouped, legend, placeholder, sheet
from simulator.units import spoken

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from simulator.results.record.read import Frames

Floats = npt.NDArray[np.float64]
Of = Literal["pool", "job"]

QUANTILES: Final = ((0.5, "o", "p50"), (0.95, "s", "p95"), (0.99, "^", "p99"))
BINS: Final = 50
DECADES: Final = (
    (1, "≤ 1 s"),
    (10, "10 s"),
    (60, "1 min"),
    (600, "10 min"),
    (3600, "1 h"),
    (36_000, "10 h"),
    (86_400 * 2, "2 d"),
    (86_400 * 10, "10 d"),
)


@dataclass(frozen=True, slots=True)
class Waits:
    """Queue times of the tasks of one pool or job that started, ascending, in seconds."""

    name: str
    seconds: Floats
    waiting: int
    """Submitted tasks that never started."""

    def quantile(self, share: float) -> float:
        """Return a quantile; asked only where a task started."""
        return float(np.quantile(self.seconds, share))


def waits(run: Frames, pools: Sequence[str] | None = None, by: Of = "pool") -> list[Waits]:
    """Collect queue times by pool or job, those with most tasks first beyond what has a colour."""
    tasks = run.frame("tasks")
    tasks = tasks[tasks["state"] != "planned"]
    if pools is not None:
        tasks = tasks[tasks["pool"].isin(list(pools))]
    names = shown_pools(run) if by == "pool" else [str(name) for name in tasks["job"].cat.categories]
    found = []
    for name in names:
        mine = tasks[tasks[by] == name]
        wait = (mine["first_start"] - mine["submit"]).to_numpy(dtype=np.float64)
        started = np.sort(wait[~np.isnan(wait)])
        if len(mine):
            found.append(Waits(name, started, len(mine) - len(started)))
    if len(found) > len(CYCLE):
        found.sort(key=lambda group: -len(group.seconds))
    return found


def finding(groups: Sequence[Waits]) -> str:
    """Report how long the middle, the late and the last task waited."""
    known = [group for group in groups if len(group.seconds)]
    missing = sum(group.waiting for group in groups)
    tail = f"; {counted(missing, 'task')} never started" if missing else ""
    if not known:
        return f"No task ever started{tail if missing else ''}" if groups else "No task, no waiting"
    if len(known) == 1:
        (only,) = known
        spans = [spoken(only.quantile(share)) for share in (0.5, 0.95, 1.0)]
        return f"Half of the tasks waited at most {spans[0]}, 95 % at most {spans[1]}, the last one {spans[2]}{tail}"
    at_95 = sorted(known, key=lambda group: group.quantile(0.95))
    best, worst = at_95[0], at_95[-1]
    return (
        f"95 % of the tasks waited at most {spoken(best.quantile(0.95))} on {best.name}, "
        f"{spoken(worst.quantile(0.95))} on {worst.name}{tail}"
    )


@drawn
def queue_time(run: Frames, *, pools: Sequence[str] | None = None, by: Of = "pool", page: Page = LIGHT) -> Figure:
    """Draw the share of tasks that started within a time, above how many waited that long; quantiles are marked."""
    found = waits(run, pools, by)
    groups = [group for group in found if len(group.seconds)][: len(CYCLE)]
    figure = sheet(page, 9, 5.4)
    entitle(figure, finding(found))
    if not groups:
        placeholder(figure.add_subplot(), "no task ever started" if found else "no task", page)
        return figure
    curve, histogram = figure.subplots(2, 1, sharex=True, height_ratios=[2.2, 1])
    scale = Scale.of(groups)
    handles: list[Any] = []
    for look, stroke, group in zip(CYCLE, STROKES, groups, strict=False):
        color = look.on(page.mode)
        handles.append(_curve(curve, group, scale, {"color": color, "linestyle": stroke}))
        counts, _ = np.histogram(np.maximum(group.seconds / scale.size, scale.edges[0]), scale.edges)
        histogram.stairs(counts, scale.edges, color=color, linestyle=stroke, fill=len(groups) == 1, label=group.name)
    _dress(curve, histogram, scale)
    more = len([group for group in found if len(group.seconds)]) - len(groups)
    shapes = "Marks: circle p50, square p95, triangle p99."
    hint = f" {counted(more, 'more ' + by)} not shown: name those to see." if more else ""
    legend(figure, handles, page, note=shapes + hint, columns=1)
    return figure


@dataclass(frozen=True, slots=True)
class Scale:
    """The axis of queue times: linear, or logarithmic where most tasks wait far less than the last one."""

    is_log: bool
    size: float
    """Seconds of the unit."""
    unit: str
    edges: Floats
    """Of the histogram's bins, in the unit."""

    @classmethod
    def of(cls, groups: Sequence[Waits]) -> Scale:
        longest = max(float(group.seconds[-1]) for group in groups)
        if longest > 30 and any(group.quantile(0.5) < longest / 12 for group in groups):
            return cls(is_log=True, size=1.0, unit="", edges=np.geomspace(1.0, longest * 1.05, BINS + 1))
        size, unit = unit_of(longest)
        return cls(is_log=False, size=size, unit=unit, edges=np.linspace(0, longest * 1.02 / size or 1.0, BINS + 1))


def _curve(axes: Axes, group: Waits, scale: Scale, look: dict[str, Any]) -> Any:
    """Draw the share of tasks that started within a time; many tasks need no more points than the picture has."""
    count = len(group.seconds)
    picked = np.unique(np.linspace(0, count - 1, min(count, 4000)).astype(np.int64))
    first, last = scale.edges[0], scale.edges[-1]
    time = np.concatenate([[first], np.maximum(group.seconds[picked] / scale.size, first), [last]])
    share = np.concatenate([[0.0], 100 * (picked + 1) / count, [100.0]])
    spans = ", ".join(f"{name} {spoken(group.quantile(q))}" for q, _, name in QUANTILES)
    label = f"{group.name} ({counted(count, 'task')}): {spans}, max {spoken(float(group.seconds[-1]))}"
    (made,) = axes.step(time, share, where="post", label=label, **look)
    for quantile, marker, name in QUANTILES:
        at = max(group.quantile(quantile) / scale.size, first)
        axes.plot(
            [at], [100 * quantile], marker=marker, color=look["color"], label=f"{group.name} {name}", clip_on=False
        )
    return made


def _dress(curve: Axes, histogram: Axes, scale: Scale) -> None:
    from matplotlib.ticker import MaxNLocator, NullFormatter

    curve.set_ylim(0, 104)
    curve.set_yticks([0, 25, 50, 75, 95, 100])
    curve.set_ylabel("started within (% of tasks)")
    for axes in (curve, histogram):
        axes.grid(axis="both" if axes is curve else "x", linewidth=0.6)
    histogram.set_ylabel("tasks (count)")
    histogram.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
    histogram.set_ylim(bottom=0)
    grouped(histogram.yaxis)
    histogram.set_xlabel(f"queue time: submission to first start ({scale.unit or 's, min, h, d; logarithmic'})")
    histogram.set_xlim(scale.edges[0], scale.edges[-1])
    if scale.is_log:
        histogram.set_xscale("log")
        shown = [(at, name) for at, name in DECADES if at <= scale.edges[-1]]
        histogram.set_xticks([at for at, _ in shown], [name for _, name in shown])
        histogram.xaxis.set_minor_formatter(NullFormatter())
