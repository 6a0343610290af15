"""Samples of metrics, and the windows that a formula asks for (`docs/autoscale-language.md#samples-and-windows`)."""

from bisect import bisect_right, insort
from collections.abc import Iterable, Mapping
from typing import Final, Protocol

from simulator.formula.values import TICKS_PER_SECOND, Vector

PERIOD_TICKS: Final = 30 * TICKS_PER_SECOND
"""A sample is taken every 30 s."""


class Series:
    """The samples of one metric that can be read, in order of time; times in ticks."""

    __slots__ = ("times", "values")

    def __init__(self, samples: Iterable[tuple[int, float]] = ()) -> None:
        ordered = sorted(samples)
        self.times = [time for time, _ in ordered]
        self.values = [value for _, value in ordered]

    def add(self, time: int, value: float) -> None:
        """Add a sample; usually the newest one."""
        if not self.times or time > self.times[-1]:
            self.times.append(time)
            self.values.append(value)
            return
        at = bisect_right(self.times, time)
        insort(self.times, time)
        self.values.insert(at, value)

    def forget(self, before: int) -> None:
        """Drop the samples taken before an instant."""
        at = bisect_right(self.times, before - 1)
        del self.times[:at]
        del self.values[:at]

    def window(self, one: int, other: int) -> tuple[int, int]:
        """Return the positions of the samples after the earlier and up to the later of two instants."""
        low, high = (one, other) if one <= other else (other, one)
        return bisect_right(self.times, low), bisect_right(self.times, high)

    def newest(self, count: int) -> Vector:
        """Return the newest `count` values, oldest first."""
        return self.values[max(len(self.values) - count, 0) :] if count > 0 else []


EMPTY: Final = Series()


class Samples(Protocol):
    """What a formula reads: the series of each metric."""

    def of(self, name: str) -> Series:
        """Return the series of a metric; it is empty where it has no samples."""


class History:
    """The series of all metrics; a metric without samples has an empty one."""

    __slots__ = ("series",)

    def __init__(self, samples: Mapping[str, Iterable[tuple[int, float]]] | None = None) -> None:
        self.series = {name: Series(values) for name, values in (samples or {}).items()}

    def add(self, name: str, time: int, value: float) -> None:
        """Add one sample of a metric; a formula computes with plain numbers, whatever counted the sample."""
        series = self.series.get(name)
        if series is None:
            series = self.series[name] = Series()
        series.add(time, float(value))

    def of(self, name: str) -> Series:
        """Return the series of a metric."""
        return self.series.get(name, EMPTY)


def expected(one: int, other: int) -> int:
    """Return how many samples a window should hold: at least one, halves up."""
    return max(1, (2 * abs(other - one) + PERIOD_TICKS) // (2 * PERIOD_TICKS))


def percent(available: int, wanted: int) -> float:
    """Return the availability of a window, 0 to 100."""
    return min(100.0, available / wanted * 100)
