"""Why a task that could run had no room: the reasons over a span of time."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from simulator.results.why.causes import CAUSES, PASSED, Cause, Numbers, Sight, causes_of
from simulator.results.why.evidence import Run, pool_body
from simulator.results.why.job_reasons import Priorities, at_limit
from simulator.results.why.placement_rules import kept_for_gang, shut_to, takes_dedicated_only, without_manager
from simulator.results.why.pool_supply import instants_of, supply_of
from simulator.results.why.reasons import Reason, Unfinished
from simulator.results.why.room import Need, PoolRoom, Room
from simulator.scenario.checks.never_runs import reach_of

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Wait:
    """One interval with one reason; seconds since the origin."""

    start: float
    end: float
    reason: Reason
    detail: str


def need_of(run: Run, task: pd.Series) -> Need:
    """Return what one instance of a task takes."""
    amounts = int(task["slots"]), float(task["cores"]), float(task["memory"])
    return Need(*amounts, int(task["instances"]), takes_dedicated_only(run, task.to_dict()))


def never_fits(run: Run, task: pd.Series) -> str:
    """Report why no node of the task's pool can ever take it; empty if one can."""
    need = need_of(run, task)
    if task["unfinished_why"] in (Unfinished.TOO_MANY_NODES, Unfinished.NEEDS_DEDICATED):
        return f"{task['unfinished_why']}{_reach(run, task, need)}"
    pool = run.frame("pools").set_index("pool").loc[task["pool"]]
    size = run.scenario.sizes[str(pool["vm_size"])]
    options = run.scenario.options
    for amount, room, what in (
        (need.slots, int(pool["slots"]), "task slots"),
        (need.cores, math.inf if options.cpu_slowdown else float(size.vcpus), "cores"),
        (need.memory, math.inf if options.memory_is_only_reported else float(size.memory_gib), "GiB of memory"),
    ):
        if amount > room:
            return f"needs {amount:g} {what}, a node of pool {task['pool']} has {room:g}"
    described = pool_body(run, str(task["pool"]))
    if need.instances > 1 and described is not None and not described.enable_inter_node_communication:
        return f"needs {need.instances} nodes at once, pool {task['pool']} has no communication between nodes"
    if need.instances > 1 and max(need.slots, int(pool["slots"])) > 1:
        slots = f"pool {task['pool']} has {pool['slots']} slots a node, the task takes {need.slots}"
        return f"needs {need.instances} nodes at once and one slot of each; {slots}"
    return ""


def _reach(run: Run, task: pd.Series, need: Need) -> str:
    """Return how many nodes a task needs and how many its pool can have; empty where one would do."""
    body = pool_body(run, str(task["pool"]))
    if need.instances <= 1 or body is None:
        return ""
    only_dedicated = run.scenario.options.gang_node_types == "dedicated"
    kind = "dedicated nodes" if only_dedicated else "nodes"
    most = reach_of(run.scenario, body).most(only_dedicated=only_dedicated)
    return f": {need.instances:,} {kind}, and pool {task['pool']} can have {most:g}"


def reasons_of(run: Run, task: pd.Series, start: float, end: float) -> list[Wait]:
    """Label [start, end) and join what has the same reason."""
    pool, need, row = str(task["pool"]), need_of(run, task), task.to_dict()
    room = PoolRoom(run, pool, start, end, shut_to(run, row, need)).for_need(need)
    times = np.unique(np.concatenate([room.time, instants_of(run, pool, start, end), _starts(run, row, start, end)]))
    room = _at(room, times)
    supply = supply_of(run, pool, times)
    limited, unled, kept = at_limit(run, row, times), without_manager(run, row, times), kept_for_gang(run, row, times)
    causes = causes_of(Sight(room, supply, need, limited, unled, kept))
    edges = np.append(times, end)
    cuts = np.flatnonzero(np.append(True, causes[1:] != causes[:-1]))
    stops = np.append(cuts[1:], len(causes))
    served = _Served.of(run, task)
    found = []
    for first, stop in zip(cuts.tolist(), stops.tolist(), strict=True):
        numbers = Numbers(room, supply, need, slice(first, stop))
        found.append(_wait(CAUSES[causes[first]], float(edges[first]), float(edges[stop]), numbers, served))
    return found


def _starts(run: Run, task: Mapping[Any, Any], start: float, end: float) -> npt.NDArray[np.float64]:
    """Return the instants in [start, end) at which a multi-instance task of the pool was added."""
    tasks = run.part("tasks", ["pool", "submit"], where=[("instances", ">", 1)])
    gangs: npt.NDArray[np.float64] = tasks[tasks["pool"] == task["pool"]]["submit"].to_numpy(dtype=np.float64)
    return np.asarray(gangs[(gangs > start) & (gangs < end)])


def _at(room: Room, times: npt.NDArray[np.float64]) -> Room:
    """Return the room at other instants."""
    place = np.maximum(np.searchsorted(room.time, times, side="right") - 1, 0)
    counts = {
        name: getattr(room, name)[place]
        for name in ("serving", "with_slots", "with_cores", "fitting", "allowed", "free_slots")
    }
    return Room(time=times, **counts)


@dataclass(frozen=True, slots=True)
class _Served:
    """Who was given a node of the pool when, seen from one task."""

    assigned: npt.NDArray[np.float64]
    priority: npt.NDArray[np.int64]
    own: str
    priorities: Priorities
    is_own_job: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, run: Run, task: pd.Series) -> _Served:
        attempts = run.part("attempts", ["pool", "task", "assigned"], where=[("instance", "==", 0)])
        rows = attempts[attempts["pool"] == task["pool"]]
        jobs = run.part("tasks", ["job"])["job"].cat
        names, codes = jobs.categories, jobs.codes.to_numpy()[rows["task"].to_numpy()]
        priorities, assigned = Priorities(run), rows["assigned"].to_numpy(dtype=np.float64)
        priority = np.zeros(len(codes), dtype=np.int64)
        for code in np.unique(codes).tolist():
            priority[codes == code] = priorities.of(str(names[code]), assigned[codes == code])
        return cls(
            assigned=assigned,
            priority=priority,
            own=str(task["job"]),
            priorities=priorities,
            is_own_job=np.asarray(codes == names.get_loc(task["job"])),
        )

    def between(self, start: float, end: float) -> tuple[int, int, int]:
        """Count the tasks placed in [start, end): of higher priority, of the same job, of others."""
        there = (self.assigned >= start) & (self.assigned < end)
        higher = there & (self.priority > self.priorities.of(self.own, self.assigned))
        own = there & self.is_own_job
        return int(higher.sum()), int(own.sum()), int((there & ~higher & ~own).sum())


def _wait(cause: Cause, start: float, end: float, numbers: Numbers, served: _Served) -> Wait:
    higher, own, others = served.between(start, end)
    if cause.reason is Reason.NO_SLOT and higher:
        cause = PASSED
    detail = cause.describe(numbers)
    if cause.names_served:
        parts = [
            f"{count:,} {what}"
            for count, what in ((higher, "of higher priority"), (own, "of its own job"), (others, "of other jobs"))
            if count
        ]
        detail += f"; placed meanwhile: {', '.join(parts)}" if parts else ""
    return Wait(start, end, cause.reason, detail)
