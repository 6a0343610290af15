"""Pool over time shows the recording's numbers, for every kind of run."""

from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulator import Recording, simulate
from simulator.report.figures import pool_over_time
from simulator.report.looks.clock import Clock
from simulator.report.looks.palette import DARK, LIGHT
from simulator.report.shapes.steps import thinned
from tests.engine.worlds import pool, scenario
from tests.report import runs


def line(figure: Figure, label: str) -> tuple[np.ndarray, np.ndarray]:
    found = [line for axes in figure.axes for line in axes.get_lines() if line.get_label() == label]
    return np.asarray(found[0].get_xdata(), dtype=float), np.asarray(found[0].get_ydata(), dtype=float)


def has(figure: Figure, label: str) -> bool:
    return any(line.get_label() == label for axes in figure.axes for line in axes.get_lines())


def title(figure: Figure) -> str:
    return " ".join(figure.axes[0].get_title(loc="left").split())


@pytest.mark.parametrize("name", runs.ALL)
def test_every_run_gives_a_picture_that_can_be_drawn(name: str) -> None:
    run: Recording = runs.ALL[name]()
    for page in (LIGHT, DARK) if name == "busy" else (LIGHT,):
        figure = pool_over_time(run, nights=True, page=page)
        figure.draw_without_rendering()
        assert title(figure)
        for axes in figure.axes:
            assert axes.get_ylabel() or axes.get_title(loc="left") or axes is not figure.axes[0]


@pytest.mark.parametrize("name", ["busy", "scaled", "one task", "many nodes"])
def test_lines_are_the_rows_of_the_timeline(name: str) -> None:
    run: Recording = runs.ALL[name]()
    figure = pool_over_time(run)
    timeline = run.pool_timeline
    unit = 1.0 if run.end <= 180 else 60.0
    for label in ("queued_tasks", "running_tasks", "usable_nodes", "running_nodes"):
        time, values = line(figure, label)
        at = np.searchsorted(time, timeline["time"].to_numpy() / unit + 1e-9, side="right") - 1
        assert list(values[at]) == list(timeline[label]), label
        assert time[-1] == run.end / unit
    time, values = line(figure, "target")
    assert values.max() == (timeline["target_dedicated"] + timeline["target_low_priority"]).max()
    time, values = line(figure, "current")
    assert values.max() == (timeline["current_dedicated"] + timeline["current_low_priority"]).max()


def test_marks_are_the_instants_of_the_tables() -> None:
    figure = pool_over_time(runs.scaled())
    run = runs.scaled()
    assert list(line(figure, "evaluation")[0] * 60) == pytest.approx(list(run.evaluations["time"]))
    changed = run.evaluations[run.evaluations["action"].isin(["resize", "retarget", "pending"])]
    assert list(line(figure, "change")[0] * 60) == pytest.approx(list(changed["time"]))
    assert list(line(figure, "resize")[0] * 60) == pytest.approx(list(run.resizes["start"]))
    assert (run.resizes["code"] == "AccountCoreQuotaReached").sum() == len(line(figure, "error")[0]) > 0
    figure = pool_over_time(runs.busy())
    lost = runs.busy().node_states.query("state == 'preempted'")["start"]
    assert list(line(figure, "preemption")[0] * 60) == pytest.approx(list(lost))
    assert not has(figure, "evaluation")


def test_the_title_is_computed() -> None:
    run = runs.scaled()
    timeline = run.pool_timeline
    assert f"at most {timeline['queued_tasks'].max()} tasks waiting and 2 nodes" in title(pool_over_time(run))
    assert "were wanted" in title(pool_over_time(run))
    assert title(pool_over_time(runs.nodeless())) == "p: no node, 3 tasks waiting"
    assert "3 tasks still waiting at the end" in title(pool_over_time(runs.never()))
    assert "without work 100 % of the node time" in title(pool_over_time(runs.empty()))


def test_pools_stand_side_by_side_on_equal_scales() -> None:
    figure = pool_over_time(runs.two_pools())
    titled = [axes for axes in figure.axes if axes.get_title(loc="left")]
    assert [axes.get_title(loc="left").split(":")[0] for axes in titled] == ["p", "q"]
    assert titled[0].get_ylim() == titled[1].get_ylim()
    assert len({axes.get_xlim() for axes in figure.axes}) == 1
    alone = pool_over_time(runs.two_pools(), pools=["q"])
    assert [axes.get_title(loc="left").split(":")[0] for axes in alone.axes if axes.get_title(loc="left")] == ["q"]


def clock(start: str, days: float, zone: str) -> Clock:
    return Clock(datetime.fromisoformat(start), days * 86400, ZoneInfo(zone))


def test_nights_are_those_of_the_zone_even_when_the_clocks_change() -> None:
    """Berlin, 29 March 2026: the night has 9 hours, from 20 h (19 UTC) to 6 h (4 UTC)."""
    spans = clock("2026-03-28T12:00:00+00:00", 1, "Europe/Berlin").nights()
    assert spans == [(7 * 3600.0, 16 * 3600.0)]


def test_weekends_are_saturday_and_sunday_there() -> None:
    spans = clock("2026-03-02T00:00:00+00:00", 7, "America/New_York").weekends()
    assert [round(start / 3600) for start, _ in spans] == [0, 125]  # Sunday's rest; Saturday 0 h = 5 h UTC
    assert spans[0][1] == 5 * 3600
    assert spans[1][1] == 7 * 86400


def test_the_axis_shows_the_clock_there_on_request() -> None:
    figure = pool_over_time(runs.busy(), zone=ZoneInfo("Asia/Tokyo"), nights=True)
    axes: Axes = figure.axes[-1]
    figure.draw_without_rendering()
    assert "Asia/Tokyo" in axes.get_xlabel()
    assert "09:00" in [text.get_text() for text in axes.get_xticklabels()]  # origin: 00:00 UTC
    assert any(
        collection.get_label() == "nights"
        for collection in pool_over_time(runs.busy(), nights=True).axes[0].collections
    )


def test_many_points_are_thinned_without_losing_a_peak() -> None:
    time = np.arange(100_000.0)
    values = np.zeros(100_000)
    values[54_321], values[7] = 9.0, -3.0
    short_time, short = thinned(time, values, 4000)
    assert len(short) <= 4000
    assert (short.max(), short.min()) == (9.0, -3.0)
    assert short_time[short.argmax()] == 54_321


def test_counts_have_whole_numbers_even_where_nothing_runs() -> None:
    panels = pool_over_time(runs.empty()).axes[:2]
    assert all(panel.get_ylim()[1] >= 1 for panel in panels)


def test_a_run_without_length_reports_it() -> None:
    figure = pool_over_time(simulate(scenario([pool()], [], horizon="0s")))
    assert figure.get_suptitle() == "p: no node"
    assert [text.get_text() for text in figure.axes[0].texts] == ["the run ended at the instant at which it began"]
