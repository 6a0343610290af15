"""What a sampler of the service sees of a pool's tasks: a row of counts for each tick that a kernel comes past.

A tick is no event: the kernel runs on through it, and whoever wants to know what was true there reads it afterwards.
"""

from array import array

from simulator.kernel.phases import Phases
from simulator.states import TaskState
from simulator.units import NEVER

FOREVER = int(NEVER)
RUNNING = int(TaskState.RUNNING)
FIRST_ROWS = 256
NO_LATENCIES = array("q")


class Samples:
    """Columns with a row for each tick so far: the tasks after its completions and arrivals, before its dispatch."""

    __slots__ = (
        "_latency",
        "_longest",
        "_period",
        "_rows",
        "active",
        "completed",
        "cores",
        "count",
        "failed",
        "in_dispatch",
        "memory",
        "next",
        "running",
    )

    def __init__(self) -> None:
        self.next = FOREVER
        """The next tick; `NEVER` where nobody samples."""
        self._period = FOREVER
        self._latency = NO_LATENCIES
        self._longest = 0
        self._clear(0)

    def _clear(self, rows: int) -> None:
        """Drop all rows, and make room for `rows` of them."""
        self.count = 0
        """How many ticks have a row."""
        self._rows = rows
        self.active = array("q", bytes(8 * rows))
        """Tasks that wait for no other task, a multi-instance task once for each of its nodes."""
        self.running = array("q", bytes(8 * rows))
        """Tasks that hold slots."""
        self.in_dispatch = array("q", bytes(8 * rows))
        """Those of them that have not started; 0 where they are not counted."""
        self.completed = array("q", bytes(8 * rows))
        self.failed = array("q", bytes(8 * rows))
        self.cores = array("q", bytes(8 * rows))
        """Thousandths of cores in use."""
        self.memory = array("q", bytes(8 * rows))
        """MiB that running tasks have asked for."""

    def begin(self, first: int, period: int) -> None:
        """Forget all rows; the ticks are at `first` and every `period` from there on."""
        self.next = first
        self._period = period
        self._clear(FIRST_ROWS)

    def count_in_dispatch(self, latency: "array[int]") -> None:
        """Count also the tasks in dispatch, with the dispatch latency of each task there is."""
        self._latency = latency
        self._longest = max(latency, default=0)

    def end(self) -> None:
        """Sample no more; the rows so far can be read."""
        self.next = FOREVER

    def forget(self, since: int) -> None:
        """Drop the rows of the ticks from an instant on: they are to be noted anew."""
        while self.count and self.next < FOREVER and self.next - self._period >= since:
            self.count -= 1
            self.next -= self._period

    def take(self, pool: Phases, before: int) -> None:
        """Add the rows of all ticks before an instant; nothing has changed in the pool since the first of them."""
        active = running = cores = memory = 0
        for shape in range(len(pool.shapes)):
            instances = pool.nodes.instances[shape]
            held = pool.running_of_shape[shape]
            active += (pool.queues.waiting_of_shape[shape] + pool.parked_of_shape[shape]) * instances
            running += held
            cores += held * instances * pool.sharing.needs[shape]
            memory += held * instances * pool.shapes[shape].memory
        if pool.sharing.any:
            cores = pool.sharing.busy
        while self.next < before:
            row = self.count
            if row == self._rows:
                self._grow()
            self.active[row] = active
            self.running[row] = running
            self.in_dispatch[row] = self._count_in_dispatch(pool, self.next)
            self.completed[row] = pool.completed
            self.failed[row] = pool.failed
            self.cores[row] = cores
            self.memory[row] = memory
            self.count = row + 1
            self.next += self._period

    def _count_in_dispatch(self, pool: Phases, now: int) -> int:
        """Return how many running tasks have not started: their dispatch latency has not passed."""
        count = 0
        row = pool.attempts.count - 1 if len(self._latency) else -1
        while row >= 0 and pool.attempts.assigned[row] + self._longest > now:
            task = pool.attempts.task[row]
            is_latest = pool.state[task] == RUNNING and pool.row[task] == row
            if is_latest and pool.attempts.assigned[row] + self._latency[task] > now:
                count += 1
            row -= 1
        return count

    def _grow(self) -> None:
        """Make room for as many rows again."""
        more = bytes(8 * self._rows)
        self._rows *= 2
        self.active = array("q", bytes(self.active) + more)
        self.running = array("q", bytes(self.running) + more)
        self.in_dispatch = array("q", bytes(self.in_dispatch) + more)
        self.completed = array("q", bytes(self.completed) + more)
        self.failed = array("q", bytes(self.failed) + more)
        self.cores = array("q", bytes(self.cores) + more)
        self.memory = array("q", bytes(self.memory) + more)
