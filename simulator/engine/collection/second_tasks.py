"""What a record calls tasks that have the id of one that was deleted before."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from simulator.columns.task_names import Given, TaskNames
from simulator.scenario.format.job_operations import AddTasks, DeleteTask
from simulator.scenario.format.run_names import run_name

if TYPE_CHECKING:
    from simulator.scenario import Scenario
    from simulator.workload.build import Workload


def with_second_names(workload: Workload, scenario: Scenario) -> Workload:
    """Return a workload in which the second task of an id is `a~2` where the first is `a`."""
    kinds = {type(operation) for operation in scenario.timeline}
    if not kinds.issuperset((AddTasks, DeleteTask)):
        return workload
    names, seen = workload.names.texts(), Counter[tuple[int, str]]()
    for row, (job, name) in enumerate(zip(workload.job.tolist(), names, strict=True)):
        seen[job, name.lower()] += 1
        names[row] = run_name(name, seen[job, name.lower()])
    if max(seen.values(), default=0) <= 1:
        return workload
    return replace(workload, names=TaskNames((Given(names),), np.zeros(1, dtype=np.int64), None))
