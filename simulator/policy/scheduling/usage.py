"""What jobs have used of a pool so far, what is long ago counting less: what fair shares are measured by."""

from math import expm1, log
from typing import Final

S_PER_MS: Final = 1e-3


class Usage:
    """Slot-seconds by job; with a half-life in milliseconds, a second that lies that far back counts half.

    What a job holds adds to its use, and the use fades all the time: between two changes both follow one formula.
    """

    def __init__(self, half_life: float | None) -> None:
        self._rate = 0.0 if half_life is None else log(2) / half_life
        """By which use fades, per millisecond."""
        self._held: dict[int, int] = {}
        """Slots by job."""
        self._use: dict[int, tuple[float, int]] = {}
        """By job: slot-milliseconds, and the instant up to which they are counted."""

    def change(self, job: int, slots: int, now: int) -> None:
        """Note that a job holds so many slots more, or less, from `now` on."""
        self._use[job] = self._until(job, now), now
        self._held[job] = self.held(job) + slots

    def of(self, job: int, now: int) -> float:
        """Return the slot-seconds that a job has used up to `now`."""
        return self._until(job, now) * S_PER_MS

    def held(self, job: int) -> int:
        """Return how many slots a job holds."""
        return self._held.get(job, 0)

    def _until(self, job: int, now: int) -> float:
        use, at = self._use.get(job, (0.0, now))
        span, held = now - at, self.held(job)
        if not self._rate:
            return use + held * span
        faded = -expm1(-self._rate * span)
        return use - use * faded + held * faded / self._rate
