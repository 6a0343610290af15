"""When the samplers of a run tick.

A tick is no event: nothing happens at it but that the kernel of a pool notes what is true then. Kernels do so on their
way; here it is seen to that those do it too which have nothing to settle, and before the control plane changes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heapify, heappush, heapreplace
from typing import TYPE_CHECKING

from simulator.units import NEVER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.kernel import Kernel


@dataclass(slots=True, eq=False)
class Ticks:
    """The instants at which one sampler wakes: `first` and every `period` from there on, up to `last`."""

    pool: int
    """Its number."""
    first: int
    period: int
    last: int = NEVER

    def from_on(self, instant: int) -> int:
        """Return the first tick at an instant or later, `NEVER` if there is none."""
        found = self.first + max(0, -((self.first - instant) // self.period)) * self.period
        return found if found <= self.last else NEVER

    def until(self, instant: int) -> int:
        """Return the last tick up to an instant, −1 if there is none."""
        end = min(instant, self.last)
        return -1 if end < self.first else end - (end - self.first) % self.period


class Samplers:
    """The samplers of all pools."""

    def __init__(self, kernels: Sequence[Kernel]) -> None:
        self._kernels = kernels
        self._ticks: list[Ticks] = []
        self._calendar: list[tuple[int, int]] = []
        """Heap of a tick of each sampling pool and the pool's number: all before it are noted, often later ones too."""
        self.next = NEVER
        """All ticks before it are noted."""

    @property
    def any(self) -> bool:
        """Whether there is one, or has been one."""
        return bool(self._ticks)

    def begin(self, pool: int, first: int, period: int) -> Ticks:
        """Start the sampler of a pool."""
        self._kernels[pool].samples.begin(first, period)
        heappush(self._calendar, (first, pool))
        self.next = self._calendar[0][0]
        ticks = Ticks(pool, first, period)
        self._ticks.append(ticks)
        return ticks

    def end(self, ticks: Ticks, since: int) -> None:
        """Stop a sampler, all of whose ticks before `since` are noted; it still wakes once, and finds that out."""
        ticks.last = ticks.from_on(since)
        self._kernels[ticks.pool].samples.end()
        self._date([pool for _, pool in self._calendar if pool != ticks.pool])

    def forget(self, since: int) -> None:
        """Have kernels note the ticks from an instant on anew: a run that was over goes on from there."""
        for _, pool in self._calendar:
            self._kernels[pool].samples.forget(since)
        self._date([pool for _, pool in self._calendar])

    def _date(self, pools: list[int]) -> None:
        """Enter the next ticks of pools into the calendar, and of no others."""
        self._calendar = [(self._kernels[pool].samples.next, pool) for pool in pools]
        heapify(self._calendar)
        self.next = self._calendar[0][0] if self._calendar else NEVER

    def note(self, before: int) -> None:
        """Have all kernels note the ticks before an instant that they have not noted on their way."""
        calendar = self._calendar
        while calendar and calendar[0][0] < before:
            pool = calendar[0][1]
            kernel = self._kernels[pool]
            if kernel.samples.next < before:
                kernel.sample_until(before)
            heapreplace(calendar, (kernel.samples.next, pool))
        self.next = calendar[0][0] if calendar else NEVER

    def from_on(self, instant: int) -> int:
        """Return the first tick of any sampler at an instant or later, `NEVER` if there is none."""
        return min((ticks.from_on(instant) for ticks in self._ticks), default=NEVER)

    def until(self, instant: int) -> int:
        """Return the last tick of any sampler up to an instant, −1 if there is none."""
        return max((ticks.until(instant) for ticks in self._ticks), default=-1)
