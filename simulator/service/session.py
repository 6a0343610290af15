"""One client's world: the simulation behind the interface, what was changed when, and the log of what was done."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TextIO

from simulator.durations import format_duration
from simulator.engine.simulation import Simulation
from simulator.engine.views import JobView, PoolView, ScheduleView, TaskView, Views
from simulator.errors import InputError, plain
from simulator.policy.response import Answer
from simulator.scenario import Scenario
from simulator.scenario.format.schema import ORIGIN
from simulator.scenario.format.section import fold
from simulator.service.durations import Durations
from simulator.service.replies import READING, Asked, RefusedError, expect_success, refused_input
from simulator.service.wire import http_date, timestamp
from simulator.service_codes import ServiceCode

NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})
"""The body of a request that states nothing."""
SESSION: Final = "session.yaml"
"""The scenario of all that was done: the record of one draw is beside it."""
QUIET: Final = frozenset(
    {"idle", "running", "offline", "preempted", "unusable", "starttaskfailed", "unknown", "deallocated"}
)
"""States of nodes that they do not leave by themselves soon."""
LONGEST_WAIT: Final = 86400.0
"""Simulated seconds that nodes are waited for when no work is left."""
LONGEST_RUN: Final = 400 * 86400.0
"""Simulated seconds after which a run that never rests is left."""
STEP: Final = 30.0
"""Simulated seconds between two looks at nodes on their way."""


class Session:
    """A simulation, and what the interface has to know beside it."""

    def __init__(self, simulation: Simulation, durations: Durations | None = None, log: Path | None = None) -> None:
        self.simulation = simulation
        self.durations = durations or Durations()
        self._changed: dict[tuple[str, ...], tuple[float, int]] = {}
        """When a client last changed a thing, and how often it has."""
        self._log = None if log is None else _Log(log, simulation.scenario)
        self.certificates: dict[str, dict[str, str]] = {}
        """By thumbprint in lower case; what the simulation does is the same with and without them."""
        self.changes = 0
        """How many operations were asked for."""
        self._rested: float | None = None
        """When the work was done, as long as none has come since."""

    @property
    def views(self) -> Views:
        """What can be seen of the simulation."""
        return self.simulation.views

    @property
    def origin(self) -> datetime:
        """The instant from which the simulation counts."""
        return self.simulation.scenario.origin

    @property
    def now(self) -> str:
        """The present, as bodies have it."""
        return self.stamp(self.simulation.now)

    def stamp(self, seconds: float) -> str:
        """Return an instant as bodies have it."""
        return timestamp(self.origin, seconds)

    def fork(self, replication: int | None = None, log: Path | None = None) -> Session:
        """Return a second future of this past, or of what the same requests have led to with other draws."""
        other = Session(self.simulation.fork(replication), self.durations.copy(), log)
        other._changed = dict(self._changed)
        other.certificates = dict(self.certificates)
        return other

    def close(self) -> None:
        """Close the log."""
        if self._log is not None:
            self._log.close()

    # ---- changing ------------------------------------------------------------------------------------------

    def perform(self, operation: str, body: Mapping[str, Any] = NOTHING, **about: Any) -> Answer:
        """Perform an operation now, with what a client's body states of it; raise RefusedError where it is refused."""
        whole = {"operation": operation, **about}
        own = {"at", *map(fold, whole)}  # what is done when, and to what, is for the path to say
        if foreign := [key for key in body if fold(key) in own]:
            text = f"The body of this request has no property '{plain(foreign[0])}'."
            raise RefusedError(ServiceCode.INVALID_BODY, text)
        return expect_success(self.submit({**whole, **body}))

    def submit(self, body: Mapping[str, Any]) -> Answer:
        """Return the answer to an operation that comes now; raise RefusedError where its body is wrong."""
        before = len(self.simulation.log.operations)
        self.changes += 1
        self._rested = None
        try:
            answer = self.simulation.submit(body)
        except InputError as error:
            raise refused_input(error) from None
        done = self.simulation.log.operations
        if self._log is not None and len(done) > before:
            self._log.add({**body, "at": format_duration(done[-1].at)})
        return answer

    def perform_on(
        self, asked: Asked, operation: str, created: float, *thing: str, body: Mapping[str, Any] = NOTHING, **about: str
    ) -> dict[str, str]:
        """Perform what a request asks for where its conditions hold; return the headers of the state of the thing."""
        self.check_conditions(asked, created, *thing)
        self.perform(operation, body, **about)
        self.touch(*thing)
        return self.headers(created, *thing)

    # ---- what was changed when -----------------------------------------------------------------------------

    def touch(self, *thing: str) -> None:
        """Note that a client has changed a thing, by its kind and ids."""
        key = _key(thing)
        self._changed[key] = (self.simulation.now, self._changed.get(key, (0.0, 0))[1] + 1)

    def _last_change(self, created: float, thing: tuple[str, ...]) -> tuple[float, str]:
        """Return when a thing was last changed, and the tag of its state."""
        at, count = self._changed.get(_key(thing), (created, 0))
        at = max(at, created)
        return at, etag(at, count)

    def changed(self, created: float, *thing: str) -> dict[str, Any]:
        """Return the keys of a body that say when a thing was last changed."""
        at, tag = self._last_change(created, thing)
        return {"eTag": tag, "lastModified": self.stamp(at)}

    def headers(self, created: float, *thing: str) -> dict[str, str]:
        """Return the headers that say when a thing was last changed."""
        at, tag = self._last_change(created, thing)
        return {"ETag": tag, "Last-Modified": http_date(self.origin, at)}

    def check_conditions(self, asked: Asked, created: float, *thing: str) -> bool:
        """Raise RefusedError where a condition of the request does not hold; return whether nothing has changed.

        The second is the answer to a request that reads only what is new.
        """
        _, current = self._last_change(created, thing)
        wanted, known = asked.headers.get("if-match"), asked.headers.get("if-none-match")
        is_another = wanted is not None and not _has_tag(wanted, current)
        is_known = known is not None and _has_tag(known, current)
        if is_another or (is_known and asked.method not in READING):
            raise RefusedError(
                ServiceCode.CONDITION_NOT_MET, "The condition specified using HTTP conditional header(s) is not met."
            )
        return is_known

    # ---- finding -------------------------------------------------------------------------------------------

    def pool(self, name: str) -> PoolView:
        """Return a pool; raise RefusedError if it is not there."""
        found = self.views.pool(name)
        if found is None:
            raise RefusedError(ServiceCode.POOL_NOT_FOUND, "The specified pool does not exist.")
        return found

    def job(self, name: str) -> JobView:
        """Return a job; raise RefusedError if it is not there."""
        found = self.views.job(name)
        if found is None:
            raise RefusedError(ServiceCode.JOB_NOT_FOUND, "The specified job does not exist.")
        return found

    def task(self, job: str, name: str) -> TaskView:
        """Return a task; raise RefusedError if it is not there."""
        self.job(job)
        found = self.views.task(job, name)
        if found is None:
            raise RefusedError(ServiceCode.TASK_NOT_FOUND, "The specified task does not exist.")
        return found

    def schedule(self, name: str) -> ScheduleView:
        """Return a job schedule; raise RefusedError if it is not there."""
        found = self.views.schedule(name)
        if found is None:
            raise RefusedError(ServiceCode.SCHEDULE_NOT_FOUND, "The specified job schedule does not exist.")
        return found

    # ---- time ----------------------------------------------------------------------------------------------

    def advance(self, seconds: float) -> bool:
        """Simulate on for some time, whether or not there is work; return whether any has passed."""
        before = self.simulation.now
        self.simulation.wait(before + seconds)
        return self.simulation.now > before

    def settle(self) -> None:
        """Have nodes follow what they were asked at this instant."""
        self.simulation.wait(self.simulation.now)

    def run_on(self, seconds: float) -> bool:
        """Simulate on for some time at most; return whether something may still happen by itself."""
        simulation, before = self.simulation, self.simulation.now
        if not simulation.is_over:
            self._rested = None
            simulation.advance(before + seconds)
            if not simulation.is_over:
                return True
        self._rested = before if self._rested is None else self._rested
        if simulation.now - self._rested > LONGEST_WAIT or not self._changes_by_itself():
            return False
        now = simulation.now
        simulation.wait(now + min(seconds, STEP))
        return simulation.now > now

    def _changes_by_itself(self) -> bool:
        """Return whether a pool changes its size, or nodes are on their way to a state in which they stay."""
        for pool in self.simulation.snapshot().pools.values():
            if pool.allocation_state != "steady" or not QUIET.issuperset(pool.nodes):
                return True
        return False


def empty_account(seed: int = 1, origin: datetime = ORIGIN) -> Scenario:
    """Return a scenario that has nothing yet, as no file may be: clients bring what there is."""
    return Scenario.model_construct(seed=seed, origin=origin)


class _Log:
    """A scenario file that grows by what is done, whole after each operation."""

    def __init__(self, path: Path, scenario: Scenario) -> None:
        body = scenario.model_dump(mode="json", by_alias=True, exclude_none=True)
        timeline = body.pop("timeline", [])
        self._file: TextIO = path.open("w", encoding="utf-8")
        self._file.writelines(f"{json.dumps(key)}: {json.dumps(value)}\n" for key, value in body.items())
        self._began = False
        for one in timeline:
            self.add(one)

    def add(self, operation: Mapping[str, Any]) -> None:
        """Write an operation."""
        if not self._began:
            self._file.write("timeline:\n")
            self._began = True
        self._file.write(f"- {json.dumps(operation)}\n")
        self._file.flush()

    def close(self) -> None:
        self._file.close()


def etag(changed: float, count: int) -> str:
    """Return the tag of a state of a thing."""
    return f"0x{0x8D0000000000000 + round(changed * 1000) * 0x1000 + count:X}"


def _has_tag(condition: str, tag: str) -> bool:
    """Return whether a condition names the tag of a state, or any."""
    return condition == "*" or tag in {one.strip().removeprefix("W/").strip('"') for one in condition.split(",")}


def _key(thing: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(part.lower() for part in thing)
