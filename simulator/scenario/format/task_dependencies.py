"""Which task waits for which: `dependsOn`, and failures that let children run.

See docs/model.md#dependencies-and-exit-conditions.
"""

import math
from array import array
from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from simulator.columns.broadcast import constant
from simulator.columns.task_names import Names
from simulator.scenario.format.alike_tasks import kinds_of
from simulator.scenario.format.bodies import Job
from simulator.scenario.format.stated_by_tasks import stated
from simulator.scenario.format.task_bodies import Task
from simulator.scenario.format.task_endings import ending, failing_code
from simulator.scenario.format.trace_files import read_trace
from simulator.scenario.format.traces import TraceWorkload

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Dependencies:
    """Edges between rows of a workload; a task starts when all its parents have completed as it wants."""

    parent: Ints
    child: Ints
    waiting: Ints
    """How many parents each row has, unknown ones included: those are never satisfied."""
    satisfies: npt.NDArray[np.int8]
    """Bit 1: the row's failure lets its children run; bit 2: its success does not."""

    orphans: Ints
    """Rows that wait for a task that does not exist."""

    @property
    def is_empty(self) -> bool:
        return not self.waiting.any()


_NONE: Final[Ints] = np.zeros(0, dtype=np.int64)


def link(listed: Iterable[tuple[Job, Ints]], count: int, codes: Mapping[int, int]) -> Dependencies:
    """Resolve the dependencies of listed tasks; each job comes with the rows of its tasks, in file order.

    `codes` holds the failing exit codes of rows whose body does not say them.
    """
    edges = array("q"), array("q")
    orphans: list[int] = []
    listed = [(job, rows) for job, rows in listed if job.uses_task_dependencies]
    if not listed:
        return Dependencies(_NONE, _NONE, constant(0, count, np.int64), constant(0, count, np.int8), _NONE)
    waiting = np.zeros(count, dtype=np.int64)
    satisfies = np.zeros(count, dtype=np.int8)
    for job, rows in listed:
        places = rows.tolist()
        by_id = {task.id.lower(): row for task, row in zip(job.tasks, places, strict=True)}
        by_number: dict[int, int] = {}
        for task, row in zip(job.tasks, places, strict=True):
            if task.id.isdigit():
                by_number.setdefault(int(task.id), row)
        again = _second_tasks(job, places) if len(by_id) < len(places) else {}
        for task, row in zip(job.tasks, places, strict=True):
            if task.depends_on is None:
                continue
            known = ChainMap(_there(again, _added_at(task)), by_id) if again else by_id
            parents, unknown = parents_of(task, known, by_number)
            edges[0].extend(parents)
            edges[1].extend([row] * len(parents))
            waiting[row] = len(parents) + len(unknown)
            if unknown:
                orphans.append(row)
        satisfies[rows] = _satisfied_by(job, places, codes)
    parent, child = (np.frombuffer(column, dtype=np.int64) if column else _NONE for column in edges)
    order = np.lexsort((child, parent))
    return Dependencies(parent[order], child[order], waiting, satisfies, np.array(orphans, dtype=np.int64))


def _added_at(task: Task) -> float:
    return -math.inf if task.simulation.submit is None else task.simulation.submit


def _second_tasks(job: Job, rows: Sequence[int]) -> dict[str, list[tuple[float, int]]]:
    """Return when the tasks of each id are added that several have one after the other, and their rows."""
    found: dict[str, list[tuple[float, int]]] = {}
    for task, row in zip(job.tasks, rows, strict=True):
        found.setdefault(task.id.lower(), []).append((_added_at(task), row))
    return {name: sorted(lives) for name, lives in found.items() if len(lives) > 1}


def _there(again: Mapping[str, Sequence[tuple[float, int]]], instant: float) -> dict[str, int]:
    """Return the row of the task that is there under each of these ids at an instant, else of the first to come."""
    return {
        name: max((life for life in lives if life[0] <= instant), default=lives[0])[1] for name, lives in again.items()
    }


def _satisfied_by(job: Job, rows: Iterable[int], codes: Mapping[int, int]) -> list[int]:
    """Return what the end of each task of a job lets its children do; tasks that are alike do the same."""
    usual: dict[int, int] = {}
    found: list[int] = []
    for task, kind, row in zip(job.tasks, kinds_of(job.tasks), rows, strict=True):
        if row in codes:
            found.append(_satisfies(task, job, codes[row]))
            continue
        if kind not in usual:
            usual[kind] = _satisfies(task, job, None)
        found.append(usual[kind])
    return found


def with_parents(
    found: Dependencies, traced: Sequence[tuple[Names, Ints, Mapping[int, tuple[str, ...]]]]
) -> Dependencies:
    """Return dependencies with those of traces, each of which comes with ids, rows, and parents by place.

    Parents are tasks of the same trace; an id stands for the task of the trace that has it, without case.
    """
    if not traced:
        return found
    parents, children, orphans = [found.parent], [found.child], [found.orphans]
    waiting = np.array(found.waiting)
    for ids, rows, wanted in traced:
        for place, known, unknown in families(ids, wanted):
            waiting[rows[place]] = len(known) + len(unknown)
            parents.append(rows[known])
            children.append(np.full(len(known), rows[place], dtype=np.int64))
            if unknown:
                orphans.append(rows[place : place + 1])
    parent, child = np.concatenate(parents), np.concatenate(children)
    order = np.lexsort((child, parent))
    return Dependencies(parent[order], child[order], waiting, found.satisfies, np.concatenate(orphans))


def families(ids: Names, wanted: Mapping[int, tuple[str, ...]]) -> Iterator[tuple[int, list[int], list[str]]]:
    """Yield the place of each task of a trace that waits for others, the places of these, and ids that nobody has.

    An id stands for the task that has it, without case.
    """
    if not wanted:
        return
    places = {ids[place].lower(): place for place in range(len(ids))}
    for place, names in wanted.items():
        own: dict[str, str] = {}
        for name in names:
            own.setdefault(name.lower(), name)
        known = [places[name] for name in own if name in places]
        yield place, known, [name for key, name in own.items() if key not in places]


def traced_families(job: Job) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """Yield the id of each task of a job's traces that waits for others, with their ids and those that no row has."""
    for source in job.simulation.workload:
        if not isinstance(source, TraceWorkload) or source.columns.depends_on is None:
            continue
        trace = read_trace(source)
        for place, known, unknown in families(trace.names, trace.parents):
            yield trace.names[place], tuple(trace.names[one] for one in known), tuple(unknown)


def circles(parents: Mapping[int, Sequence[int]]) -> Iterator[list[int]]:
    """Yield circles of tasks that wait for each other, each with its first task again at the end.

    Without the last wait of each circle that is yielded, no task waits for itself.
    """
    done: set[int] = set()
    for origin in parents:
        path: list[int] = []
        on_path: set[int] = set()
        todo = [(origin, False)]
        while todo:
            index, leaving = todo.pop()
            if leaving:
                path.pop()
                on_path.discard(index)
                done.add(index)
            elif index in on_path:
                yield [*path[path.index(index) :], index]
            elif index not in done:
                path.append(index)
                on_path.add(index)
                todo.append((index, True))
                todo += [(parent, False) for parent in parents.get(index, ())]


def parents_of(task: Task, by_id: Mapping[str, int], by_number: Mapping[int, int]) -> tuple[list[int], list[str]]:
    """Return the parents that exist, and the ids that nobody has; ranges match whole numbers, zeros in front or not."""
    found: set[int] = set()
    unknown: list[str] = []
    depends = task.depends_on
    if depends is None:
        return [], []
    for name in dict.fromkeys(depends.task_ids):
        parent = by_id.get(name.lower())
        if parent is None:
            unknown.append(name)
        else:
            found.add(parent)
    for span in depends.task_id_ranges:
        within = sorted(number for number in by_number if span.start <= number <= span.end)
        found.update(by_number[number] for number in within)
        if len(within) < span.end - span.start + 1:  # one that nobody has is enough to wait for ever
            gap = next((at for at, number in enumerate(within, span.start) if at != number), span.start + len(within))
            unknown.append(str(gap))
    return sorted(found), unknown


def failure_satisfies(task: Task) -> bool:
    """Return whether children run although `task` has failed, by the exit codes that it is known to have."""
    return ending(task, failing_code(task, None), task.simulation.error).satisfies


def _satisfies(task: Task, job: Job, code: int | None) -> int:
    error = task.simulation.error
    if code is None:
        code = failing_code(task, stated(task, job).exit_code)
    if error == "fileUploadError" and code is None:
        code = 0
    blocks = not ending(task, 0).satisfies
    unfetched = ending(task, None, "preProcessingError").satisfies
    return ending(task, code, error).satisfies + 2 * blocks + 4 * unfetched
