"""The report in a browser: nothing goes wrong, nothing is fetched, it zooms and opens by mouse and by keyboard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from simulator import Recording, simulate
from simulator.report.page.run_page import run_page
from simulator.results.record.read import read
from simulator.results.write import write
from tests.engine.worlds import job, pool, scenario
from tests.report import runs
from tests.report.browser import asked, check_access, launched, needs_browser, opened, settle, tab_through

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = needs_browser
FORMULA = """$tasks = $PendingTasks.GetSample(1);
$TargetDedicatedNodes = $tasks > 4 ? 3 : 1;"""


def traced() -> Recording:
    """A pool that scales itself and keeps why, beside one that does not."""
    body = pool(
        enableAutoScale=True,
        autoScaleFormula=FORMULA,
        autoScaleEvaluationInterval="PT5M",
        taskSlotsPerNode=2,
        simulation={"timing": runs.TIMING},
    )
    other = pool(targetDedicatedNodes=1) | {"id": "q"}
    beside = job(4, "60s", "k")
    beside["poolInfo"] = {"poolId": "q"}
    work = job(60, "400s", arrivals={"poisson": {"ratePerHour": 60}})
    return simulate(scenario([body, other], [work, beside], options={"recordTraces": True}, horizon="4h"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as found:
        yield found


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Write the report on a run, once."""
    made: dict[str, Path] = {}

    def make(name: str) -> Path:
        if name not in made:
            place = tmp_path_factory.mktemp("report")
            write(traced() if name == "traced" else runs.ALL[name](), place / "run")
            made[name] = place / "report.html"
            made[name].write_text(run_page(read(place / "run")), encoding="utf-8")
        return made[name]

    return make


def window(page: Page) -> list[float]:
    """The stretch of time that the last plot of the pool shows, ms."""
    found: list[float] = page.evaluate("() => document.getElementById('window').dataset.view.split(' ').map(Number)")
    return found


def ink(page: Page, plot: str) -> int:
    """How many colours a plot's canvas has: one is an empty plot."""
    found: int = page.evaluate(
        """(plot) => {
          const canvas = document.querySelector(`#${plot} canvas`);
          const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
          const seen = new Set();
          for (let at = 0; at < data.length; at += 16) seen.add(data.slice(at, at + 4).join());
          return seen.size;
        }""",
        plot,
    )
    return found


@pytest.mark.parametrize("name", [*runs.ALL, "traced"])
def test_every_report_opens_clean_and_accessible(name: str, browser: Browser, report: Callable[[str], Path]) -> None:
    """Light and dark, wide and narrow, with everything that can be opened open."""
    found = opened(browser, report(name), color_scheme="light")
    page = found.page
    check_access(page)
    page.evaluate("() => document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    page.set_viewport_size({"width": 400, "height": 800})
    settle(page)
    check_access(page)
    page.emulate_media(color_scheme="dark")
    settle(page)
    assert not asked(page, "contrast")
    found.is_clean(report(name))
    page.close()


def test_dragging_zooms_all_plots_and_a_double_click_shows_the_whole_run(
    browser: Browser, report: Callable[[str], Path]
) -> None:
    found = opened(browser, report("busy"), viewport={"width": 1280, "height": 1000})
    page = found.page
    whole = window(page)
    assert whole == [0, 900_000]
    for plot in ("plot-waiting", "plot-running", "plot-nodes", "plot-node-time"):
        assert ink(page, plot) > 2
    over = page.locator("#plot-nodes .u-over")
    over.scroll_into_view_if_needed()
    box = over.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 60, steps=5)
    page.mouse.up()
    settle(page)
    assert window(page) == pytest.approx([225_000, 450_000], abs=4_000)
    assert "(4 min)" in page.inner_text("#window")
    page.mouse.dblclick(box["x"] + box["width"] * 0.5, box["y"] + 50)
    settle(page)
    assert window(page) == whole
    found.is_clean(report("busy"))
    page.close()


def test_keys_zoom_pan_reset_and_move_the_cursor(browser: Browser, report: Callable[[str], Path]) -> None:
    found = opened(browser, report("busy"))
    page = found.page
    for plot in ("plot-waiting", "plot-node-time"):
        page.focus(f"#{plot}")
        page.keyboard.press("+")
        assert window(page) == [225_000, 675_000]
        page.keyboard.press("ArrowRight")
        assert window(page) == [315_000, 765_000]
        page.keyboard.press("-")
        page.keyboard.press("-")
        assert window(page) == [0, 900_000]
        page.keyboard.press("+")
        page.keyboard.press("0")
        assert window(page) == [0, 900_000]
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("ArrowDown")
    settle(page)
    assert "Mon 5 Jan 00:0" in page.inner_text("#readout-pool")
    assert "waiting tasks" in page.inner_text("#readout-pool")
    assert "node" in page.inner_text("#readout-nodes")
    found.is_clean(report("busy"))
    page.close()


def test_the_keyboard_reaches_everything_and_the_focus_is_seen(browser: Browser, report: Callable[[str], Path]) -> None:
    found = opened(browser, report("traced"))
    seen = tab_through(found.page)
    assert seen[0] == "Skip to the key figures"
    assert {"theme", "which-pool", "clock", "plot-waiting", "plot-running", "plot-nodes", "plot-node-time"} <= set(seen)
    assert asked(found.page, "unreached") == []
    found.page.close()


def test_an_evaluation_opened_by_key_states_why(browser: Browser, report: Callable[[str], Path]) -> None:
    found = opened(browser, report("traced"))
    page = found.page
    page.locator(".evaluation summary").last.focus()
    page.keyboard.press("Enter")
    card = page.locator(".evaluation .card").last
    card.wait_for()
    printed = card.inner_text()
    for text in (
        "$TargetDedicatedNodes=",
        "formula said",
        "truncated",
        "target applied",
        "$PendingTasks",
        "1:1",
        "otherwise",
    ):
        assert text in printed
    card.get_by_role("button", name="Show on the plot").click()
    settle(page)
    assert page.evaluate("() => document.activeElement.id") == "plot-nodes"
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.closest('.evaluation') !== null")
    found.is_clean(report("traced"))
    page.close()


def test_a_click_on_the_plot_opens_the_nearest_evaluation(browser: Browser, report: Callable[[str], Path]) -> None:
    found = opened(browser, report("traced"), viewport={"width": 1280, "height": 1000})
    page = found.page
    over = page.locator("#plot-nodes .u-over")
    over.scroll_into_view_if_needed()
    box = over.bounding_box()
    assert box is not None
    end = window(page)[1]
    page.mouse.click(box["x"] + box["width"] * 1_800_000 / end, box["y"] + 40)
    settle(page)
    assert page.evaluate("() => document.querySelector('.evaluation[open]').dataset.time") == "1800000"
    found.is_clean(report("traced"))
    page.close()


def test_choosing_another_pool_shows_its_plots_words_and_evaluations(
    browser: Browser, report: Callable[[str], Path]
) -> None:
    found = opened(browser, report("traced"))
    page = found.page
    assert page.locator(".evaluation").count() >= 3
    page.select_option("#which-pool", "q")
    settle(page)
    assert "q: at most" in page.inner_text("#pool .finding:not([hidden])")
    assert page.locator(".evaluation").count() == 0
    assert "no autoscale evaluation" in page.inner_text("#evaluations-said")
    check_access(page)
    page.close()


def test_the_toggle_changes_the_page_and_redraws_the_plots(browser: Browser, report: Callable[[str], Path]) -> None:
    found = opened(browser, report("busy"), color_scheme="light")
    page = found.page
    paper = "() => getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(paper) == "rgb(255, 255, 255)"
    page.get_by_role("button", name="switch to a dark page").click()
    settle(page)
    assert page.evaluate(paper) != "rgb(255, 255, 255)"
    check_access(page)
    page.get_by_role("button", name="switch to a light page").click()
    assert page.evaluate(paper) == "rgb(255, 255, 255)"
    page.close()


def test_the_clock_can_be_utc_the_readers_or_the_time_since_the_start(
    browser: Browser, report: Callable[[str], Path]
) -> None:
    found = opened(browser, report("traced"), timezone_id="America/New_York")
    page = found.page
    options = page.locator("#clock option").all_inner_texts()
    assert options == ["UTC", "America/New_York (here)", "time since the start"]
    whens = []
    for value in ("UTC", "America/New_York", "elapsed"):
        page.select_option("#clock", value)
        settle(page)
        whens.append(page.locator(".evaluation .when").first.inner_text())
    assert whens == ["Mon 5 Jan 00:00", "Sun 4 Jan 19:00", "00:00 after the start"]
    found.is_clean(report("traced"))
    page.close()


def test_paper_is_white_even_where_the_screen_is_dark(browser: Browser, report: Callable[[str], Path]) -> None:
    found = opened(browser, report("busy"), color_scheme="dark")
    page = found.page
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    settle(page)
    assert page.evaluate("() => getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("() => document.querySelector('#plot-nodes canvas').getBoundingClientRect().width") < 720
    assert not page.locator("#theme").is_visible()
    page.emulate_media(media="screen")
    page.evaluate("() => dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("() => getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"
    assert len(page.pdf(format="A4")) > 20_000
    page.close()
