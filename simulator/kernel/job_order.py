"""Which of several jobs of equal priority is served next, and the dice that decide."""

from simulator.kernel.buffers import column
from simulator.kernel.inputs import JobPolicy
from simulator.kernel.queues import Queues

UNIFORM = int(JobPolicy.UNIFORM)
CREATION_TIME = int(JobPolicy.CREATION_TIME)
MULTIPLIER = 6364136223846793005
INCREMENT = 1442695040888963407
ALL = 0xFFFF_FFFF_FFFF_FFFF
"""A name, since such a number would be an object in the midst of compiled code."""


class Dice:
    """Integer dice, so that both speeds of the kernel throw the same: Knuth's MMIX congruential generator."""

    __slots__ = ("_state",)

    def __init__(self, seed: int) -> None:
        self._state = seed & ALL

    def throw(self, sides: int) -> int:
        """Return a number from 0 to sides − 1."""
        self._state = (self._state * MULTIPLIER + INCREMENT) & ALL
        return (self._state >> 33) * sides >> 31


class JobOrder:
    """Gives turns to the jobs of one priority by the policy (docs/model.md#order-among-jobs)."""

    __slots__ = ("_at", "_dice", "_left", "_own", "_policy", "_queues", "_start", "count", "last")

    def __init__(self, policy: int, dice: Dice, queues: Queues, jobs: int) -> None:
        self._policy = policy
        self._dice = dice
        self._queues = queues
        self._left = column("i", [0] * jobs)
        """The jobs that still get turns, once one has had no room."""
        self._own = False
        """Whether these are looked at; before that, all jobs of the level with waiting tasks get turns."""
        self._start = 0
        self._at = 0
        self.count = 0
        """How many jobs get turns."""
        self.last = -1
        """The job served last."""

    def begin(self, level: int) -> None:
        """Return turns to all jobs of a level that have waiting tasks."""
        self._own = False
        self._start = self._queues.level_start[level]
        self.count = self._queues.level_size[level]

    def draw(self) -> int:
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
        """Return the next job; they stand in creation order."""
        if self._policy == UNIFORM:
            self._at = self._start + self._dice.throw(self.count)
        elif self._policy == CREATION_TIME:
            self._at = self._start
        else:
            self._at = self._behind_last()
        return self._job(self._at)

    def strike(self, refused: bool) -> None:
        """Return no more turns to the job chosen last: none of its tasks waits any more, or (`refused`) has room."""
        if refused and not self._own:  # from now on the jobs with waiting tasks are not those that may have room
            for place in range(self.count):
                self._left[place] = self._queues.jobs[self._start + place]
            self._at -= self._start
            self._start = 0
            self._own = True
        self.count -= 1
        if self._own:
            for place in range(self._at, self.count):
                self._left[place] = self._left[place + 1]

    def _behind_last(self) -> int:
        for place in range(self._start, self._start + self.count):
            if self._job(place) > self.last:
                return place
        return self._start

    def _job(self, place: int) -> int:
        return self._left[place] if self._own else self._queues.jobs[place]
