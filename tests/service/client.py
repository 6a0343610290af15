"""A client of a session without any web server, and one of the application without any socket."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from typing import Any

import httpx

from simulator.engine.simulation import Simulation
from simulator.scenario import Scenario
from simulator.service.app import App
from simulator.service.auth import DEFAULT_KEY, Account, to_sign
from simulator.service.clock import Clock
from simulator.service.operations import answer
from simulator.service.replies import Asked, Reply
from simulator.service.session import LONGEST_WAIT, Session, empty_account

BASE = "http://127.0.0.1:8901"
IMAGE = {"publisher": "canonical", "offer": "0001-com-ubuntu-server-jammy", "sku": "22_04-lts", "version": "latest"}
MACHINE = {"imageReference": IMAGE, "nodeAgentSKUId": "batch.node.ubuntu 22.04"}


def pool_of(name: str = "p", **about: Any) -> dict[str, Any]:
    body = {"id": name, "vmSize": "standard_d2s_v3", "targetDedicatedNodes": 2, "taskSlotsPerNode": 2}
    return {**body, "virtualMachineConfiguration": MACHINE, **about}


def job_of(name: str = "j", pool: str = "p", **about: Any) -> dict[str, Any]:
    return {"id": name, "poolInfo": {"poolId": pool}, **about}


def task_of(name: str, line: str = "/bin/bash -c 'sleep 30'", **about: Any) -> dict[str, Any]:
    return {"id": name, "commandLine": line, **about}


def run_until_idle(session: Session) -> None:
    """Have time pass until nothing happens any more by itself."""
    while session.run_on(LONGEST_WAIT):
        pass


class Client:
    """Asks a session as the service is asked."""

    def __init__(self, scenario: Scenario | None = None, session: Session | None = None) -> None:
        self.session = session or Session(Simulation(scenario or empty_account()))

    def ask(self, method: str, path: str, body: Any = None, headers: Any = None, **query: str) -> Reply:
        known = {key.replace("__", "$"): value for key, value in query.items()}
        return answer(self.session, Asked(method, path, {}, known, headers or {}, body or {}, BASE))

    def run_until_idle(self) -> None:
        run_until_idle(self.session)

    def get(self, path: str, **query: str) -> Any:
        reply = self.ask("GET", path, **query)
        assert reply.status == 200, reply
        return reply.body

    def post(self, path: str, body: Any = None, status: int = 201) -> Reply:
        reply = self.ask("POST", path, body)
        assert reply.status == status, reply
        return reply


def signed(method: str, target: str, headers: dict[str, str], key: str = DEFAULT_KEY) -> dict[str, str]:
    """Return headers with the signature of a request."""
    url = httpx.URL(BASE + target)
    text = to_sign(method, f"/simaccount{url.path}", list(url.params.multi_items()), headers)
    mac = hmac.new(base64.b64decode(key), text.encode(), hashlib.sha256)
    return {**headers, "authorization": f"SharedKey simaccount:{base64.b64encode(mac.digest()).decode()}"}


def call(
    app: App, method: str, target: str, body: Any = None, *, key: str | None = DEFAULT_KEY, **about: str
) -> httpx.Response:
    """Return the response of an application to one request."""
    content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    headers = {"ocp-date": "Mon, 05 Jan 2026 00:00:00 GMT", **about}
    if content:
        headers |= {"content-length": str(len(content)), "content-type": "application/json"}
    sent = headers if key is None else signed(method, target, headers, key)

    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
            return await client.request(method, target, content=content, headers=sent)

    return asyncio.run(asked())


def application(clock: str = "manual", **about: Any) -> App:
    return App(Session(Simulation(empty_account())), Clock.parse(clock), Account(), **about)
