"""The web application: requests of ASGI in, replies out, and the clock beside them.

No path, address or command of a request is ever opened or run.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
import traceback
import uuid
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from contextlib import suppress
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from simulator.json_text import JsonError, read_json
from simulator.service.auth import Account
from simulator.service.clock import Clock
from simulator.service.control import PREFIX, control
from simulator.service.forecast import PATH, forecast, replications_of
from simulator.service.operations import answer
from simulator.service.replies import READING, Asked, RefusedError, Reply, error_body, refusal
from simulator.service.session import Session
from simulator.service_codes import ServiceCode

LARGEST_BODY: Final = 4 * 2**20
"""Bytes of a request; the service takes no more."""
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
"""Names under which only this machine reaches a server."""
JSON: Final = "application/json; odata=minimalmetadata"
TICK_S: Final = 0.05
"""Wall time between two looks at the clock."""
SLICE_S: Final = 0.1
"""Wall time that the simulation may take before requests are looked at again."""

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class App:
    """Answers requests to one session."""

    def __init__(
        self, session: Session, clock: Clock, account: Account, hosts: Iterable[str] = (), *, is_public: bool = False
    ) -> None:
        self.session = session
        self.clock = clock
        self.account = account
        self._hosts = LOOPBACK | {host.lower().strip("[]") for host in hosts}
        self._is_public = is_public
        """Whether other machines reach it."""
        self._ticking = Ticking(session, clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; begin and end with the server."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            reply = await self._reply(scope, receive)
            await _send(reply, scope, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        """Have the clock run from the start of the server to its end."""
        running: asyncio.Task[None] | None = None
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                running = asyncio.create_task(self._ticking.run())
                await send({"type": "lifespan.startup.complete"})
                continue
            if running is not None:
                running.cancel()
                with suppress(asyncio.CancelledError):
                    await running
            await send({"type": "lifespan.shutdown.complete"})
            return

    async def _reply(self, scope: Scope, receive: Receive) -> Reply:
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        try:
            self._check_names(headers)
            content = await _content(receive)
            self._check_key(scope, headers)
            asked = _asked(scope, headers, content)
            if (asked.method, asked.path) == ("GET", PATH):
                prepared, count = self.session.simulation.log.prepared, replications_of(asked)
                return Reply(200, await asyncio.to_thread(forecast, prepared, count))
            return self._answer(asked)
        except RefusedError as error:
            return refusal(error)
        except Exception:  # noqa: BLE001 - whatever it is, the others are served on
            traceback.print_exc(file=sys.stderr)
            text = "The simulation has failed at this request; that is a defect, please report it."
            return Reply(500, error_body(ServiceCode.INTERNAL_ERROR, text))

    def _answer(self, asked: Asked) -> Reply:
        session = self.session
        if asked.path.startswith(f"{PREFIX}/"):
            return control(session, asked, self.clock)
        before = session.changes
        if self.clock.step and asked.method in READING:
            session.advance(self.clock.step)
        reply = answer(session, asked)
        if session.changes != before:
            self._ticking.changed()
        return reply

    def _check_names(self, headers: Mapping[str, str]) -> None:
        """Raise RefusedError where a page of another site, or another name of this machine, stands behind a request."""
        host = urlsplit(f"//{headers.get('host', '')}").hostname
        origin = headers.get("origin")
        if host not in self._hosts or (origin is not None and urlsplit(origin).hostname not in self._hosts):
            raise RefusedError(
                ServiceCode.AUTHENTICATION_FAILED,
                "The names in the Host and Origin headers are not those of this server.",
                [("AuthenticationErrorDetail", f"It answers to {', '.join(sorted(self._hosts))}")],
            )

    def _check_key(self, scope: Scope, headers: Mapping[str, str]) -> None:
        """Raise RefusedError unless a request is signed; on loopback the simulation's own routes need no key."""
        if scope["path"].startswith(f"{PREFIX}/") and not self._is_public:
            return
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        paths = dict.fromkeys((scope.get("raw_path", b"").decode("latin-1") or scope["path"], scope["path"]))
        self.account.verify(scope["method"], list(paths), query, headers)


class Ticking:
    """Has simulated time follow the wall clock."""

    def __init__(self, session: Session, clock: Clock) -> None:
        self._session = session
        self._clock = clock
        self._last_change = time.monotonic()
        self._rests = False
        """Whether nothing is left that happens by itself."""
        self._span = 60.0
        """Simulated seconds of the next slice."""

    def changed(self) -> None:
        """Note that a request has changed something."""
        self._last_change, self._rests = time.monotonic(), False

    async def run(self) -> None:
        """Follow the wall clock for ever."""
        last = time.monotonic()
        while True:
            await asyncio.sleep(TICK_S)
            now = time.monotonic()
            passed, last = self._clock.passed(now - last), now
            if passed:
                self._session.advance(passed)
            while not self._rests and self._clock.may_run(time.monotonic() - self._last_change):
                self._slice()
                await asyncio.sleep(0)

    def _slice(self) -> None:
        """Simulate as much as takes a slice of wall time."""
        began = time.perf_counter()
        self._rests = not self._session.run_on(self._span)
        took = time.perf_counter() - began
        self._span = min(max(self._span * min(max(SLICE_S / max(took, 1e-9), 0.1), 10.0), 1.0), 30 * 86400.0)


async def _content(receive: Receive) -> bytes:
    """Return the body of a request; raise RefusedError where it is too large."""
    parts: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            break
        parts.append(message.get("body", b""))
        size, more = size + len(parts[-1]), message.get("more_body", False)
        if size > LARGEST_BODY:
            text = f"The request body is larger than {LARGEST_BODY // 2**20} MiB."
            raise RefusedError(ServiceCode.BODY_TOO_LARGE, text)
    return b"".join(parts)


def _asked(scope: Scope, headers: Mapping[str, str], content: bytes) -> Asked:
    """Return a request without what only a web server knows; raise RefusedError where its body is no JSON object."""
    body: Any = {}
    if content.strip():
        try:
            body = read_json(content.decode("utf-8"))
        except (JsonError, UnicodeDecodeError) as error:
            text = error.message if isinstance(error, JsonError) else "not a text in UTF-8"
            raise RefusedError(ServiceCode.INVALID_BODY, f"The request body cannot be read: {text}.") from None
    if not isinstance(body, dict):
        raise RefusedError(ServiceCode.INVALID_BODY, "The request body is no JSON object.")
    query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
    base = f"{scope['scheme']}://{headers['host']}"
    return Asked(scope["method"], scope["path"], {}, query, headers, body, base)


async def _send(reply: Reply, scope: Scope, send: Send) -> None:
    """Send a reply; the head of a thing has no body."""
    content = reply.content
    kind = {} if content is not None or reply.body is None else {"Content-Type": JSON}
    if content is None:
        content = b"" if reply.body is None else json.dumps(reply.body, separators=(",", ":")).encode()
    is_bare = scope["method"] == "HEAD" or reply.status in (204, 304)
    headers = {
        "request-id": str(uuid.uuid4()),
        "Server": "poolsight",
        **kind,
        **reply.headers,
        **({} if reply.status in (204, 304) else {"Content-Length": str(len(content))}),
    }
    lines = [(name.lower().encode("latin-1"), value.encode("latin-1", "replace")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": reply.status, "headers": lines})
    await send({"type": "http.response.body", "body": b"" if is_bare else content})
