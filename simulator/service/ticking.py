"""Simulated time beside the requests: it follows the wall clock, in slices between which requests are answered."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Final

from simulator.service.clock import Clock
from simulator.service.session import LONGEST_RUN, Session

TICK_S: Final = 0.05
"""Wall time between two looks at the clock."""
SLICE_S: Final = 0.1
"""Wall time that the simulation may take before requests are looked at again."""
SHORTEST: Final = 1.0
"""Simulated seconds of a slice, at least."""
LONGEST: Final = 30 * 86400.0
"""Simulated seconds of a slice, at most."""


class Ticking:
    """Has simulated time pass."""

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
                await self.advance(passed)
            while not self._rests and self._clock.may_run(time.monotonic() - self._last_change):
                self._rests = not self._slice(self._session.run_on)
                await asyncio.sleep(0)

    async def advance(self, seconds: float) -> None:
        """Simulate on for some time, whether or not there is work."""
        session, until = self._session, self._session.simulation.now + seconds
        await self._pass(lambda span: session.advance(min(span, max(until - session.simulation.now, 0.0))))

    async def run_until_idle(self) -> None:
        """Simulate on until nothing happens any more by itself."""
        session, end = self._session, self._session.simulation.now + LONGEST_RUN
        await self._pass(lambda span: session.run_on(span) and session.simulation.now < end)

    async def _pass(self, passes: Callable[[float], bool]) -> None:
        """Have time pass in slices, and answer requests between them, until `passes` returns that none does."""
        while True:
            if not self._slice(passes):
                return
            await asyncio.sleep(0)

    def _slice(self, passes: Callable[[float], bool]) -> bool:
        """Simulate as much as takes a slice of wall time; return what `passes` returns."""
        began = time.perf_counter()
        goes_on = passes(self._span)
        took = time.perf_counter() - began
        self._span = min(max(self._span * min(max(SLICE_S / max(took, 1e-9), 0.1), 10.0), SHORTEST), LONGEST)
        return goes_on
