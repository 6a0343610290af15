"""Who was passed over: a later task of the same job, or one of a job of lower priority, got a node while it waited."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from simulator.results.events.envelope import Ints

NEVER_YET = -1


def overtaken_in_job(task: Ints, start: Ints, placed: Ints, assigned: Ints) -> Ints:
    """Return for each waiting task the first instant from `start` on at which a later one was placed, else −1.

    `placed` and `assigned` are the placements of the same job, in order of time. Later means a higher number.
    """
    found = np.full(len(task), NEVER_YET, dtype=np.int64)
    alive = np.arange(len(placed) + 1)
    gone = np.argsort(placed, kind="stable").tolist()
    numbers = placed.tolist()
    position = np.searchsorted(assigned, start, side="left")
    removed = 0
    for row in np.argsort(task, kind="stable").tolist():
        while removed < len(gone) and numbers[gone[removed]] <= task[row]:
            alive[gone[removed]] = gone[removed] + 1
            removed += 1
        place = _next_alive(alive, int(position[row]))
        if place < len(placed):
            found[row] = assigned[place]
    return found


def _next_alive(alive: Ints, place: int) -> int:
    """Follow to the next placement that is still in question, and shorten the way for those who ask later."""
    root = place
    while alive[root] != root:
        root = int(alive[root])
    while alive[place] != root:
        alive[place], place = root, int(alive[place])
    return root


def overtaken_by_lower(priority: Ints, start: Ints, theirs: Ints, assigned: Ints) -> Ints:
    """Return when, from `start` on, a task of lower priority was first placed, for each waiting task; else −1.

    `theirs` and `assigned` are priorities and times of all placements of the pool, in order of time.
    """
    found = np.full(len(start), NEVER_YET, dtype=np.int64)
    for level in np.unique(priority):
        lower = assigned[theirs < level]
        mine: npt.NDArray[np.bool_] = priority == level
        place = np.searchsorted(lower, start[mine], side="left")
        found[mine] = np.append(lower, NEVER_YET)[place]
    return found
