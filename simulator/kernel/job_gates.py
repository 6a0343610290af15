"""What holds jobs back: ended, disabled, or as many of their tasks running as they may have."""

from simulator.kernel.buffers import column
from simulator.kernel.notices import Notices
from simulator.kernel.optional_rules import FULL
from simulator.kernel.queues import Queues


class Jobs:
    """The number of running tasks of each job, where it is needed, and the gates that it shuts and opens."""

    __slots__ = ("_limits", "_notices", "_queues", "closed", "running", "tracked")

    def __init__(self, queues: Queues, notices: Notices, limits: list[int], jobs: int) -> None:
        self._queues = queues
        self._notices = notices
        self._limits = column("i", limits or [-1] * jobs)
        self.running = column("i", [0] * jobs)
        self.tracked = any(limit >= 0 for limit in limits)
        """Whether `running` is kept."""
        self.closed = False
        """Whether any job has been closed."""

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
