"""How many nodes there were, at most and on average, in all and by what is paid for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from simulator.results.answer.answer import Levels
from simulator.results.answer.usage import share
from simulator.states import PriceKind

if TYPE_CHECKING:
    from simulator.results.record.recording import Recording

Ints = npt.NDArray[np.int64]


def levels(recording: Recording) -> Levels:
    """Return how many nodes existed, of all kinds."""
    return _levels(recording, np.ones(len(recording.billed.node), dtype=bool))


def levels_by_kind(recording: Recording) -> dict[str, Levels]:
    """Return how many nodes existed of each kind that there was."""
    control, paid_as = recording.billed, _price_kinds(recording)
    return {
        str(kind): _levels(recording, paid_as[control.node] == code)
        for code, kind in enumerate(PriceKind)
        if (paid_as == code).any()
    }


def pools_without(recording: Recording) -> dict[str, int]:
    """Return the pools that never had a node, and the most that they asked for."""
    recorder = recording.raw.recorder
    served = {node.pool for node in recorder.nodes}
    asked: dict[str, int] = {}
    for pool, _, dedicated, low_priority in recorder.targets:
        if pool not in served and dedicated + low_priority:
            name = recording.raw.pools[pool].id
            asked[name] = max(asked.get(name, 0), dedicated + low_priority)
    return asked


def _price_kinds(recording: Recording) -> Ints:
    """Return what each node is paid as, as its place in `PriceKind`."""
    control = recording.control
    return recording.tariff.paid_as[control.node_pool, control.node_kind]


def _levels(recording: Recording, rows: npt.NDArray[np.bool_]) -> Levels:
    """Count nodes that exist; the mean is taken from the first node's creation to the last node's end or the bill's."""
    control = recording.billed
    start, end = control.start[rows], control.end[rows]
    if not len(start):
        return Levels(peak=0, mean=0.0)
    instants = np.concatenate([start, end])
    steps = np.concatenate([np.ones(len(start), np.int64), -np.ones(len(end), np.int64)])
    order = np.lexsort((steps, instants))
    span = int(control.end.max() - control.start.min())
    mean = share(float((end - start).sum()), float(span))
    return Levels(peak=int(np.cumsum(steps[order]).max()), mean=mean or 0.0)
