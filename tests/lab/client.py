"""The lab's application without any socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from simulator.lab.app import Opening, application, first_lesson

BASE = "http://127.0.0.1:8902"


class Client:
    """Asks the application as the page does."""

    def __init__(self, opening: Opening | None = None) -> None:
        self._app = application(opening or first_lesson())

    def ask(self, method: str, path: str, body: Any = None, **about: Any) -> httpx.Response:
        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(app=self._app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
                return await client.request(method, path, json=body, **about)

        return asyncio.run(asked())

    def run(self, text: str, changes: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
        """Return all that the page gets for a scene with changes, as one mapping."""
        reply = self.ask("POST", "/api/run", {"text": text, "changes": list(changes)})
        found: dict[str, Any] = {"status": reply.status_code}
        for line in reply.text.splitlines():
            found |= json.loads(line)
        return found

    def post(self, name: str, **body: Any) -> Any:
        return self.ask("POST", f"/api/{name}", body).json()


def measured(ran: Mapping[str, Any], measure: str) -> float:
    """Return a figure of a run."""
    found = next(one["value"] for one in ran["run"]["figures"] if one["measure"] == measure)
    return float(found)
