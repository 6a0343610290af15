"""What the page draws of a run: the columns that a report draws, figures with their names, and money over time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from simulator.lab.figures import figures
from simulator.report.looks.palette import LABELS
from simulator.report.page.evaluation_cards import cards
from simulator.report.page.run_page import titles
from simulator.report.page.sentence import sentence
from simulator.report.page.zoom_plots import Sizes, plots, shown_pools

if TYPE_CHECKING:
    from simulator.lab.runs import Run
    from simulator.results.record.read import Frames

IMAGES: Final[Sizes] = ((1024, 2000), (512, 2000), (256, 500))
"""Columns and most rows of the picture of nodes: as fine as a screen, and quick to make."""
MONEY_STEPS: Final = 240


def drawn(run: Run, further: Iterable[str]) -> dict[str, Any]:
    """Return a run as the page takes it, with `further` measures among its figures."""
    recording, answer = run.recording, run.answer
    return {
        "page": {
            "origin": round(recording.origin.timestamp() * 1000),
            "end": round(recording.end * 1000),
            "zone": None,
            "pools": plots(recording, shown_pools(recording), IMAGES),
            "evaluations": cards(recording.frame("evaluations"), recording.frame("resizes")),
            "titles": titles(),
        },
        "sentence": sentence(answer),
        "figures": figures(answer, further),
        "ledger": _ledger(answer),
        "money": _money(recording, answer),
        "operations": _operations(recording),
    }


def _ledger(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return where the node time went, in hours, in the order of the palette."""
    time = answer["ledger_node_s"]
    return [
        {"label": str(label), "title": shade.title, "hours": time[label] / 3600}
        for label, shade in LABELS.items()
        if time.get(label)
    ]


def _money(run: Frames, answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return what has been paid up to instants of the run; the last is the bill, and each node pays evenly."""
    total = answer["cost"]["total"]
    by_pool = answer["cost"]["by_pool"]
    at = np.linspace(0.0, run.end, MONEY_STEPS + 1)
    if total is None or by_pool is None:
        return {"time": [], "paid": []}
    nodes = run.frame("nodes")
    paid = np.zeros(len(at))
    for pool, amount in by_pool.items():
        own = nodes[(nodes["pool"] == pool).to_numpy()]
        billed = own["billed"].to_numpy(dtype=np.float64)
        if not billed.sum():
            continue
        begin = own["created"].to_numpy(dtype=np.float64)
        length = np.maximum(np.minimum(billed, run.end - begin), 1e-9)
        share = np.clip((at[:, None] - begin) / length, 0.0, 1.0) @ billed / billed.sum()
        paid += amount * share
    return {"time": [round(1000 * one) for one in at], "paid": [round(float(one), 6) for one in paid]}


def _operations(run: Frames) -> list[dict[str, Any]]:
    """Return what was done to pools and jobs, and the service's answer."""
    rows = run.frame("operations").to_dict("records")
    return [
        {
            "time": round(1000 * float(row["time"])),
            "operation": str(row["operation"]),
            "target": str(row["target"] or ""),
            "code": str(row["code"]),
        }
        for row in rows
    ]
