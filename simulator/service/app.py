"""The web application: requests in, replies out, and the clock beside them.

It runs by itself under a web server and is mounted in no other application: clients sign whole paths. Which operation a
request asks for is no matter of routes here: `operations.py` has a table of them, from which documents, tests and
refusals are made too. No path, address or command of a request is ever opened or run.
"""

from __future__ import annotations

import asyncio
import json
import sys
import traceback
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from simulator.json_text import JsonError, read_json
from simulator.service.auth import Account
from simulator.service.clock import Clock
from simulator.service.control import PREFIX, control
from simulator.service.operations import answer
from simulator.service.replies import READING, Asked, RefusedError, Reply, error_body, refusal
from simulator.service.secrets import without_secrets
from simulator.service.session import Session
from simulator.service.ticking import Ticking
from simulator.service_codes import ServiceCode

LARGEST_BODY: Final = 4 * 2**20
"""Bytes of a request; the service takes no more."""
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
"""Names under which only this machine reaches a server."""
JSON: Final = "application/json; odata=minimalmetadata"
OWN_PAGE: Final = frozenset({"same-origin", "none"})
"""What browsers write into `Sec-Fetch-Site` where no other page stands behind a request; other clients have none."""
BARE: Final = (204, 304)
"""Statuses of replies without a body."""
Fork = Callable[["App", int], Awaitable[str]]
"""Serves what the same requests have led to with the draws of a replication; returns the address."""


class App(Starlette):
    """Answers requests to one session."""

    def __init__(
        self,
        session: Session,
        clock: Clock,
        account: Account,
        hosts: Iterable[str] = (),
        *,
        is_public: bool = False,
        fork: Fork | None = None,
    ) -> None:
        super().__init__(routes=[Mount("/", self._serve)], lifespan=self.living)
        self.session = session
        self.clock = clock
        self.account = account
        self.ticking = Ticking(session, clock)
        self.forecasting = asyncio.Lock()
        self._hosts = LOOPBACK | {host.lower().strip("[]") for host in hosts}
        self._is_public = is_public
        """Whether other machines reach it."""
        self._fork = fork

    @asynccontextmanager
    async def living(self, _app: Starlette) -> AsyncIterator[None]:
        """Have the clock run from the start of the server to its end."""
        running = asyncio.create_task(self.ticking.run())
        yield
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running

    async def fork(self, replication: int) -> str:
        """Serve a second future of the session; return its address."""
        if self._fork is None:
            raise RefusedError(ServiceCode.INVALID_STATE, "This server opens no second port.")
        return await self._fork(self, replication)

    def beside(self, session: Session) -> App:
        """Return an application that answers as this one does, to another session."""
        return App(session, self.clock, self.account, self._hosts, is_public=self._is_public, fork=self._fork)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        with suppress(ClientDisconnect):
            response = _response(await self._reply(request), request.method)
            await response(scope, receive, send)

    async def _reply(self, request: Request) -> Reply:
        try:
            self._check_origin(request)
            content = await _content(request)
            self._check_key(request)
            asked = _asked(request, content)
            return await (control(self, asked) if asked.path.startswith(f"{PREFIX}/") else self._answer(asked))
        except RefusedError as error:
            return refusal(error)
        except ClientDisconnect:
            raise
        except Exception:  # noqa: BLE001 - whatever it is, the others are served on
            traceback.print_exc(file=sys.stderr)
            text = "The simulation has failed at this request; that is a defect, please report it."
            return Reply(500, error_body(ServiceCode.INTERNAL_ERROR, text))

    async def _answer(self, asked: Asked) -> Reply:
        session = self.session
        before = session.changes
        if self.clock.step and asked.method in READING:
            await self.ticking.advance(self.clock.step)
        reply = answer(session, asked)
        if session.changes != before:
            self.ticking.changed()
        return reply

    def _check_origin(self, request: Request) -> None:
        """Raise RefusedError where another page than this server's, or another name of it, stands behind a request."""
        host, headers = request.headers.get("host", "").lower(), request.headers
        own = f"{request.scope['scheme']}://{host}"
        if _name(f"//{host}") not in self._hosts:
            detail = f"It answers to {', '.join(sorted(self._hosts))}, as the Host header has it"
        elif headers.get("origin", own).lower() != own:
            detail = f"The Origin header is not {own}"
        elif headers.get("sec-fetch-site", "none") not in OWN_PAGE:
            detail = "The Sec-Fetch-Site header names another page than this server's"
        else:
            return
        text = "The request comes from another page, or goes to another name, than this server's."
        raise RefusedError(ServiceCode.AUTHENTICATION_FAILED, text, [("AuthenticationErrorDetail", detail)])

    def _check_key(self, request: Request) -> None:
        """Raise RefusedError unless a request is signed; on loopback the simulation's own routes need no key."""
        path = request.scope["path"]
        if path.startswith(f"{PREFIX}/") and not self._is_public:
            return
        raw = request.scope.get("raw_path", b"").decode("latin-1")
        self.account.verify(request.method, dict.fromkeys((raw or path, path)), _query(request), request.headers)


def _name(url: str) -> str | None:
    """Return the host that an address names; None where it names none."""
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _query(request: Request) -> list[tuple[str, str]]:
    return parse_qsl(request.url.query, keep_blank_values=True)


async def _content(request: Request) -> bytes:
    """Return the body of a request; raise RefusedError where it is too large."""
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > LARGEST_BODY:
            text = f"The request body is larger than {LARGEST_BODY // 2**20} MiB."
            raise RefusedError(ServiceCode.BODY_TOO_LARGE, text)
    return bytes(content)


def _asked(request: Request, content: bytes) -> Asked:
    """Return a request without what only a web server knows; raise RefusedError where its body is no JSON object."""
    body: Any = {}
    if content.strip():
        try:
            body = without_secrets(read_json(content.decode("utf-8")))
        except (JsonError, UnicodeDecodeError) as error:
            text = error.message if isinstance(error, JsonError) else "not a text in UTF-8"
            raise RefusedError(ServiceCode.INVALID_BODY, f"The request body cannot be read: {text}.") from None
    if not isinstance(body, dict):
        raise RefusedError(ServiceCode.INVALID_BODY, "The request body is no JSON object.")
    base = f"{request.scope['scheme']}://{request.headers['host']}"
    return Asked(request.method, request.scope["path"], {}, dict(_query(request)), request.headers, body, base)


def _response(reply: Reply, method: str) -> Response:
    """Return a reply as it is sent; the head of a thing has no body, and says how long one would be."""
    content, kind = reply.content, {}
    if content is None and reply.body is not None:
        content, kind = json.dumps(reply.body, separators=(",", ":")).encode(), {"Content-Type": JSON}
    headers = {"request-id": str(uuid.uuid4()), "Server": "poolsight", **kind, **reply.headers}
    if reply.status not in BARE:
        headers["Content-Length"] = str(len(content or b""))
    known = {name: value.encode("latin-1", "replace").decode("latin-1") for name, value in headers.items()}
    return Response(b"" if method == "HEAD" or reply.status in BARE else content, reply.status, known)
