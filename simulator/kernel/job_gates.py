"""What holds jobs back: ended, disabled, or as many of their tasks running as they may have."""

from simulator.kernel.buffers import column, widened
from simulator.kernel.notices import Notices
from simulator.kernel.optional_rules import FULL
from simulator.kernel.queues import Queues


class Jobs:
    """The number of running tasks of each job, where it is needed, and the gates that it shuts and opens."""

    __slots__ = ("_limits", "_notices", "_queues", "closed", "count", "running", "tracked")

    def __init__(self, queues: Queues, notices: Notices) -> None:
        self._queues = queues
        self._notices = notices
        self.count = 0
        """How many jobs there are."""
        self._limits = column("i", [])
        self.running = column("i", [])
        self.tracked = False
        """Whether `running` is kept."""
        self.closed = False
        """Whether any job has been closed."""

    def add_jobs(self, count: int) -> None:
        """Add jobs, none of them limited."""
        self.count += count
        self._limits = widened("i", self._limits, -1, self.count)
        self.running = widened("i", self.running, 0, self.count)

    def apply(self, limits: list[int]) -> None:
        """Limit jobs of which no task has started yet; `running` is kept from now on."""
        for job, most in enumerate(limits):
            if most >= 0:
                self._limits[job] = most

    def track(self, running: list[int]) -> None:
        """Keep `running` from now on; these run at present."""
        if not self.tracked:
            self.tracked = True
            for job in running:
                self.running[job] += 1

    def limit(self, job: int, most: int) -> None:
        """Limit how many tasks of `job` run at once from now on, no limit if negative; those that run go on."""
        self._limits[job] = most
        if 0 <= most <= self.running[job]:
            self._queues.shut(job, FULL)
        elif self._queues.gate[job] & FULL:
            self._queues.reopen(job, FULL)

    def started(self, job: int) -> None:
        """Note that a task of `job` has taken its slots."""
        self.running[job] += 1
        if self.running[job] == self._limits[job]:
            self._queues.shut(job, FULL)

    def ended(self, job: int) -> None:
        """Note that one has given them back."""
        self.running[job] -= 1
        if self._queues.gate[job] & FULL and not 0 <= self._limits[job] <= self.running[job]:
            self._queues.reopen(job, FULL)
        if self.running[job] == 0 and self._notices.armed:
            self._notices.idled(job)
