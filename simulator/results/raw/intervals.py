"""Unions of intervals on many nodes at once, in NumPy: the arithmetic under node states, ledger and timeline."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Union:
    """Disjoint intervals by node and time; an instant `t` of node `n` has the key `n * stride + t`."""

    stride: int
    starts: Ints
    """Keys, ascending."""
    ends: Ints
    before: Ints
    """Total length of the intervals before each one."""

    @classmethod
    def of(cls, node: npt.NDArray[np.signedinteger[Any]], start: Ints, end: Ints, stride: int) -> "Union":
        """Unite intervals [start, end) node by node; every instant must be below `stride`."""
        last = np.multiply(node, stride, dtype=np.int64)
        first = last + start
        last += end
        first.sort()
        last.sort()
        # The k-th interval opens a new one if all k before it have ended: then the k-th smallest end lies before it.
        opens = np.ones(len(first), dtype=bool)
        opens[1:] = first[1:] > last[:-1]
        begin = np.flatnonzero(opens)
        starts = first[begin]
        ends = last[np.append(begin[1:], len(first)) - 1] if len(begin) else last
        lengths = ends - starts
        return cls(stride, starts, ends, np.cumsum(lengths) - lengths)

    def joined(self, other: "Union") -> "Union":
        """Unite these intervals with those of another union on the same nodes."""
        node = np.concatenate([self.node, other.node])
        start = np.concatenate([self.start, other.start])
        return Union.of(node, start, np.concatenate([self.end, other.end]), self.stride)

    def measure(self, node: Ints, start: Ints, end: Ints) -> Ints:
        """Return the covered length inside [start, end) of `node`, element by element."""
        return self._until(node * self.stride + end) - self._until(node * self.stride + start)

    def _until(self, key: Ints) -> Ints:
        index = np.searchsorted(self.starts, key, side="left") - 1
        if not len(self.starts):
            return np.zeros(len(key), dtype=np.int64)
        inside = np.clip(key, self.starts[index], self.ends[index]) - self.starts[index]
        return np.where(index < 0, 0, self.before[index] + inside)

    def span(self, nodes: int) -> tuple[Ints, Ints]:
        """Return for each node when its first interval starts and when its last one ends; -1 where there is none."""
        bounds = np.searchsorted(self.starts, np.arange(nodes + 1) * self.stride)
        any_there = bounds[:-1] < bounds[1:]
        first, last = np.full(nodes, -1, dtype=np.int64), np.full(nodes, -1, dtype=np.int64)
        first[any_there] = self.start[bounds[:-1][any_there]]
        last[any_there] = self.end[bounds[1:][any_there] - 1]
        return first, last

    @property
    def node(self) -> Ints:
        return self.starts // self.stride

    @property
    def start(self) -> Ints:
        return self.starts % self.stride

    @property
    def end(self) -> Ints:
        return self.ends - self.node * self.stride
