"""What the control plane does about a kernel's notices, and what nodes and tasks of one pool mean to each other."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

import numpy as np

from simulator.engine.bridge.kernel_rules import retention_of, wished_places
from simulator.engine.nodes.disk import Disks
from simulator.kernel import Kernel
from simulator.states import NodeKind, NodeState, Outcome

if TYPE_CHECKING:
    from simulator.engine.jobs.preparation import Preparing
    from simulator.engine.nodes.node import Node
    from simulator.engine.pools.pool import Pool
    from simulator.engine.world import World
    from simulator.workload.build import Workload


NEW_DISK = (NodeState.CREATING, NodeState.REIMAGING, NodeState.DEALLOCATING)
"""States at whose begin nothing is left on the local disk."""


def heed(world: World, pool: Pool, kernel: Kernel) -> None:
    """Pass on what a kernel has noticed, until nothing new comes of it."""
    notices = kernel.notices
    while notices.waiting:
        drained, ended = list(notices.drained), list(notices.ended)
        finished, idle = list(notices.finished_jobs), list(notices.idle_jobs)
        notices.heeded()
        for sequence in drained:
            node = pool.nodes.get(sequence)  # None: it has gone in the instant in which its last task was ended
            if node is not None and not node.empty.triggered:
                node.empty.succeed()
        for task in ended:
            if pool.disks is not None:
                pool.disks.task_ended(task)
            job = world.jobs[kernel.job_of(task)]
            outcome = kernel.attempts.outcome[kernel.row[task]] if len(kernel.attempts) else Outcome.TERMINATED
            job.task_ended(int(pool.rows[task]), Outcome(outcome))
        for number in finished:
            world.jobs[number].finished()
        for number in idle:
            world.jobs[number].idled()


def bind(pool: Pool, preparing: Preparing, workload: Workload, rows: np.typing.NDArray[np.int64]) -> None:
    """Connect a pool with the tasks it may have to run: what its nodes' changes mean, whose ends are told."""
    kernel, extras = pool.kernel, workload.extras
    pool.rows = rows
    pool.latency = workload.latency[rows]
    pool.retention = retention_of(workload, rows)
    preparing.pool = pool
    managers = {int(np.searchsorted(rows, row)) for row in extras.managers.values() if row in set(rows.tolist())}
    if managers:
        pool.runs_job_manager = lambda node: bool(managers & set(kernel.nodes.tasks_on(node.sequence)))
    wishes = wished_places(workload)

    def changed(node: Node) -> None:
        if node.state is NodeState.CREATING:
            kernel.eligibility.describe(node.sequence, node.kind is NodeKind.DEDICATED)
        if len(kernel.wishes):
            place = wishes.get(node.id.lower(), len(kernel.wishes))
            if place < len(kernel.wishes):
                kernel.wishes[place] = -1 if node.state is None else node.sequence
        if pool.disks is not None and node.state in NEW_DISK:
            pool.disks.wiped(node.sequence)
        preparing.node_changed(node)

    pool.node_changed = changed
    alarms = np.zeros(len(rows), dtype=np.int8)
    if extras.on_failure is not None and extras.on_success is not None:
        alarms |= (extras.on_failure[rows] > 0).astype(np.int8)
        alarms |= 2 * (extras.on_success[rows] > 0).astype(np.int8)
    for task in managers:
        alarms[task] = 3
    if pool.world.scenario.options.enforce_local_resources != "none":
        place = {int(row): task for task, row in enumerate(rows)}
        pool.disks = Disks(pool, {place[row]: gib for row, gib in extras.disks.items() if row in place})
        for task in pool.disks.writes:
            alarms[task] = 3
    if alarms.any():
        kernel.notices.alarm(array("b", alarms.tobytes()))
