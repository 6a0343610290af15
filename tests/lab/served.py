"""The lab on a port of this machine, and a browser that opens it and notes whatever it complains about or asks for."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import uvicorn

from simulator.lab.app import Opening, application, first_lesson
from tests.report.browser import GUARD_MS, Opened, settle
from tests.waiting import eventually

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

AXE: Final = (Path(__file__).parent / "axe" / "axe.min.js").read_text(encoding="utf-8")


@contextmanager
def served(opening: Opening | None = None) -> Iterator[str]:
    """Serve the lab on a free port; the address is that of the page."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(application(opening or first_lesson()), log_level="error", lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            eventually(lambda: server.started or None)
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        finally:
            server.should_exit = True
            thread.join()


def opened(browser: Browser, url: str, **options: Any) -> Opened:
    """Open the lab and wait until its first run is drawn."""
    page = browser.new_page(**options)
    found = Opened(page)
    page.on("console", lambda message: found.complaints.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: found.complaints.append(str(error)))
    page.on("request", lambda request: found.requests.append(request.url))
    page.set_default_timeout(GUARD_MS)
    page.goto(url)
    page.wait_for_selector("body[data-ready]")
    settle(page)
    return found


def is_clean(found: Opened, url: str) -> None:
    """Assert that nothing went wrong, and that nothing was asked of any other server."""
    assert found.complaints == []
    assert [one for one in found.requests if not one.startswith((url, "data:", "blob:"))] == []


def runs(page: Page) -> int:
    """Return how many runs have been drawn."""
    return int(page.get_attribute("body", "data-runs") or 0)


def after_a_run(page: Page, act: Callable[[], object]) -> None:
    """Do something to a page and wait until a further run is drawn and no other is on its way."""
    before = runs(page)
    act()
    page.wait_for_function(
        f"() => Number(document.body.dataset.runs) > {before} && document.body.dataset.busy !== 'true'"
    )
    settle(page)


def figure(page: Page, measure: str) -> str:
    """Return a figure as it stands on the page."""
    return page.inner_text(f"#figures [data-measure='{measure}'] dd").split("\n")[0]


def violations(page: Page) -> list[str]:
    """Return what axe-core finds wrong with a page: the rule, and the first place."""
    page.evaluate(AXE)
    found: list[str] = page.evaluate(
        """async () => (await axe.run()).violations.map((one) => `${one.id}: ${one.nodes[0].html.slice(0, 120)}`)"""
    )
    return found
