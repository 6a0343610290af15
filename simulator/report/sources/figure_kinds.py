"""The pictures that `poolsight plot` can draw, by name: of what, and what each can be asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from simulator.report.sources.saved_files import Source


@dataclass(frozen=True, slots=True)
class Kind:
    """One picture; `options` are the keywords that a command may set."""

    meaning: str
    forms: tuple[str, ...] = ("run",)
    """What it can be drawn of."""
    options: frozenset[str] = frozenset()
    by: tuple[str, ...] = ()
    """What its colours may stand for, the usual first."""


KINDS: Final[Mapping[str, Kind]] = {
    "pool": Kind("queue, running tasks, targets and nodes over time", options=frozenset({"pools", "zone", "nights"})),
    "gantt": Kind("a row for every node", options=frozenset({"pools", "by", "zone"}), by=("outcome", "job")),
    "ledger": Kind("where node-hours and money went", options=frozenset({"pools"})),
    "queue": Kind("how long tasks waited", options=frozenset({"pools", "by"}), by=("pool", "job")),
    "slots": Kind("what is in every slot at an instant", options=frozenset({"pools", "by", "at"}), by=("size", "job")),
    "cost-time": Kind("cost against time, with the Pareto front", ("sweep", "plan", "spot"), frozenset({"measure"})),
    "difference": Kind("two cells under the same draws", ("sweep",), frozenset({"measure", "cells"})),
    "tornado": Kind("which assumption moves the answer", ("sensitivity",), frozenset({"measure"})),
    "spot": Kind("from which eviction rate on spot costs more", ("spot",)),
}
RUN: Final = {
    "pool": "pool_over_time",
    "gantt": "node_gantt",
    "ledger": "ledger_bars",
    "queue": "queue_time",
    "slots": "slot_grid",
}
"""Figures of a run, by kind."""


def kinds_of(form: str) -> list[str]:
    """Name the pictures of a run, a sweep or an answer, the usual one first."""
    found = [name for name, kind in KINDS.items() if form in kind.forms]
    return sorted(found, key=lambda name: name != form)


def draw(kind: str, source: Source, options: Mapping[str, Any]) -> Figure:
    """Draw a picture; `options` must be among those of its kind, `page` always is."""
    from simulator.report import figures
    from simulator.report.sources import figure_inputs

    what: Any = source.what
    if kind in RUN:
        figure: Figure = getattr(figures, RUN[kind])(what, **options)
        return figure
    page = {"page": options["page"]} if "page" in options else {}
    asked = {name: value for name, value in options.items() if name != "page"}
    if kind == "difference":
        return figures.paired_difference(figure_inputs.pair_of_sweep(what, **asked), **page)
    if kind == "tornado":
        return figures.tornado(figure_inputs.tornado_of(what, **asked), **page)
    if kind == "spot":
        return figures.spot_break_even(figure_inputs.break_even_of(what), **page)
    if source.form == "sweep":
        choices, scales = figure_inputs.choices_of_sweep(what, **asked)
    elif source.form == "plan":
        choices, scales = figure_inputs.choices_of_plan(what)
    else:
        choices, scales = figure_inputs.choices_of_spot(what)
    return figures.cost_against_time(choices, measure=scales.measure, price=scales.price, unit=scales.unit, **page)
