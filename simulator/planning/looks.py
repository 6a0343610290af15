"""When designs are looked at, and how sure each look is, so that all verdicts together hold with a given confidence.

A design is looked at after `first` runs, after twice as many, and so on up to `cap`. A verdict can be wrong on one side
only: what keeps a constraint can be taken for broken, what breaks it for kept. That chance is shared out over all
designs and constraints (Bonferroni) and, for each of them, over its looks: one half evenly, so that what is clear goes
early, the other half mostly to the last looks, where what is close is settled.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Looks:
    """A schedule of looks."""

    first: int
    """Runs before the first look."""
    cap: int
    """Runs before the last one, at most which a design gets."""
    confidence: float
    """Of all verdicts together."""
    verdicts: int
    """Designs times constraints."""

    @property
    def counts(self) -> tuple[int, ...]:
        """Runs before each look."""
        counts = [self.first]
        while counts[-1] < self.cap:
            counts.append(min(2 * counts[-1], self.cap))
        return tuple(counts)

    def after(self, count: int) -> int:
        """Return the runs before the next look."""
        return next(further for one, further in pairwise((*self.counts, self.cap)) if one >= count)

    def level(self, count: int) -> float:
        """Return the two-sided level of which one side errs as often as the look after `count` runs may."""
        counts = self.counts
        halves = [0.5 ** (len(counts) - place) for place in range(len(counts))]
        place = next((place for place, one in enumerate(counts) if one >= count), len(counts) - 1)
        share = 0.5 / len(counts) + 0.5 * halves[place] / sum(halves)
        return 1 - 2 * share * (1 - self.confidence) / max(self.verdicts, 1)
