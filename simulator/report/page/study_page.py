"""A report on an experiment: what to choose, how sure that is, and every number with its interval."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from simulator.experiment.estimates import Estimate
from simulator.report.looks.captions import counted
from simulator.report.looks.quantity import written, written_difference
from simulator.report.page import sections
from simulator.report.page.layout import framed
from simulator.report.page.markup import Child, Html, table, tag
from simulator.report.page.shell import document
from simulator.report.page.svg import scatter, whiskers
from simulator.report.sources.study import Cell, Study, title_of, unit_of
from simulator.units import spoken

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.report.figures.tradeoff import Choice

CELLS: Final = 200
"""Cells in the table; all are in the sweep's directory."""
WHISKERS: Final = 40
"""Cells in a picture of intervals."""
SPANS: Final = ((60.0, 1.0, "s"), (3600.0, 60.0, "min"), (2 * 86400.0, 3600.0, "h"), (math.inf, 86400.0, "d"))
"""Below which span both ends of an interval are written in which unit."""
HIDDEN: Final = frozenset({"billed_hours"})
"""Kept for ratios; nobody asked for it."""


def study_page(study: Study) -> str:
    """Return the report on a sweep."""
    parts: list[tuple[str, str, list[Html]]] = [("figures", "Key figures", [_figures(study)])]
    wrong = _notices(study)
    if wrong is not None:
        parts.append(("notices", "What to note", [wrong]))
    if len(study.choices) > 1:
        parts.append(("front", "Cost against time", _front(study)))
    parts.append(("cells", "Every cell with its intervals", _cells(study)))
    if len(study.cells) > 1:
        parts.append(("differences", f"Differences to {study.cells[0].name}", _differences(study)))
    parts.append(("intervals", "Intervals as pictures", _pictures(study)))
    if study.assumptions:
        parts.append(("assumptions", "Assumptions", sections.acted(study.assumptions)))
    manifest = {key: value for key, value in study.manifest.items() if key != "cells"}
    hashes = _hashes(study)
    parts.append(("manifest", "Manifest", [sections.manifest(manifest), *hashes]))
    return document(f"{study.name} – Poolsight report", framed(study.name, sentence(study), "", parts), {"end": 0})


def _hashes(study: Study) -> list[Html]:
    """List the hashes of the cells' scenarios, closed at first."""
    listed = [(str(at), str(one.get("scenario_sha256", "–"))) for at, one in enumerate(study.manifest.get("cells", ()))]
    if not listed:
        return []
    made = table("Hashes of the complete scenarios", ("cell", "scenario_sha256"), listed, text=2)
    return [tag("details", tag("summary", "Every cell's scenario, by its hash"), made, class_="table")]


def sentence(study: Study) -> str:
    """Report in one sentence what the experiment shows."""
    if study.answer:
        return study.answer
    best, choices = study.front, study.choices
    runs = counted(max(cell.trials for cell in study.cells), "replication")
    if not best:
        return f"{counted(len(study.cells), 'cell')} with {runs} each; none has both a cost and a makespan."
    cheap, fast = best[0], best[-1]
    if len(choices) == 1:
        return f"{_cost(cheap)} and {_time(cheap)} on average of {runs}."
    cheapest = _most("cheapest", cheap.cost.value, [one.cost.value for one in choices])
    fastest = _most("fastest", fast.time.value, [one.time.value for one in choices])
    if len(best) == 1:
        return f"{cheap.name} is {cheapest} and {fastest} of {len(choices):,} cells: {_cost(cheap)}, {_time(cheap)}."
    return (
        f"{cheap.name} is {cheapest} of {len(choices):,} cells ({_cost(cheap)}, {_time(cheap)}), "
        f"{fast.name} {fastest} ({_cost(fast)}, {_time(fast)})."
    )


def _most(word: str, value: float, values: Sequence[float]) -> str:
    """Write that a value is the best one; under the same draws several may be."""
    return f"the {word}" if values.count(value) == 1 else f"one of the {word}"


def _cost(one: Choice) -> str:
    return f"{written(one.cost.value, 'USD')}{_around(one.cost, 'USD')}"


def _time(one: Choice) -> str:
    return f"{spoken(one.time.value)}{_around(one.time, 's')}"


def _around(one: Estimate, unit: str) -> str:
    """Write half the width of an interval behind its middle; nothing where it has none."""
    if not math.isfinite(one.half_width) or one.half_width == 0:
        return ""
    return f" ± {written(one.half_width, unit)}"


def interval_of(one: Estimate, unit: str, of_shares: str = "%") -> str:
    """Write both ends of an interval in one unit; that of shares is `of_shares`."""
    if not (math.isfinite(one.low) and math.isfinite(one.high)):
        return "one value has no interval"
    size, name = 1.0, ""
    if unit == "s":
        most = max(abs(one.low), abs(one.high))
        size, name = next((size, name) for limit, size, name in SPANS if most < limit)
    elif unit == "USD":
        return f"{written(one.low, unit)} to {written(one.high, unit)}"
    elif unit == "share":
        size, name = 0.01, of_shares
    digits = 1 if max(abs(one.low), abs(one.high)) >= 10 * size else 2
    ends = " to ".join(f"{end / size:,.{digits}f}".replace("-", "−") for end in (one.low, one.high))
    return f"{ends} {name}".rstrip()


def _shown(study: Study) -> list[str]:
    """Return the measures that say something: asked for, there, and not all 0."""
    found = []
    for name in study.measures:
        values = [cell.estimates[name].value for cell in study.cells if name in cell.estimates]
        if any(values) and name not in HIDDEN:
            found.append(name)
    return found


def _figures(study: Study) -> Html:
    trials, failed = sum(cell.trials for cell in study.cells), sum(cell.failed for cell in study.cells)
    most = max(cell.trials for cell in study.cells)
    whole = "complete" if study.manifest.get("complete") else "not complete: a sweep goes on from where it stopped"
    found = [
        ("cells", f"{len(study.cells):,}", f"axes: {', '.join(study.axes)}" if study.axes else "one scenario"),
        ("replications of each", f"{most:,}", "the same draws for each"),
        ("trials", f"{trials:,}", whole),
    ]
    if failed:
        found.append(("trials that failed", f"{failed:,}", "left out of every number"))
    if len(study.choices) > 1:
        found.append(("on the Pareto front", f"{len(study.front):,}", "no other cell is cheaper and faster"))
    return sections.named_values(found)


def _notices(study: Study) -> Html | None:
    found = [f"{counted(count, 'trial')} failed: {text}" for text, count in study.failures.items()]
    found += study.warnings
    if not study.manifest.get("complete"):
        found.append("The sweep is not complete: numbers rest on the trials that are there.")
    return tag("ul", [tag("li", text) for text in found], class_="notices") if found else None


def _front(study: Study) -> list[Html]:
    best, choices = study.front, study.choices
    title = f"Cost against makespan of {counted(len(choices), 'cell')}; the front: " + "; ".join(
        f"{one.name}, {written(one.cost.value, 'USD')}, {spoken(one.time.value)}" for one in best[:6]
    )
    text = (
        "Each point is a cell, with its number; its bars are 95 % intervals of the means. "
        "The line joins the front: cells that no other beats in both cost and time."
    )
    rows = [
        (
            f"{one.number}: {one.name}",
            written(one.cost.value, "USD"),
            interval_of(one.cost, "USD"),
            spoken(one.time.value),
            interval_of(one.time, "s"),
        )
        for one in best
    ]
    titles = ("cell", "cost", "95 % interval", "makespan", "95 % interval")
    legend = [
        tag("span", tag("span", class_="swatch cycle-0", aria_hidden="true"), "on the front", class_="key"),
        tag("span", tag("span", class_="swatch other", aria_hidden="true"), "beaten in both", class_="key"),
    ]
    return [
        tag("p", text),
        tag("div", scatter(title, choices, best), tag("div", legend, class_="legend"), class_="whole"),
        table("The Pareto front, the cheapest first", titles, rows),
    ]


def _cells(study: Study) -> list[Html]:
    measures = _shown(study)
    rows: list[list[Child]] = []
    for cell in study.cells[:CELLS]:
        row: list[Child] = [str(cell.number), *(cell.levels[axis] for axis in study.axes)]
        for name in measures:
            one = cell.estimates.get(name)
            unit = unit_of(name)
            row.append("–" if one is None else [written(one.value, unit), tag("small", interval_of(one, unit))])
        rows.append(row)
    titles = ("cell", *study.axes, *(title_of(name) for name in measures))
    made = [table("Means with 95 % intervals", titles, rows, text=1 + len(study.axes))]
    if len(study.cells) > CELLS:
        made.append(tag("p", f"The first {CELLS} of {len(study.cells):,} cells.", class_="faint"))
    return made


def _compared(study: Study) -> list[Cell]:
    """Return the cells to compare with the first: all, or those on the front where there are many."""
    others = list(study.cells[1:])
    if len(others) <= WHISKERS:
        return others
    best = {one.name for one in study.front}
    return [cell for cell in others if cell.name in best][:WHISKERS]


def _differences(study: Study) -> list[Html]:
    chosen = _compared(study)
    which = "" if len(chosen) == len(study.cells) - 1 else " Shown are the cells on the front."
    text = (
        "Where their jobs and pools have the same names, cells face the same arrivals, durations, boot times and "
        "evictions, replication by replication: differences are surer than the numbers themselves. "
        f"The intervals of a measure hold together at 95 %.{which}"
    )
    made = [tag("p", text)]
    for name in _shown(study):
        unit = unit_of(name)
        found = [(cell, cell.differences[name]) for cell in chosen if name in cell.differences]
        if not found or not any(one.value for _, one in found):
            continue
        title = f"{title_of(name)}: difference to {study.cells[0].name}"
        rows = [
            (cell.name, written_difference(one.value, unit), interval_of(one, unit, "points"), _verdict(one))
            for cell, one in found
        ]
        made += [
            tag("h3", title_of(name)),
            whiskers(title, [(cell.name, one) for cell, one in found], unit, from_zero=True),
            table(title, ("cell", "difference", "interval", "clear?"), rows),
        ]
    return made


def _verdict(one: Estimate) -> str:
    if one.low > 0:
        return "more"
    return "less" if one.high < 0 else "not clear"


def _pictures(study: Study) -> list[Html]:
    chosen = study.cells[:WHISKERS]
    made: list[Html] = []
    if len(chosen) < len(study.cells):
        made.append(tag("p", f"The first {WHISKERS} of {len(study.cells):,} cells.", class_="faint"))
    for name in _shown(study):
        rows = [(cell.name, cell.estimates[name]) for cell in chosen if name in cell.estimates]
        if rows:
            title = f"{title_of(name)}: mean and 95 % interval"
            made += [tag("h3", title_of(name)), whiskers(title, rows, unit_of(name), from_zero=False)]
    return made
