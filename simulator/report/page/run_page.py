"""A report to hand on: one run as one HTML file that needs nothing else."""

from __future__ import annotations

from datetime import UTC, tzinfo
from typing import TYPE_CHECKING, Any, Final

from simulator.report.figures.pool import story
from simulator.report.looks.captions import counted, paid, where_it_went
from simulator.report.looks.palette import CYCLE, MARKS, NODE_STATES, OUTCOMES, SERIES, Shade
from simulator.report.page import sections
from simulator.report.page.assumptions import rests_on, with_low_priority
from simulator.report.page.dates import instant
from simulator.report.page.evaluation_cards import cards
from simulator.report.page.layout import framed
from simulator.report.page.markup import Html, table, tag
from simulator.report.page.sentence import sentence
from simulator.report.page.shell import document
from simulator.report.page.zoom_plots import MOST_POOLS, of_pool, plots, shown_pools
from simulator.report.shapes.curves import summary_table
from simulator.units import spoken

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from simulator.results.record.read import SavedRun

NODES_LISTED: Final = 60
COLUMNS: Final = ("queued_tasks", "running_tasks", "target", "current", "usable_nodes")
"""Series in the table beside the plot."""


def run_page(run: SavedRun, *, zone: tzinfo | None = None) -> str:
    """Return the report on a saved run; `zone` is whose clock is shown at first, otherwise UTC."""
    summary = run.summary
    pools = shown_pools(run)
    evaluations = cards(run.frame("evaluations"), run.frame("resizes"))
    name = run.name or "a run without a name"
    parts = [
        ("figures", "Key figures", [sections.figures(summary)]),
        ("pool", "Pool over time", _pool_section(run, pools, zone)),
        ("nodes", "Nodes over time", _nodes_section(run, pools)),
        ("ledger", "Where the time and the money went", sections.ledger(run.frame("ledger"), summary)),
        ("cost", "Cost", sections.costs(summary)),
        ("jobs", "Jobs", sections.jobs(summary)),
        ("evaluations", "Autoscale evaluations", _evaluations_section(evaluations)),
        ("assumptions", "Assumptions", _assumptions_section(run, summary)),
        ("scenario", "Scenario", sections.scenario(run.plain_scenario)),
        ("manifest", "Manifest", [sections.manifest(summary["manifest"])]),
    ]
    wrong = sections.notices(summary)
    if wrong is not None:
        parts.insert(1, ("notices", "What went wrong", [wrong]))
    body = framed(name, sentence(summary), str(run.plain_scenario.get("description", "")), parts)
    return document(f"{name} – Poolsight report", body, _values(run, pools, zone, evaluations))


def _assumptions_section(run: SavedRun, summary: Mapping[str, Any]) -> list[Html]:
    low = with_low_priority(run.frame("nodes"))
    return [*sections.acted(summary["assumptions"]), sections.values(rests_on(run.plain_scenario, summary, low))]


def _pool_section(run: SavedRun, pools: list[str], zone: tzinfo | None) -> list[Html]:
    if not pools:
        return [tag("p", "The scenario has no pool.")]
    all_pools = run.frame("pools")
    more = (
        f"Shown are the {MOST_POOLS} of {len(all_pools):,} pools with most node time."
        if len(all_pools) > len(pools)
        else None
    )
    findings, tables = [], []
    for place, pool in enumerate(pools):
        timeline = of_pool(run.frame("pool_timeline"), pool)
        findings.append(tag("p", _sentence(run, pool), class_="finding", data_pool=pool, hidden=place > 0))
        tables.append(tag("div", _timeline_table(run, pool, timeline, zone), data_pool=pool, hidden=place > 0))
    noscript = tag("noscript", tag("p", "The plots need scripts; the tables below say the same."))
    return [
        tag("p", more, class_="faint") if more else Html(""),
        *findings,
        tag("div", _controls(pools), class_="controls"),
        noscript,
        tag(
            "div",
            [tag("div", class_="plot", id=f"plot-{panel}") for panel in ("waiting", "running", "nodes")],
            tag("div", class_="legend", id="legend-pool"),
            class_="whole",
        ),
        tag("p", class_="readout", id="readout-pool", role="status"),
        _keys("Drag over a plot to zoom, double-click for the whole run, click to open the nearest evaluation."),
        tag("div", tables),
    ]


def _controls(pools: list[str]) -> list[Html | None]:
    """Return what chooses the pool, the clock and the part of the run."""
    return [
        tag("label", "Pool ", tag("select", [tag("option", pool) for pool in pools], id="which-pool"))
        if len(pools) > 1
        else None,
        tag("label", "Clock ", tag("select", id="clock")),
        tag(
            "div",
            [
                tag("button", text, type="button", data_view=action, aria_label=label)
                for text, action, label in (
                    ("Zoom in", "in", "zoom in"),
                    ("Zoom out", "out", "zoom out"),
                    ("←", "left", "earlier"),
                    ("→", "right", "later"),
                    ("Whole run", "reset", "show the whole run"),
                )
            ],
            class_="buttons",
        ),
        tag("span", id="window", class_="faint", role="status"),
    ]


def _keys(text: str, more: str = "") -> Html:
    keys = (
        ("←", "→", "earlier, later"),
        ("+", "−", "zoom"),
        ("0", "", "whole run"),
        ("Shift ←", "Shift →", "move the cursor"),
    )
    line = [[tag("kbd", one), " ", tag("kbd", two) if two else None, f" {what}; "] for one, two, what in keys]
    return tag(
        "p", text, " With a plot in focus: ", line, tag("kbd", "Enter"), " nearest evaluation", more, ".", class_="keys"
    )


def _sentence(run: SavedRun, pool: str) -> str:
    shown = story(run, pool)
    time, queue = shown.curves["queued_tasks"]
    most = int(queue.max(initial=0))
    text = shown.finding()
    if most:
        text += f". The queue was longest at {instant(run.origin, float(time[queue.argmax()]))} UTC"
    marks = ", ".join(
        counted(len(shown.marks[kind]), shade.title) for kind, shade in MARKS.items() if len(shown.marks[kind])
    )
    return f"{text}; {marks}." if marks else f"{text}."


def _timeline_table(run: SavedRun, pool: str, timeline: pd.DataFrame, zone: tzinfo | None) -> Html | None:
    rows = summary_table(timeline, run.end)
    if not rows:
        return None
    cells = [
        (f"{instant(run.origin, start, zone or UTC)}", *(f"{means[name]:,.1f}" for name in COLUMNS))
        for start, _, means in rows
    ]
    step = spoken(rows[0][1] - rows[0][0])
    titles = (f"from ({zone or 'UTC'})", *(SERIES[name].title for name in COLUMNS))
    made = table(f"Pool {pool}: means over {len(rows)} stretches of about {step}", titles, cells)
    return tag("details", tag("summary", f"Pool {pool} over time as a table"), made, class_="table")


def _nodes_section(run: SavedRun, pools: list[str]) -> list[Html]:
    findings, tables = [], []
    for place, pool in enumerate(pools):
        nodes = of_pool(run.frame("nodes"), pool)
        line = f"{pool}: {counted(len(nodes), 'node')}; {where_it_went(paid(run, [pool]))}."
        listed = _nodes_table(pool, nodes) if len(nodes) else None
        findings.append(tag("p", line, class_="finding", data_pool=pool, hidden=place > 0))
        tables.append(tag("div", listed, data_pool=pool, hidden=place > 0))
    if not pools or not len(run.frame("nodes")):
        return [tag("p", "No node was ever there.")]
    chooser = tag("select", tag("option", "outcome", value="outcome"), tag("option", "job", value="job"))
    keys = _keys(
        "One row a node; where a row is empty, the node is paid for and not used. Drag to zoom into time and nodes.",
        "; ↑ ↓ node; Shift ↑ Shift ↓ fewer, more nodes; Page Up, Page Down",
    )
    plot = [
        tag("div", tag("label", "Colour of tasks by ", chooser), class_="controls", id="colour-by"),
        tag(
            "div",
            tag("div", class_="plot", id="plot-node-time"),
            tag("div", class_="legend", id="legend-node-time"),
            class_="whole",
        ),
        tag("p", class_="readout", id="readout-nodes", role="status"),
        keys,
    ]
    return [*findings, tag("div", plot, id="nodes-section"), tag("div", tables)]


def _nodes_table(pool: str, nodes: pd.DataFrame) -> Html:
    """List the nodes, the busiest first."""
    order = nodes.sort_values(["attempts", "created"], ascending=[False, True], kind="stable").head(NODES_LISTED)
    rows = [
        (
            str(row["node"]),
            sections.KINDS.get(str(row["kind"]), str(row["kind"])),
            f"{row['vms']:,}",
            f"{row['attempts']:,}",
            spoken(float(row["gone"]) - float(row["created"])),
            f"{float(row['billed']) / 3600:,.2f}",
        )
        for row in order.to_dict("records")
    ]
    which = (
        f"the {NODES_LISTED} of {len(nodes):,} with most attempts"
        if len(nodes) > NODES_LISTED
        else "most attempts first"
    )
    made = table(
        f"Nodes of pool {pool}, {which}", ("node", "kind", "VMs", "attempts", "was there", "billed hours"), rows, text=2
    )
    return tag("details", tag("summary", f"Nodes of pool {pool} as a table"), made, class_="table")


def _evaluations_section(found: dict[str, Any]) -> list[Html]:
    which = tag(
        "select", tag("option", "changes, errors, warnings", value="eventful"), tag("option", "all", value="all")
    )
    panel = [
        tag("div", tag("label", "Show ", which), class_="controls", id="evaluations-which", hidden=True),
        tag("p", id="evaluations-said", class_="faint", role="status"),
        tag("div", id="evaluations-list"),
        tag("button", "Show more", type="button", id="evaluations-more", hidden=True),
    ]
    if not found["total"]:
        return [tag("p", "No pool scaled itself."), tag("div", panel, hidden=True)]
    text = "Each line is one evaluation: open it to see what the formula gave, what was made of it, and why."
    shown, traced = len(found["rows"]), sum("trace" in row for row in found["rows"])
    if shown < found["total"]:
        text += f" There is room here for {shown:,} of {found['total']:,}: errors and changes first, evenly over time."
    if traced < found["traced"]:
        text += f" {traced:,} of {found['traced']:,} traces are here; evaluations.parquet has all."
    return [tag("p", text), tag("div", panel)]


def _values(run: SavedRun, pools: list[str], zone: tzinfo | None, evaluations: dict[str, Any]) -> dict[str, Any]:
    """Return what the page's scripts read."""
    return {
        "origin": round(run.origin.timestamp() * 1000),
        "end": round(run.end * 1000),
        "zone": None if zone is None else str(zone),
        "pools": plots(run, pools),
        "evaluations": evaluations,
        "cycle": len(CYCLE),
        "titles": titles(),
    }


def titles() -> dict[str, dict[str, str]]:
    """Return what people call everything that the plots show."""
    groups = {"series": SERIES, "marks": MARKS, "states": NODE_STATES, "outcomes": OUTCOMES}
    return {name: _titles(shades) for name, shades in groups.items()}


def _titles(shades: Mapping[str, Shade]) -> dict[str, str]:
    return {str(name): shade.title for name, shade in shades.items()}
