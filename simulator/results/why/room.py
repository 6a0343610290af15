"""How much room the nodes of a pool had for one task, at every change inside a span of time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from simulator.results.why.evidence import Run, rows_of

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
SERVING: Final = ("idle", "running")
TINY: Final = 1e-9
Shut = list[tuple[str, float, float]]
"""Nodes that a task may not use, from when to when."""


@dataclass(frozen=True, slots=True)
class Need:
    """What one instance of a task takes, and how many nodes at once."""

    slots: int
    cores: float
    memory: float
    instances: int
    only_dedicated: bool = False


@dataclass(frozen=True, slots=True)
class Room:
    """Counts of nodes from each instant on, after everything of that instant has been settled."""

    time: Floats
    serving: Ints
    """In service."""
    with_slots: Ints
    """In service with enough free slots for the task."""
    with_cores: Ints
    """Those that also have the cores it asks for."""
    fitting: Ints
    """Those that also have the memory: the task could start there."""
    allowed: Ints
    """Those that are not shut to it."""
    free_slots: Ints
    """Free slots of all nodes in service."""


class PoolRoom:
    """Every change of every node of a pool in [start, end); ask it for the room of one need after another."""

    def __init__(self, run: Run, pool: str, start: float, end: float, shut: Shut | None = None) -> None:
        states = run.frame("node_states")
        mine = states[(states["pool"] == pool) & (states["end"] > start) & (states["start"] < end)]
        columns = ["pool", "node", "task", "assigned", "end"]
        attempts = run.part("attempts", columns, where=[("end", ">", start), ("assigned", "<", end)])
        held = attempts[attempts["pool"] == pool]
        serving = mine[mine["state"].isin(SERVING) & mine["scheduling"].astype(bool)]
        self._changes = _changes(run, serving, held, shut or [])
        self._capacity = _capacity(run, pool)
        self._start, self._end = start, end
        node, time = self._changes["node"], self._changes["time"]
        self._opens = np.append(True, node[1:] != node[:-1]) if len(node) else np.zeros(0, dtype=bool)
        self._instants, self._place = np.unique(np.maximum(time, start), return_inverse=True)

    def for_need(self, need: Need) -> Room:
        """Count the nodes that have room."""
        start, instants = self._start, self._instants
        if not len(instants):
            zero = np.zeros(1, dtype=np.int64)
            return Room(np.array([start]), zero, zero, zero, zero, zero, zero)
        fits = _fits(self._changes, need, self._capacity)
        levels = {name: self._added_up(np.asarray(values, dtype=np.int64)) for name, values in fits.items()}
        inside = instants < self._end
        if instants[0] > start:
            instants, inside = np.append(start, instants), np.append(True, inside)
            levels = {name: np.append(0, level) for name, level in levels.items()}
        return Room(
            time=instants[inside],
            serving=levels["serving"][inside],
            with_slots=levels["slots"][inside],
            with_cores=levels["cores"][inside],
            fitting=levels["fitting"][inside],
            allowed=levels["allowed"][inside],
            free_slots=levels["free"][inside],
        )

    def _added_up(self, value: Ints) -> Ints:
        """Add a count of single nodes up over all nodes."""
        before = np.where(self._opens, 0, np.append(0, value[:-1]))
        return np.cumsum(np.bincount(self._place, value - before, len(self._instants))).astype(np.int64)


def _capacity(run: Run, pool: str) -> tuple[int, float, float]:
    """Return slots, cores and memory of a node of the pool, as far as they limit what is placed there."""
    frame = run.frame("pools")
    row = rows_of(frame[frame["pool"] == pool])[0]
    size = run.scenario.sizes[str(row["vm_size"])]
    cores = math.inf if run.scenario.options.cpu_slowdown else float(size.vcpus)
    memory = math.inf if run.scenario.options.memory_is_only_reported else float(size.memory_gib)
    return int(row["slots"]), cores, memory


def _changes(run: Run, serving: pd.DataFrame, held: pd.DataFrame, shut: Shut) -> dict[str, Any]:
    """Return each node's condition after each of its changes: node, time, in service, and what is taken of it."""
    tasks = run.part("tasks", ["slots", "cores", "memory"])
    task = held["task"].to_numpy()
    needs = [tasks[name].to_numpy(dtype=np.float64)[task] for name in ("slots", "cores", "memory")]
    closed = [(node, start, min(end, run.end)) for node, start, end in shut if start < run.end]
    first, second, third = _numbered(serving["node"], held["node"], [node for node, _, _ in closed])
    none, free, open_ = (np.zeros(len(part)) for part in (first, second, third))
    ones, bars = np.ones(len(first)), np.ones(len(third))
    times = [np.array([row[place] for row in closed], dtype=np.float64) for place in (1, 2)]
    parts: dict[str, list[Any]] = {
        "node": [first, first, second, second, third, third],
        "time": [serving["start"], serving["end"], held["assigned"], held["end"], *times],
        "serving": [ones, -ones, free, free, open_, open_],
        "shut": [none, none, free, free, bars, -bars],
    }
    for name, need in zip(("slots", "cores", "memory"), needs, strict=True):
        parts[name] = [none, none, need, -need, open_, open_]
    columns = {name: np.concatenate([np.asarray(part) for part in values]) for name, values in parts.items()}
    order = np.lexsort((columns["time"], columns["node"]))
    columns = {name: values[order] for name, values in columns.items()}
    return _levels(columns)


def _numbered(one: pd.Series, other: pd.Series, names: list[str]) -> list[Ints]:
    """Return the numbers of nodes, in order of their names, in two columns of categories and a list."""
    known = sorted({*map(str, one.cat.categories), *map(str, other.cat.categories), *names})
    number = {name: place for place, name in enumerate(known)}
    columns = [
        np.array([number[str(name)] for name in column.cat.categories], dtype=np.int64) for column in (one, other)
    ]
    found = [numbers[column.cat.codes.to_numpy()] for numbers, column in zip(columns, (one, other), strict=True)]
    return [*found, np.array([number[name] for name in names], dtype=np.int64)]


def _levels(columns: dict[str, Any]) -> dict[str, Any]:
    """Add changes up along each node, and keep the last one of each instant."""
    node, time = columns["node"], columns["time"]
    if not len(node):
        return columns
    last = np.append((node[1:] != node[:-1]) | (time[1:] != time[:-1]), True)
    opens = np.append(True, node[1:] != node[:-1])
    found: dict[str, Any] = {"node": node[last], "time": time[last]}
    begin = np.flatnonzero(opens)
    for name in ("serving", "slots", "cores", "memory", "shut"):
        total = np.cumsum(columns[name])
        base = np.where(begin > 0, total[begin - 1], 0.0)
        lengths = np.diff(np.append(begin, len(node)))
        found[name] = (total - np.repeat(base, lengths))[last]
    return found


def _fits(changes: dict[str, Any], need: Need, capacity: tuple[int, float, float]) -> dict[str, Any]:
    slots, cores, memory = capacity
    serving = changes["serving"] > 0.5
    free = np.where(serving, slots - changes["slots"], 0)
    enough = serving & (free >= need.slots)
    if need.instances > 1:
        enough &= changes["slots"] < 0.5  # each instance wants a node of its own
    with_cores = enough & (cores - changes["cores"] >= need.cores - TINY)
    fitting = with_cores & (memory - changes["memory"] >= need.memory - TINY)
    allowed = fitting & (changes["shut"] < 0.5)
    found = {"serving": serving, "slots": enough, "cores": with_cores, "fitting": fitting}
    return {**found, "allowed": allowed, "free": free}
