"""Which of several jobs of equal priority is served next, and the dice that decide."""

from array import array

from simulator.kernel.tasks import JobPolicy

UNIFORM = int(JobPolicy.UNIFORM)
CREATION_TIME = int(JobPolicy.CREATION_TIME)
MULTIPLIER = 6364136223846793005
INCREMENT = 1442695040888963407


class Dice:
    """Integer dice, so that both speeds of the kernel throw the same: Knuth's MMIX congruential generator."""

    __slots__ = ("_state",)

    def __init__(self, seed: int) -> None:
        self._state = seed & 0xFFFF_FFFF_FFFF_FFFF

    def throw(self, sides: int) -> int:
        """Give a number from 0 to sides − 1."""
        self._state = (self._state * MULTIPLIER + INCREMENT) & 0xFFFF_FFFF_FFFF_FFFF
        return (self._state >> 33) * sides >> 31


class JobOrder:
    """The policy among jobs of one priority (assumption P13)."""

    __slots__ = ("_dice", "_policy", "last")

    def __init__(self, policy: int, dice: Dice) -> None:
        self._policy = policy
        self._dice = dice
        self.last = -1
        """The job served last."""

    def choose(self, jobs: "array[int]", start: int, count: int) -> int:
        """Give the place of the next among `count` jobs from `start` on, which are in creation order."""
        if self._policy == CREATION_TIME:
            return start
        if self._policy == UNIFORM:
            return start + self._dice.throw(count)
        for place in range(start, start + count):
            if jobs[place] > self.last:
                return place
        return start
