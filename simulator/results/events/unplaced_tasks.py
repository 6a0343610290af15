"""Events of tasks that could not be placed although slots were free: one for each such task, the first time.

The service documents the event for want of resources without naming its code; ours is *assumed*.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from simulator.results.events.envelope import Ints, Operation, Record, Source, milliseconds
from simulator.results.events.overtaking import overtaken_by_lower, overtaken_in_job
from simulator.results.events.task_events import INTERNAL, PASS, Attempts, Bodies
from simulator.results.why.room import Need, PoolRoom
from simulator.results.why.unmet_dependencies import Families
from simulator.tables.parts import Condition, part_of
from simulator.units import MS_PER_S, NEVER
from simulator.workload.planned_jobs import planned

Floats = npt.NDArray[np.float64]
ERROR: Final = {
    "category": "ServerError",
    "code": "NotEnoughResourcesOnNodes",
    "message": "No node has the slots, cores and memory together that the task needs; it is tried again later",
}


class Seen:
    """A record with its tables as frames, each read once."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._frames: dict[str, Any] = {}
        self.scenario = record.scenario
        self.origin = record.scenario.origin

    def frame(self, name: str) -> Any:
        """Return a table."""
        if name not in self._frames:
            self._frames[name] = self._record.table(name).to_pandas()
        return self._frames[name]

    def part(self, name: str, columns: Sequence[str] | None = None, *, where: Sequence[Condition] = ()) -> Any:
        """Return some columns, or all, of those rows of a table that meet all conditions."""
        return part_of(self.frame(name), columns, where)

    @property
    def end(self) -> float:
        return float(self.frame("node_states")["end"].max()) if len(self.frame("node_states")) else 0.0


def unplaced_events(record: Record, made: Attempts, bodies: Bodies) -> Source:
    """Return the events of all tasks that were passed over."""
    run = Seen(record)
    task, start, end, version = _waits(made)
    start = _ready(run, made, task, start)
    when = np.full(len(task), -1, dtype=np.int64)
    columns = [made.tasks[name].to_numpy() for name in ("slots", "cores", "memory", "instances")]
    pools = made.tasks["pool"].to_numpy(dtype=object)
    for pool in sorted({str(pool) for pool in pools[task]}):
        mine = np.flatnonzero(pools[task] == pool)
        shapes, shape = np.unique(np.stack([column[task[mine]] for column in columns]), axis=1, return_inverse=True)
        plain = (shapes[0] <= 1) & (shapes[1] == 0) & (shapes[2] == 0) & (shapes[3] == 1)
        if plain.all():
            continue  # a free slot is all they need
        room = PoolRoom(run, pool, 0.0, run.end)
        for number in np.flatnonzero(~plain):
            rows = mine[shape == number]
            slots, cores, memory, instances = shapes[:, number]
            found = room.for_need(Need(int(slots), float(cores), float(memory), int(instances)))
            blocked = (found.free_slots > 0) & (found.fitting < instances)
            when[rows] = _first(found.time, blocked, start[rows], end[rows], run.end)
        rows = mine[~plain[shape]]
        when[rows] = _sooner(when[rows], _passed(run, made, pool, task[rows], start[rows]), end[rows])
    rows = _once(task, when)

    def body(index: int) -> Any:
        row = int(rows[index])
        return {**bodies.task(int(task[row]), int(version[row]), " "), "schedulingError": ERROR}

    # In the pass of their instant, before what is placed.
    return Source(
        Operation.TASK_SCHEDULE_FAIL, when[rows], np.full(len(rows), PASS), np.arange(len(rows)) - len(task), body
    )


def _waits(made: Attempts) -> tuple[Ints, Ints, Ints, Ints]:
    """Return every time of waiting: task, from, until (−1: to the end), and how often the service had tried again."""
    count = len(made.tasks)
    submit = milliseconds(made.tasks["submit"])
    there = np.flatnonzero(made.tasks["state"].to_numpy(dtype=object) != "planned")
    order = np.lexsort((made.earlier, made.task))
    follower = np.full(len(made.task), -1, dtype=np.int64)
    same = made.task[order][1:] == made.task[order][:-1]
    follower[order[:-1][same]] = made.assigned[order[1:]][same]
    first = np.full(count, -1, dtype=np.int64)
    first[made.task[made.earlier == 0]] = made.assigned[made.earlier == 0]
    done = made.final | (made.outcome == "running")
    again = np.flatnonzero(~done)
    task = np.concatenate([there, made.task[again]])
    start = np.concatenate([submit[there], made.end[again]])
    end = np.concatenate([first[there], follower[again]])
    raised = np.isin(made.outcome[again], list(INTERNAL)).astype(np.int64)
    version = np.concatenate([np.zeros(len(there), dtype=np.int64), made.version[again] + raised])
    ended = milliseconds(made.tasks["end"])[task]
    return task, start, np.where(end < 0, ended, end), version


def _first(time: Floats, blocked: npt.NDArray[np.bool_], start: Ints, end: Ints, last: float) -> Ints:
    """Return the first instant in [start, end) at which `blocked` holds, −1 where there is none."""
    begins = np.flatnonzero(blocked)
    if not len(begins):
        return np.full(len(start), -1, dtype=np.int64)
    since = np.rint(time * MS_PER_S).astype(np.int64)
    at = np.maximum(np.searchsorted(since, start, side="right") - 1, 0)
    following = np.append(begins, -1)[np.searchsorted(begins, at)]
    instant = np.where(blocked[at], start, np.where(following >= 0, since[following], -1))
    until = np.where(end < 0, round(last * MS_PER_S), end)
    return np.where((instant >= 0) & (instant < until), instant, -1)


def _passed(run: Seen, made: Attempts, pool: str, task: Ints, start: Ints) -> Ints:
    """Return when each waiting task of a pool was first passed over, -1 where it never was."""
    names, job = np.unique(made.tasks["job"].to_numpy(dtype=object).astype(str), return_inverse=True)
    priorities = {one.job.id: one.job.priority for one in planned(run.scenario)}
    priority = np.array([priorities.get(str(name), 0) for name in names], dtype=np.int64)
    here = made.tasks["pool"].to_numpy(dtype=object)[made.task] == pool
    placed, assigned = made.task[here], made.assigned[here]
    found = overtaken_by_lower(priority[job[task]], start, priority[job[placed]], assigned)
    for number in np.unique(job[task]):
        rows, theirs = job[task] == number, job[placed] == number
        passed = overtaken_in_job(task[rows], start[rows], placed[theirs], assigned[theirs])
        found[rows] = _sooner(found[rows], passed)
    return found


def _sooner(one: Ints, other: Ints, end: Ints | None = None) -> Ints:
    """Return the earlier of two instants, before `end` where that is known; -1 = never."""
    last = np.iinfo(np.int64).max
    late = np.minimum(np.where(one < 0, last, one), np.where(other < 0, last, other))
    if end is not None:
        late = np.where((end >= 0) & (late >= end), last, late)
    return np.where(late == last, -1, late)


def _ready(run: Seen, made: Attempts, task: Ints, start: Ints) -> Ints:
    """Move the beginning of waiting to when the last parent was done; never, if one never was."""
    families = Families(run)
    linked = {one.job.id for one in planned(run.scenario) if one.job.uses_task_dependencies}
    job, name = (made.tasks[column].to_numpy(dtype=object) for column in ("job", "id"))
    found = start.copy()
    for row in np.flatnonzero(np.isin(job[task], list(linked))):
        parents = families.of({"job": job[task[row]], "id": name[task[row]]})
        ready = max((parent[1] for parent in parents.done), default=0.0)
        found[row] = max(start[row], round(min(ready, NEVER / MS_PER_S) * MS_PER_S))
    return found


def _once(task: Ints, when: Ints) -> Ints:
    """Keep the first time of each task."""
    order = np.lexsort((task, when))
    order = order[when[order] >= 0]
    _, first = np.unique(task[order], return_index=True)
    return np.sort(order[first])
