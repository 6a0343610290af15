"""Which node did what when, as an image: one row a node, one column a short stretch of the run.

A cell is what its node did longest in that stretch. A node with a task shows how its attempts ended, whichever took
most slot time, and how many of its slots were taken.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from simulator.report.looks.palette import NODE_STATES, OUTCOMES
from simulator.results.raw.intervals import Union
from simulator.states import NodeState

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

LEVELS: Final = 4
"""Number of shades for the share of taken slots."""
CELLS: Final = 2**20
"""Cells painted at once."""
RUNNING: Final = str(NodeState.RUNNING)
LEAVING: Final = str(NodeState.LEAVINGPOOL)
LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Spans:
    """Intervals of nodes: begin and end in seconds; the weight is a number of slots or 1."""

    node: Ints
    start: Floats
    end: Floats
    weight: Floats

    def where(self, chosen: Flags) -> Spans:
        """Return those that are chosen."""
        return Spans(self.node[chosen], self.start[chosen], self.end[chosen], self.weight[chosen])

    def part(self, first: int, last: int) -> Spans:
        """Return those of the nodes from `first` up to before `last`, counted from there."""
        found = self.where((self.node >= first) & (self.node < last))
        return Spans(found.node - first, found.start, found.end, found.weight)

    def united(self) -> Spans:
        """Return the time with at least one of them, node by node."""
        start, end = (np.round(values * 1000).astype(np.int64) for values in (self.start, self.end))
        union = Union.of(self.node, start, end, int(end.max(initial=0)) + 1)
        return Spans(union.node, union.start / 1000, union.end / 1000, np.ones(len(union.node)))


@dataclass(frozen=True, slots=True)
class Occupancy:
    """What the nodes of one pool did, ready to be painted at any size."""

    count: int
    """Nodes."""
    end: float
    slots: int
    """Of each node."""
    states: dict[str, Spans]
    """By the service's name of the state, those that occurred."""
    work: dict[str, Spans]
    """By outcome, those that occurred; the weight is the number of slots."""
    worked: Spans

    @classmethod
    def of(cls, nodes: pd.DataFrame, states: pd.DataFrame, attempts: pd.DataFrame, slots: int, end: float) -> Occupancy:
        """Take the rows of one pool; `attempts` has a column `slots` beside its own."""
        number = {name: place for place, name in enumerate(nodes["node"].astype(str))}
        state, outcome = (frame.astype(str).to_numpy(dtype=object) for frame in (states["state"], attempts["outcome"]))
        stays = _spans(states, "start", number, np.ones(len(states)))
        work = _spans(attempts, "assigned", number, attempts["slots"].to_numpy(dtype=np.float64))
        return cls(
            len(nodes),
            end,
            slots,
            {name: stays.where(state == name) for name in _ordered({*state, RUNNING}, NODE_STATES)},
            {name: work.where(outcome == name) for name in _ordered(set(outcome), OUTCOMES)},
            work.united(),
        )

    @property
    def keys(self) -> list[str]:
        """What the codes of cells stand for: `absent`, `state:…`, and `outcome:…:…` with the share of taken slots."""
        shares = range(1, LEVELS + 1)
        stays = [f"state:{name}" for name in self.states if name != RUNNING]
        return ["absent", *stays, *(f"outcome:{name}:{share}" for name in self.work for share in shares)]

    def encoded(self, columns: int, together: int = 1) -> list[str]:
        """Return the image as text, painted in strips that need little memory."""
        strip = max(CELLS // columns, 1) * together
        coded: list[str] = []
        for first in range(0, self.count, strip):
            coded += encode(self.part(first, min(first + strip, self.count)).paint(columns, together))
        return coded

    def part(self, first: int, last: int) -> Occupancy:
        """Return the nodes from `first` up to before `last`."""
        states = {name: spans.part(first, last) for name, spans in self.states.items()}
        work = {name: spans.part(first, last) for name, spans in self.work.items()}
        return Occupancy(last - first, self.end, self.slots, states, work, self.worked.part(first, last))

    def paint(self, columns: int, together: int = 1) -> npt.NDArray[np.uint8]:
        """Return the cells, as places in `keys`; `together` nodes share a row that shows what took most time."""
        shape = (-(-self.count // together), columns)
        step = self.end / columns if self.end > 0 else 1.0
        layers = {name: _cover(spans, shape, step, together) for name, spans in self.states.items()}
        running = _cover(self.worked, shape, step, together)
        if LEAVING in layers:
            # A node that drains still works: that time is work, not leaving.
            drained = np.clip(running - layers[RUNNING], 0, None)
            layers[LEAVING] = np.clip(layers[LEAVING] - drained, 0, None)
        del layers[RUNNING]
        stack = np.stack([*layers.values(), running])
        cells = np.where(stack.max(axis=0) > 1e-6, np.argmax(stack, axis=0) + 1, 0)
        if not self.work:
            return cells.astype(np.uint8)
        taken = np.stack([_cover(spans, shape, step, together) for spans in self.work.values()])
        share = taken.sum(axis=0) / np.maximum(running, 1e-9) / max(self.slots, 1)
        level = np.clip(np.ceil(share * LEVELS - 1e-6), 1, LEVELS)
        busy = len(layers) + LEVELS * np.argmax(taken, axis=0) + level
        return np.where(cells == len(layers) + 1, busy, cells).astype(np.uint8)


def _ordered(found: set[str], known: Iterable[str]) -> list[str]:
    """Return names in the order of the palette, unknown ones last."""
    order = [str(name) for name in known]
    return [name for name in order if name in found] + sorted(found - set(order))


def _spans(frame: pd.DataFrame, begin: str, number: dict[str, int], weight: Floats) -> Spans:
    node = np.array([number[str(name)] for name in frame["node"]], dtype=np.int64)
    start, end = (frame[name].to_numpy(dtype=np.float64) for name in (begin, "end"))
    return Spans(node, start, end, weight)


def _cover(spans: Spans, shape: tuple[int, int], step: float, together: int) -> Floats:
    """Return for each cell how much of it the spans cover, in columns times weight."""
    rows, columns = shape
    row = spans.node // together
    begin, finish = np.clip(spans.start / step, 0, columns), np.clip(spans.end / step, 0, columns)
    first = np.minimum(begin.astype(np.int64), columns - 1)
    last = np.minimum(finish.astype(np.int64), columns - 1)
    # A span covers all of the cells after its first and up to its last one: a running sum of what begins and ends.
    # The first is covered from its begin on, the last not beyond its end. One column more takes the right edge.
    width = columns + 1
    size = rows * width
    at_first, at_last = row * width + first, row * width + last
    change = np.bincount(at_first + 1, spans.weight, size) - np.bincount(at_last + 1, spans.weight, size)
    partial = np.bincount(at_first, spans.weight * (first + 1 - begin), size)
    partial -= np.bincount(at_last, spans.weight * (last + 1 - finish), size)
    whole = np.cumsum(change.reshape(rows, width), axis=1) + partial.reshape(rows, width)
    return np.clip(whole[:, :columns], 0.0, None)


def encode(cells: npt.NDArray[np.uint8]) -> list[str]:
    """Write each row as runs: a letter for the code and, from two cells on, their number."""
    return [_runs(row) for row in cells]


def _runs(row: npt.NDArray[np.uint8]) -> str:
    opens = np.flatnonzero(np.append(True, row[1:] != row[:-1]))
    lengths = np.diff(np.append(opens, len(row)))
    runs = zip(row[opens].tolist(), lengths.tolist(), strict=True)
    return "".join(LETTERS[code] + ("" if length == 1 else str(length)) for code, length in runs)
