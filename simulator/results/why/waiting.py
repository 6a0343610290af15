"""Why a task that could run had no room: the reasons over a span of time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from simulator.results.why.evidence import Run
from simulator.results.why.jobs import at_limit
from simulator.results.why.reasons import Reason
from simulator.results.why.room import Need, PoolRoom, Room
from simulator.results.why.supply import Supply, instants_of, supply_of
from simulator.scenario.planned import planned

if TYPE_CHECKING:
    import pandas as pd

Labels = npt.NDArray[np.object_]
SLOT_REASONS = (Reason.NO_SLOT, Reason.SLOTS_SHORT, Reason.CORES_SHORT, Reason.MEMORY_SHORT, Reason.GANG)


@dataclass(frozen=True, slots=True)
class Wait:
    """One interval with one reason; seconds since the origin."""

    start: float
    end: float
    reason: Reason
    detail: str


def need_of(task: pd.Series) -> Need:
    """Give what one instance of a task takes."""
    return Need(int(task["slots"]), float(task["cores"]), float(task["memory"]), int(task["instances"]))


def never_fits(run: Run, task: pd.Series) -> str:
    """Say why no node of the task's pool can ever take it; empty if one can."""
    need = need_of(task)
    pool = run.frame("pools").set_index("pool").loc[task["pool"]]
    size = run.scenario.sizes[str(pool["vm_size"])]
    options = run.scenario.options
    for amount, room, what in (
        (need.slots, int(pool["slots"]), "task slots"),
        (need.cores, math.inf if options.cpu_slowdown else float(size.vcpus), "cores"),
        (need.memory, math.inf if options.memory_is_only_told else float(size.memory_gib), "GiB of memory"),
    ):
        if amount > room:
            return f"needs {amount:g} {what}, a node of pool {task['pool']} has {room:g}"
    described = {body.id: body for body in run.scenario.pools}.get(str(task["pool"]))
    if need.instances > 1 and described is not None and not described.enable_inter_node_communication:
        return f"needs {need.instances} nodes at once, pool {task['pool']} has no communication between nodes"
    return ""


def reasons_of(run: Run, task: pd.Series, start: float, end: float) -> list[Wait]:
    """Label [start, end) and join what has the same reason."""
    pool, need = str(task["pool"]), need_of(task)
    room = PoolRoom(run, pool, start, end).for_need(need)
    times = np.unique(np.concatenate([room.time, instants_of(run, pool, start, end)]))
    room = _at(room, times)
    supply = supply_of(run, pool, times)
    labels = _labels(room, supply, need, at_limit(run, task.to_dict(), times))
    edges = np.append(times, end)
    cuts = np.flatnonzero(np.append(True, labels[1:] != labels[:-1]))
    stops = np.append(cuts[1:], len(labels))
    served = _Served.of(run, task)
    found = []
    for first, stop in zip(cuts.tolist(), stops.tolist(), strict=True):
        begin, finish = float(edges[first]), float(edges[stop])
        rows = slice(first, stop)
        found.append(_wait(labels[first], begin, finish, _Numbers(room, supply, need, rows), served))
    return found


def _at(room: Room, times: npt.NDArray[np.float64]) -> Room:
    """Give the room at other instants."""
    place = np.maximum(np.searchsorted(room.time, times, side="right") - 1, 0)
    counts = {
        name: getattr(room, name)[place] for name in ("serving", "with_slots", "with_cores", "fitting", "free_slots")
    }
    return Room(time=times, **counts)


def _labels(room: Room, supply: Supply, need: Need, limited: npt.NDArray[np.bool_]) -> Labels:
    """Give the reason from each instant on; the first that applies wins."""
    empty = room.serving == 0
    is_quota = np.array(["Quota" in code or "MaxVMCount" in code for code in supply.limit], dtype=bool)
    short = supply.limit != ""
    full = room.free_slots == 0
    gang = need.instances > 1
    ordered = [
        (~supply.exists, Reason.NO_POOL),
        (empty & (supply.booting > 0), Reason.BOOTING),
        (empty & (supply.current == 0) & (supply.target == 0), Reason.POOL_EMPTY),
        (empty & supply.resizing & (supply.current < supply.target), Reason.ALLOCATING),
        (empty & is_quota, Reason.QUOTA),
        (empty & short, Reason.CAPACITY),
        (empty & (supply.preempted > 0), Reason.NODES_PREEMPTED),
        (empty & (supply.deallocated > 0) & (supply.broken + supply.away == 0), Reason.NODES_DEALLOCATED),
        (empty & (supply.broken > 0), Reason.NODES_BROKEN),
        (empty & (supply.away > 0), Reason.NODES_BUSY),
        (empty, Reason.POOL_EMPTY),
        (limited, Reason.JOB_LIMIT),
        (room.fitting >= need.instances, Reason.HELD),
        (full & is_quota, Reason.QUOTA),
        (full & short, Reason.CAPACITY),
        (full & ~np.full(len(full), gang), Reason.NO_SLOT),
        (np.full(len(full), gang), Reason.GANG),
        (room.with_slots == 0, Reason.SLOTS_SHORT),
        (room.with_cores == 0, Reason.CORES_SHORT),
    ]
    found = np.full(len(full), Reason.MEMORY_SHORT, dtype=object)
    for where, reason in reversed(ordered):
        found[where] = reason
    return found


@dataclass(frozen=True, slots=True)
class _Numbers:
    """Counts over one interval."""

    room: Room
    supply: Supply
    need: Need
    rows: slice

    def most(self, source: Any, name: str) -> int:
        return int(getattr(source, name)[self.rows].max())

    def last(self, source: Any, name: str) -> Any:
        return getattr(source, name)[self.rows][-1]


@dataclass(frozen=True, slots=True)
class _Served:
    """Who was given a node of the pool when, seen from one task."""

    assigned: npt.NDArray[np.float64]
    priority: npt.NDArray[np.int64]
    mine: int
    is_own_job: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, run: Run, task: pd.Series) -> _Served:
        attempts, tasks = run.frame("attempts"), run.frame("tasks")
        rows = attempts[(attempts["pool"] == task["pool"]) & (attempts["instance"] == 0)]
        jobs = tasks["job"].to_numpy(dtype=object)[rows["task"].to_numpy()]
        priorities = {one.job.id: one.job.priority for one in planned(run.scenario)}
        names, codes = np.unique(jobs.astype(str), return_inverse=True)
        of_name = np.array([priorities.get(name, 0) for name in names], dtype=np.int64)
        return cls(
            assigned=rows["assigned"].to_numpy(),
            priority=of_name[codes] if len(names) else np.zeros(0, dtype=np.int64),
            mine=priorities.get(str(task["job"]), 0),
            is_own_job=jobs == task["job"],
        )

    def between(self, start: float, end: float) -> tuple[int, int, int]:
        """Count the tasks placed in [start, end): of higher priority, of the same job, of others."""
        there = (self.assigned >= start) & (self.assigned < end)
        higher = there & (self.priority > self.mine)
        own = there & self.is_own_job
        return int(higher.sum()), int(own.sum()), int((there & ~higher & ~own).sum())


def _wait(label: Reason, start: float, end: float, numbers: _Numbers, served: _Served) -> Wait:
    higher, own, others = served.between(start, end)
    if label is Reason.NO_SLOT and higher:
        label = Reason.PRIORITY
    detail = _detail(label, numbers)
    if label in (*SLOT_REASONS, Reason.PRIORITY, Reason.QUOTA, Reason.CAPACITY):
        parts = [
            f"{count:,} {what}"
            for count, what in ((higher, "of higher priority"), (own, "of its own job"), (others, "of other jobs"))
            if count
        ]
        detail += f"; placed meanwhile: {', '.join(parts)}" if parts else ""
    return Wait(start, end, label, detail)


def _nodes(count: int) -> str:
    return f"{count:,} node{'' if count == 1 else 's'}"


def _detail(label: Reason, n: _Numbers) -> str:
    """Put the numbers behind a reason into words."""
    serving, target = n.most(n.room, "serving"), n.most(n.supply, "target")
    current = n.last(n.supply, "current")
    need = n.need
    match label:
        case Reason.NO_POOL:
            return "the pool is not there"
        case Reason.POOL_EMPTY:
            return f"the pool wants {_nodes(target)} and has none in service"
        case Reason.ALLOCATING:
            return f"a resize to {_nodes(target)} is under way"
        case Reason.BOOTING:
            return f"{_nodes(n.most(n.supply, 'booting'))} starting, none ready"
        case Reason.QUOTA | Reason.CAPACITY:
            taken = "no node in service" if serving == 0 else f"all slots of {_nodes(serving)} are taken"
            return f"{taken}; {n.last(n.supply, 'limit')} keeps the pool at {current:,} of {target:,} nodes"
        case Reason.NODES_PREEMPTED:
            return f"{_nodes(n.most(n.supply, 'preempted'))} without a machine, which the region has to give"
        case Reason.NODES_DEALLOCATED:
            return f"{_nodes(n.most(n.supply, 'deallocated'))} deallocated: somebody has to start them"
        case Reason.NODES_BROKEN:
            return f"{_nodes(n.most(n.supply, 'broken'))} in the pool, unusable"
        case Reason.NODES_BUSY:
            return f"{_nodes(n.most(n.supply, 'away'))} rebooting, out of scheduling, or leaving"
        case Reason.NO_SLOT | Reason.PRIORITY:
            return f"all slots of {_nodes(serving)} in service are taken"
        case Reason.SLOTS_SHORT:
            return f"{n.most(n.room, 'free_slots'):,} slots free, on no node {need.slots} together"
        case Reason.CORES_SHORT:
            return f"slots free, but on no node {need.cores:g} cores"
        case Reason.MEMORY_SHORT:
            return f"slots free, but on no node {need.memory:g} GiB"
        case Reason.JOB_LIMIT:
            return "its job runs as many tasks as maxParallelTasks lets it"
        case Reason.GANG:
            return f"at most {n.most(n.room, 'fitting'):,} of {need.instances:,} nodes idle at once"
        case _:
            return f"{_nodes(n.most(n.room, 'fitting'))} with room"
