"""Time: SimPy's events and the kernels' calendars, merged into instants that are settled in a fixed order.

The order inside one instant (`docs/model.md#order-within-one-instant`):

 1 completions   the kernels end the attempts that are due
 2 NODES         boot steps, drained nodes, preemption, recovery
 3 TAKEN_IDS     tasks arrive; those of them whose id is taken are refused
 4 OPERATIONS    jobs and pools are created, then operations of the scenario and of clients
 5 DUE           jobs and tasks of schedules, then limits that expire; those of tasks last, in the kernels
 6 samples       metrics are sampled: no event, but noted by the kernels (`simulator/engine/ticks.py`)
 7 AUTOSCALE     formula evaluations and their effects
 8 dispatch      one scheduling pass in each pool

What an event causes without delay (SimPy's own priorities 0 and 1) belongs to the phase of its cause.
"""

from collections.abc import Callable, Iterator
from heapq import heappop, heappush
from typing import Final

import simpy
from simpy.events import EventPriority

from simulator.engine.ticks import Samplers
from simulator.kernel import Kernel
from simulator.units import NEVER

NODES: Final = EventPriority(2)
TAKEN_IDS: Final = EventPriority(3)
OPERATIONS: Final = EventPriority(4)
DUE: Final = EventPriority(5)
AUTOSCALE: Final = EventPriority(7)
FEW: Final = 8
"""Up to this number of kernels it is cheaper to ask each at every instant than to keep track of which are due."""


class Environment(simpy.Environment):
    """A SimPy environment in integer milliseconds; between its events the kernels run freely."""

    def __init__(self, on_notice: Callable[[int], None]) -> None:
        super().__init__(initial_time=0)
        self.kernels: list[Kernel] = []
        self.samplers = Samplers(self.kernels)
        self.last_instant = 0
        """The last instant at which anything happened."""
        self._sampled = -1
        """The last instant at which the time of its samples has passed."""
        self.opened = -1
        """The instant that is settled up to its operations; −1: none is."""
        self._on_notice = on_notice
        self._next: list[int] = []
        """The next instant of each kernel."""
        self._calendar: list[tuple[int, int]] = []
        """Heap of those instants with the kernels' numbers; an entry that `_next` does not know is out of date."""
        self._touched: set[int] = set()
        """Kernels that may have changed since their next instants were noted."""
        self._all: list[int] | None = []
        """The numbers of all kernels while they are so few that each is asked at every instant; else None."""

    @property
    def clock(self) -> int:
        """The current instant in milliseconds."""
        return self._now  # type: ignore[return-value]  # whole milliseconds, never a fraction

    @property
    def has_sampled(self) -> bool:
        """Whether the samples of this instant have been taken."""
        return self._sampled == self._now

    def at(self, instant: int, phase: EventPriority) -> simpy.Event:
        """Return an event that happens at `instant`, in the order of `phase`."""
        event = simpy.Event(self)
        event._ok = True  # noqa: SLF001 - what simpy.Timeout does, with a priority of our own
        event._value = None  # noqa: SLF001 - as above
        heappush(self._queue, (max(instant, self._now), phase, next(self._eid), event))
        return event

    def after(self, delay: int, phase: EventPriority = NODES) -> simpy.Event:
        """Return an event that happens `delay` milliseconds from now."""
        return self.at(self._now + delay, phase)  # type: ignore[arg-type]  # as above

    def next_control(self) -> int:
        """Return the instant of the next SimPy event, `NEVER` if there is none."""
        return int(self._queue[0][0]) if self._queue else NEVER

    def add(self, kernel: Kernel) -> None:
        """Add a kernel; a run may have many, so only those are asked that have something due."""
        number = len(self.kernels)
        self._touched.update((number,) if self._all is None else range(number + 1))  # of few nobody keeps track
        self.kernels.append(kernel)
        self._next.append(NEVER)
        self._all = list(range(number + 1)) if number < FEW else None

    def touch(self, number: int) -> None:
        """Mark a kernel as possibly changed, where not all are asked in any case."""
        if self._all is None:
            self._touched.add(number)

    def run_kernels(self, limit: int) -> int:
        """Run the kernels freely; return the next instant to settle, later than `limit` if there is none before.

        That is the control plane's next instant, or the one at which a kernel has a notice.
        """
        return self._run_kernels(min(self.next_control(), limit + 1))

    def come_to_rest(self) -> None:
        """Note that the kernels have nothing to settle any more: the last tick before that counts as an instant."""
        if self.samplers.any:
            last = max((_last_event(kernel) for kernel in self.kernels), default=0)
            self._now = max(self.clock, self.samplers.until(last))
            self.last_instant = max(self.last_instant, self.clock)

    def settle(self, instant: int) -> None:
        """Settle one instant, phase by phase."""
        self.open(instant)
        self.close()

    def open(self, instant: int) -> None:
        """Settle an instant up to the operations that are known; more of them may follow before it is closed."""
        self._now = self.opened = instant
        self.last_instant = max(self.last_instant, instant)
        if self.samplers.next < instant:
            self.samplers.note(instant)
        due = self._all
        if due is None:
            self._note_instants()
            due = self._take_due(instant)
            self._touched.update(due)
        for number in self._all or self._each_touched():
            kernel = self.kernels[number]
            kernel.complete(instant)
            if kernel.notices.waiting:
                self._on_notice(number)
        queue = self._queue
        if queue and queue[0][0] == instant:
            self._step_through(NODES)
        for number in due:
            self.kernels[number].arrive(instant)
        if queue and queue[0][0] == instant:
            self._step_through(OPERATIONS)

    def settle_operation(self) -> None:
        """Settle what an operation has caused without delay, before another one comes at the instant that is open."""
        self._step_through(TAKEN_IDS)

    def close(self) -> None:
        """Settle the rest of the instant that is open."""
        instant, self.opened = self.opened, -1
        queue = self._queue
        if queue and queue[0][0] == instant:
            self._step_through(DUE)
        self._expire(instant)
        if self.samplers.next <= instant:
            self.samplers.note(instant + 1)
        self._sampled = instant
        while queue and queue[0][0] == instant:
            self.step()
        for number in self._all or self._each_touched():
            if self.kernels[number].notices.waiting:
                self._on_notice(number)
        for number in self._all or sorted(self._touched):  # nothing can start where nothing has changed
            kernel = self.kernels[number]
            kernel.dispatch(instant)
            if kernel.notices.waiting:
                self._on_notice(number)

    def _step_through(self, phase: EventPriority) -> None:
        """Process all events of this instant that are of a phase or of those before it."""
        queue, last = self._queue, (self._now, phase + 1)
        while queue and queue[0] < last:
            self.step()

    def _run_kernels(self, until: int) -> int:
        """Run each kernel up to `until`; stop all of them where the first one has a notice."""
        due = self._all
        if due is None:
            self._note_instants()
            self._touched.clear()
            due = self._take_due(until - 1)
        if len(due) > 1:
            armed = [number for number in due if self.kernels[number].notices.armed]
            if len(armed) > 1:
                if self._all is None:
                    self._touched.update(due)
                    self._note_instants()
                    self._touched.clear()
                return self._run_in_step(until)
            due = [*armed, *(number for number in due if number not in armed)]
        for number in due:
            until = self.kernels[number].advance(until)
            self._advanced(number)
        return until

    def _run_in_step(self, until: int) -> int:
        """Run several kernels that may each raise a notice one instant at a time."""
        while True:
            instant, number = self._first()
            if instant >= until:
                return until
            stopped = self.kernels[number].advance(instant + 1)
            self._advanced(number)
            if stopped == instant:
                return instant

    def _advanced(self, number: int) -> None:
        kernel = self.kernels[number]
        self.last_instant = max(self.last_instant, kernel.now)
        if self._all is None:
            self._note_instant(number)
            if kernel.notices.waiting:
                self.touch(number)

    def _note_instants(self) -> None:
        """Ask the kernels that may have changed when something is due there."""
        for number in self._touched:
            self._note_instant(number)

    def _note_instant(self, number: int) -> None:
        instant = int(self.kernels[number].next_instant())
        if instant != self._next[number]:
            self._next[number] = instant
            if instant < NEVER:
                heappush(self._calendar, (instant, number))

    def _first(self) -> tuple[int, int]:
        """Return when the first kernel is due, and its number; the lowest among several."""
        if self._all is not None:
            return min((int(kernel.next_instant()), number) for number, kernel in enumerate(self.kernels))
        while self._calendar and self._next[self._calendar[0][1]] != self._calendar[0][0]:
            heappop(self._calendar)
        return self._calendar[0] if self._calendar else (NEVER, -1)

    def _take_due(self, instant: int) -> list[int]:
        """Return those of many kernels that may have anything due up to `instant`, and forget when."""
        due: set[int] = set()
        while self._first()[0] <= instant:
            number = heappop(self._calendar)[1]
            self._next[number] = NEVER  # until it is asked again
            due.add(number)
        return sorted(due)

    def _each_touched(self) -> Iterator[int]:
        """Yield the kernels marked as changed by number, also those of higher numbers that are marked meanwhile."""
        last, seen = -1, -1
        while seen < len(self._touched):
            seen = len(self._touched)
            for number in sorted(number for number in self._touched if number > last):
                last = number
                yield number
                if len(self._touched) > seen:
                    break

    def _expire(self, instant: int) -> None:
        """End what has reached its time limit and runs on after everything that others do at this instant."""
        for number in self._all or sorted(self._touched):
            if self.kernels[number].overdue:
                self.kernels[number].expire(instant)
                if self.kernels[number].notices.waiting:
                    self._on_notice(number)


def _last_event(kernel: Kernel) -> int:
    """Return when a task last ended, arrived or was refused as it arrived."""
    return max(kernel.now, int(kernel.submit[kernel.arrived - 1]) if kernel.arrived else 0)
