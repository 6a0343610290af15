"""Step curves with few enough points to draw, and what they cover."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

MOST_POINTS = 8000
"""A curve of more points is thinned: more than any picture has columns, few enough for a file of lines."""


def held(time: Floats, values: Floats, end: float) -> tuple[Floats, Floats]:
    """Complete a step curve: 0 before the first change, the last value to `end`."""
    if not len(time):
        return np.array([0.0, end]), np.zeros(2)
    if time[0] > 0:
        time, values = np.append(0.0, time), np.append(0.0, values)
    if time[-1] < end:
        time, values = np.append(time, end), np.append(values, values[-1])
    return time, values


def thinned(time: Floats, values: Floats, most: int = MOST_POINTS) -> tuple[Floats, Floats]:
    """Keep of each short stretch the first, lowest, highest and last point: the curve looks the same."""
    count = len(time)
    if count <= most:
        return time, values
    bins = np.minimum((time - time[0]) / (time[-1] - time[0]) * (most // 4), most // 4 - 1).astype(np.int64)
    first = np.flatnonzero(np.append(True, bins[1:] != bins[:-1]))
    last = np.append(first[1:], count) - 1
    by_value = np.lexsort((values, bins))
    keep = np.unique(np.concatenate([first, last, by_value[first], by_value[last]]))
    return time[keep], values[keep]


def area(time: Floats, values: Floats) -> float:
    """Return the area under a step curve."""
    return float((np.diff(time) * values[:-1]).sum())
