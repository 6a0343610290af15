"""When tasks on a node asked for more memory than it has: reported where the option `enforceLocalResources` says so.

The service places by slots and knows nothing of memory; what a process does that finds none is not simulated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from simulator.units import MS_PER_HOUR

if TYPE_CHECKING:
    from simulator.results.record.run_facts import Facts

Ints = npt.NDArray[np.int64]
MIB_PER_GIB = 1024


class Excess(NamedTuple):
    """Spans of time in which more was asked for than there is, in order of node and time; ms and MiB."""

    node: Ints
    start: Ints
    end: Ints
    peak: Ints
    """The most that was asked for at once."""
    room: Ints
    """What the node has."""


def memory_excess(recording: Facts) -> Excess:
    """Find the spans; none where memory limits what is placed."""
    made = recording.raw.attempts
    need = recording.workload.memory[made.task].astype(np.int64)
    asks = need > 0
    none = np.zeros(0, dtype=np.int64)
    if recording.scenario.options.enforce_local_resources != "disk_and_memory" or not asks.any():
        return Excess(none, none, none, none, none)
    node = np.tile(made.node[asks].astype(np.int64), 2)
    time = np.concatenate([made.assigned[asks], made.end[asks]])
    change = np.concatenate([need[asks], -need[asks]])
    order = np.lexsort((time, node))
    node, time, level = node[order], time[order], np.cumsum(change[order])
    settled = np.append((node[1:] != node[:-1]) | (time[1:] != time[:-1]), True)
    node, time, level = node[settled], time[settled], level[settled]
    sizes, pools = recording.scenario.sizes, recording.raw.pools
    rooms = np.array([round(sizes[pool.vm_size].memory_gib * MIB_PER_GIB) for pool in pools], dtype=np.int64)
    room = rooms[recording.control.node_pool[node]]
    over = level > room  # every node ends with nothing, so a span never reaches into the next node
    begins = np.flatnonzero(over & ~np.append(False, over[:-1]))
    ends = np.flatnonzero(~over & np.append(False, over[:-1]))
    peak = np.array([level[a:b].max() for a, b in zip(begins, ends, strict=True)], dtype=np.int64)
    return Excess(node[begins], time[begins], time[ends], peak, room[begins])


def memory_warnings(recording: Facts) -> list[str]:
    """Report of each pool how much and how long; nothing where nothing was exceeded."""
    found = memory_excess(recording)
    of_pool = recording.control.node_pool[found.node] if len(found.node) else found.node
    warnings = []
    for index, pool in enumerate(recording.raw.pools):
        mine = of_pool == index
        if mine.any():
            nodes, hours = len(np.unique(found.node[mine])), (found.end - found.start)[mine].sum() / MS_PER_HOUR
            most, room = found.peak[mine].max() / MIB_PER_GIB, found.room[mine][0] / MIB_PER_GIB
            warnings.append(
                f"pool {pool.id}: tasks asked for up to {most:g} GiB of memory at once on nodes that have {room:g}, "
                f"on {nodes:,} node{'s' if nodes > 1 else ''} for {hours:,.2f} node-hours (table memory_excess)"
            )
    return warnings
