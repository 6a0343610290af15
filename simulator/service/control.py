"""What the service does not have, all of it under `/_sim`: time by hand, the answer so far, second futures."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, Protocol

from simulator.results.answer.metrics import summarize
from simulator.service.clock import Clock
from simulator.service.forecast import forecast, replications_of
from simulator.service.replies import Asked, RefusedError, Reply
from simulator.service.session import Session
from simulator.service.ticking import Ticking
from simulator.service_codes import ServiceCode

PREFIX: Final = "/_sim"
LONGEST: Final = 366 * 86400.0
"""Seconds that time is advanced by at once."""
MOST_REPLICATIONS: Final = 10_000


class Served(Protocol):
    """A session that is served."""

    @property
    def session(self) -> Session: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def ticking(self) -> Ticking: ...

    @property
    def forecasting(self) -> asyncio.Lock:
        """Whoever holds it computes beside the requests."""

    async def fork(self, replication: int) -> str:
        """Serve a second future of the session; return its address."""


async def state(served: Served, _asked: Asked) -> dict[str, Any]:
    """Return how far the run has come, and what made tasks as long as they are."""
    session, snapshot = served.session, served.session.simulation.snapshot()
    return {
        "now": session.now,
        "seconds": snapshot.now,
        "clock": str(served.clock),
        "replication": session.simulation.replication,
        "completedTasks": snapshot.completed_tasks,
        "durations": dict(session.durations.served),
    }


async def advance(served: Served, asked: Asked) -> dict[str, Any]:
    """Simulate on for some seconds."""
    text = asked.query.get("seconds", "")
    if not re.fullmatch(r"\d{1,9}(\.\d+)?", text, re.ASCII) or not 0 < float(text) <= LONGEST:
        message = f"Expected seconds above 0, at most {LONGEST:.0f}, found '{text[:40]}'."
        raise RefusedError(ServiceCode.INVALID_QUERY, message)
    await served.ticking.advance(float(text))
    return await state(served, asked)


async def run_until_idle(served: Served, asked: Asked) -> dict[str, Any]:
    """Simulate on until nothing happens any more."""
    await served.ticking.run_until_idle()
    return await state(served, asked)


async def answer_so_far(served: Served, _asked: Asked) -> dict[str, Any]:
    """Return the answer to everything so far, as `poolsight run --json` prints it."""
    session = served.session
    async with served.forecasting:
        found = await asyncio.to_thread(summarize, session.simulation.recording())
    answer: dict[str, Any] = json.loads(json.dumps(found.as_dict(), default=float))
    return {**answer, "durations": dict(session.durations.served), "clock": str(served.clock)}


async def forecast_so_far(served: Served, asked: Asked) -> dict[str, Any]:
    """Return when all that was asked for so far will be done, and at what cost."""
    count = replications_of(asked)
    async with served.forecasting:
        return await asyncio.to_thread(forecast, served.session.simulation.log.prepared, count)


async def fork(served: Served, asked: Asked) -> dict[str, Any]:
    """Open a port for a second future of this past."""
    text = asked.query.get("replication", str(served.session.simulation.replication))
    if not re.fullmatch(r"\d{1,5}", text, re.ASCII) or int(text) >= MOST_REPLICATIONS:
        message = f"Expected a replication from 0 to {MOST_REPLICATIONS - 1}, found '{text[:40]}'."
        raise RefusedError(ServiceCode.INVALID_QUERY, message)
    return {"url": await served.fork(int(text)), "replication": int(text), "now": served.session.now}


ROUTES: Final[Mapping[tuple[str, str], Callable[[Served, Asked], Awaitable[dict[str, Any]]]]] = {
    ("GET", "/_sim/clock"): state,
    ("POST", "/_sim/advance"): advance,
    ("POST", "/_sim/run-until-idle"): run_until_idle,
    ("GET", "/_sim/answer"): answer_so_far,
    ("GET", "/_sim/forecast"): forecast_so_far,
    ("POST", "/_sim/fork"): fork,
}


async def control(served: Served, asked: Asked) -> Reply:
    """Return the reply to a request under `/_sim`; raise RefusedError where there is no such thing."""
    handler = ROUTES.get((asked.method, asked.path))
    if handler is None:
        known = ", ".join(f"{method} {path}" for method, path in ROUTES)
        raise RefusedError(ServiceCode.INVALID_URI, f"There is no {asked.method} {asked.path}; there is {known}.")
    return Reply(200, await handler(served, asked))
