"""Which node did what when, as bars: every state of a small pool's nodes and every attempt on its slots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from simulator.report.shapes.pieces import lanes_of

if TYPE_CHECKING:
    import pandas as pd


def bars(nodes: pd.DataFrame, states: pd.DataFrame, attempts: pd.DataFrame) -> dict[str, Any]:
    """Return states and attempts of one pool's nodes as columns, times in ms, nodes as rows of `nodes`.

    `attempts` are `pieces`, with the columns `slots`, `id` and `job` of its task beside its own. One on several slots
    has one entry for each.
    """
    number = {name: place for place, name in enumerate(nodes["node"].astype(str))}
    row = np.array([number[str(name)] for name in attempts["node"]], dtype=np.int64)
    begin, end = _seconds(attempts["assigned"]), _seconds(attempts["end"])
    kinds, kind = _coded(states["state"])
    outcomes, outcome = _coded(attempts["outcome"])
    jobs, job = _coded(attempts["job"])
    slots, whole = (attempts[name].to_numpy(dtype=np.int64) for name in ("slots", "attempt"))
    attempt, lane = lanes_of(whole, row, begin, end, slots)
    return {
        "states": {
            "keys": kinds,
            "node": states["node"].astype(str).map(number).tolist(),
            "start": _ms(_seconds(states["start"])),
            "end": _ms(_seconds(states["end"])),
            "key": kind,
        },
        "attempts": {
            "outcomes": outcomes,
            "jobs": jobs,
            "node": row.tolist(),
            "start": _ms(begin),
            "end": _ms(end),
            "outcome": outcome,
            "job": job,
            "task": attempts["id"].astype(str).tolist(),
        },
        "lanes": {"attempt": attempt.tolist(), "lane": lane.tolist()},
    }


def _seconds(column: pd.Series) -> npt.NDArray[np.float64]:
    return column.to_numpy(dtype=np.float64)


def _ms(values: npt.NDArray[np.float64]) -> list[int]:
    return [int(value) for value in np.round(values * 1000)]


def _coded(column: pd.Series) -> tuple[list[str], list[int]]:
    names = list(dict.fromkeys(column.astype(str)))
    place = {name: code for code, name in enumerate(names)}
    return names, [place[name] for name in column.astype(str)]
