"""The work of a run, whoever brings it: what the scenario announces, and what clients add while time goes on.

Work comes in parts: all that the scenario announces is the first one, each operation that is submitted and brings tasks
is another. Rows are known by their place in all parts together, and never change it. A part is in order of submission;
what is due is taken from all of them in one order, and put into the kernels only as far ahead as a run looks, so that
whatever comes later can come before it.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from simulator.units import NEVER, to_ms
from simulator.workload.planned_jobs import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    from simulator.scenario.format.task_bodies import Task
    from simulator.workload.build import Workload
    from simulator.workload.optional_columns import Extras
    from simulator.workload.planned_jobs import Planned


@dataclass(slots=True, eq=False)
class Part:
    """Work that has come together."""

    workload: Workload
    begin: int
    """Row of its first task."""
    order: int
    """Its place among the parts, which decides where tasks of several are submitted at one instant."""
    operation: int
    """The number of the operation that brought it; 0: the scenario announces it."""
    known: int = field(init=False)
    """How many of its tasks are submitted at a time that is known; the jobs of schedules add the others."""
    taken: int = 0
    """How many of these have been put into kernels."""
    listed: Sequence[Task] | None = None
    """Bodies of its first tasks, of a part that one operation brought; None: the scenario has them."""

    def __post_init__(self) -> None:
        self.known = int(np.searchsorted(self.workload.submit, to_ms(UNKNOWN)))

    @property
    def next_submit(self) -> int:
        """When the first of those that are left is submitted."""
        return int(self.workload.submit[self.taken]) if self.taken < self.known else NEVER

    def until(self, instant: int, *, inclusive: bool = True) -> int:
        """Return how many of its tasks are submitted up to an instant."""
        submitted = np.searchsorted(self.workload.submit, instant if inclusive else instant - 1, side="right")
        return min(int(submitted), self.known)


@dataclass(frozen=True, slots=True)
class Batch:
    """Tasks of one part that are put into kernels together."""

    part: Part
    places: npt.NDArray[np.int64]
    """Their rows in the part's workload, ascending."""

    @property
    def rows(self) -> npt.NDArray[np.int64]:
        """Their rows of the backlog."""
        return self.places + self.part.begin


class Backlog:
    """All parts, and how far each has been put into kernels."""

    def __init__(self) -> None:
        self.jobs: list[Planned] = []
        """All jobs, by number."""
        self.parts: list[Part] = []
        self._begins: list[int] = []
        self._pending: list[Part] = []
        """Those of which something is left."""
        self.next_submit = NEVER
        """When the next task is submitted that no kernel has."""
        self._of_job: dict[int, list[Part]] = {}
        """The parts that single operations brought, by job."""
        self._places: dict[int, list[int]] = {}
        """Where each of these begins in the list of its job's tasks, behind those that the scenario announces."""
        self._announced: dict[int, npt.NDArray[np.int64]] = {}
        """Rows that the scenario announces, of jobs that were asked for them."""
        self._recent: list[Part] = []
        """Those that something was taken of since the last time that anything was put back."""
        self._ids: dict[int, dict[str, list[int]]] = {}
        """Rows by id in lower case, of jobs that were asked for one."""
        self.children: dict[int, list[int]] = {}
        """By row: rows of later parts that wait for it, and of earlier ones that waited for what did not exist."""
        self.parents: dict[int, list[int]] = {}
        """The same, by the row that waits."""
        self.orphans: dict[tuple[int, str], list[int]] = {}
        """Rows that wait for a task which does not exist yet, by job and id in lower case."""
        self.operations = 0
        """How many operations have come, whether announced or not: the number of the last one."""
        self._turns: list[int] = []
        """The numbers of those that the scenario announces."""

    def __len__(self) -> int:
        return self._begins[-1] + len(self.parts[-1].workload) if self.parts else 0

    def add(self, workload: Workload, job: int | None = None) -> Part:
        """Add work, of one job if it is given, else of all that the scenario announces."""
        part = Part(workload, len(self), len(self.parts), self.operations)
        self._begins.append(part.begin)
        self.parts.append(part)
        self._pending.append(part)
        self._look_ahead()
        if job is not None:
            places = self._places.setdefault(job, [])
            places.append(self.count_of(job))
            self._of_job.setdefault(job, []).append(part)
            if job in self._ids:
                self._note_ids(job, part)
        return part

    def connect(self, parent: int, child: int) -> None:
        """Note that a row waits for one of another part."""
        self.children.setdefault(parent, []).append(child)
        self.parents.setdefault(child, []).append(parent)

    def begin_operation(self, *, is_announced: bool) -> None:
        """Note that an operation comes now: what it brings is there from then on."""
        self.operations += 1
        if is_announced:
            self._turns.append(self.operations)

    # ---- what is due ---------------------------------------------------------------------------------------

    def ahead(self, count: int) -> int:
        """Return an instant up to which no part has more than `count` tasks left."""
        lasts = [part.workload.submit[min(part.taken + count, part.known) - 1] for part in self._pending if part.known]
        return int(min(lasts, default=NEVER))

    def take(self, until: int) -> Iterator[Batch]:
        """Yield what is submitted up to an instant, in order, and count it as taken."""
        while True:
            heads = sorted((part.next_submit, part.order) for part in self._pending)
            if not heads or heads[0][0] > until:
                break
            part = self.parts[heads[0][1]]
            end = part.until(until)
            if len(heads) > 1 and heads[1][0] <= until:
                end = min(end, part.until(heads[1][0], inclusive=part.order < heads[1][1]))
            begin, part.taken = part.taken, end
            self._recent.append(part)
            yield Batch(part, np.arange(begin, end))
            if part.taken == part.known:
                self._pending.remove(part)
            self._look_ahead()

    def rest(self) -> Iterator[Batch]:
        """Yield what is left, at last the tasks of recurring jobs, which may have been added and may never be."""
        yield from self.take(NEVER)
        for part in self.parts:
            if part.known < len(part.workload):
                yield Batch(part, np.arange(part.known, len(part.workload)))

    def put_back(self, now: int) -> None:
        """Count as left whatever is submitted after an instant."""
        for part in self._recent:
            taken = part.until(now)
            if taken < part.taken:
                if part.taken == part.known:
                    self._pending.append(part)
                part.taken = taken
        self._recent.clear()
        self._look_ahead()

    def _look_ahead(self) -> None:
        """Note when the next task is submitted: it is asked at each instant, and seldom changes."""
        self.next_submit = min((part.next_submit for part in self._pending), default=NEVER)

    # ---- reading -------------------------------------------------------------------------------------------

    def part_of(self, row: int) -> Part:
        """Return the part that a row belongs to."""
        return self.parts[bisect_right(self._begins, row) - 1]

    def extras_of(self, row: int) -> tuple[Extras, int]:
        """Return what is special about the tasks of a row's part, and the row's place there."""
        part = self.part_of(row)
        return part.workload.extras, row - part.begin

    def submit_of(self, row: int) -> int:
        """Return when a row is submitted, as far as that is known."""
        part = self.part_of(row)
        return int(part.workload.submit[row - part.begin])

    def brought_by(self, row: int) -> int:
        """Return the number of the operation that brings a row: 0 if none does, `NEVER` if it has not come yet.

        The tasks of all operations of an instant are submitted before the first of these is performed.
        """
        part = self.part_of(row)
        if part.operation:
            return part.operation
        turn = int(part.workload.turn[row - part.begin])
        return 0 if turn == 0 else self._turns[turn - 1] if turn <= len(self._turns) else NEVER

    def rows_of(self, job: int) -> list[int]:
        """Return all rows of a job, in order of their parts."""
        rows: list[int] = self._announced_of(job).tolist()
        for part in self._of_job.get(job, ()):
            rows += range(part.begin, part.begin + len(part.workload))
        return rows

    def count_of(self, job: int) -> int:
        """Return how many rows a job has."""
        parts = self._of_job.get(job)
        return self._places[job][-1] + len(parts[-1].workload) if parts else len(self._announced_of(job))

    def row_at(self, job: int, place: int) -> int:
        """Return the row at a place of `rows_of`."""
        announced = self._announced_of(job)
        if place < len(announced):
            return int(announced[place])
        number = bisect_right(self._places[job], place) - 1
        return self._of_job[job][number].begin + place - self._places[job][number]

    def _announced_of(self, job: int) -> npt.NDArray[np.int64]:
        if job not in self._announced:
            self._announced[job] = np.flatnonzero(self.parts[0].workload.job == job)
        return self._announced[job]

    def named(self, job: int, name: str) -> list[int]:
        """Return the rows of a job's tasks of an id, without case, in order: a task may follow one that was deleted."""
        if job not in self._ids:
            self._ids[job] = {}
            names = self.parts[0].workload.names
            for row in self._announced_of(job).tolist():
                self._ids[job].setdefault(names[row].lower(), []).append(row)
            for part in self._of_job.get(job, ()):
                self._note_ids(job, part)
        return self._ids[job].get(name.lower(), [])

    def numbered(self, job: int) -> dict[int, int]:
        """Return the rows of a job's tasks whose ids are whole numbers, by number."""
        self.named(job, "")
        found: dict[int, int] = {}
        for name, rows in self._ids[job].items():
            if name.isdigit():
                found.setdefault(int(name), rows[0])
        return found

    def _note_ids(self, job: int, part: Part) -> None:
        for place, name in enumerate(part.workload.names.texts()):
            self._ids[job].setdefault(name.lower(), []).append(part.begin + place)
