"""What the control plane asked a kernel to tell it: a draining node is empty, a watched job has finished."""


class Notices:
    """Who is waited for, and what has happened since the control plane last looked."""

    __slots__ = ("_draining", "_watched", "armed", "drained", "finished_jobs", "waiting")

    def __init__(self) -> None:
        self._draining: set[int] = set()
        self._watched: dict[int, int] = {}
        """Jobs, and how many of their tasks have not completed."""
        self.armed = False
        """Whether a notice may come."""
        self.waiting = False
        """Whether one waits to be heeded."""
        self.drained: list[int] = []
        """Draining nodes whose last task has ended."""
        self.finished_jobs: list[int] = []
        """Watched jobs whose last task has completed."""

    def drain(self, node: int) -> None:
        """Ask for a notice when `node` is empty."""
        self._draining.add(node)
        self.armed = True

    def stay(self, node: int) -> None:
        """Ask for none any more."""
        self._draining.discard(node)
        self.armed = bool(self._draining or self._watched)

    def watch(self, job: int, unfinished: int) -> None:
        """Ask for a notice when so many tasks of `job` have completed."""
        self._watched[job] = unfinished
        self.armed = True

    def emptied(self, node: int) -> None:
        """Hear that no task runs on `node`."""
        if node in self._draining:
            self._draining.discard(node)
            self.drained.append(node)
            self.waiting = True

    def completed(self, job: int) -> None:
        """Hear that a task of `job` has completed."""
        if job in self._watched:
            self._watched[job] -= 1
            if self._watched[job] == 0:
                del self._watched[job]
                self.finished_jobs.append(job)
                self.waiting = True

    def heeded(self) -> None:
        """Forget what has been told."""
        self.drained.clear()
        self.finished_jobs.clear()
        self.waiting = False
        self.armed = bool(self._draining or self._watched)
