"""Pool over time: what waits, what runs, how many nodes there are and should be, and what happened when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from simulator.codes import CHANGING
from simulator.report.looks.captions import counted, of_pools, percent
from simulator.report.looks.clock import Clock
from simulator.report.looks.palette import LIGHT, MARKS, SERIES, Page, Shade
from simulator.report.looks.theme import balanced, drawn, entitle, grouped, legend, placeholder, sheet, swatch
from simulator.report.shapes.curves import RARE
from simulator.report.shapes.steps import area, held, thinned
from simulator.service_codes import RETARGETED, SUCCESS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from simulator.results.record.read import Frames

Floats = npt.NDArray[np.float64]
Curves = dict[str, tuple[Floats, Floats]]

MOST_POOLS: Final = 3
"""Side by side; more would be too narrow to read."""
MOST_MARKS: Final = 250
"""More marks of a kind are drawn by how many there are at a time."""
SHAPES: Final = {"evaluation": "|", "resize": "^", "preemption": "x", "error": "D"}
FINE: Final = frozenset({SUCCESS, RETARGETED})
"""Codes of resizes and operations that are no error."""


@dataclass(frozen=True, slots=True)
class Story:
    """What is drawn of one pool."""

    name: str
    curves: Curves
    """Time and value of each series, complete from 0 to the end."""
    marks: dict[str, Floats]
    """Instants by kind of mark; `change` are the evaluations that asked for another size."""

    def finding(self) -> str:
        """Report in a sentence what the pool did."""
        queue, current = self.curves["queued_tasks"], self.curves["current"]
        there = (current[0], current[1] - sum(self.curves[name][1] for name in RARE))  # these are not paid for
        waited, nodes, with_vm = int(queue[1].max()), int(current[1].max()), int(there[1].max())
        if not nodes:
            return f"{self.name}: no node, {counted(waited, 'task')} waiting" if waited else f"{self.name}: no node"
        held_time = area(*there)
        idle = 1 - area(*self.curves["running_nodes"]) / held_time if held_time else 0.0
        text = f"{self.name}: at most {counted(waited, 'task')} waiting and {counted(nodes, 'node')}"
        text += f" ({with_vm:,} with a VM)" if with_vm < nodes else ""
        text += f", without work {percent(max(idle, 0.0))} of the node time"
        wanted = int(self.curves["target"][1].max())
        if wanted > nodes:
            text += f"; {wanted:,} were wanted"
        left = int(queue[1][-1])
        return f"{text}; {counted(left, 'task')} still waiting at the end" if left else text


def story(run: Frames, pool: str) -> Story:
    """Collect the curves and marks of one pool."""
    timeline = of_pools(run.frame("pool_timeline"), [pool])
    time = timeline["time"].to_numpy(dtype=np.float64)

    def curve(*columns: str) -> tuple[Floats, Floats]:
        values = sum((timeline[name].to_numpy(dtype=np.float64) for name in columns), np.zeros(len(time)))
        return held(time, values, run.end)

    names = ("queued_tasks", "running_tasks", "usable_nodes", "running_nodes", *RARE)
    curves = {name: curve(name) for name in (*names, "current_dedicated", "current_low_priority")}
    curves["target"] = curve("target_dedicated", "target_low_priority")
    curves["current"] = curve("current_dedicated", "current_low_priority")
    return Story(pool, curves, _marks(run, pool))


def _marks(run: Frames, pool: str) -> dict[str, Floats]:
    evaluations, resizes, operations, states = (
        of_pools(run.frame(name), [pool]) for name in ("evaluations", "resizes", "operations", "node_states")
    )
    changing = evaluations["action"].isin(CHANGING)
    failed = evaluations["error"].notna()
    refused = resizes["code"].notna() & ~resizes["code"].isin(FINE)
    denied = ~operations["code"].isin(FINE)
    error = [evaluations["time"][failed], resizes["end"].fillna(resizes["start"])[refused], operations["time"][denied]]
    return {
        "evaluation": evaluations["time"].to_numpy(dtype=np.float64),
        "change": evaluations["time"][changing].to_numpy(dtype=np.float64),
        "resize": resizes["start"].to_numpy(dtype=np.float64),
        "preemption": states["start"][states["state"] == "preempted"].to_numpy(dtype=np.float64),
        "error": np.sort(np.concatenate([part.to_numpy(dtype=np.float64) for part in error])),
    }


@drawn
def pool_over_time(
    run: Frames,
    *,
    pools: Sequence[str] | None = None,
    zone: tzinfo | None = None,
    nights: bool = False,
    page: Page = LIGHT,
) -> Figure:
    """Draw tasks and nodes of pools on one time axis; pools stand side by side on equal scales.

    `zone` shows the clock there instead of the time since the start; `nights` shades nights and weekends.
    """
    known = shown_pools(run)
    chosen = list(known if pools is None else pools)[:MOST_POOLS]
    stories = [story(run, pool) for pool in chosen]
    clock = Clock(run.origin, run.end, zone)
    kinds = [kind for kind in MARKS if any(len(story.marks[kind]) for story in stories)]
    figure = sheet(page, 9.5 if len(stories) < 2 else 4.9 * len(stories), 6.4 + 0.22 * len(kinds))
    heights = [2.2, 1.3, 2.4, *([0.32 * len(kinds) + 0.12] if kinds else [])]
    if not stories or not run.end:
        entitle(figure, "; ".join(shown.finding() for shown in stories) or "No pool, nothing to see")
        why = "the run ended at the instant at which it began" if stories else "no pool"
        placeholder(figure.add_subplot(), why, page)
        return figure
    grid = figure.subplots(len(heights), len(stories), sharex=True, sharey="row", squeeze=False, height_ratios=heights)
    for column, shown in enumerate(stories):
        panels = list(grid[:, column])
        _draw(shown, panels, clock, kinds, page, is_first=column == 0)
        width = int(figure.get_figwidth() / len(stories) * (9.5 if len(stories) == 1 else 9))
        size = 12 if len(stories) == 1 else 10.5
        panels[0].set_title(balanced(shown.finding(), width), fontsize=size, fontweight="bold")
        if nights:
            for panel in panels:
                clock.shade(panel, page)
        clock.dress(panels[-1])
    for row in grid[:3]:
        row[0].set_ylim(bottom=0, top=max(row[0].get_ylim()[1], 1.0))  # where nothing is, not 0.02 of a node
    more = len(known if pools is None else pools) - len(stories)
    hint = f"{counted(more, 'more pool')} not shown: name those to see." if more > 0 else ""
    legend(figure, _handles(stories, page, nights=nights), page, note=hint, columns=4)
    return figure


def shown_pools(run: Frames) -> list[str]:
    """Name the pools of a run as the scenario orders them, but those with most node time first if they are many."""
    names = [str(name) for name in run.frame("pools")["pool"]]
    if len(names) <= MOST_POOLS:
        return names
    time = run.frame("ledger").groupby("pool", observed=True)["time"].sum()
    return sorted(names, key=lambda name: -float(time.get(name, 0.0)))


def _draw(story: Story, panels: list[Axes], clock: Clock, kinds: list[str], page: Page, *, is_first: bool) -> None:
    queue, running, nodes = panels[:3]
    fill(queue, story, "queued_tasks", clock, page)
    line(running, story, "running_tasks", clock, page)
    fill(nodes, story, "usable_nodes", clock, page)
    fill(nodes, story, "running_nodes", clock, page)
    for name in RARE:
        if story.curves[name][1].any():
            line(nodes, story, name, clock, page)
    if all(story.curves[f"current_{kind}"][1].any() for kind in ("dedicated", "low_priority")):
        line(nodes, story, "current_low_priority", clock, page, linestyle=":")
    line(nodes, story, "current", clock, page)
    line(nodes, story, "target", clock, page, linestyle=(0, (4, 2)), linewidth=1.6)
    for panel in panels[:3]:
        panel.grid(axis="y", linewidth=0.6)
        grouped(panel.yaxis)
        panel.yaxis.get_major_locator().set_params(integer=True)  # type: ignore[call-arg]  # a MaxNLocator
    if is_first:
        for panel, text in ((queue, "waiting (tasks)"), (running, "running (tasks)"), (nodes, "nodes (count)")):
            panel.set_ylabel(text)
    if kinds:
        _draw_marks(story, panels[3], clock, kinds, page)


def line(axes: Axes, story: Story, name: str, clock: Clock, page: Page, **look: Any) -> None:
    """Draw a series as a step line."""
    time, values = thinned(*story.curves[name])
    axes.step(clock.at(time), values, where="post", color=SERIES[name].on(page.mode), label=name, **look)


def fill(axes: Axes, story: Story, name: str, clock: Clock, page: Page) -> None:
    """Draw a series as a step area with an outline."""
    time, values = thinned(*story.curves[name])
    color = SERIES[name].on(page.mode)
    axes.fill_between(clock.at(time), values, step="post", color=color, linewidth=0)
    axes.step(clock.at(time), values, where="post", color=color, linewidth=0.8, label=name)


def _draw_marks(story: Story, axes: Axes, clock: Clock, kinds: list[str], page: Page) -> None:
    for row, kind in enumerate(kinds):
        instants = story.marks[kind]
        color = MARKS[kind].on(page.mode)
        if kind != "evaluation" and len(instants) > MOST_MARKS:
            _draw_density(instants, axes, clock, row, kind, color)
            continue
        look: dict[str, Any] = {"linestyle": "none", "marker": SHAPES[kind], "color": color, "label": kind}
        size = 3.5 if kind == "evaluation" else 4.5 if len(instants) < 100 else 3.0
        axes.plot(clock.at(instants), np.full(len(instants), row), markersize=size, **look)
        if kind == "evaluation":
            changes = story.marks["change"]
            look |= {"label": "change", "color": SERIES["target"].on(page.mode), "markeredgewidth": 1.4}
            axes.plot(clock.at(changes), np.full(len(changes), row), markersize=9, **look)
    axes.set_yticks(range(len(kinds)), [f"{MARKS[kind].title}s" for kind in kinds], fontsize=8)
    axes.set_ylim(len(kinds) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)


def _draw_density(instants: Floats, axes: Axes, clock: Clock, row: int, kind: str, color: str) -> None:
    """Draw marks that would cover each other as a row of columns, the highest where most of them are."""
    counts, edges = np.histogram(instants, 240, (0, clock.end))
    base, top = row + 0.42, row - 0.42
    axes.stairs(base + (top - base) * counts / counts.max(), clock.at(edges), baseline=base, fill=True, color=color,
                label=kind)  # fmt: skip


def _handles(stories: list[Story], page: Page, *, nights: bool) -> list[Any]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    def stroke(shade: Shade, title: str = "", **look: Any) -> Line2D:
        return Line2D([], [], color=shade.on(page.mode), label=title or shade.title, **look)

    found: list[Any] = [swatch(SERIES["queued_tasks"], page), stroke(SERIES["running_tasks"])]
    found += [swatch(SERIES["running_nodes"], page), swatch(SERIES["usable_nodes"], page, "usable, without a task")]
    found += [stroke(SERIES["current"]), stroke(SERIES["target"], linestyle=(0, (4, 2)))]
    if any(all(s.curves[f"current_{kind}"][1].any() for kind in ("dedicated", "low_priority")) for s in stories):
        found.append(stroke(SERIES["current_low_priority"], "of them low-priority", linestyle=":"))
    found += [stroke(SERIES[name]) for name in RARE if any(story.curves[name][1].any() for story in stories)]
    if any(len(story.marks["change"]) for story in stories):
        look: dict[str, Any] = {"marker": "|", "markersize": 9, "markeredgewidth": 1.4, "linestyle": "none"}
        found.append(stroke(SERIES["target"], "evaluation that changed the target", **look))
    if nights:
        found += [Patch(facecolor=page.night, label="night, 20 to 6 h"), Patch(facecolor=page.weekend, label="weekend")]
    return found
