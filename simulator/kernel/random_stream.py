"""The random stream of a kernel, in integers: both speeds draw the same numbers from it."""

MULTIPLIER = 6364136223846793005
INCREMENT = 1442695040888963407
ALL = 0xFFFF_FFFF_FFFF_FFFF
"""A name, since such a number would be an object in the midst of compiled code."""


class RandomStream:
    """Draws integers: Knuth's MMIX congruential generator."""

    __slots__ = ("state",)

    def __init__(self, seed: int) -> None:
        self.state = seed & ALL

    def draw(self, count: int) -> int:
        """Return a number from 0 to count − 1, each as probable as the others."""
        self.state = (self.state * MULTIPLIER + INCREMENT) & ALL
        return (self.state >> 33) * count >> 31
