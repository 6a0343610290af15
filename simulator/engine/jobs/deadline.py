"""How long a job may be active, from its creation on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from simulator.engine.environment import DUE
from simulator.service_codes import TerminateReason
from simulator.units import NEVER, to_ms
from simulator.workload.planned_jobs import UNKNOWN

if TYPE_CHECKING:
    from simulator.engine.world import World
    from simulator.policy.response import Answer


class Limited(Protocol):
    """A job, as far as its time is limited."""

    world: World
    asked_for: int

    def terminate(self, reason: str) -> Answer: ...


class Deadline:
    """Ends a job when its time is over; a client may change that at any time."""

    def __init__(self, job: Limited) -> None:
        self._job = job
        self._due = NEVER

    def limit(self, limit: float) -> None:
        """End the job `limit` seconds after its creation, at once if that is over."""
        job, env = self._job, self._job.world.env
        self._due = job.asked_for + to_ms(min(limit, UNKNOWN))
        if self._due <= env.clock and job.asked_for < env.clock:
            job.terminate(TerminateReason.TIME_EXPIRED)
            return
        env.at(self._due, DUE).callbacks.append(self._time_out)

    def _time_out(self, _: object) -> None:
        if self._due <= self._job.world.env.clock:
            self._job.terminate(TerminateReason.TIME_EXPIRED)
