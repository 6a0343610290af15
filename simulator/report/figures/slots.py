"""Slot grid: every node a column, every slot a cell, at one instant; white cells are room that nothing used."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import numpy.typing as npt

from simulator.report.figures.gantt import chart
from simulator.report.figures.pool import shown_pools
from simulator.report.looks.captions import counted, of_pools
from simulator.report.looks.palette import CYCLE, LIGHT, NODE_STATES, OTHER, WITHOUT_CORES, Page, Shade, shade
from simulator.report.looks.theme import SMALL, balanced, drawn, entitle, legend, placeholder, sheet, swatch
from simulator.units import spoken

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from simulator.results.record.read import Frames

Ints = npt.NDArray[np.int64]
Group = Literal["size", "job"]

GAP: Final = 0.5
"""Between bands of nodes, in cells."""
MOST_POOLS: Final = 3
BAND: Final = 40
"""Nodes side by side before a second band begins."""


@dataclass(frozen=True, slots=True)
class Block:
    """A task on a node, or a node that serves none because of its state: cells from `slot` on."""

    node: int
    slot: int
    height: int
    look: Shade


@dataclass(frozen=True, slots=True)
class Moment:
    """What one pool's nodes hold at one instant; `slots` is what each offers."""

    time: float
    nodes: list[str]
    slots: int
    blocks: list[Block]
    serving: int
    """Nodes in service."""
    used: int
    """Slots taken on all nodes."""
    waiting: int
    smallest: int
    """Slots that the smallest waiting task needs, on each of its nodes; 0 where none waits."""
    without_cores: int
    """Empty slots of nodes in service whose cores are taken."""
    spread: int = 1
    """Nodes that it needs at once."""


def telling_instant(run: Frames, pool: str) -> float:
    """Find when most slots in service are empty although tasks wait; failing that, when most are taken.

    Of a pool that never serves, the last instant with most of its nodes: their states then say why.
    """
    timeline = of_pools(run.frame("pool_timeline"), [pool])
    if not len(timeline):
        return 0.0
    slots = _slots(run, pool)
    empty = (timeline["usable_nodes"] * slots - timeline["used_slots"]).to_numpy(dtype=np.float64)
    held = np.diff(np.append(timeline["time"].to_numpy(dtype=np.float64), run.end))
    # An instant of a second is no picture of the pool: what is empty must stay so for a while.
    stranded = np.where((timeline["queued_tasks"].to_numpy() > 0) & (empty > 0) & (held >= 1.0), empty, 0.0)
    ranked = (stranded, timeline["used_slots"].to_numpy(), timeline["usable_nodes"].to_numpy())
    best = next((values.argmax() for values in ranked if values.any()), None)
    if best is None:
        there = (timeline["current_dedicated"] + timeline["current_low_priority"]).to_numpy()
        best = len(there) - 1 - there[::-1].argmax()
    return float(timeline["time"].iloc[int(best)])


def _slots(run: Frames, pool: str) -> int:
    pools = run.frame("pools")
    return int(pools["slots"][pools["pool"] == pool].iloc[0])


def moment(run: Frames, pool: str, at: float | None = None, by: Group = "size") -> Moment:
    """Collect what each node of the pool holds at an instant, the biggest tasks at the bottom."""
    time = telling_instant(run, pool) if at is None else at
    drawing = chart(run, [pool])
    there = (drawing.state_start <= time) & (time < drawing.state_end)
    if not there.any():  # the very end of the run
        there = (drawing.state_start < time) & (time <= drawing.state_end)
    state_of = {int(drawing.state_row[i]): drawing.state[i] for i in np.flatnonzero(there)}
    place = {row: column for column, row in enumerate(sorted(state_of))}
    slots = _slots(run, pool)
    now = (drawing.start <= time) & ((time < drawing.end) | (drawing.end >= run.end))
    task = drawing.task
    looks = _looks(run, drawing.width, task[now], by)
    blocks: list[Block] = []
    fill = dict.fromkeys(place, 0)
    order = sorted(np.flatnonzero(now), key=lambda i: (-int(drawing.width[i]), int(task[i])))
    for i in order:
        row = int(drawing.row[i])
        if row in place:
            blocks.append(
                Block(place[row], fill[row], int(drawing.width[i]), looks(int(drawing.width[i]), int(task[i])))
            )
            fill[row] += int(drawing.width[i])
    for row, name in state_of.items():
        if name not in ("idle", "running") and fill[row] < slots:
            blocks.append(Block(place[row], fill[row], slots - fill[row], shade(NODE_STATES, name)))
    waiting = _waiting(run, pool, time, set(task[now].tolist())).sort_values(["instances", "slots"], kind="stable")
    serving = [row for row, name in state_of.items() if name in ("idle", "running")]
    shut = _without_cores(run, pool, waiting, drawing.row[now], task[now])
    barred = [row for row in serving if row in shut and fill[row] < slots]
    blocks += [Block(place[row], fill[row], slots - fill[row], WITHOUT_CORES) for row in barred]
    return Moment(
        time=time,
        nodes=[drawing.names[row] for row in sorted(state_of)],
        slots=slots,
        blocks=blocks,
        serving=len(serving),
        used=sum(fill.values()),
        waiting=len(waiting),
        smallest=int(waiting["slots"].iloc[0]) if len(waiting) else 0,
        without_cores=sum(slots - fill[row] for row in barred),
        spread=int(waiting["instances"].iloc[0]) if len(waiting) else 1,
    )


def _waiting(run: Frames, pool: str, time: float, present: set[int]) -> pd.DataFrame:
    """Return the tasks that are submitted, not done and on no node."""
    tasks = of_pools(run.frame("tasks"), [pool])
    return tasks[(tasks["submit"] <= time) & ~(tasks["end"] <= time) & ~tasks["task"].isin(list(present))]


def _without_cores(run: Frames, pool: str, waiting: pd.DataFrame, node: Ints, task: Ints) -> set[int]:
    """Return the nodes whose cores left are too few for any task that waits, or, where none does, for any at all.

    `node` and `task` are of what is on the nodes now.
    """
    cores = run.frame("tasks")["cores"].to_numpy(dtype=np.float64)
    asked = waiting["cores"] if len(waiting) else of_pools(run.frame("tasks"), [pool])["cores"]
    least = float(asked.min()) if len(asked) else 0.0
    if least <= 0:  # some task asks for none: its slots are all that it needs
        return set()
    pools = run.frame("pools")
    room = float(pools["cores"][pools["pool"] == pool].iloc[0])
    taken: dict[int, float] = {}
    for row, amount in zip(node.tolist(), cores[task].tolist(), strict=True):
        taken[row] = taken.get(row, 0.0) + amount
    return {row for row, amount in taken.items() if room - amount < least}


def _looks(run: Frames, width: Ints, task: Ints, by: Group) -> Any:
    """Return a function from a task's size and number to its colour; a size has one colour throughout a run."""
    if by == "size":
        sizes = np.unique(width)[::-1].tolist()
        named = {size: _named(counted(size, "slot"), place) for place, size in enumerate(sizes)}
        return lambda size, _: named[size]
    job = run.frame("tasks")["job"].astype(str).to_numpy()
    jobs = {name: _named(name, place) for place, name in enumerate(dict.fromkeys(sorted(job[task].tolist())))}
    return lambda _, number: jobs[job[number]]


def _named(name: str, place: int) -> Shade:
    look = CYCLE[place] if place < len(CYCLE) else OTHER
    return Shade(name if place < len(CYCLE) else "others", look.light, look.dark)


def finding(found: Moment) -> str:
    """Report how many slots are empty, and whether anything waits that they are too few for."""
    if not found.nodes:
        return "no node"
    if not found.serving:
        waits = f" while {counted(found.waiting, 'task')} {'waits' if found.waiting == 1 else 'wait'}"
        return f"none of {counted(len(found.nodes), 'node')} is in service{waits if found.waiting else ''}"
    offered = found.serving * found.slots
    empty = max(offered - found.used, 0)
    text = f"{empty:,} of {counted(offered, 'slot')} in service are empty"
    if found.without_cores:
        which = "" if found.without_cores == empty else f"{found.without_cores:,} of them "
        text += f", {which}for want of cores"
    if not found.waiting:
        return f"{text}, nothing waits"
    need = f"needs {counted(found.smallest, 'slot')}{f' on each of {found.spread:,} nodes' if found.spread > 1 else ''}"
    if found.waiting == 1:
        return f"{text} while 1 task waits, which {need}"
    return f"{text} while {counted(found.waiting, 'task')} wait, of which the smallest {need}"


@drawn
def slot_grid(
    run: Frames,
    *,
    pools: Sequence[str] | None = None,
    at: float | None = None,
    by: Group = "size",
    page: Page = LIGHT,
) -> Figure:
    """Draw what is in every slot at an instant in seconds; without one, the most telling of the first pool."""
    every = list(shown_pools(run) if pools is None else pools)
    known = every[:MOST_POOLS]
    if not known:
        figure = sheet(page, 9.5, 3)
        entitle(figure, "No pool, nothing to see")
        placeholder(figure.add_subplot(), "no pool", page)
        return figure
    time = telling_instant(run, known[0]) if at is None else at
    found = [moment(run, pool, time, by) for pool in known]
    figure = sheet(page, 9.5, 1.4 + sum(_height(one) for one in found))
    widest = max(_columns(one) for one in found)
    panels = figure.subplots(len(found), 1, squeeze=False, height_ratios=[_height(one) for one in found])[:, 0]
    for pool, one, axes in zip(known, found, panels, strict=True):
        size = 12 if len(known) == 1 else 10.5
        axes.set_title(balanced(f"{pool}: {finding(one)}", 90), fontsize=size, fontweight="bold")
        if one.nodes:
            _draw(_bare(axes), one, widest, page)
        else:
            placeholder(axes, "no node at that instant", page)
    panels[-1].set_xlabel(f"node (each column is one), {spoken(time)} after the start of the run")
    looks = dict.fromkeys(block.look for one in found for block in one.blocks)
    handles: list[Any] = [
        swatch(look, page, f"task of {look.title}" if by == "size" and _is_size(look) else "") for look in looks
    ]
    if any(one.serving * one.slots - one.used > one.without_cores for one in found):
        handles.append(swatch(NODE_STATES["idle"], page, "empty: paid for, not used"))
    more = len(every) - len(known)
    legend(figure, handles, page, note=f"{counted(more, 'more pool')} not shown: name those to see." if more else "")
    return figure


def _height(found: Moment) -> float:
    """Return a panel's height in inches: bands of equal cells, but readable."""
    return min(max(0.9 + 0.28 * found.slots, 2.0), 4.2) if len(found.nodes) <= BAND else 4.6


def _bare(axes: Axes) -> Axes:
    axes.set_xticks([])
    axes.set_yticks([])
    return axes


def _is_size(look: Shade) -> bool:
    return look.title.endswith(("slot", "slots"))


def _columns(found: Moment) -> int:
    """Return the nodes side by side in a band: one band if that can be read, else about as wide as they are high."""
    count = len(found.nodes)
    return max(min(max(BAND, math.ceil(math.sqrt(2.3 * count * (found.slots + GAP)))), count), 8)


def _draw(axes: Axes, found: Moment, columns: int, page: Page) -> None:
    from matplotlib.collections import PolyCollection

    count, slots = len(found.nodes), found.slots
    bands = math.ceil(count / columns)
    band, column = np.divmod(np.arange(count), columns)

    def rectangles(node: Ints, bottom: Ints, height: Ints) -> npt.NDArray[np.float64]:
        left = column[node] + 0.06
        low = -(band[node] * (slots + GAP)) - slots + bottom
        corners = np.empty((len(node), 4, 2))
        corners[:, [0, 1], 0], corners[:, [2, 3], 0] = left[:, None], left[:, None] + 0.88
        corners[:, [0, 3], 1], corners[:, [1, 2], 1] = low[:, None], (low + height)[:, None]
        return corners

    nodes = np.repeat(np.arange(count), slots)
    every = rectangles(nodes, np.tile(np.arange(slots), count), np.ones(count * slots, dtype=np.int64))
    line = 0.7 if count * slots <= 2000 else 0.3
    white = NODE_STATES["idle"].on(page.mode)
    axes.add_collection(
        PolyCollection(list(every), facecolor=white, edgecolor=page.edge, linewidth=line, label="cells")
    )
    for look in dict.fromkeys(block.look for block in found.blocks):
        mine = [block for block in found.blocks if block.look == look]
        values = (
            np.array([getattr(block, name) for block in mine], dtype=np.int64) for name in ("node", "slot", "height")
        )
        axes.add_collection(
            PolyCollection(
                list(rectangles(*values)), facecolor=look.on(page.mode), edgecolor=page.edge, hatch=look.hatch,
                linewidth=line, label=look.title,
            )
        )  # fmt: skip
    axes.set_xlim(0, columns)
    axes.set_ylim(-(bands * (slots + GAP)) + GAP - 0.1, 0.1)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    if bands == 1 and count <= 30:
        short = [name if len(name) <= 12 else f"…{name[-10:]}" for name in found.nodes]
        rotation = 0 if columns <= 8 else 90
        axes.set_xticks(np.arange(count) + 0.5, short, fontsize=SMALL, rotation=rotation)
        axes.tick_params(axis="x", length=0)
    axes.set_ylabel(f"slots ({slots} on each node)")
