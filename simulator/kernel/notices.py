"""What a kernel reports to the control plane on request: an empty node, a finished job, a crowded disk."""

from array import array

from simulator.kernel.buffers import extended


class Notices:
    """What has been asked for, and what has happened since the control plane last looked."""

    __slots__ = (
        "_alarmed",
        "_alarms",
        "_awaited",
        "_draining",
        "_fills_disks",
        "_growing",
        "_watched",
        "armed",
        "crowded",
        "drained",
        "ended",
        "finished_jobs",
        "growing",
        "idle_jobs",
        "waiting",
    )

    def __init__(self) -> None:
        self._draining: set[int] = set()
        self._watched: dict[int, int] = {}
        """Jobs, and how many of their tasks have not completed."""
        self._growing: set[int] = set()
        """Watched jobs of which only the submitted tasks count."""
        self._awaited: set[int] = set()
        """Jobs of which the last running task is waited for."""
        self._alarms = array("b")
        self._alarmed = False
        self.armed = False
        """Whether a notice may come."""
        self.growing = False
        """Whether arrivals are counted."""
        self.waiting = False
        """Whether any notice waits to be handled."""
        self.drained: list[int] = []
        """Draining nodes whose last task has ended."""
        self.finished_jobs: list[int] = []
        """Watched jobs whose last task has completed."""
        self.idle_jobs: list[int] = []
        """Awaited jobs of which no task runs any more."""
        self.ended: list[int] = []
        """Tasks that have completed in a way their alarm asks for."""
        self._fills_disks = False
        self.crowded: list[int] = []
        """First rows of attempts for which a disk may have no room when they start."""

    def drain(self, node: int) -> None:
        """Ask for a notice when `node` is empty."""
        self._draining.add(node)
        self._arm()

    def stay(self, node: int) -> None:
        """Ask for none any more."""
        self._draining.discard(node)
        self._arm()

    def watch(self, job: int, unfinished: int, growing: bool) -> None:
        """Ask for a notice when so many tasks of `job` have completed; `growing`: and those yet to be submitted."""
        self._watched[job] = unfinished
        if growing:
            self._growing.add(job)
            self.growing = True
        self._arm()

    def forget(self, job: int) -> None:
        """Ask for nothing about a job any more."""
        self._watched.pop(job, None)
        self._growing.discard(job)
        self._awaited.discard(job)
        self.growing = bool(self._growing)
        self._arm()

    def await_idle(self, job: int) -> None:
        """Ask for a notice when no task of `job` runs."""
        self._awaited.add(job)
        self._arm()

    def alarm(self, before: int, count: int, alarms: "array[int]") -> None:
        """Ask for notices of the ends of tasks that come behind `before` others.

        There is a byte for each: bit 1 asks for its failure, bit 2 for its success. No byte asks for nothing.
        """
        self._alarms = extended("b", self._alarms, before, alarms, count, 0)
        self._alarmed = len(self._alarms) > 0
        self._arm()

    def expect(self, job: int, count: int) -> None:
        """Note that a job has more tasks to come than were known when it began to be watched."""
        if job in self._watched and job not in self._growing:
            self._watched[job] += count

    def watch_disks(self) -> None:
        """Ask for a notice of each attempt for which a disk may have no room."""
        self._fills_disks = True
        self._arm()

    def crowds(self, row: int) -> None:
        """Note that a disk may have no room for the attempt at `row` when it starts."""
        self.crowded.append(row)
        self.waiting = True

    def added(self, job: int) -> None:
        """Note that a task of `job` has been submitted."""
        if job in self._growing:
            self._watched[job] += 1

    def emptied(self, node: int) -> None:
        """Note that no task runs on `node`."""
        if node in self._draining:
            self._draining.discard(node)
            self.drained.append(node)
            self.waiting = True

    def idled(self, job: int) -> None:
        """Note that no task of `job` runs."""
        if job in self._awaited:
            self._awaited.discard(job)
            self.idle_jobs.append(job)
            self.waiting = True

    def completed(self, task: int, job: int, failed: bool) -> None:
        """Note that a task of `job` has completed."""
        if self._alarmed and self._alarms[task] & (1 if failed else 2):
            self.ended.append(task)
            self.waiting = True
        if job in self._watched:
            self._watched[job] -= 1
            if self._watched[job] == 0:
                self.finished_jobs.append(job)
                self.waiting = True

    def clear(self) -> None:
        """Forget the notices that have been handled."""
        self.drained.clear()
        self.finished_jobs.clear()
        self.idle_jobs.clear()
        self.ended.clear()
        self.crowded.clear()
        self.waiting = False
        self._arm()

    def _arm(self) -> None:
        self.armed = bool(self._draining or self._watched or self._awaited or self._alarmed or self._fills_disks)
