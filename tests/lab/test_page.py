"""The page in a browser: nothing goes wrong, nothing is asked of a network, and what is moved moves the picture."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle
from typing import TYPE_CHECKING, Literal

import pytest

from simulator.lab.gallery import SCENES
from tests.lab.served import after_a_run, figure, is_clean, opened, served, violations
from tests.report.browser import check_access, launched, needs_browser, settle, tab_through
from tests.waiting import eventually

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ElementHandle, Page

pytestmark = needs_browser
NODES = "knob-pools.0.targetDedicatedNodes"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as found:
        yield found


@pytest.fixture(scope="module")
def lab() -> Iterator[str]:
    with served() as url:
        yield url


def move(page: Page, knob: str, value: int) -> None:
    """Move a slider as a hand does."""
    page.locator(f"[id='{knob}']").evaluate(
        "(one, value) => { one.value = value; one.dispatchEvent(new Event('input', { bubbles: true }));"
        " one.dispatchEvent(new Event('change', { bubbles: true })); }",
        str(value),
    )


def type_formula(page: Page, text: str) -> None:
    """Put a formula in the place of the one in the editor."""
    page.click("#formula .cm-content")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(text)


def test_the_first_lesson_opens_clean_and_a_slider_moves_the_curve(browser: Browser, lab: str) -> None:
    found = opened(browser, lab)
    page = found.page
    check_access(page)
    before = figure(page, "queue_p95")
    after_a_run(page, lambda: move(page, NODES, 4))
    assert figure(page, "queue_p95") != before
    assert "on at most 4 nodes" in page.inner_text("#sentence")
    after_a_run(page, lambda: page.click("#undo"))
    assert figure(page, "queue_p95") == before
    is_clean(found, lab)
    page.close()


def test_a_slider_is_moved_by_keys_alone(browser: Browser, lab: str) -> None:
    found = opened(browser, lab)
    page = found.page
    page.focus(f"[id='{NODES}']")
    after_a_run(page, lambda: page.keyboard.press("ArrowRight"))
    assert "on at most 3 nodes" in page.inner_text("#sentence")
    is_clean(found, lab)
    page.close()


def test_an_error_in_a_formula_is_underlined_at_its_word_and_mended(browser: Browser, lab: str) -> None:
    found = opened(browser, lab)
    page = found.page
    page.click("#open-gallery")
    after_a_run(page, lambda: page.click("text=The wrong signal"))
    page.click("#tab-formula")
    after_a_run(
        page, lambda: type_formula(page, "$tasks = $PendingTask.GetSample(1);\n$TargetDedicatedNodes = $tasks;")
    )
    page.wait_for_selector("#formula .cm-lintRange-error")
    assert page.inner_text("#formula .cm-lintRange-error") == "$PendingTask"
    mend = page.locator("#formula-notes li.error button", has_text="Mend it").first
    after_a_run(page, mend.click)
    page.wait_for_function("() => !document.querySelector('#formula .cm-lintRange-error')")
    assert "$PendingTasks.GetSample" in page.inner_text("#formula .cm-content")
    page.click("#tab-scenario")
    assert "$PendingTasks.GetSample" in page.inner_text("#scenario .cm-content"), "the scenario follows"
    is_clean(found, lab)
    page.close()


def test_each_line_of_a_formula_has_its_value_at_the_evaluation_under_the_cursor(browser: Browser, lab: str) -> None:
    found = opened(browser, lab)
    page = found.page
    page.click("#open-gallery")
    after_a_run(page, lambda: page.click("text=The wrong signal"))
    page.click("#tab-formula")
    page.wait_for_selector(".line-value")
    seen = set()
    for place in (100, 900):
        page.locator("#scrub").evaluate(
            "(one, at) => { one.value = at; one.dispatchEvent(new Event('input')); }", place
        )
        settle(page)
        seen.add(page.locator(".line-value").first.inner_text())
    assert len(seen) == 2
    is_clean(found, lab)
    page.close()


def test_completion_and_hover_know_the_language(browser: Browser, lab: str) -> None:
    found = opened(browser, lab)
    page = found.page
    page.click("#open-gallery")
    after_a_run(page, lambda: page.click("text=The wrong signal"))
    page.click("#tab-formula")
    page.click("#formula .cm-content")
    page.keyboard.press("ControlOrMeta+End")
    page.keyboard.type("$x = $Pend")
    page.wait_for_selector(".cm-tooltip-autocomplete >> text=$PendingTasks")
    page.keyboard.press("Escape")
    word, places = page.locator("#formula .tok-service").first, cycle((3, 6))

    def meaning() -> ElementHandle | None:
        """Move over a word and rest there, as hands do until something shows."""
        word.hover(position={"x": next(places), "y": 5})
        page.wait_for_timeout(500)
        return page.query_selector(".meaning")

    eventually(meaning)
    is_clean(found, lab)
    page.close()


def test_a_pinned_run_stays_behind_and_the_difference_stands_beside_each_figure(browser: Browser, lab: str) -> None:
    found = opened(browser, lab)
    page = found.page
    before = figure(page, "cost")
    page.click("#pin")
    after_a_run(page, lambda: move(page, NODES, 4))
    assert "+" in page.inner_text("#figures [data-measure='cost'] small")
    assert "−" in page.inner_text("#figures [data-measure='queue_p95'] small")
    page.click("#be-sure")
    page.wait_for_selector("#sure caption >> text=replications")
    page.wait_for_selector("#sure table td >> text=better")  # three replications alone are not sure of it
    page.click("#be-sure")
    page.select_option("#kept-runs select", "open 0")
    page.wait_for_function(
        "(cost) => document.querySelector('[data-measure=cost] dd').textContent.startsWith(cost)", arg=before
    )
    is_clean(found, lab)
    page.close()


def test_a_guess_is_answered_by_the_change(browser: Browser, lab: str) -> None:
    found = opened(browser, lab)
    page = found.page
    after_a_run(page, lambda: page.click(".guess .options button >> nth=0"))
    assert "Not quite" in page.inner_text("#scene-task")
    assert "on at most 3 nodes" in page.inner_text("#sentence")
    check_access(page)
    is_clean(found, lab)
    page.close()


def test_a_challenge_checks_itself(browser: Browser, lab: str) -> None:
    found = opened(browser, lab)
    page = found.page
    page.click("#open-gallery")
    after_a_run(page, lambda: page.click("text=Done by morning"))
    assert page.get_attribute("#targets", "data-solved") == "false"
    after_a_run(page, lambda: page.click("text=Show the best solution known"))
    assert page.get_attribute("#targets", "data-solved") == "true"
    is_clean(found, lab)
    page.close()


def test_a_link_opens_the_same_scene(browser: Browser, lab: str) -> None:
    found = opened(browser, lab)
    page = found.page
    after_a_run(page, lambda: move(page, NODES, 5))
    sentence = page.inner_text("#sentence")
    page.click("#open-hand-on")
    link = page.input_value("#share-link")
    assert link.startswith(f"{lab}#scene=")
    other = opened(browser, link)
    assert other.page.inner_text("#sentence") == sentence
    with page.expect_download() as download:
        page.click("[data-what=scenario]")
    assert "targetDedicatedNodes: 5" in download.value.path().read_text()
    with page.expect_download() as picture:
        page.click("[data-what=png]")
    assert picture.value.path().read_bytes().startswith(b"\x89PNG")
    for one in (found, other):
        is_clean(one, lab)
        one.page.close()


def test_an_event_by_hand_becomes_a_line_of_the_timeline_and_goes_again(browser: Browser, lab: str) -> None:
    found = opened(browser, lab)
    page = found.page
    page.locator("#scrub").evaluate("(one) => { one.value = 500; one.dispatchEvent(new Event('input')); }")
    page.select_option("#event-kind", "zone")
    after_a_run(page, lambda: page.click("#event-add"))
    assert "4:00 h outage" in page.inner_text("#timeline")
    page.click("#tab-scenario")
    assert "operation: outage" in page.inner_text("#scenario .cm-content")
    page.click("#tab-knobs")
    page.locator("#scrub").evaluate("(one) => { one.value = 250; one.dispatchEvent(new Event('input')); }")
    after_a_run(page, lambda: page.click("#event-add"))
    assert "2:00 h outage" in page.inner_text("#timeline")
    after_a_run(page, lambda: page.click("#timeline button"))
    assert "2:00 h" not in page.inner_text("#timeline"), "the line added last, though the earlier one"
    after_a_run(page, lambda: page.click("#timeline button"))
    assert page.inner_text("#timeline") == ""
    is_clean(found, lab)
    page.close()


def test_a_key_is_answered_once_however_many_runs_were_drawn(browser: Browser, lab: str) -> None:
    found = opened(browser, lab)
    page = found.page
    after_a_run(page, lambda: move(page, NODES, 4))
    sight = "async () => { const { view } = await import('/page/drawing.js'); return view.to - view.from; }"
    whole = page.evaluate(sight)
    page.focus("#plot-pool")
    page.keyboard.press("+")
    assert page.evaluate(sight) == pytest.approx(whole / 2)
    is_clean(found, lab)
    page.close()


def test_what_fails_on_the_server_is_shown_and_may_be_asked_again(browser: Browser, lab: str) -> None:
    page = opened(browser, lab).page
    page.click("#open-gallery")
    after_a_run(page, lambda: page.click("text=The wrong signal"))
    page.click("#tab-formula")
    page.route("**/api/break", lambda route: route.fulfill(status=500, json={"defect": "a defect"}))
    page.route("**/api/sure", lambda route: route.abort())
    page.click("#break")
    page.wait_for_selector("#broken >> text=a defect")
    page.wait_for_selector("#break:enabled")
    page.click("#be-sure")
    page.wait_for_selector("#sure >> text=does not answer")
    assert page.inner_text("#be-sure") == "Be sure"
    page.close()


def test_a_click_asks_why_of_the_pool_and_of_a_task(browser: Browser, lab: str) -> None:
    found = opened(browser, lab)
    page = found.page
    page.locator("#plot-pool .u-over").click(position={"x": 300, "y": 100})
    page.wait_for_selector("#explanation li >> text=tasks:")
    page.locator("#plot-nodes .u-over").click(position={"x": 300, "y": 20})
    page.wait_for_selector("#explanation h2 >> text=Task task-")
    check_access(page)
    is_clean(found, lab)
    page.close()


def test_time_is_scrubbed_played_and_stepped_and_money_counts_up(browser: Browser, lab: str) -> None:
    found = opened(browser, lab)
    page = found.page
    paid = []
    for place in (0, 500, 1000):
        page.locator("#scrub").evaluate(
            "(one, at) => { one.value = at; one.dispatchEvent(new Event('input')); }", place
        )
        paid.append(page.inner_text("#paid-now"))
    assert paid[0] == "$0.00 so far"
    assert paid[2] == f"{figure(page, 'cost')} so far"
    page.locator("#scrub").evaluate("(one) => { one.value = 0; one.dispatchEvent(new Event('input')); }")
    page.click("#play")
    page.wait_for_function("() => Number(document.getElementById('scrub').value) > 5")
    page.click("#play")
    assert page.inner_text("#play") == "Play"
    page.click("#step-on")
    page.click("#step-back")
    is_clean(found, lab)
    page.close()


def test_every_scene_opens_and_runs(browser: Browser, lab: str) -> None:
    found = opened(browser, lab)
    page = found.page
    for scene in (*SCENES[1:], SCENES[0]):
        after_a_run(page, lambda: page.click("#scene-after"))
        assert page.inner_text("#scene-title") == scene.title
        assert page.inner_text("#problems") == ""
        assert "tasks succeeded" in page.inner_text("#sentence")
        assert page.locator(".knob").count() > 0
    is_clean(found, lab)
    page.close()


@pytest.mark.parametrize(
    ("width", "height", "scheme"), [(400, 800, "dark"), (1280, 900, "light"), (3840, 2160, "dark")]
)
def test_at_any_size_everything_is_named_legible_and_in_sight(
    width: int, height: int, scheme: Literal["dark", "light"], browser: Browser, lab: str
) -> None:
    size = {"width": width, "height": height}
    found = opened(browser, lab, viewport=size, color_scheme=scheme, reduced_motion="reduce")
    page = found.page
    page.click("#open-gallery")
    assert violations(page) == []
    after_a_run(page, lambda: page.click("text=The wrong signal"))
    for tab in ("#tab-formula", "#tab-scenario", "#tab-knobs"):
        page.click(tab)
        settle(page)
        assert violations(page) == []
        check_access(page)
    page.click("#open-hand-on")
    assert violations(page) == []
    is_clean(found, lab)
    page.close()


def test_keys_alone_reach_everything_and_open_and_close_what_opens(browser: Browser, lab: str) -> None:
    found = opened(browser, lab)
    page = found.page
    reached = set(tab_through(page))
    for wanted in (
        "open-gallery",
        "pin",
        "be-sure",
        "plot-pool",
        "play",
        "scrub",
        "event-add",
        "plot-nodes",
        "tab-knobs",
        NODES,
    ):
        assert any(wanted in one for one in reached), (wanted, reached)
    page.focus("#open-gallery")
    page.keyboard.press("Enter")
    page.wait_for_selector("#gallery[open]")
    page.keyboard.press("Escape")
    assert page.locator("#gallery[open]").count() == 0
    page.focus("#tab-knobs")
    page.keyboard.press("ArrowRight")
    assert page.get_attribute("#tab-scenario", "aria-selected") == "true"
    page.focus("#plot-pool")
    page.keyboard.press("Enter")
    page.wait_for_selector("#explanation li")
    is_clean(found, lab)
    page.close()
