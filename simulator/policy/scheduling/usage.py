"""What jobs have used of a pool so far, those of long ago counting less: what fair shares are measured by."""

from math import exp, log
from typing import Final

S_PER_MS: Final = 1e-3


class Usage:
    """Slot-seconds by job; with a half-life in milliseconds, a second that lies that far back counts half."""

    def __init__(self, half_life: float | None) -> None:
        self._rate = 0.0 if half_life is None else log(2) / half_life
        """By which use fades, per millisecond."""
        self._past: dict[int, tuple[float, int]] = {}
        """By job: use of attempts that have ended, and the instant up to which it has faded."""
        self._present: dict[int, dict[int, tuple[int, int]]] = {}
        """By job and row: slots and start of what runs."""

    def start(self, job: int, row: int, slots: int, now: int) -> None:
        """Note that an attempt has begun."""
        self._present.setdefault(job, {})[row] = (slots, now)

    def end(self, job: int, row: int, now: int) -> None:
        """Note that it has ended at `now`, the latest instant so far or one before."""
        slots, begin = self._present[job].pop(row)
        past, at = self._past.get(job, (0.0, now))
        latest = max(at, now)
        faded = past * exp(-self._rate * (latest - at))
        self._past[job] = (faded + slots * self._amount(begin, now, latest), latest)

    def of(self, job: int, now: int) -> float:
        """Return what a job has used up to `now`."""
        past, at = self._past.get(job, (0.0, now))
        present = sum(slots * self._amount(begin, now, now) for slots, begin in self._present.get(job, {}).values())
        return past * exp(-self._rate * (now - at)) + present

    def _amount(self, begin: int, end: int, now: int) -> float:
        """Return the seconds from `begin` to `end` as they count at `now`."""
        if not self._rate:
            return (end - begin) * S_PER_MS
        return (exp(-self._rate * (now - end)) - exp(-self._rate * (now - begin))) / self._rate * S_PER_MS
