"""One task as it would see itself on its node, and what kept task directories take of the nodes' disks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.results.raw.control_plane import KINDS
from simulator.states import NodeKind
from simulator.units import MS_PER_S

if TYPE_CHECKING:
    from simulator.results.record.recording import Recording


def environment(recording: Recording, task: int) -> dict[str, str]:
    """Return the variables that the service sets for the last attempt of a task, by their names."""
    made, workload = recording.raw.attempts, recording.workload
    mine = np.flatnonzero((made.task == task) & (made.instance == 0))
    pool = recording.raw.pools[int(recording.raw.tasks.pool[task])]
    found = {
        "AZ_BATCH_POOL_ID": pool.id,
        "AZ_BATCH_JOB_ID": workload.jobs[int(workload.job[task])].job.id,
        "AZ_BATCH_TASK_ID": workload.names[task],
    }
    if not len(mine):
        return found
    row = recording.raw.recorder.nodes[int(made.node[mine[-1]])]
    is_dedicated = KINDS[KINDS.index(row.kind)] is NodeKind.DEDICATED
    found |= {"AZ_BATCH_NODE_ID": row.id, "AZ_BATCH_NODE_IS_DEDICATED": str(is_dedicated).lower()}
    return found


def disk_use(recording: Recording) -> list[tuple[float, str, float]]:
    """Return every change of disk use by task directories: time, node, GiB; retention counts from the end."""
    made, workload = recording.raw.attempts, recording.workload
    changes: dict[tuple[int, int], float] = {}
    for row in range(len(made.task)):
        size = workload.extras.disks.get(int(made.task[row]), 0.0)
        if size:
            node, end = int(made.node[row]), int(made.end[row])
            kept = workload.extras.retention
            until = end + (7 * 86400 * MS_PER_S if kept is None else int(kept[made.task[row]]))
            changes[int(made.assigned[row]), node] = changes.get((int(made.assigned[row]), node), 0.0) + size
            changes[until, node] = changes.get((until, node), 0.0) - size
    used: dict[int, float] = {}
    found: list[tuple[float, str, float]] = []
    for (instant, node), change in sorted(changes.items()):
        used[node] = used.get(node, 0.0) + change
        found.append((instant / MS_PER_S, recording.raw.recorder.nodes[node].id, round(used[node], 9)))
    return found


def task_view(recording: Recording, task: int) -> dict[str, Any]:
    """Return one task's row with its environment."""
    row = {str(name): value for name, value in recording.tasks.iloc[task].items()}
    return {**row, "environment": environment(recording, task)}
