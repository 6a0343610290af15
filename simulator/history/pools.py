"""The pools of a scenario that replays a past: as files describe them, and assumed where they do not."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from simulator.history.evictions import evictions, is_logged, share_of_low, trace_of
from simulator.history.past import Past
from simulator.history.replay import Replay, legal_ids
from simulator.scenario.format.catalogue import find

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]
IMAGE: Final = {
    "imageReference": {"publisher": "canonical", "offer": "0001-com-ubuntu-server-jammy", "sku": "22_04-lts"},
    "nodeAgentSKUId": "batch.node.ubuntu 22.04",
}
SLOTS_PER_CORE: Final = 4
"""The service allows no more."""
LADDER: Final = tuple(f"Standard_D{cores}_v3" for cores in (2, 4, 8, 16, 32, 64))
"""Sizes of which the smallest that holds every task is assumed where no file states one."""


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody states of the pools, before what the files say."""

    size: str | None = None
    nodes: int | None = None
    slots: int | None = None


def pool_bodies(past: Past, replay: Replay, given: Given) -> list[dict[str, Any]]:
    """Return a body for each pool of the tasks that are replayed."""
    by_id = {legal_ids([name])[0]: name for name in (*past.bodies, *past.pools["pool"], *past.nodes["pool"]) if name}
    return [
        _Pool(past, tasks, str(name), by_id.get(str(name), str(name)), given).body()
        for name, tasks in replay.tasks.groupby("scenario_pool", sort=False)
    ]


class _Pool:
    """One pool, and the tasks that it ran."""

    def __init__(self, past: Past, tasks: pd.DataFrame, name: str, own: str, given: Given) -> None:
        self._past = past
        self._tasks = tasks
        self._name = name
        self._own = own
        self._given = given
        self._stated = past.bodies.get(own, {})

    def body(self) -> dict[str, Any]:
        """Return the body: what is given, else what is stated, else what is assumed and noted."""
        size = self._size()
        slots = self._slots(size)
        body = {
            "id": self._name,
            "vmSize": size,
            "virtualMachineConfiguration": self._image(),
            "taskSlotsPerNode": slots,
        }
        rest = {key: value for key, value in self._stated.items() if key not in body}
        if self._given.nodes is not None or not (rest.keys() & {"targetDedicatedNodes", "autoScaleFormula"}):
            scaled = ("target", "enableAutoScale", "autoScale")
            rest = {key: value for key, value in rest.items() if not key.startswith(scaled)}
            rest |= self._targets(size, slots)
        if bool((self._tasks["instances"].fillna(1) > 1).any()):
            rest["enableInterNodeCommunication"] = True
            body["taskSlotsPerNode"] = 1 if self._given.slots is None else self._given.slots
        return body | rest | self._preemption(rest)

    def _note(self, cause: str, detail: str) -> None:
        self._past.ledger.note(cause, f"pool {self._name}", count=1, detail=detail)

    def _last(self, frame: pd.DataFrame, column: str) -> Any:
        """Return the last value that a table has for the pool; None where it has none."""
        rows = frame[frame["pool"] == self._own]
        known = rows[column].replace("", np.nan).dropna()
        return known.iloc[-1] if len(known) else None

    def _size(self) -> str:
        stated = (
            self._stated.get("vmSize") or self._last(self._past.pools, "size") or self._last(self._past.nodes, "size")
        )
        if self._given.size is not None:
            return self._given.size
        if stated is not None:
            return str(stated)
        cores = float(self._tasks["cores"].max()) if self._tasks["cores"].notna().any() else 0.0
        memory = float(self._tasks["memory"].max()) if self._tasks["memory"].notna().any() else 0.0
        slots = self._given.slots or self._stated_slots() or self._most_slots()
        fits = (
            name
            for name in LADDER
            if (size := find(name)) and size.vcpus >= max(cores, slots / SLOTS_PER_CORE) and size.memory_gib >= memory
        )
        assumed = next(fits, LADDER[-1])
        self._note("pool_size", assumed)
        return assumed

    def _slots(self, size: str) -> int:
        """Return the slots of a node; where tasks state cores, as many as a node has cores, so that cores bind."""
        if self._given.slots is not None:
            return self._given.slots
        stated = self._stated_slots()
        if stated is not None:
            return stated
        most = self._most_slots()
        known = find(size)
        if bool(self._tasks["cores"].notna().any()) and known is not None:
            most = max(most, int(known.vcpus))
        self._note("pool_slots", str(most))
        return most

    def _stated_slots(self) -> int | None:
        stated = self._stated.get("taskSlotsPerNode") or self._last(self._past.pools, "slots")
        return None if stated is None or math.isnan(float(stated)) else int(stated)

    def _most_slots(self) -> int:
        return int(self._tasks["slots"].fillna(1).max())

    def _image(self) -> dict[str, Any]:
        stated = self._stated.get("virtualMachineConfiguration")
        if stated is None:
            self._note("image", "Ubuntu 22.04")
            return IMAGE
        return dict(stated)

    def _targets(self, size: str, slots: int) -> dict[str, int]:
        """Return how many nodes the pool asks for: as given or stated, else as many as ran at once, kinds as seen."""
        stated = [int(self._last(self._past.pools, name) or 0) for name in ("target_dedicated", "target_low_priority")]
        if self._given.nodes is None and any(one > 0 for one in stated):
            return self._asked(*stated)
        nodes = self._given.nodes
        if nodes is None:
            nodes = max(1, math.ceil(self._peak(size, slots)))
            self._note("pool_nodes", str(nodes))
        low = math.ceil(nodes * share_of_low(self._past, self._own))
        if low:
            self._note("low_nodes", f"{low} of {nodes}")
        return self._asked(nodes - low, low)

    def _asked(self, dedicated: int, low: int) -> dict[str, int]:
        return {"targetDedicatedNodes": dedicated, **({"targetLowPriorityNodes": low} if low > 0 else {})}

    def _preemption(self, scale: Mapping[str, Any]) -> dict[str, Any]:
        """Return how nodes are taken back: at the instants at which they were, where files show that."""
        taken = evictions(self._past, self._own)
        has_low = "LowPriority" in str(scale.get("autoScaleFormula")) or bool(scale.get("targetLowPriorityNodes"))
        if taken.empty:
            if not has_low or not is_logged(self._past, self._own):
                return {}
            self._note("no_evictions", "preemption: {model: none}")
            return {"simulation": {"preemption": {"model": "none"}}}
        self._past.ledger.note_tasks("evictions" if has_low else "stray_evictions", taken)
        if not has_low:
            return {}
        return {"simulation": {"preemption": {"model": "trace", "evictions": trace_of(taken, self._name)}}}

    def _peak(self, size: str, slots: int) -> float:
        """Return how many nodes the tasks that ran at once would fill."""
        tasks = self._tasks
        share = tasks["slots"].fillna(1).to_numpy() / slots
        known = find(size)
        if known is not None and tasks["cores"].notna().any():
            share = np.maximum(share, tasks["cores"].fillna(0).to_numpy() / known.vcpus)
        if known is not None and tasks["memory"].notna().any():
            share = np.maximum(share, tasks["memory"].fillna(0).to_numpy() / known.memory_gib)
        start, end = tasks["start"].to_numpy(dtype=np.float64), tasks["end"].to_numpy(dtype=np.float64)
        start = np.where(np.isnan(start), tasks["created"].to_numpy(), start)
        end = np.where(np.isnan(end), start + tasks["duration"].to_numpy(), end)
        return peak(start, end, share * tasks["instances"].fillna(1).to_numpy())


def peak(start: Floats, end: Floats, weight: Floats) -> float:
    """Return the largest sum of weights of spans that hold at one instant; what ends does not meet what then starts."""
    times = np.concatenate([end, start])
    steps = np.concatenate([-weight, weight])
    order = np.lexsort((steps, times))
    return float(np.cumsum(steps[order]).max(initial=0.0))
