"""The listed tasks of a job by kinds: what is the same for all of a kind is looked up once and spread over the rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from simulator.scenario.format.alike_tasks import kinds_of
from simulator.scenario.format.bodies import Job
from simulator.scenario.format.stated_by_tasks import Stated, stated
from simulator.scenario.format.task_bodies import Task


@dataclass(frozen=True, slots=True)
class ListedKinds:
    """Listed tasks, and which of them are alike."""

    tasks: tuple[Task, ...]
    kind: npt.NDArray[np.intp]
    """Of each task."""
    examples: list[Task]
    """The first task of each kind."""
    facts: list[Stated]
    """What each kind states."""

    @classmethod
    def of(cls, job: Job) -> ListedKinds:
        """Return the listed tasks of a job."""
        kind = np.asarray(kinds_of(job.tasks), dtype=np.intp)
        _, first = np.unique(kind, return_index=True)
        examples = [job.tasks[index] for index in first.tolist()]
        return cls(job.tasks, kind, examples, [stated(task, job) for task in examples])

    def each(self, values: Sequence[Any], dtype: npt.DTypeLike | None = None) -> npt.NDArray[Any]:
        """Return a column of the value of each task's kind."""
        return np.asarray(values, dtype=dtype)[self.kind]
