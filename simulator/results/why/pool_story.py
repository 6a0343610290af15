"""Why a pool did what it did at an instant: what it wanted, what bound it, which nodes came and went."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from simulator.results.why.evidence import Run, find_pool, rows_of, written
from simulator.results.why.pool_sentences import sentences
from simulator.results.why.quota_figures import quota_of
from simulator.service_codes import RETARGETED, SUCCESS, meaning

if TYPE_CHECKING:
    import pandas as pd

LEAVING: Final = "leavingpool"
PREEMPTED: Final = "preempted"
RECENT: Final = 3600.0
"""Seconds before the instant of which preemptions and operations are listed."""


@dataclass(frozen=True, slots=True)
class PoolStory:
    """A pool at an instant; values are plain, times are seconds since the origin."""

    pool: str
    at: float
    now: dict[str, Any]
    """Targets, current nodes by kind and state, tasks; `exists` says whether the pool is there."""
    evaluation: dict[str, Any] | None
    """The last evaluation of its formula; None where there was none."""
    next_evaluation: float | None
    resize: dict[str, Any] | None
    """The resize under way, else the last one, with the limit that bound it and the nodes that came and went."""
    preemptions: list[dict[str, Any]]
    operations: list[dict[str, Any]]
    sentences: tuple[str, ...]

    def as_json(self, run: Run) -> dict[str, Any]:
        """Return the story as plain values."""
        names = ("pool", "at", "now", "evaluation", "next_evaluation", "resize", "preemptions", "operations")
        return {**{name: getattr(self, name) for name in names}, "time": written(run, self.at), "why": self.sentences}


def explain_pool(run: Run, name: str, at: float) -> PoolStory:
    """Report what the pool `name` did at `at` seconds and why."""
    pool = find_pool(run, name)
    evaluations = _of(run, "evaluations", pool)
    past = evaluations[evaluations["time"] <= at]
    following = evaluations["time"][evaluations["time"] > at]
    facts: dict[str, Any] = {
        "now": _now(run, pool, at),
        "evaluation": _evaluation(past.iloc[-1]) if len(past) else None,
        "next_evaluation": float(following.iloc[0]) if len(following) else None,
        "resize": _resize(run, pool, at),
        "preemptions": _preemptions(run, pool, at),
        "operations": _operations(run, pool, at),
    }
    return PoolStory(pool=pool, at=at, sentences=tuple(sentences(run, at, facts)), **facts)


def _of(run: Run, table: str, pool: str) -> pd.DataFrame:
    frame = run.frame(table)
    return frame[frame["pool"] == pool]


def _now(run: Run, pool: str, at: float) -> dict[str, Any]:
    life = _of(run, "pools", pool).iloc[0]
    timeline = _of(run, "pool_timeline", pool)
    past = timeline[timeline["time"] <= at]
    found: dict[str, Any] = {
        "exists": bool(life["created"] <= at and not life["gone"] <= at),
        "being_deleted": bool(life["deleted"] <= at),
        "deleted": _plain(life["deleted"]) if life["deleted"] <= at else None,
    }
    for name in timeline.columns[2:]:
        found[name] = int(past[name].iloc[-1]) if len(past) else 0
    states = _of(run, "node_states", pool)
    there = states[(states["start"] <= at) & (states["end"] > at)]
    found["disabled"] = int((there["state"].isin(("idle", "running")) & ~there["scheduling"].astype(bool)).sum())
    counts = there["state"].astype(str).value_counts()
    found["states"] = {str(state): int(counts[state]) for state in sorted(counts.index)}
    found["faults"] = _faults(there)
    return found


def _faults(there: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the nodes that are out of order, by state and by why."""
    broken = there[there["why"].notna() & (there["why"] != "")]
    groups = broken.groupby([broken["state"].astype(str), broken["why"].astype(str)], sort=True)["node"]
    return [{"state": state, "why": why, "nodes": [str(node) for node in nodes]} for (state, why), nodes in groups]


def _evaluation(row: pd.Series) -> dict[str, Any]:
    found = {name: _plain(row[name]) for name in ("time", "results", "action", "option", "error", "message", "trace")}
    for kind in ("dedicated", "low_priority"):
        found[f"target_{kind}"] = _plain(row[f"target_{kind}"])
        found[f"raw_{kind}"] = _plain(row[f"raw_{kind}"])
    return found


def _resize(run: Run, pool: str, at: float) -> dict[str, Any] | None:
    """Describe the resize under way at `at`, else the last one; those that were refused are operations."""
    operations = _of(run, "operations", pool)
    refused = {
        (time, str(code)) for time, code in zip(operations["time"], operations["code"], strict=True) if code != SUCCESS
    }
    rows = _of(run, "resizes", pool)
    keys = zip(rows["start"], rows["code"].astype(object), strict=True)
    rows = rows[np.array([(start, str(code)) not in refused for start, code in keys], dtype=bool)]
    rows = rows[rows["start"] <= at]
    if not len(rows):
        return None
    row = rows.iloc[-1]
    end = _plain(row["end"])
    under_way = end is None or end > at
    found = {name: _plain(row[name]) for name in ("start", "end", "option", "code", "message")}
    for kind in ("dedicated", "low_priority"):
        found[kind] = {"from": int(row[f"{kind}_from"]), "to": int(row[f"{kind}_to"]), "at_end": _plain(row[kind])}
    limit = found["code"] if found["code"] not in (None, "", SUCCESS, RETARGETED) else None
    return {
        "under_way": under_way,
        **found,
        "limit": limit,
        "limit_means": (meaning(str(limit)) or found["message"]) if limit else None,
        "quota": quota_of(run, pool, str(limit)) if limit else None,
        **_moved(run, pool, float(row["start"]), run.end if end is None else end),
    }


def _moved(run: Run, pool: str, start: float, end: float) -> dict[str, Any]:
    """Return the nodes that appeared in [start, end], and those chosen to leave with what they did before."""
    nodes = _of(run, "nodes", pool)
    came = nodes[(nodes["created"] >= start) & (nodes["created"] <= end)]
    left = [*_left_through_a_state(run, pool, start, end), *_left_at_once(run, pool, start, end)]
    return {"came": [str(node) for node in came["node"]], "chosen": sorted(left, key=lambda one: float(one["at"]))}


def _left_through_a_state(run: Run, pool: str, start: float, end: float) -> Iterator[dict[str, Any]]:
    """Yield the nodes that began to leave the pool in [start, end]."""
    states = _of(run, "node_states", pool)
    here = _of(run, "attempts", pool)
    leaving = states[(states["state"] == LEAVING) & (states["start"] >= start) & (states["start"] <= end)]
    for row in rows_of(leaving):
        node, at = row["node"], row["start"]
        before = states[(states["node"] == node) & (states["end"] == at) & (states["start"] < at)]
        on_it = here[(here["node"] == node) & (here["assigned"] < at) & (here["end"] >= at)]
        state = str(before["state"].iloc[-1]) if len(before) else "creating"
        yield _chosen(row, at, state, len(on_it), _plain(row["end"]))


def _left_at_once(run: Run, pool: str, start: float, end: float) -> Iterator[dict[str, Any]]:
    """Yield the nodes that were gone in [start, end] without a time of leaving: there was no VM to give back."""
    states = _of(run, "node_states", pool)
    last = states.sort_values("end", kind="stable").drop_duplicates("node", keep="last")
    gone = last[(last["end"] >= start) & (last["end"] <= min(end, run.end)) & (last["state"] == PREEMPTED)]
    for row in rows_of(gone[gone["end"] < run.end]):
        yield _chosen(row, row["end"], str(row["state"]), 0, row["end"])


def _chosen(row: dict[str, Any], at: float, before: str, tasks: int, gone: float | None) -> dict[str, Any]:
    named = {"node": str(row["node"]), "kind": str(row["kind"]), "at": float(at)}
    return {**named, "before": before, "tasks": tasks, "gone": gone}


def _preemptions(run: Run, pool: str, at: float) -> list[dict[str, Any]]:
    """Return the nodes preempted of late, and what became of each: back with a new VM, removed, or still without."""
    states = _of(run, "node_states", pool)
    rows = states[(states["state"] == PREEMPTED) & (states["start"] <= at) & (states["start"] > at - RECENT)]
    again = set(zip(states["node"], states["start"], strict=True))
    found = []
    for row in rows_of(rows):
        end = row["end"] if row["end"] <= at and row["end"] < run.end else None
        back = end if (row["node"], end) in again else None
        removed = end if back is None else None
        found.append({"node": str(row["node"]), "at": row["start"], "back": back, "removed": removed})
    return found


def _operations(run: Run, pool: str, at: float) -> list[dict[str, Any]]:
    rows = _of(run, "operations", pool)
    rows = rows[(rows["time"] <= at) & (rows["time"] > at - RECENT)]
    return [{"at": row["time"], "operation": str(row["operation"]), "code": str(row["code"])} for row in rows_of(rows)]


def _plain(value: Any) -> Any:
    """Turn a cell into a plain value; what is empty becomes None."""
    if value is None or value != value or value == "":  # noqa: PLR0124 - NaN
        return None
    return value.item() if hasattr(value, "item") else value
