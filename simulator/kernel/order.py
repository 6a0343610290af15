"""Which of several jobs of equal priority is served next, and the dice that decide."""

UNIFORM, ROUND_ROBIN, CREATION_TIME = range(3)


class Dice:
    """Integer dice, so that both speeds of the kernel throw the same: Knuth's MMIX congruential generator."""

    def __init__(self, seed: int) -> None:
        self._state = seed & (2**64 - 1)

    def throw(self, sides: int) -> int:
        """Give a number from 0 to sides − 1."""
        self._state = (self._state * 6364136223846793005 + 1442695040888963407) & (2**64 - 1)
        return (self._state >> 33) * sides >> 31


class JobOrder:
    """The policy among jobs of one priority (assumption P13)."""

    def __init__(self, policy: int, dice: Dice) -> None:
        self._policy = policy
        self._dice = dice
        self.last = -1
        """The job served last."""

    def choose(self, jobs: list[int]) -> int:
        """Give one of `jobs`, which are in creation order."""
        if self._policy == CREATION_TIME:
            return jobs[0]
        if self._policy == ROUND_ROBIN:
            return next((job for job in jobs if job > self.last), jobs[0])
        return jobs[self._dice.throw(len(jobs))]
