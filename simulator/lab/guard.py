"""What stands before every request: whose page it comes from, how large it is, and what a browser may do with it."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from simulator.lab.limits import MOST_BYTES

LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
"""Names under which only this machine reaches a server."""
HEADERS: Final[Mapping[str, str]] = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


def policy(nonce: str) -> str:
    """Return what a page may load and run: its own files; the nonce is for the style sheet that the editor makes."""
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data: blob:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def new_nonce() -> str:
    """Return a word that nobody can guess."""
    return secrets.token_urlsafe(16)


class Guard:
    """Refuses what does not come from the lab's own page on this machine."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refused = _refusal(scope["method"], Headers(scope=scope))
        if refused is not None:
            await JSONResponse({"error": refused[1]}, refused[0])(scope, receive, _secured(send))
            return
        await self._app(scope, _bounded(receive), _secured(send))


class TooLargeError(Exception):
    """A request has a larger body than is read."""


def _refusal(method: str, headers: Headers) -> tuple[int, str] | None:
    """Return status and reason of a refusal; None where a request may pass."""
    host, origin = headers.get("host", ""), headers.get("origin")
    if _name_of(host) not in LOOPBACK:
        return 403, f"the lab answers to {', '.join(sorted(LOOPBACK))} only"
    if origin is not None and origin != f"http://{host}":
        return 403, "the request comes from another page than the lab's"
    if method == "POST" and headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        return 415, "expected a body of the type application/json"
    if int(headers.get("content-length", "0") or 0) > MOST_BYTES:
        return 413, f"a scene is at most {MOST_BYTES >> 20} MiB"
    return None


def _name_of(host: str) -> str | None:
    """Return the name in a Host header, without its port; None where there is none to be read."""
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _bounded(receive: Receive) -> Callable[[], Awaitable[Message]]:
    """Return a receiver that reads no more of a body than is allowed, whatever its head says."""
    size = 0

    async def read() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > MOST_BYTES:
            raise TooLargeError
        return message

    return read


def _secured(send: Send) -> Callable[[Message], Awaitable[None]]:
    async def written(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept: list[Any] = list(message["headers"])
            names = {name for name, _ in kept}
            more = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
            message = {**message, "headers": [*kept, *(one for one in more if one[0] not in names)]}
        await send(message)

    return written
