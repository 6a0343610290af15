"""How work gets from the backlog into the pools: as far ahead as a run looks, or at this very instant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from simulator.columns.broadcast import chosen
from simulator.engine.backlog import Batch
from simulator.engine.pools.tenancy import ABSENT
from simulator.kernel import job_control
from simulator.units import NEVER

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    from simulator.engine.backlog import Backlog
    from simulator.engine.bridge.intake import Intake
    from simulator.engine.environment import Environment
    from simulator.engine.jobs.job import Job
    from simulator.engine.pools.pool import Pool

LOOK_AHEAD: Final = 65_536
"""Tasks put into kernels at once where more may come between: what comes earlier moves those that are there."""


class Supply:
    """Puts the tasks of a backlog into pools, in order of their submission."""

    def __init__(
        self, env: Environment, backlog: Backlog, intakes: Sequence[Intake], jobs: Sequence[Job], *, may_grow: bool
    ) -> None:
        self._env = env
        self._backlog = backlog
        self._intakes = intakes
        self._jobs = jobs
        self._may_grow = may_grow
        """Whether jobs add tasks whose time is not known before."""

    @property
    def expects(self) -> bool:
        """Whether tasks are left that no pool has."""
        return self._backlog.next_submit < NEVER

    def feed(self, until: int, limit: int) -> None:
        """Have pools know all tasks that are submitted up to an instant, and more of those up to `limit`."""
        if self._backlog.next_submit <= until:
            ahead = min(self._backlog.ahead(LOOK_AHEAD), limit) if self._may_grow else limit
            for batch in self._backlog.take(max(until, ahead)):
                self._put(batch)

    def complete(self) -> None:
        """Have pools know all tasks there are, also those that nobody may ever add: a record has them all."""
        for batch in self._backlog.rest():
            is_new = [self._is_new(row, batch) for row in batch.rows.tolist()]
            if any(is_new):
                self._put(Batch(batch.part, batch.places[np.array(is_new)]))

    def bring(self, number: int, rows: Sequence[int]) -> None:
        """Submit tasks of a job, by its number, now: their time was not known before."""
        now, job = self._env.clock, self._jobs[number]
        self.make_way(now)
        part = self._backlog.part_of(rows[0])
        batch = Batch(part, np.array(rows, dtype=np.int64) - part.begin)
        for pool in job.pools:
            self._intakes[pool.index].take(batch, batch.places, now)
        self._arrive(job.pools, now)

    def submit(self, job: Job) -> None:
        """Submit those of the tasks that have just been added to a job that come at once."""
        now = self._env.clock
        for batch in self._backlog.take(now):
            self._put(batch)
        self._arrive(job.pools, now)

    def follow(self, job: Job, pool: Pool) -> None:
        """Have a pool know a job that may go there from now on, and those of its tasks that are known where it is."""
        now = self._env.clock
        job.pools.append(pool)
        job_control.stay_away(pool.site.change(), job.number)
        self.make_way(now)
        tasks = job.pool.tenancy.tasks_of(np.array(self._backlog.rows_of(job.number), dtype=np.int64))
        rows = job.pool.tenancy.rows.values[np.sort(tasks[tasks != ABSENT])]
        for batch in self._batches(rows):
            self._intakes[pool.index].take(batch, batch.places, now)
        self._arrive([pool], now)

    def make_way(self, now: int) -> None:
        """Take back what has not arrived by now, so that other tasks can come before it."""
        self._backlog.put_back(now)
        for intake in self._intakes:
            if intake.kernel.count > intake.kernel.arrived:
                intake.withdraw()

    # ---- inside --------------------------------------------------------------------------------------------

    def _pools_of(self, job: int) -> list[Pool]:
        return self._jobs[job].pools

    def _is_new(self, row: int, batch: Batch) -> bool:
        job = int(batch.part.workload.job[row - batch.part.begin])
        return self._pools_of(job)[0].tenancy.task_of(row) == ABSENT

    def _put(self, batch: Batch) -> None:
        """Put tasks into all pools where their jobs may be."""
        if len(self._intakes) == 1:
            self._intakes[0].take(batch, batch.places)
            return
        job = chosen(batch.part.workload.job, batch.places)
        of_pool: dict[int, list[int]] = {}
        for number in np.flatnonzero(np.bincount(job)).tolist():
            for pool in self._pools_of(number):
                of_pool.setdefault(pool.index, []).append(number)
        for index, numbers in sorted(of_pool.items()):
            self._intakes[index].take(batch, batch.places[np.isin(job, numbers)])

    def _arrive(self, pools: Sequence[Pool], now: int) -> None:
        """Submit what is due in pools: the phase of arrivals has begun."""
        for pool in pools:
            pool.site.change().arrive(now)

    def _batches(self, rows: npt.NDArray[np.int64]) -> Iterator[Batch]:
        """Yield rows of the backlog in their order, by parts."""
        begin = 0
        while begin < len(rows):
            part = self._backlog.part_of(int(rows[begin]))
            end = begin
            while end < len(rows) and part.begin <= rows[end] < part.begin + len(part.workload):
                end += 1
            yield Batch(part, rows[begin:end] - part.begin)
            begin = end
