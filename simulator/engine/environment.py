"""Time: SimPy's events and the kernels' calendars, merged into instants that are settled in a fixed order.

The order inside one instant (behaviour spec §3.3, assumption P56):

 1 completions   the kernels end the attempts that are due
 2 NODES         boot steps, drained nodes, preemption, recovery
 3 ARRIVALS      tasks, then operations of the scenario, then limits that expire
 4 SAMPLING      metric samples
 5 AUTOSCALE     formula evaluations and their effects
 6 dispatch      one scheduling pass in each pool

What an event causes without delay (SimPy's own priorities 0 and 1) belongs to the class of its cause.
"""

from collections.abc import Callable
from typing import Final

import simpy

from simulator.kernel import Kernel
from simulator.units import NEVER

NODES: Final = 2
ARRIVALS: Final = 3
SAMPLING: Final = 4
AUTOSCALE: Final = 5


class Environment(simpy.Environment):
    """A SimPy environment in integer milliseconds whose steps let the kernels run freely in between."""

    def __init__(self, on_notice: Callable[[Kernel], None]) -> None:
        super().__init__(initial_time=0)
        self.kernels: list[Kernel] = []
        self.last_instant = 0
        """The last instant at which anything happened."""
        self._on_notice = on_notice

    @property
    def clock(self) -> int:
        """The current instant in milliseconds."""
        return int(self.now)

    def at(self, instant: int, phase: int) -> simpy.Event:
        """Give an event that happens at `instant`, in the order of `phase`."""
        event = simpy.Event(self)
        event._ok = True  # noqa: SLF001 - what simpy.Timeout does, with a priority of our own
        event._value = None  # noqa: SLF001
        self.schedule(event, priority=phase, delay=max(instant - self.clock, 0))  # type: ignore[arg-type]
        return event

    def after(self, delay: int, phase: int = NODES) -> simpy.Event:
        """Give an event that happens `delay` milliseconds from now."""
        return self.at(self.clock + delay, phase)

    def next_control(self) -> int:
        """Give the instant of the next SimPy event, `NEVER` if there is none."""
        return int(self._queue[0][0]) if self._queue else NEVER

    def next_instant(self) -> int:
        """Give the next instant at which anything is due, in either plane."""
        return min([self.next_control(), *(kernel.next_instant() for kernel in self.kernels)])

    def run_kernels(self, limit: int) -> int:
        """Let the kernels run freely; give the instant that wants settling, later than `limit` if none does.

        That is the control plane's next instant, or the one at which a kernel has something to tell.
        """
        return self._run_kernels(min(self.next_control(), limit + 1))

    def settle(self, instant: int) -> None:
        """Settle one instant, phase by phase."""
        self._now = instant
        self.last_instant = max(self.last_instant, instant)
        self._settle(instant)

    def _run_kernels(self, until: int) -> int:
        """Let each kernel run up to `until`; stop all of them where the first one has a notice."""
        armed = [kernel for kernel in self.kernels if kernel.notices.armed]
        if len(armed) > 1:
            return self._run_in_step(until)
        for kernel in (*armed, *(kernel for kernel in self.kernels if not kernel.notices.armed)):
            until = kernel.advance(until)
            self._note(kernel)
        return until

    def _run_in_step(self, until: int) -> int:
        """Run several kernels that may each raise a notice one instant at a time."""
        while True:
            kernel = min(self.kernels, key=Kernel.next_instant)
            instant = kernel.next_instant()
            if instant >= until:
                return until
            stopped = kernel.advance(instant + 1)
            self._note(kernel)
            if stopped == instant:
                return instant

    def _note(self, kernel: Kernel) -> None:
        self.last_instant = max(self.last_instant, kernel.now)

    def _settle(self, instant: int) -> None:
        for kernel in self.kernels:
            kernel.complete(instant)
            if kernel.notices.waiting:
                self._on_notice(kernel)
        arrived = False
        while self._queue and self._queue[0][0] == instant:
            if not arrived and self._queue[0][1] >= ARRIVALS:
                arrived = True
                self._arrive(instant)
            else:
                self.step()
        if not arrived:
            self._arrive(instant)
        for kernel in self.kernels:
            if kernel.notices.waiting:
                self._on_notice(kernel)
        for kernel in self.kernels:
            kernel.dispatch(instant)

    def _arrive(self, instant: int) -> None:
        for kernel in self.kernels:
            kernel.arrive(instant)
