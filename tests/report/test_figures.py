"""Ledger, queue times and slots: what is drawn is what the recording says, in every kind of run."""

import re

import numpy as np
import pytest
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

from simulator import Recording, simulate
from simulator.report.figures import ledger_bars, queue_time, slot_grid
from simulator.report.figures.ledger import bars
from simulator.report.figures.slots import Moment, finding, moment, telling_instant
from simulator.report.looks.palette import DARK, LIGHT, NODE_STATES, WITHOUT_CORES
from simulator.report.looks.theme import balanced
from simulator.units import spoken, spoken_amount
from tests.engine.worlds import job, pool, scenario
from tests.report import runs


def title(figure: Figure) -> str:
    return " ".join((figure.get_suptitle() or figure.axes[0].get_title(loc="left")).split())


@pytest.mark.parametrize("make", [ledger_bars, queue_time, slot_grid])
@pytest.mark.parametrize("name", runs.ALL)
def test_every_run_gives_a_picture_with_a_title_and_units(name: str, make: object) -> None:
    assert callable(make)
    for page in (LIGHT, DARK) if name == "busy" else (LIGHT,):
        figure = make(runs.ALL[name](), page=page)
        figure.draw_without_rendering()
        assert title(figure)
        for axes in figure.axes:
            printed = axes.get_xlabel() + axes.get_ylabel()
            assert not axes.has_data() or re.search(r"\(.+\)", printed), printed


def test_the_stacks_are_the_ledger() -> None:
    run = runs.busy()
    figure = ledger_bars(run)
    ledger = run.frame("ledger")
    for axes, column, size in ((figure.axes[0], "time", 3600), (figure.axes[1], "cost", 1)):
        drawn: dict[tuple[int, str], float] = {}
        for container in axes.containers:
            (patch,) = container.patches  # type: ignore[attr-defined]
            drawn[round(patch.get_y() + 0.31), str(container.get_label())] = patch.get_width()
        for row, kind in enumerate(("dedicated", "low_priority")):
            wanted = ledger[(ledger["kind"] == kind) & (ledger[column] > 0)]
            expected = {
                (row, str(label)): value / size for label, value in zip(wanted["label"], wanted[column], strict=True)
            }
            found = {key: value for key, value in drawn.items() if key[0] == row}
            assert found == pytest.approx(expected)
    names = [text.get_text() for text in figure.axes[0].get_yticklabels()]
    assert names == ["p, dedicated", "p, low-priority"]


def test_many_pools_share_a_last_bar_and_nothing_is_lost() -> None:
    run = runs.two_pools()
    whole = sum(sum(bar.hours.values()) for bar in bars(run, ["p", "q"]))
    assert whole == pytest.approx(run.frame("ledger")["time"].sum() / 3600)


def test_the_finding_of_the_ledger_is_its_money() -> None:
    run = runs.empty()
    ledger = run.frame("ledger")
    idle = ledger[ledger["label"].astype(str).str.startswith("idle")]["cost"].sum()
    total = ledger["cost"].sum()
    assert f"${spoken_amount(idle)} of ${spoken_amount(total)} bought idle nodes" in title(ledger_bars(run))


@pytest.mark.parametrize("name", ["busy", "scaled", "many nodes"])
def test_the_curve_of_queue_times_is_their_distribution(name: str) -> None:
    run: Recording = runs.ALL[name]()
    figure = queue_time(run)
    tasks = run.tasks
    waits = np.sort((tasks["first_start"] - tasks["submit"]).dropna().to_numpy())
    curve, histogram = figure.axes
    line = curve.get_lines()[0]
    time, share = (np.asarray(values, dtype=float) for values in (line.get_xdata(), line.get_ydata()))
    is_log = histogram.get_xscale() == "log"
    size = 1.0 if is_log else {"s": 1.0, "min": 60.0}[histogram.get_xlabel().rpartition("(")[2].rstrip(")")]
    shown = np.maximum(waits / size, time[0])
    for position in (0.1, 0.5, 0.9, 0.99):
        at = float(np.quantile(shown, position))
        held = share[np.searchsorted(time, at, side="right") - 1]
        assert held == pytest.approx(100 * (shown <= at).mean(), abs=1.0)
    (counts,) = [patch.get_data().values for patch in histogram.patches]  # type: ignore[attr-defined]
    assert counts.sum() == len(waits)
    for quantile, label in ((0.5, "p p50"), (0.95, "p p95"), (0.99, "p p99")):
        (mark,) = [found for found in curve.get_lines() if found.get_label() == label]
        assert np.asarray(mark.get_xdata())[0] * size == pytest.approx(max(np.quantile(waits, quantile), time[0]))


def test_what_a_waiting_gang_needs_is_named_with_its_nodes() -> None:
    """Two empty slots are not enough for one on each of three nodes."""
    found = Moment(0.0, ["a", "b"], 1, [], serving=2, used=0, waiting=1, smallest=1, without_cores=0, spread=3)
    assert (
        finding(found) == "2 of 2 slots in service are empty while 1 task waits, which needs 1 slot on each of 3 nodes"
    )


def test_the_finding_of_queue_times_is_their_quantiles() -> None:
    run = runs.many()
    waits = run.tasks["first_start"] - run.tasks["submit"]
    assert f"Half of the tasks waited at most {spoken(waits.median())}" in title(queue_time(run))
    assert title(queue_time(runs.never())) == "No task ever started; 3 tasks never started"
    assert title(queue_time(runs.empty())) == "No task, no waiting"


def test_jobs_can_be_distinguished() -> None:
    figure = queue_time(runs.busy(), by="job")
    assert [text.get_text().split(" ")[0] for text in figure.legends[0].get_texts()] == ["j", "big"]


@pytest.mark.parametrize("at", [None, 0.0, 100.0, 300.0])
def test_cells_are_the_slots_taken_at_that_instant(at: float | None) -> None:
    run = runs.busy()
    found = moment(run, "p", at)
    attempts, tasks = run.attempts, run.tasks
    now = attempts[(attempts["assigned"] <= found.time) & (found.time < attempts["end"])]
    assert found.used == tasks["slots"].to_numpy()[now["task"]].sum()
    timeline = run.pool_timeline[run.pool_timeline["time"] <= found.time].iloc[-1]
    assert (found.used, found.serving, found.waiting) == (
        timeline["used_slots"],
        timeline["usable_nodes"],
        timeline["queued_tasks"],
    )
    for block in found.blocks:
        assert 0 <= block.slot <= block.slot + block.height <= found.slots
    figure = slot_grid(run, at=at)
    cells = [made for made in figure.axes[0].collections if isinstance(made, PolyCollection)]
    if found.nodes:
        assert len(cells[0].get_paths()) == found.slots * len(found.nodes)
        tasks_drawn = sum(
            len(made.get_paths())
            for made in cells[1:]
            if made.get_label() not in {shade.title for shade in (*NODE_STATES.values(), WITHOUT_CORES)}
        )
        assert tasks_drawn == len(now)


def test_a_size_has_one_colour_at_every_instant_of_a_run() -> None:
    """Small tasks look the same alone as beside the big ones that come later."""
    late = job(2, "60s", "big", requiredSlots=4, arrivals={"atOnce": {"at": "100s"}})
    body = pool(targetDedicatedNodes=3, taskSlotsPerNode=4, taskSchedulingPolicy={"nodeFillType": "pack"})
    run = simulate(scenario([body], [job(2, "1h"), late]))
    alone, beside = (moment(run, "p", at).blocks for at in (90.0, 120.0))
    assert {block.height for block in alone} == {1}
    assert {block.height for block in beside} == {1, 4}
    assert len({(block.height, block.look.light) for block in (*alone, *beside)}) == 2


def test_the_telling_instant_has_empty_slots_while_tasks_wait() -> None:
    """Three nodes of four slots, tasks of three: a slot of each node stays empty."""
    run = runs.stranded()
    found = moment(run, "p", telling_instant(run, "p"))
    assert (found.serving * found.slots - found.used, found.smallest) == (3, 3)
    assert "3 of 12 slots in service are empty while 7 tasks wait, of which the smallest needs 3 slots" in title(
        slot_grid(run)
    )


def test_slots_that_cores_forbid_are_not_called_paid_for_and_unused() -> None:
    """Nodes of two cores and four slots, tasks of one core: two slots of each can serve nobody."""
    body = pool(targetDedicatedNodes=3, taskSlotsPerNode=4)
    run = simulate(scenario([body], [job(10, "1h", cores=1)]))
    found = moment(run, "p", telling_instant(run, "p"))
    assert (found.used, found.without_cores, found.waiting) == (6, 6, 4)
    figure = slot_grid(run)
    assert "6 of 12 slots in service are empty, for want of cores while 4 tasks wait" in title(figure)
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["task of 1 slot", WITHOUT_CORES.title]
    light = moment(simulate(scenario([body], [job(3, "1h", cores=0.5)])), "p", 60.0)
    assert light.without_cores == 0


def test_a_pool_that_never_serves_shows_what_its_nodes_do_instead() -> None:
    """Every start task fails: the picture is of the failed nodes, not of the instant before there were any."""
    body = pool(
        targetDedicatedNodes=2, startTask={"commandLine": "x"}, simulation={"startTask": {"failureProbability": 1}}
    )
    figure = slot_grid(simulate(scenario([body], [job(3, "60s")], horizon="1h")))
    assert title(figure) == "p: none of 2 nodes is in service while 3 tasks wait"
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["start task failed"]


def test_a_title_never_breaks_before_a_sign() -> None:
    for width in range(6, 30):
        lines = balanced("saves 30 % of the cost of size = 4 and is 2 × faster", width).split("\n")
        assert all(line[0] not in "%=×" for line in lines)
