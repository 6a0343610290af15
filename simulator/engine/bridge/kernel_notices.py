"""What the control plane does about a kernel's notices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from simulator.states import Outcome

if TYPE_CHECKING:
    from simulator.engine.jobs.job import Job
    from simulator.engine.pools.pool import Pool
    from simulator.kernel import Kernel


def handle_notices(kernel: Kernel, pool: Pool, jobs: Sequence[Job]) -> None:
    """Pass a kernel's notices on to nodes and jobs, until that causes no new ones."""
    notices = kernel.notices
    while notices.waiting:
        drained, ended = list(notices.drained), list(notices.ended)
        finished, idle, crowded = list(notices.finished_jobs), list(notices.idle_jobs), list(notices.crowded)
        notices.clear()
        for sequence in drained:
            node = pool.members.get(sequence)  # None: it has gone at the instant at which its last task was ended
            if node is not None:
                node.slots.become_empty()
        for row in crowded:
            if pool.disks is not None:
                pool.disks.watch(row)
        for task in ended:
            outcome = kernel.attempts.outcome[kernel.row[task]] if len(kernel.attempts) else Outcome.TERMINATED
            jobs[kernel.job_of(task)].task_ended(int(pool.tenancy.rows[task]), Outcome(outcome))
        for number in finished:
            jobs[number].finished()
        for number in idle:
            jobs[number].idled()
