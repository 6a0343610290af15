"""Which of several jobs of equal priority is served next."""

from simulator.kernel.buffers import column, widened
from simulator.kernel.inputs import JobPolicy
from simulator.kernel.queues import Queues
from simulator.kernel.random_stream import RandomStream

UNIFORM = int(JobPolicy.UNIFORM)
CREATION_TIME = int(JobPolicy.CREATION_TIME)


class JobOrder:
    """Chooses among the jobs of one priority by the policy (docs/model.md#order-among-jobs)."""

    __slots__ = ("_at", "_is_copied", "_left", "_policy", "_queues", "_random", "_start", "count", "last")

    def __init__(self, policy: int, random: RandomStream, queues: Queues) -> None:
        self._policy = policy
        self._random = random
        self._queues = queues
        self._left = column("i", [])
        """The jobs that can still be chosen, once one has had no room."""
        self._is_copied = False
        """Whether these are looked at; before that, all jobs of the level with waiting tasks can be chosen."""
        self._start = 0
        self._at = 0
        self.count = 0
        """How many jobs can be chosen."""
        self.last = -1
        """The job served last."""

    def add_jobs(self, count: int) -> None:
        """Note that there are `count` jobs now."""
        self._left = widened("i", self._left, 0, count)

    def begin(self, level: int) -> None:
        """Choose from all jobs of a level that have waiting tasks."""
        self._is_copied = False
        self._start = self._queues.level_start[level]
        self.count = self._queues.level_size[level]

    def next_to_serve(self) -> int:
        """Return the job that a pass would serve first if all had room; some open job has waiting tasks."""
        level = 0
        while self._queues.level_size[level] == 0:
            level += 1
        self.begin(level)
        return self.only() if self.count == 1 else self.choose()

    def only(self) -> int:
        """Return the one job that is left."""
        return self._job(self._start)

    def choose(self) -> int:
        """Return the next job; they are in creation order."""
        if self._policy == UNIFORM:
            self._at = self._start + self._random.draw(self.count)
        elif self._policy == CREATION_TIME:
            self._at = self._start
        else:
            self._at = self._behind_last()
        return self._job(self._at)

    def remove_current(self, refused: bool) -> None:
        """Remove the job chosen last: none of its tasks waits any more, or (`refused`) none has room."""
        if refused and not self._is_copied:  # from now on the jobs with waiting tasks are not those that may have room
            for place in range(self.count):
                self._left[place] = self._queues.jobs[self._start + place]
            self._at -= self._start
            self._start = 0
            self._is_copied = True
        self.count -= 1
        if self._is_copied:
            for place in range(self._at, self.count):
                self._left[place] = self._left[place + 1]

    def _behind_last(self) -> int:
        for place in range(self._start, self._start + self.count):
            if self._job(place) > self.last:
                return place
        return self._start

    def _job(self, place: int) -> int:
        return self._left[place] if self._is_copied else self._queues.jobs[place]
