"""What a pool had and wanted at given instants: nodes by state, targets, the resize in force and what bound it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from simulator.results.why.evidence import Run
from simulator.service_codes import RETARGETED, SUCCESS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

TARGETS: Final = ("pool", "time", "target_dedicated", "target_low_priority")
"""The columns of a pool's timeline with its targets; it has a row for each change of anything."""
BOOTING: Final = ("creating", "starting", "waitingforstarttask")
BROKEN: Final = ("unusable", "starttaskfailed", "unknown")
STOPPED: Final = ("deallocating", "deallocated")
RESTARTING: Final = ("rebooting", "reimaging", "upgradingos")
LEAVING: Final = ("leavingpool",)
DISABLED: Final = ("offline",)


@dataclass(frozen=True, slots=True)
class Supply:
    """The pool at each instant of `time`, after everything of that instant."""

    time: Floats
    exists: Bools
    deleted: Bools
    """Whether somebody has deleted it: it is going, or gone."""
    target: Ints
    current: Ints
    booting: Ints
    broken: Ints
    restarting: Ints
    disabled: Ints
    leaving: Ints
    preempted: Ints
    deallocated: Ints
    resizing: Bools
    limit: npt.NDArray[np.object_]
    """Code of the last resize that ended, where it fell short and the pool is still below its target; else empty."""
    evaluated: Floats
    """The next evaluation of the pool's formula; infinite where there is none."""
    asked: Ints
    """The nodes that this evaluation asks for; 0 where there is none, or where it fails."""

    @property
    def away(self) -> Ints:
        """Nodes that are there and take no new tasks for a while."""
        return np.asarray(self.restarting + self.disabled + self.leaving)


def instants_of(run: Run, pool: str, start: float, end: float) -> Floats:
    """Return every instant in [start, end) at which the supply of a pool changed."""
    states, resizes = _of(run, "node_states", pool), _of(run, "resizes", pool)
    timeline, pools = _of(run, "pool_timeline", pool, TARGETS), _of(run, "pools", pool)
    columns: list[Any] = [states["start"], states["end"], resizes["start"], resizes["end"]]
    columns += [_target_changes(timeline), pools["created"], pools["deleted"], _of(run, "evaluations", pool)["time"]]
    found = np.unique(np.concatenate([np.asarray(column, dtype=np.float64) for column in columns]))
    return np.unique(np.append(start, found[(found > start) & (found < end)]))


def _target_changes(timeline: pd.DataFrame) -> Floats:
    target = (timeline["target_dedicated"] + timeline["target_low_priority"]).to_numpy()
    changed = np.append(True, target[1:] != target[:-1]) if len(target) else np.zeros(0, dtype=bool)
    time: Floats = timeline["time"].to_numpy(dtype=np.float64)
    found: Floats = time[changed]
    return found


def supply_of(run: Run, pool: str, time: Floats) -> Supply:
    """Look the pool up at given instants, ascending."""
    states, resizes = _of(run, "node_states", pool), _of(run, "resizes", pool)
    timeline, lives = _of(run, "pool_timeline", pool, TARGETS), _of(run, "pools", pool)
    target = (timeline["target_dedicated"] + timeline["target_low_priority"]).to_numpy(dtype=np.int64)
    created, deleted = float(lives["created"].iloc[0]), float(lives["deleted"].iloc[0])
    is_deleted = time >= deleted
    exists = (time >= created) & ~is_deleted
    current = _count(states, time)
    wanted = _level(timeline["time"].to_numpy(), target, time)
    resizing, limit = _resizes(resizes, time)
    limit[(current >= wanted) | ~exists] = ""
    evaluated, asked = _next_evaluation(_of(run, "evaluations", pool), time)
    return Supply(
        time=time,
        exists=exists,
        deleted=is_deleted,
        target=wanted,
        current=current,
        booting=_count(states[states["state"].isin(BOOTING)], time),
        broken=_count(states[states["state"].isin(BROKEN)], time),
        restarting=_count(states[states["state"].isin(RESTARTING)], time),
        disabled=_count(states[states["state"].isin(DISABLED) | _closed(states)], time),
        leaving=_count(states[states["state"].isin(LEAVING)], time),
        preempted=_count(states[states["state"] == "preempted"], time),
        deallocated=_count(states[states["state"].isin(STOPPED)], time),
        resizing=resizing,
        limit=limit,
        evaluated=evaluated,
        asked=asked,
    )


def _next_evaluation(rows: pd.DataFrame, time: Floats) -> tuple[Floats, Ints]:
    """Return when the pool's formula is next evaluated after each instant, and how many nodes it asks for then."""
    at = np.append(rows["time"].to_numpy(dtype=np.float64), np.inf)
    wants = (rows["target_dedicated"] + rows["target_low_priority"]).to_numpy(dtype=np.float64)
    asked = np.append(np.where(rows["error"].isna(), wants, 0), 0).astype(np.int64)
    place = np.searchsorted(at, time, side="right")
    return at[place], asked[place]


def _closed(states: pd.DataFrame) -> pd.Series:
    """Return which states are of nodes that work and take no new tasks."""
    return states["state"].isin(("idle", "running")) & ~states["scheduling"].astype(bool)


def _of(run: Run, table: str, pool: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
    frame = run.part(table, columns)
    return frame[frame["pool"] == pool]


def _count(rows: pd.DataFrame, time: Floats) -> Ints:
    """Count the rows whose [start, end) holds each instant."""
    came = np.searchsorted(np.sort(rows["start"].to_numpy()), time, side="right")
    went = np.searchsorted(np.sort(rows["end"].to_numpy()), time, side="right")
    return (came - went).astype(np.int64)


def _level(since: Floats, value: Ints, time: Floats) -> Ints:
    """Return the value in force at each instant, 0 before the first."""
    place = np.searchsorted(since, time, side="right") - 1
    return np.where(place >= 0, value[np.maximum(place, 0)] if len(value) else 0, 0).astype(np.int64)


def _resizes(rows: pd.DataFrame, time: Floats) -> tuple[Bools, npt.NDArray[np.object_]]:
    """Return when a resize was under way, and what the last one that ended fell short of."""
    start = rows["start"].to_numpy()
    end = rows["end"].fillna(np.inf).to_numpy()
    code = rows["code"].astype(object).fillna("").to_numpy()
    resizing = (np.searchsorted(np.sort(start), time, side="right") - _ended(end, time)) > 0
    done = np.isfinite(end) & (code != RETARGETED)
    order = np.argsort(end[done], kind="stable")
    ends, codes = end[done][order], code[done][order]
    place = np.searchsorted(ends, time, side="right") - 1
    limit = np.full(len(time), "", dtype=object)
    known = place >= 0
    limit[known] = codes[place[known]]
    limit[(limit == SUCCESS) | resizing] = ""
    return resizing, limit


def _ended(end: Floats, time: Floats) -> Ints:
    return np.searchsorted(np.sort(end), time, side="right")
