"""Which slots of its node an attempt takes: the recording counts slots, pictures and timelines must name them."""

from __future__ import annotations

from heapq import heappop, heappush

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def lanes(node: Ints, start: Floats, end: Floats, slots: Ints) -> tuple[Ints, Ints]:
    """Return each attempt the lowest free lanes of its node: pairs of attempt and lane, in order of node and start.

    What ends at an instant gives its lanes to what starts at it. An attempt of zero length takes its lanes for no
    time, so that nothing overlaps.
    """
    order = np.lexsort((end, start, node))
    rows: list[int] = []
    found: list[int] = []
    present = -1
    free: list[int] = []
    held: list[tuple[float, list[int]]] = []
    top = 0
    columns = (node[order].tolist(), start[order].tolist(), end[order].tolist(), slots[order].tolist())
    for attempt, where, begin, finish, wanted in zip(order.tolist(), *columns, strict=True):
        if where != present:
            present, free, held, top = where, [], [], 0
        while held and held[0][0] <= begin:
            for lane in heappop(held)[1]:
                heappush(free, lane)
        mine = []
        for _ in range(wanted):
            if free:
                mine.append(heappop(free))
            else:
                mine.append(top)
                top += 1
        heappush(held, (finish, mine))
        rows += [attempt] * wanted
        found += mine
    return np.array(rows, dtype=np.int64), np.array(found, dtype=np.int64)
