"""Low-priority nodes of a past and their evictions, as the trace of evictions that a scenario replays."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from simulator.durations import format_duration
from simulator.history.past import Past
from simulator.scenario.format.run_names import kind_of_node
from simulator.states import NodeKind, NodeState
from simulator.tables.outcomes import Outcome

if TYPE_CHECKING:
    import pandas as pd

LOGS: Final = frozenset({"node-states", "run"})
"""Formats that have every state of their nodes."""
ONE: Final = 30.0
"""Seconds between the end of an attempt and the state of its node, by two clocks, that are one eviction."""


def kind_by_name(pool: str, node: str) -> str:
    """Return which kind of node a name of the service or of a run stands for; nothing where it says none."""
    if node.startswith("tvm"):
        return {"_p": str(NodeKind.LOW_PRIORITY), "_d": str(NodeKind.DEDICATED)}.get(node[-2:], "")
    return str(kind_of_node(pool, node) or "")


def share_of_low(past: Past, pool: str) -> float:
    """Return which share of the nodes that files name in a pool are low-priority ones; a pool without any has none."""
    nodes = past.nodes[past.nodes["pool"] == pool]
    kinds = dict.fromkeys(nodes["node"], "") | dict.fromkeys(past.tasks["node"][past.tasks["pool"] == pool], "")
    kinds |= dict(nodes.loc[nodes["kind"] != "", ["node", "kind"]].itertuples(index=False))
    kinds |= dict.fromkeys(nodes["node"][nodes["state"] == NodeState.PREEMPTED], str(NodeKind.LOW_PRIORITY))
    found = [kind or kind_by_name(pool, str(node)) for node, kind in kinds.items()]
    low, dedicated = found.count(NodeKind.LOW_PRIORITY), found.count(NodeKind.DEDICATED)
    return low / (low + dedicated) if low else 0.0


def evictions(past: Past, pool: str) -> pd.DataFrame:
    """Return the evictions of a pool's nodes: those that states of nodes show, and those that ended attempts."""
    import pandas as pd

    nodes, tasks = past.nodes, past.tasks
    states = nodes[(nodes["pool"] == pool) & (nodes["state"] == NodeState.PREEMPTED)]
    ended = tasks[(tasks["pool"] == pool) & (tasks["outcome"] == Outcome.PREEMPTED) & (tasks["node"] != "")]
    parts = [states.assign(is_state=True), ended.assign(time=ended["end"], is_state=False)]
    found = pd.concat([part[["node", "time", "file", "row", "is_state"]] for part in parts]).dropna(subset=["time"])
    found = found.sort_values(["node", "time"], kind="stable")
    follows = found["node"].eq(found["node"].shift()) & found["time"].diff().le(ONE)
    precedes = follows.shift(-1, fill_value=False) & found["is_state"].shift(-1, fill_value=False)
    return found[found["is_state"] | ~(follows | precedes)].sort_values(["time", "node"], kind="stable")


def trace_of(taken: pd.DataFrame, pool: str) -> list[dict[str, Any]]:
    """Return evictions as a scenario states them: by node where a run can have nodes of these names, else by number."""
    is_named = all(kind_of_node(pool, str(node)) is NodeKind.LOW_PRIORITY for node in taken["node"])
    pairs = zip(np.round(taken["time"].to_numpy(), 3).tolist(), taken["node"], strict=True)
    by_time = [(at, [str(node) for _, node in rows]) for at, rows in groupby(pairs, key=itemgetter(0))]
    return [
        {"at": format_duration(at), **({"nodes": names} if is_named else {"count": len(names)})}
        for at, names in by_time
    ]


def is_logged(past: Past, pool: str) -> bool:
    """Return whether files have every state of a pool's nodes."""
    logs = {one.name for one in past.files if one.format in LOGS}
    return bool(((past.nodes["pool"] == pool) & past.nodes["file"].isin(logs)).any())
