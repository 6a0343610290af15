"""What the service does not have, all of it under `/_sim`: time by hand, the answer so far."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Final

from simulator.results.answer.metrics import summarize
from simulator.service.clock import Clock
from simulator.service.forecast import PATH as FORECAST
from simulator.service.replies import Asked, RefusedError, Reply
from simulator.service.session import Session
from simulator.service_codes import ServiceCode

PREFIX: Final = "/_sim"
LONGEST: Final = 366 * 86400.0
"""Seconds that time is advanced by at once."""


def state(session: Session, _asked: Asked, clock: Clock) -> Reply:
    """Return how far the run has come, and what made tasks as long as they are."""
    snapshot = session.simulation.snapshot()
    return Reply(
        200,
        {
            "now": session.now,
            "seconds": snapshot.now,
            "clock": str(clock),
            "completedTasks": snapshot.completed_tasks,
            "durations": dict(session.durations.served),
        },
    )


def advance(session: Session, asked: Asked, clock: Clock) -> Reply:
    """Simulate on for some seconds."""
    text = asked.query.get("seconds", "")
    if not re.fullmatch(r"\d{1,9}(\.\d+)?", text, re.ASCII) or not 0 < float(text) <= LONGEST:
        raise RefusedError(ServiceCode.INVALID_QUERY, f"Expected seconds from 1 to {LONGEST:g}, found '{text[:40]}'.")
    session.advance(float(text))
    return state(session, asked, clock)


def run_until_idle(session: Session, asked: Asked, clock: Clock) -> Reply:
    """Simulate on until nothing happens any more."""
    session.run_until_idle()
    return state(session, asked, clock)


def answer_so_far(session: Session, _asked: Asked, clock: Clock) -> Reply:
    """Return the answer to everything so far, as `poolsight run --json` prints it."""
    answer = json.loads(json.dumps(summarize(session.simulation.recording()).as_dict(), default=float))
    return Reply(200, {**answer, "durations": dict(session.durations.served), "clock": str(clock)})


ROUTES: Final[Mapping[tuple[str, str], Callable[[Session, Asked, Clock], Reply]]] = {
    ("GET", "/_sim/clock"): state,
    ("POST", "/_sim/advance"): advance,
    ("POST", "/_sim/run-until-idle"): run_until_idle,
    ("GET", "/_sim/answer"): answer_so_far,
}


def control(session: Session, asked: Asked, clock: Clock) -> Reply:
    """Return the reply to a request under `/_sim`; raise RefusedError where there is no such thing."""
    handler = ROUTES.get((asked.method, asked.path))
    if handler is None:
        known = ", ".join(f"{method} {path}" for method, path in (*ROUTES, ("GET", FORECAST)))
        raise RefusedError(ServiceCode.INVALID_URI, f"There is no {asked.method} {asked.path}; there is {known}.")
    return handler(session, asked, clock)
