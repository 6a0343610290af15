"""Optional task columns, allocated only where some task uses them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt

from simulator.columns.broadcast import chosen
from simulator.scenario.format.bodies import Job, OnTaskFailure
from simulator.scenario.format.node_faults import named_package
from simulator.scenario.format.stated_by_tasks import Stated
from simulator.scenario.format.task_bodies import Task
from simulator.scenario.format.task_endings import ending, failing_code
from simulator.units import MS_PER_S, NEVER, to_ms
from simulator.workload.listed_kinds import ListedKinds
from simulator.workload.planned_jobs import Planned

Ints = npt.NDArray[np.int64]
RETENTION: Final = 7 * 86400.0
"""How long the service keeps the files of a task that states nothing, seconds."""
COLUMNS: Final = {
    "limit": np.inf,
    "interval": 0.0,
    "cost": 0.0,
    "restart": 0.0,
    "input": 0.0,
    "common input": 0.0,
    "output": 0.0,
    "upload": 0.0,
    "coordination": 0.0,
    "retention": RETENTION,
    "meant": -1.0,
    "estimate": -1.0,
    "deadline": np.inf,
}
"""Names, and the value of tasks that state none; seconds, files in MiB."""
KEPT: Final = ("limit", "interval", "cost", "restart", "retention", "meant", "upload", "input", "estimate", "deadline")
"""The names of those that a workload keeps under the same name."""
PARTS_PER_GIB: Final = MS_PER_S * 1024
"""Columns of files are scaled as spans are: thousandths of a MiB."""
ACTIONS: Final = ("none", "disable", "terminate")
"""What the end of a task does to its job; columns hold the places in this list."""


class Listed(Protocol):
    """The part of a block that optional columns are made of."""

    @property
    def more(self) -> Mapping[str, npt.NDArray[Any]]: ...

    @property
    def exit_code(self) -> npt.NDArray[np.int32]: ...

    @property
    def coordination_failures(self) -> Mapping[int, frozenset[int]]: ...

    @property
    def listed(self) -> ListedKinds | None: ...

    def __len__(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Extras:
    """Columns by row of the workload, empty where no task needs them, and places of single tasks."""

    limit: Ints | None = None
    """Longest run of an attempt from its start, ms."""
    interval: Ints | None = None
    cost: Ints | None = None
    restart: Ints | None = None
    retention: Ints | None = None
    """How long files of a task stay on its node."""
    meant: Ints | None = None
    """Run time that a task would have had that never starts, ms; negative for all others."""
    estimate: Ints | None = None
    """How long its process is expected to run, ms; negative where it is known."""
    deadline: Ints | None = None
    """By when it should have completed, from its submission, ms."""
    upload: Ints | None = None
    """From the end of the process to that of the attempt, ms."""
    input: Ints | None = None
    """What the task fetches for itself, in thousandths of a MiB."""
    common_input: Ints | None = None
    """What every node of a multi-instance task fetches, the same."""
    retries: dict[int, int] = field(default_factory=dict)
    """Row: how often a task may be retried whose error no retry mends."""
    wishes: dict[int, str] = field(default_factory=dict)
    """Row: id of the node where the task would like to run."""
    images: dict[int, str] = field(default_factory=dict)
    """Row: name of its container image."""
    packages: dict[int, tuple[tuple[str, str | None], ...]] = field(default_factory=dict)
    """Row: application and version of each of its packages."""
    on_unfetched: dict[int, int] = field(default_factory=dict)
    """Row of a task that may fail to fetch these: what that does to its job, in codes of `ACTIONS`."""
    managers: dict[int, int] = field(default_factory=dict)
    """Job: row of its manager."""
    on_failure: npt.NDArray[np.int8] | None = None
    """What the failure of a task does to its job, in codes of `ACTIONS`."""
    on_success: npt.NDArray[np.int8] | None = None
    errors: dict[int, str] = field(default_factory=dict)
    """Row: what goes wrong beside the process."""
    disks: dict[int, float] = field(default_factory=dict)
    """Row: GiB that it writes."""
    coordination_failures: dict[int, frozenset[int]] = field(default_factory=dict)
    """Row of a multi-instance task: attempts, from 0, that fail when they coordinate."""
    sources: dict[int, str] = field(default_factory=dict)
    """Row of a listed task: which source states its duration."""

    def retention_of(self, row: int) -> int:
        """Return how long the files of a task stay on its node, ms."""
        return to_ms(RETENTION) if self.retention is None else int(self.retention[row])

    def on_disk(self, row: int, instance: int = 0) -> float:
        """Return the GiB that a task brings and writes on one of its nodes, beside packages and images."""
        common = 0 if self.common_input is None else int(self.common_input[row])
        own = 0 if instance or self.input is None else int(self.input[row])
        return (common + own) / PARTS_PER_GIB + (0.0 if instance else self.disks.get(row, 0.0))

    def fill_disks(self, rows: Ints) -> npt.NDArray[np.bool_]:
        """Return which of the tasks bring or write anything on the disks of their nodes."""
        found = np.isin(rows, list(self.disks))
        for column in (self.input, self.common_input):
            if column is not None:
                found |= column[rows] > 0
        return found

    @property
    def fetching(self) -> bool:
        """Whether any task fetches something onto its node."""
        return bool(self.images or self.packages)


def gather(
    blocks: Sequence[Listed], jobs: Sequence[npt.NDArray[Any]], every: Sequence[Planned], order: Ints | None
) -> Extras:
    """Return the optional columns of all blocks; `order` holds the place in file order of each row."""
    count = sum(map(len, blocks))
    row = np.arange(count)
    if order is not None:
        row[order] = np.arange(count)
    columns: dict[str, Any] = {name: _column(name, blocks, order) for name in KEPT}
    columns["common_input"] = _column("common input", blocks, order)
    extras = Extras(**columns)
    begin = 0
    failure, success = np.zeros(count, np.int8), np.zeros(count, np.int8)
    for block, job in zip(blocks, jobs, strict=True):
        number = int(job[0]) if len(job) else -1
        if number >= 0 and every[number].job.on_task_failure is not OnTaskFailure.NOACTION:
            failure[row[begin : begin + len(block)]] = ACTIONS.index("terminate")
        failed = block.coordination_failures.items()
        extras.coordination_failures.update({int(row[begin + place]): attempts for place, attempts in failed})
        tasks, facts = _facts(block.listed)
        rows = row[begin : begin + len(tasks)].tolist()
        for place, (at, task, one) in enumerate(zip(rows, tasks, facts, strict=True)):
            code = int(block.exit_code[place]) if place in block.coordination_failures else None
            _note(extras, at, task, one, every[number].job, number, failure, success, code)
        begin += len(block)
    if not failure.any() and not success.any():
        return extras
    return Extras(
        **columns,
        wishes=extras.wishes,
        images=extras.images,
        packages=extras.packages,
        on_unfetched=extras.on_unfetched,
        managers=extras.managers,
        errors=extras.errors,
        retries=extras.retries,
        coordination_failures=extras.coordination_failures,
        sources=extras.sources,
        disks=extras.disks,
        on_failure=failure,
        on_success=success,
    )


def _facts(listed: ListedKinds | None) -> tuple[Sequence[Task], Iterable[Stated]]:
    """Return listed tasks and what each states."""
    return ((), ()) if listed is None else (listed.tasks, map(listed.facts.__getitem__, listed.kind.tolist()))


def _note(
    extras: Extras,
    row: int,
    task: Task,
    facts: Stated,
    job: Job,
    number: int,
    failure: npt.NDArray[np.int8],
    success: npt.NDArray[np.int8],
    code: int | None,
) -> None:
    """Record what is special about one listed task; `code` is its failing exit code where the body does not say it."""
    extras.sources[row] = facts.source
    if task is job.job_manager_task:
        extras.managers[number] = row
    if task.affinity_info is not None and task.affinity_info.affinity_id:
        extras.wishes[row] = task.affinity_info.affinity_id
    if task.simulation.disk:
        extras.disks[row] = task.simulation.disk
    if task.image is not None:
        extras.images[row] = task.image
    if task.application_package_references:
        extras.packages[row] = tuple(named_package(one) for one in task.application_package_references)
    if task.simulation.error is not None:
        extras.errors[row] = task.simulation.error
        own = task.max_task_retry_count
        extras.retries[row] = job.max_task_retry_count if own is None else own
    if job.on_task_failure is not OnTaskFailure.NOACTION:
        code = failing_code(task, facts.exit_code) if code is None else code
        failure[row] = ACTIONS.index(ending(task, code, task.simulation.error).job_action)
        success[row] = ACTIONS.index(ending(task, 0).job_action)
        if row in extras.images or row in extras.packages:
            action = ending(task, None, "preProcessingError").job_action
            extras.on_unfetched[row] = ACTIONS.index(action)


def _column(name: str, blocks: Sequence[Listed], order: Ints | None) -> Ints | None:
    if not any(name in block.more for block in blocks):
        return None
    otherwise = COLUMNS[name]
    parts = [block.more.get(name, np.full(len(block), otherwise)) for block in blocks]
    seconds = np.concatenate(parts)
    found = np.where(np.isfinite(seconds), np.rint(np.where(np.isfinite(seconds), seconds, 0) * MS_PER_S), float(NEVER))
    return np.asarray(chosen(found.astype(np.int64), order), dtype=np.int64)
