"""Node × time: one row a node, and on it everything the node was paid for; white space is waste.

Up to 60 nodes each attempt is a bar in the lane of its slot. Beyond that a bar would be thinner than a pixel, so that
each pixel shows the mean colour of what happened there: pale blue is a node half full, or half of a few nodes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import numpy.typing as npt

from simulator.report.figures.pool import shown_pools
from simulator.report.looks.captions import counted, of_pools, paid, where_it_went
from simulator.report.looks.clock import Clock
from simulator.report.looks.palette import CYCLE, LIGHT, LOST, MARKS, NODE_STATES, OTHER, OUTCOMES, Page, Shade, shade
from simulator.report.looks.theme import SMALL, drawn, entitle, grouped, legend, placeholder, sheet, swatch
from simulator.report.shapes.pieces import lanes_of, pieces

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from simulator.results.record.read import Frames

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
By = Literal["outcome", "job"]

MOST_ROWS: Final = 60
"""Nodes that get a row of bars each."""
MOST_BARS: Final = 20_000
"""Attempts that get a bar each."""
COLUMNS: Final = 1400
IMAGE_ROWS: Final = 600


@dataclass(frozen=True, slots=True)
class Chart:
    """Rows, states and attempts of the nodes to draw, as columns."""

    names: list[str]
    pool: list[str]
    slots: Ints
    """Of each row."""
    state_row: Ints
    state: list[str]
    state_start: Floats
    state_end: Floats
    row: Ints
    """Of each attempt, or piece of one (see `pieces`)."""
    attempt: Ints
    """Which attempt it is, or is a piece of."""
    task: Ints
    start: Floats
    end: Floats
    width: Ints
    """Slots of each attempt."""
    kind: Ints
    """Index into `looks`."""
    looks: list[Shade]


def chart(run: Frames, pools: Sequence[str], by: By = "outcome") -> Chart:
    """Collect what the pools' nodes did; rows in order of pool and creation."""
    import pandas as pd

    nodes = of_pools(run.frame("nodes"), pools)
    order = sorted(range(len(nodes)), key=lambda i: (pools.index(nodes["pool"].iloc[i]), nodes["created"].iloc[i], i))
    nodes = nodes.iloc[order]
    index = pd.Index(nodes["node"].astype(str))

    def rows(column: pd.Series) -> Ints:
        of_code = index.get_indexer(column.cat.categories.astype(str)) if len(column.cat.categories) else np.zeros(0)
        return np.asarray(of_code, dtype=np.int64)[column.cat.codes.to_numpy()]

    states = of_pools(run.frame("node_states"), pools)
    tasks = run.frame("tasks")
    attempts = pieces(of_pools(run.frame("attempts"), pools))
    task = attempts["task"].to_numpy()
    kind, looks = _kinds(attempts, tasks, task, by)
    return Chart(
        names=list(index),
        pool=[str(name) for name in nodes["pool"]],
        slots=slots_of(run, nodes),
        state_row=rows(states["node"]),
        state=[str(name) for name in states["state"]],
        state_start=states["start"].to_numpy(dtype=np.float64),
        state_end=states["end"].to_numpy(dtype=np.float64),
        row=rows(attempts["node"]),
        attempt=attempts["attempt"].to_numpy(dtype=np.int64),
        task=task,
        start=attempts["assigned"].to_numpy(dtype=np.float64),
        end=attempts["end"].to_numpy(dtype=np.float64),
        width=tasks["slots"].to_numpy(dtype=np.int64)[task],
        kind=kind,
        looks=looks,
    )


def slots_of(run: Frames, nodes: pd.DataFrame) -> Ints:
    """Return the task slots of each node."""
    of_pool = dict(zip(run.frame("pools")["pool"].astype(str), run.frame("pools")["slots"], strict=True))
    return np.array([of_pool[name] for name in nodes["pool"].astype(str)], dtype=np.int64)


def _kinds(attempts: pd.DataFrame, tasks: pd.DataFrame, task: Ints, by: By) -> tuple[Ints, list[Shade]]:
    """Colour by outcome; or by job, the largest first, and what lost its work still as lost."""
    outcome = attempts["outcome"]
    if by == "outcome":
        names = [str(name) for name in outcome.cat.categories]
        return outcome.cat.codes.to_numpy().astype(np.int64), [shade(OUTCOMES, name) for name in names]
    job = tasks["job"].cat.codes.to_numpy().astype(np.int64)[task]
    jobs = [str(name) for name in tasks["job"].cat.categories]
    rank = np.argsort(-np.bincount(job, minlength=len(jobs)), kind="stable")
    place = np.empty(len(jobs), dtype=np.int64)
    place[rank] = np.minimum(np.arange(len(jobs)), len(CYCLE))
    looks = [Shade(jobs[i], c.light, c.dark) for i, c in zip(rank, CYCLE, strict=False)]
    if len(jobs) > len(CYCLE):
        looks.append(Shade("other jobs", OTHER.light, OTHER.dark))
    lost = [name for name in outcome.cat.categories if str(name) in LOST]
    kind = place[job]
    for name in lost:
        looks.append(OUTCOMES[str(name)])
        kind[(outcome == name).to_numpy()] = len(looks) - 1
    return kind, looks


@drawn
def node_gantt(
    run: Frames,
    *,
    pools: Sequence[str] | None = None,
    by: By = "outcome",
    zone: tzinfo | None = None,
    page: Page = LIGHT,
) -> Figure:
    """Draw a row for every node: boot, start task, tasks in their slots, lost work, idle time, absence."""
    chosen = list(shown_pools(run) if pools is None else pools)
    drawing = chart(run, chosen, by)
    clock = Clock(run.origin, run.end, zone)
    count = len(drawing.names)
    is_bars = count <= MOST_ROWS and len(drawing.row) <= MOST_BARS
    height = min(max(2.6 + 0.24 * count, 3.4), 10.5) if is_bars else min(3.4 + 0.02 * count, 7.5)
    figure = sheet(page, 10, height)
    axes = figure.add_subplot()
    axes.set_facecolor(page.absent)
    if not count:
        placeholder(axes, "no node was ever there", page)
        axes.set_yticks([])
    elif is_bars:
        _bars(axes, drawing, clock, page)
    else:
        _image(axes, drawing, clock, page)
    clock.dress(axes)
    if count:
        axes.set_ylim(count, 0)
        _label_rows(axes, drawing)
        _mark_preemptions(axes, drawing, clock, page, is_bars=is_bars)
    entitle(figure, f"{counted(count, 'node')}: {where_it_went(paid(run, chosen))}")
    means = "" if is_bars else "Each pixel shows the mean colour of what happened there: pale is a node half full."
    legend(figure, _handles(drawing, page, is_bars=is_bars), page, note=means)
    return figure


def _quads(start: Floats, end: Floats, top: Floats, bottom: Floats) -> npt.NDArray[np.float64]:
    """Return the corners of rectangles, shape (n, 4, 2)."""
    corners = np.empty((len(start), 4, 2))
    corners[:, 0, 0] = corners[:, 1, 0] = start
    corners[:, 2, 0] = corners[:, 3, 0] = end
    corners[:, 0, 1] = corners[:, 3, 1] = top
    corners[:, 1, 1] = corners[:, 2, 1] = bottom
    return corners


def _bars(axes: Axes, drawing: Chart, clock: Clock, page: Page) -> None:
    from matplotlib.collections import PolyCollection

    states = np.array(drawing.state, dtype=object)
    for name in dict.fromkeys(drawing.state):
        rows = states == name
        look = NODE_STATES["idle"] if name == "running" else shade(NODE_STATES, name)
        top = drawing.state_row[rows] + 0.08
        quads = _quads(clock.at(drawing.state_start[rows]), clock.at(drawing.state_end[rows]), top, top + 0.84)
        edge = page.edge if look.hatch else "none"
        axes.add_collection(
            PolyCollection(
                list(quads), facecolor=look.on(page.mode), edgecolor=edge, hatch=look.hatch, linewidth=0.0,
                label=name, zorder=2,
            ),
            autolim=False,
        )  # fmt: skip
    attempt, lane = lanes_of(drawing.attempt, drawing.row, drawing.start, drawing.end, drawing.width)
    height = 0.84 / np.maximum(drawing.slots[drawing.row[attempt]], 1)
    top = drawing.row[attempt] + 0.08 + lane * height
    quads = _quads(clock.at(drawing.start[attempt]), clock.at(drawing.end[attempt]), top, top + height)
    line = 0.5 if len(attempt) < 1500 else 0.15 if len(attempt) < 6000 else 0.0
    for code, look in enumerate(drawing.looks):
        mine = drawing.kind[attempt] == code
        if mine.any():
            dense = look.hatch if len(attempt) < 1500 else ""
            axes.add_collection(
                PolyCollection(
                    list(quads[mine]), facecolor=look.on(page.mode), edgecolor=page.paper, hatch=dense,
                    linewidth=line, label=look.title, zorder=3,
                ),
                autolim=False,
            )  # fmt: skip


def occupancy(drawing: Chart, end: float, rows: int, columns: int) -> tuple[Floats, Floats]:
    """Return the share of each state and of each kind of attempt in each cell of a grid over nodes and time.

    Shapes (states, rows, columns) and (kinds, rows, columns), states in the order of `dict.fromkeys(drawing.state)`;
    attempts count by the share of the slots they take; several nodes may share a row of cells.
    """
    count = len(drawing.names)
    cell = np.arange(count) * rows // count
    weight = 1 / np.bincount(cell, minlength=rows)
    names = {name: code for code, name in enumerate(dict.fromkeys(drawing.state))}
    codes = np.array([names[name] for name in drawing.state], dtype=np.int64)
    row = cell[drawing.state_row]
    spans = (drawing.state_start, drawing.state_end)
    states = _shares(codes, len(names), row, spans, weight[row], end, (rows, columns))
    row = cell[drawing.row]
    taken = drawing.width / np.maximum(drawing.slots[drawing.row], 1)
    spans = (drawing.start, drawing.end)
    kinds = _shares(drawing.kind, len(drawing.looks), row, spans, weight[row] * taken, end, (rows, columns))
    return states, kinds


def _shares(
    code: Ints, codes: int, row: Ints, spans: tuple[Floats, Floats], weight: Floats, end: float, shape: tuple[int, int]
) -> Floats:
    """Add up how much of each cell the spans cover: the running sum of what begins less what ends."""
    rows, columns = shape
    width = columns + 2
    base = (code * rows + row) * width
    change = np.zeros(codes * rows * width)
    for instants, sign in zip(spans, (1.0, -1.0), strict=True):
        place = np.clip(instants / end * columns, 0, columns)
        whole = np.floor(place).astype(np.int64)
        part = place - whole
        change += np.bincount(base + whole, sign * weight * (1 - part), len(change))
        change += np.bincount(base + whole + 1, sign * weight * part, len(change))
    return np.cumsum(change.reshape(codes, rows, width), axis=2)[:, :, :columns]


def _image(axes: Axes, drawing: Chart, clock: Clock, page: Page) -> None:
    from matplotlib.colors import to_rgb

    count = len(drawing.names)
    states, kinds = occupancy(drawing, clock.end, min(count, IMAGE_ROWS), COLUMNS)
    names = list(dict.fromkeys(drawing.state))
    looks = [NODE_STATES["idle"] if name == "running" else shade(NODE_STATES, name) for name in names]
    covered = states.sum(axis=0)
    colors = np.array([to_rgb(look.on(page.mode)) for look in looks])
    picture = np.tensordot(states, colors, axes=(0, 0))
    picture += (1 - covered)[:, :, None] * np.array(to_rgb(page.absent))
    # A task covers the state beneath it by the share of slots it takes.
    work = np.array([to_rgb(look.on(page.mode)) for look in drawing.looks]).reshape(-1, 3)
    busy = kinds.sum(axis=0)
    beneath = np.divide(picture - (1 - covered)[:, :, None] * np.array(to_rgb(page.absent)), covered[:, :, None],
                        out=np.zeros_like(picture), where=covered[:, :, None] > 1e-9)  # fmt: skip
    picture += np.tensordot(kinds, work, axes=(0, 0)) - busy[:, :, None] * beneath
    first, last = clock.at([0.0, clock.end])
    axes.imshow(
        np.clip(picture, 0, 1), aspect="auto", interpolation="nearest", extent=(first, last, count, 0), zorder=2
    )


def _label_rows(axes: Axes, drawing: Chart) -> None:
    count = len(drawing.names)
    groups = list(dict.fromkeys(drawing.pool))
    firsts = [drawing.pool.index(group) for group in groups]
    if count <= 30:
        names = [name if len(name) <= 24 else f"{name[:10]}…{name[-12:]}" for name in drawing.names]
        axes.set_yticks(np.arange(count) + 0.5, names, fontsize=SMALL)
        axes.tick_params(axis="y", length=0)
        axes.set_ylabel("node")
    else:
        axes.set_ylabel("node (number, in order of creation)")
        grouped(axes.yaxis)
    if len(groups) > 1:
        for first in firsts[1:]:
            axes.axhline(first, color="#000000", linewidth=0.9, zorder=5)
        if len(groups) <= 12:
            right = axes.secondary_yaxis("right")
            ends = [*firsts[1:], count]
            right.set_yticks([(a + b) / 2 for a, b in zip(firsts, ends, strict=True)], groups, rotation=90, va="center")
            right.tick_params(length=0)


def _mark_preemptions(axes: Axes, drawing: Chart, clock: Clock, page: Page, *, is_bars: bool) -> None:
    lost = np.array([name == "preempted" for name in drawing.state], dtype=bool)
    if lost.any():
        size = 5.0 if is_bars else 1.6 if lost.sum() < 2000 else 0.7
        axes.plot(
            clock.at(drawing.state_start[lost]), drawing.state_row[lost] + 0.5, linestyle="none",
            marker="x" if is_bars else "o", markersize=size, markeredgewidth=1.4 if is_bars else 0,
            color=MARKS["preemption"].on(page.mode), label="preemption", zorder=6,
        )  # fmt: skip


def _handles(drawing: Chart, page: Page, *, is_bars: bool) -> list[Any]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    present = dict.fromkeys(drawing.state)
    used = sorted(set(drawing.kind.tolist()))
    found: list[Any] = [swatch(drawing.looks[code], page, plain=not is_bars) for code in used]
    if present:
        found.append(swatch(NODE_STATES["idle"], page, "idle: paid for, not used"))
    order = [name for name in NODE_STATES if name in present and name not in ("idle", "running")]
    order += [name for name in present if name not in NODE_STATES]
    found += [swatch(shade(NODE_STATES, name), page, plain=not is_bars) for name in order]
    if "preempted" in present:
        color = MARKS["preemption"].on(page.mode)
        shape = "x" if is_bars else "."
        found.append(Line2D([], [], linestyle="none", marker=shape, color=color, label="preemption"))
    found.append(Patch(facecolor=page.absent, edgecolor="none", label="no node"))
    return found
