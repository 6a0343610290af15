"""What the two zoomable plots of a report draw, pool by pool, cut down to what a page can carry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from simulator.report.figures.pool import story
from simulator.report.looks.palette import MARKS
from simulator.report.shapes.bars import bars
from simulator.report.shapes.curves import curves
from simulator.report.shapes.occupancy import Occupancy
from simulator.report.shapes.pieces import pieces

if TYPE_CHECKING:
    import pandas as pd

    from simulator.results.record.read import Frames

MOST_POOLS: Final = 24
CURVE_ROWS: Final = 6_000
"""Steps of the curves of all pools together."""
MOST_MARKS: Final = 2_000
"""Marks of one kind of all pools together."""
BAR_NODES: Final = 60
"""Nodes that get a row of bars each; more are painted as an image."""
BAR_ATTEMPTS: Final = 8_000
"""Attempts of all pools together that get a bar each."""
IMAGE_BYTES: Final = 600_000
"""Room for the images of all pools together."""
Sizes = tuple[tuple[int, int], ...]
SIZES: Final[Sizes] = (
    (16384, 1000),
    (8192, 2000),
    (4096, 2000),
    (2048, 2000),
    (1536, 2000),
    (1024, 1500),
    (1024, 800),
    (768, 500),
    (512, 300),
    (384, 150),
    (256, 80),
)
"""Columns and most rows of an image, the finest first; the first that has room for every node, or room at all."""


def shown_pools(run: Frames) -> list[str]:
    """Return the pools that the plots can show: all, or those with most node time."""
    pools = run.frame("pools")["pool"].astype(str).tolist()
    if len(pools) <= MOST_POOLS:
        return pools
    ledger = run.frame("ledger")
    time = ledger.groupby(ledger["pool"].astype(str))["time"].sum()
    chosen = set(sorted(pools, key=lambda pool: (-float(time.get(pool, 0.0)), pools.index(pool)))[:MOST_POOLS])
    return [pool for pool in pools if pool in chosen]


def plots(run: Frames, pools: list[str], sizes: Sizes = SIZES) -> list[dict[str, Any]]:
    """Return curves, marks and nodes of each pool; `sizes` are those that an image may have, the finest first."""
    tasks = run.frame("tasks")
    attempts = run.frame("attempts")
    is_small = len(attempts) <= BAR_ATTEMPTS
    slots = dict(zip(run.frame("pools")["pool"].astype(str), run.frame("pools")["slots"], strict=True))
    room = IMAGE_BYTES // max(len(pools), 1)
    made = []
    for pool in pools:
        own = {name: of_pool(run.frame(name), pool) for name in ("nodes", "node_states", "pool_timeline")}
        worked = pieces(of_pool(attempts, pool))
        row = worked["task"].to_numpy(dtype=np.int64)
        details = {name: tasks[name].to_numpy()[row] for name in ("slots", "id")}
        worked = worked.assign(**details, job=np.asarray(tasks["job"].astype(str))[row])
        made.append(
            {
                "id": pool,
                "curves": curves(own["pool_timeline"], run.end, max(CURVE_ROWS // len(pools), 200)),
                "marks": _marks(run, pool, MOST_MARKS // len(pools)),
                "nodes": _nodes(
                    own["nodes"],
                    own["node_states"],
                    worked,
                    int(slots[pool]),
                    run.end,
                    is_small=is_small,
                    sizes=sizes,
                    room=room,
                ),
            }
        )
    return made


def of_pool(frame: pd.DataFrame, pool: str) -> pd.DataFrame:
    """Return a pool's rows."""
    return frame[(frame["pool"] == pool).to_numpy()].reset_index(drop=True)


def _marks(run: Frames, pool: str, most: int) -> dict[str, list[int]]:
    marks = story(run, pool).marks
    return {kind: _thinned(marks[kind], most) for kind in MARKS}


def _thinned(seconds: npt.NDArray[np.float64], most: int) -> list[int]:
    """Return instants in ms, sorted, at most one for each of `most` stretches of time."""
    instants = np.unique(np.round(seconds * 1000).astype(np.int64))
    if len(instants) <= most:
        return [int(value) for value in instants]
    stretch = (instants - instants[0]) * max(most - 1, 1) // max(int(instants[-1] - instants[0]), 1)
    return [int(value) for value in instants[np.append(True, stretch[1:] != stretch[:-1])]]


def _nodes(
    nodes: pd.DataFrame,
    states: pd.DataFrame,
    attempts: pd.DataFrame,
    slots: int,
    end: float,
    *,
    is_small: bool,
    sizes: Sizes,
    room: int,
) -> dict[str, Any] | None:
    """Return bars of a small pool, an image of a large one, None of a pool that never had a node."""
    if not len(nodes):
        return None
    nodes = nodes.sort_values("created", kind="stable").reset_index(drop=True)
    common = {"total": len(nodes), "slots": slots}
    if len(nodes) <= BAR_NODES and is_small:
        names = nodes["node"].astype(str).tolist()
        return {**common, "rows": len(nodes), "together": 1, "names": names, **bars(nodes, states, attempts)}
    occupancy = Occupancy.of(nodes, states, attempts, slots, end)
    for columns, rows in sizes:
        if rows < min(len(nodes), 2000) and columns > 2048:
            continue  # fewer columns show every node
        together = -(-len(nodes) // rows)
        coded = occupancy.encoded(columns, together)
        if sum(map(len, coded)) + 3 * len(coded) <= room:
            break
    names = nodes["node"].astype(str).tolist() if together == 1 else []
    image = {"cells": coded, "keys": occupancy.keys, "columns": columns, "rows": len(coded), "together": together}
    return {**common, **image, "names": names}
