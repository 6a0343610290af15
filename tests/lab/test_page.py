"""The page in a browser: nothing goes wrong, nothing is asked of a network, and what is moved moves the picture."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.lab.served import after_a_run, figure, is_clean, opened, served
from tests.report.browser import check_access, launched, needs_browser, settle

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

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
    page.hover("#formula .tok-service >> nth=0")
    page.wait_for_selector(".meaning")
    is_clean(found, lab)
    page.close()
