"""Rows of the table of speeds for the lab: its real server on a port, and its page in a browser where there is one."""

from __future__ import annotations

import statistics
import time
from typing import Final

import httpx

from simulator.lab.app import Opening
from simulator.lab.gallery import scene_text
from tests.benchmarks.registry import SkippedRow, row

CHANGES: Final = 30
RATES: Final = "[0, 0, 0, 0, 0, 0, 20, 80, 200, 300, 300, 250, 150, 250, 300, 250, 120, 60, 20, 0, 0, 0, 0, 0]"
DRAG: Final = """async (values) => {
  const knob = document.getElementById("knob-seed");
  const taken = [];
  for (const value of values) {
    const before = document.body.dataset.runs;
    const began = performance.now();
    knob.value = value;
    knob.dispatchEvent(new Event("input", { bubbles: true }));
    while (document.body.dataset.runs === before) await new Promise((done) => setTimeout(done, 1));
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    taken.push(performance.now() - began);
  }
  return taken;
}"""
REDRAWN: Final = """async () => {
  const { plots } = await import("./page/drawing.js");
  const nodes = plots[plots.length - 1];
  const taken = [];
  for (let round = 0; round < 20; round += 1) {
    const began = performance.now();
    nodes.redraw();
    await new Promise((done) => queueMicrotask(() => queueMicrotask(done)));
    taken.push(performance.now() - began);
  }
  return taken;
}"""


def a_day(scale: float) -> str:
    """Return a scene of a day with 5,000 tasks, on a pool that follows a formula."""
    rates = [round(2.2 * scale * float(rate)) for rate in RATES.strip("[]").split(",")]
    text = scene_text("challenge_a_day_on_a_budget")
    assert RATES in text
    return text.replace(RATES, str(rates)).replace("min(20", "min(60")


def answered(scale: float) -> list[float]:
    """Return the milliseconds of changes, from the request to the last byte of what is drawn."""
    from tests.lab.served import served

    text, found = a_day(scale), []
    with served(Opening(text, "a day")) as url, httpx.Client(timeout=600) as client:
        for seed in range(CHANGES + 1):
            began = time.perf_counter()
            changes = [{"knob": "seed", "value": seed + 1}]
            reply = client.post(f"{url}api/run", json={"text": text, "changes": changes})
            found.append(1000 * (time.perf_counter() - began))
            assert '"run":' in reply.text
    return found[1:]


@row("a change in the lab answered: 5 000 tasks in a day, median", "ms", 300.0)
def median(scale: float) -> float:
    """Return the milliseconds."""
    return statistics.median(answered(scale))


@row("a change in the lab answered: 5 000 tasks in a day, p95", "ms", 800.0)
def p95(scale: float) -> float:
    """Return the milliseconds."""
    return statistics.quantiles(answered(scale), n=20)[-1]


def in_a_browser(opening: Opening, measure: str, *arguments: object) -> list[float]:
    """Return what a function finds in the page, once it has opened; raise SkippedRow where there is no browser."""
    from tests.lab.served import opened, served
    from tests.report.browser import absence, launched

    missing = absence()
    if missing:
        raise SkippedRow(missing)
    with served(opening) as url, launched() as browser:
        taken: list[float] = opened(browser, url).page.evaluate(measure, *arguments)
    return taken


@row("a change in the lab drawn: 5 000 tasks in a day, median", "ms", 300.0)
def drawn(scale: float) -> float:
    """Return the milliseconds from the hand to the picture."""
    return statistics.median(in_a_browser(Opening(a_day(scale), "a day"), DRAG, list(range(2, CHANGES + 2)))[1:])


@row("2 000 nodes redrawn in the lab", "ms", 50.0)
def redrawn(scale: float) -> float:
    """Return the milliseconds."""
    nodes = round(2000 * scale)
    text = scene_text("one_queue").replace("targetDedicatedNodes: 2", f"targetDedicatedNodes: {nodes}")
    text = text.replace("ratePerHour: 11", f"ratePerHour: {nodes}")
    return statistics.median(in_a_browser(Opening(text, "many nodes"), REDRAWN)) / scale
