"""A pool over time as columns small enough to travel inside a page, with every extreme kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

TASKS: Final = ("queued_tasks", "running_tasks")
RARE: Final = ("preempted_nodes", "deallocated_nodes")
"""Nodes without a VM: shown where there are any."""
NODES: Final = ("target", "current", "usable_nodes", "running_nodes", *RARE)
Ints = npt.NDArray[np.int64]


def curves(timeline: pd.DataFrame, end: float, limit: int) -> dict[str, Any]:
    """Return one pool's steps, at most about `limit` of them: time in ms and, for each series, the value from then on.

    `timeline` is the pool's part of the table of that name. Where there are more changes than room, each stretch of
    time keeps those at which any series is highest, lowest or changes last, so every step shown was there.
    """
    frame = timeline.assign(
        target=timeline["target_dedicated"] + timeline["target_low_priority"],
        current=timeline["current_dedicated"] + timeline["current_low_priority"],
    )
    time = np.round(frame["time"].to_numpy(dtype=np.float64) * 1000).astype(np.int64)
    columns = {name: frame[name].to_numpy(dtype=np.int64) for name in (*TASKS, *NODES)}
    kept = _kept(time, list(columns.values()), limit)
    made = {name: column[kept] for name, column in columns.items()}
    last = round(end * 1000)
    instants = time[kept]
    if len(instants) and instants[-1] < last:  # the last step goes on to the end of the run
        instants = np.append(instants, last)
        made = {name: np.append(column, column[-1]) for name, column in made.items()}
    shown = {name: column.tolist() for name, column in made.items() if name not in RARE or column.any()}
    return {"time": instants.tolist(), "series": shown, "changes": len(time), "kept": len(kept)}


def _kept(time: Ints, columns: list[Ints], limit: int) -> Ints:
    """Choose rows: all, or those that matter in each of equal stretches of time."""
    if len(time) <= limit:
        return np.arange(len(time))
    stretches = max(limit // (2 * len(columns) + 1), 1)
    span = max(int(time[-1] - time[0]), 1)
    stretch = np.minimum((time - time[0]) * stretches // span, stretches - 1)
    first = np.flatnonzero(np.append(True, stretch[1:] != stretch[:-1]))
    last = np.append(first[1:], len(time)) - 1
    chosen = [first[:1], last]
    for column in columns:
        for values in (column, -column):
            # The first row of each stretch at which the series is highest: sorted by stretch, then by value.
            order = np.lexsort((-values, stretch))
            chosen.append(order[first])
    return np.unique(np.concatenate(chosen))


def summary_table(timeline: pd.DataFrame, end: float, rows: int = 24) -> list[tuple[float, float, dict[str, float]]]:
    """Return, for equal stretches of the run, begin, end and the time-weighted mean of every series in them."""
    frame = timeline.assign(
        target=timeline["target_dedicated"] + timeline["target_low_priority"],
        current=timeline["current_dedicated"] + timeline["current_low_priority"],
    )
    if not len(frame) or end <= 0:
        return []
    edges = np.linspace(0.0, end, rows + 1)
    time = frame["time"].to_numpy(dtype=np.float64)
    means: dict[str, list[float]] = {}
    for name in (*TASKS, *NODES):
        values = frame[name].to_numpy(dtype=np.float64)
        area = np.concatenate([[0.0], np.cumsum(values[:-1] * np.diff(time))])
        at = np.searchsorted(time, edges, side="right") - 1
        whole = np.where(at < 0, 0.0, area[at] + values[at] * (edges - time[at]))
        means[name] = (np.diff(whole) / np.diff(edges)).tolist()
    return [
        (float(edges[place]), float(edges[place + 1]), {name: column[place] for name, column in means.items()})
        for place in range(rows)
    ]
