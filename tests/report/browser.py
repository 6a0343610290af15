"""A headless Chromium that reports everything a page does wrong, and the checks that any page must pass."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.waiting import GUARD_S

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((found for name in NAMES if (found := shutil.which(name))), None)
CHECKS = (Path(__file__).parent / "access.js").read_text(encoding="utf-8").split("\n", 1)[1].strip()
GUARD_MS = 1000 * GUARD_S
QUIET = [
    "--no-sandbox",  # root, as in a container, may not have one
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@cache
def absence() -> str | None:
    """Return what is missing for a browser."""
    if find_spec("playwright") is None:
        return "playwright is not installed: pip install 'poolsight[browser]'"
    return None if CHROMIUM else "there is no Chromium: apt-get install chromium"


needs_browser = pytest.mark.skipif(absence() is not None, reason=str(absence()))


@contextmanager
def launched() -> Iterator[Browser]:
    """Start one browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET, timeout=GUARD_MS)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Opened:
    """A page and everything it complained about or asked for."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def is_clean(self, file: Path) -> None:
        """Assert that the page needed nothing but itself and found nothing wrong."""
        assert self.complaints == []
        assert self.requests == [file.as_uri()]


def opened(browser: Browser, file: Path, **options: Any) -> Opened:
    """Open a file and wait until its scripts have run."""
    page = browser.new_page(**options)
    found = Opened(page)
    page.on("console", lambda message: found.complaints.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: found.complaints.append(str(error)))
    page.on("request", lambda request: found.requests.append(request.url))
    page.set_default_timeout(GUARD_MS)
    page.goto(file.as_uri())
    page.wait_for_selector("body[data-ready]")
    settle(page)
    return found


def settle(page: Page) -> None:
    """Wait until what is pending has been drawn."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def asked(page: Page, check: str) -> Any:
    """Return what one of the functions of access.js says about a page."""
    return page.evaluate(f"() => {CHECKS}.{check}()")


def check_access(page: Page) -> None:
    """Assert what an accessibility checker would: contrast, names, structure, no sideways scrolling."""
    wrong = [found for check in ("contrast", "names", "structure", "overflow") for found in asked(page, check)]
    assert not wrong, "\n".join(wrong)


def tab_through(page: Page, most: int = 400) -> list[str]:
    """Press Tab from the top until the end and give where the focus was; it must be seen everywhere."""
    page.evaluate("() => { document.activeElement.blur(); window.scrollTo(0, 0); }")
    seen = []
    for _ in range(most):
        page.keyboard.press("Tab")
        at = asked(page, "reach")
        if at is None:
            break
        assert at[1], f"the focus cannot be seen on {at[0]}"
        seen.append(at[0])
    return seen
