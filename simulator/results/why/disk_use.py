"""The local disk of a node over its life, replayed from the tables by the engine's own model of disks."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from simulator.policy.local_disk import MIB_PER_GIB, NEW_DISK, LocalDisk, is_cleared_by_restart
from simulator.results.why.evidence import Run, rows_of
from simulator.scenario.format.bodies import Pool
from simulator.service_codes import SUCCESS
from simulator.states import NodeState, Outcome
from simulator.units import MS_PER_S, NEVER, to_ms
from simulator.workload.build import Workload
from simulator.workload.downloads import Item, items_of_pool, items_of_tasks

UNFETCHED, RUNNING = Outcome.UNFETCHED.name.lower(), Outcome.RUNNING.name.lower()


class Drawn(Run, Protocol):
    """A run whose tasks are known with all that was drawn for them."""

    @property
    def workload(self) -> Workload:
        """The tasks of the replication, a row each."""


@dataclass(frozen=True, slots=True)
class DiskUse:
    """The disk of one node over its life; GiB, and seconds since the origin."""

    node: str
    size: float | None
    """Of the node's local disk; None where it is not known."""
    is_enforced: bool
    """Whether a full disk makes the node unusable in this run."""
    own: float
    """What this task brings and writes there, beside packages and images."""
    kept_until: float | None
    """When its files have been kept long enough; None while it runs there."""
    changes: tuple[tuple[float, float], ...]
    """Each time from which another amount is in use."""


@dataclass(frozen=True, slots=True)
class Stay:
    """An attempt on a node and what it has there; ms."""

    row: int
    task: int
    gib: float
    items: tuple[Item, ...]
    """Packages and images that it has fetched, or found."""
    assigned: int
    start: int
    until: int
    """`NEVER` while it runs."""


def disk_use(run: Drawn, task: int, node: str, pool: Pool) -> DiskUse:
    """Return the disk of a node of a pool as a task finds it there."""
    stays = _stays(run, node, pool)
    mine = [stay for stay in stays if stay.task == task]
    return DiskUse(
        node=node,
        size=run.scenario.sizes[pool.vm_size].temp_disk_gib,
        is_enforced=run.scenario.options.enforce_local_resources != "none",
        own=run.workload.extras.on_disk(task),
        kept_until=mine[-1].until / MS_PER_S if mine and mine[-1].until < NEVER else None,
        changes=tuple((at / MS_PER_S, used) for at, used in _changes(run, node, pool, stays)),
    )


def _stays(run: Drawn, node: str, pool: Pool) -> list[Stay]:
    """Return the attempts that have started on a node and put anything on its disk, in order of assignment."""
    extras, attempts = run.workload.extras, run.frame("attempts")
    here = attempts[(attempts["node"] == node) & (attempts["start"].notna())]
    items = items_of_tasks(pool, extras, {int(task): int(task) for task in here["task"]})
    found = []
    for row, one in zip(here.index.tolist(), rows_of(here), strict=True):
        task, end = int(one["task"]), to_ms(float(one["end"]))
        gib, fetched = extras.on_disk(task, int(one["instance"])), items.get(task, ())
        if one["outcome"] == UNFETCHED:
            fetched = ()
        if gib or fetched:
            until = NEVER if one["outcome"] == RUNNING else _kept_until(run, task, end)
            start = to_ms(float(one["start"]))
            found.append(Stay(row, task, gib, fetched, to_ms(float(one["assigned"])), start, until))
    return found


def _kept_until(run: Drawn, task: int, end: int) -> int:
    """Return until when the files of an attempt that has ended stay: a client may have deleted its task."""
    return int(min(end + run.workload.extras.retention_of(task), max(_deleted(run, task), end)))


def _deleted(run: Drawn, row: int) -> float:
    """Return when a client deleted a task or its job, and the files with it; infinity where nobody did."""
    operations, task = run.frame("operations"), run.frame("tasks").iloc[row]
    orders = {"deleteTask": f"{task['job']}/{task['id']}", "deleteJob": str(task["job"])}
    accepted = operations[operations["code"] == SUCCESS]
    times = accepted["time"][accepted["target"] == accepted["operation"].map(orders)]
    return min((to_ms(float(time)) for time in times), default=math.inf)


def _changes(run: Drawn, node: str, pool: Pool, stays: list[Stay]) -> list[tuple[int, float]]:
    """Replay the disk of a node: what comes, what has been kept long enough, and when it is emptied."""
    until = {stay.row: stay.until for stay in stays}
    disk, found = LocalDisk(lambda files: until[files.row]), [(0, 0.0)]
    acts = _acts(run, node, pool, disk)
    for stay in stays:
        acts[stay.assigned].append(_bringing(disk, stay))
    ends = {instant for stay in stays for instant in (stay.start, stay.until) if instant < NEVER}
    for now in sorted(acts.keys() | ends):
        for act in acts.get(now, ()):
            act()
        used = disk.used(now)
        if used != found[-1][1]:
            found.append((now, used))
    return found[1:]


def _bringing(disk: LocalDisk, stay: Stay) -> Callable[[], None]:
    def bring() -> None:
        for item in stay.items:
            disk.fetch(item.key, item.size_mib / MIB_PER_GIB, stay.start)
        disk.hold(stay.task, stay.row, stay.gib, stay.start)

    return bring


def _acts(run: Run, node: str, pool: Pool, disk: LocalDisk) -> defaultdict[int, list[Callable[[], None]]]:
    """Return what happens to the disk of a node by itself: it is new, freed by a restart, loaded as the node starts."""
    states, nodes = run.frame("node_states"), run.frame("nodes")
    rows = rows_of(states[states["node"] == node])
    acts: defaultdict[int, list[Callable[[], None]]] = defaultdict(list)
    for row in rows:
        if row["state"] in NEW_DISK:
            acts[to_ms(float(row["start"]))].append(disk.wipe)
    for before, after in pairwise(rows):
        now = to_ms(float(after["start"]))
        if after["state"] == NodeState.REBOOTING and is_cleared_by_restart(NodeState(before["state"])):
            acts[now].append(disk.free)
        if before["state"] == NodeState.STARTING and after["state"] not in (NodeState.UNUSABLE, *NEW_DISK):
            acts[now].append(_loading(disk, pool, now))
    gone = float(nodes["gone"][nodes["node"] == node].iloc[0])
    if gone < run.end:
        acts[to_ms(gone)].append(disk.wipe)
    return acts


def _loading(disk: LocalDisk, pool: Pool, now: int) -> Callable[[], None]:
    """Return the end of the downloads of a node that starts."""

    def load() -> None:
        for item in items_of_pool(pool):
            disk.fetch(item.key, item.size_mib / MIB_PER_GIB, now)

    return load
