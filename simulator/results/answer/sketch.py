"""A run in a few numbers a line: the most that waited and the most nodes there were, stretch by stretch of its time.

For a glance at the end of a run; the whole timeline of a million tasks would take longer than that is worth.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from simulator.columns.broadcast import is_constant
from simulator.results.record.pool_timeline import Changes, ascending, node_changes, so_far, task_changes

if TYPE_CHECKING:
    from simulator.results.record.recording import Recording

Ints = npt.NDArray[np.int64]

MOST_POOLS: Final = 4
"""Pools that are sketched by themselves; more are sketched as one."""


@dataclass(frozen=True, slots=True, eq=False)
class Sketch:
    """Maxima of one pool, or of all together, in equal stretches of the run."""

    pool: str | None
    """None = all pools together."""
    waiting: Ints
    nodes: Ints


def sketch(recording: Recording, stretches: int) -> list[Sketch]:
    """Sketch each pool of a run."""
    queue = task_changes(recording.workload, recording.control)["queued_tasks"]
    found = node_changes(recording.control)
    nodes = [*found["current_dedicated"], *found["current_low_priority"]]
    names = [pool.id for pool in recording.raw.pools]
    end = recording.raw.end
    if len(names) > MOST_POOLS:
        return [Sketch(None, *(maxima(part, None, end, stretches) for part in (queue, nodes)))]
    return [
        Sketch(name, *(maxima(part, number, end, stretches) for part in (queue, nodes)))
        for number, name in enumerate(names)
    ]


def maxima(changes: Changes, pool: int | None, end: int, stretches: int) -> Ints:
    """Return the greatest level in each stretch of [0, end); what happens at one instant counts as one change."""
    up, down = (_instants(changes, pool, sign) for sign in (1, -1))
    # A level is greatest where a stretch begins or just after something came.
    begins = -(-np.arange(stretches) * end // stretches)
    where = np.concatenate([begins, up[:1] if is_constant(up) else up])
    level = so_far(up, where) - so_far(down, where)
    place = np.minimum(where * stretches // max(end, 1), stretches - 1)
    found = np.zeros(stretches, dtype=np.int64)
    np.maximum.at(found, place, level)
    return found


def _instants(changes: Changes, pool: int | None, sign: int) -> Ints:
    parts = [part for found, amount in changes if amount == sign and len(part := found.of(pool))]
    return ascending(parts[0] if len(parts) == 1 else np.concatenate([np.zeros(0, dtype=np.int64), *parts]))
