"""The tasks of a schedule's job: each is added as long after the creation of the job as it states."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from simulator.engine.assumptions import TASK_LIFETIME
from simulator.engine.environment import DUE
from simulator.engine.jobs.task_lifetime import TaskOwner, end_tasks
from simulator.units import to_ms
from simulator.workload.planned_jobs import UNKNOWN


class Recurring(TaskOwner, Protocol):
    """A job of a schedule, as far as tasks are added to it."""

    number: int

    @property
    def takes_tasks(self) -> bool:
        """Whether tasks may be added."""


class RecurringTasks:
    """Adds them, all of them at times that nobody knows before the job is created."""

    def __init__(self, job: Recurring) -> None:
        self._job = job
        self._coming = 0

    @property
    def are_coming(self) -> bool:
        """Whether some are yet to be added."""
        return self._coming > 0

    def add(self) -> None:
        """Add those that come with their job, and plan the others."""
        job = self._job
        rows = np.array(job.backlog.rows_of(job.number), dtype=np.int64)
        offset = job.backlog.parts[0].workload.submit[rows] - to_ms(UNKNOWN)
        for span in sorted(set(offset.tolist())):
            group = rows[offset == span].tolist()
            if span <= 0:
                self._submit(group)
            else:
                self._coming += 1
                event = job.world.env.after(span, DUE)
                event.callbacks.append(self._later(group))

    def _later(self, rows: list[int]) -> Callable[[object], None]:
        def submit(_: object) -> None:
            self._coming -= 1
            self._submit(rows)

        return submit

    def _submit(self, rows: Sequence[int]) -> None:
        job = self._job
        if not job.takes_tasks:
            return
        job.submitted.update(dict.fromkeys(rows, job.world.env.clock))
        job.world.bring(job.number, rows)
        event = job.world.env.after(TASK_LIFETIME, DUE)
        event.callbacks.append(lambda _: end_tasks(job, rows))
