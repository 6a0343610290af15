"""Worst cases of list scheduling and of packing, as instances with known ends.

R. L. Graham, Bounds on multiprocessing timing anomalies (1969); D. S. Johnson and others, Worst-case performance
bounds for simple one-dimensional packing algorithms (1974).
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Instance:
    """Tasks in list order, on machines, and when the last one ends."""

    name: str
    lengths: tuple[int, ...]
    machines: int
    end: int
    follows: tuple[tuple[int, int], ...] = ()
    """Pairs (before, after) of positions in `lengths`, from 0."""


def list_bound(machines: int) -> Instance:
    """Return m(m − 1) tasks of 1, then one of m: ends at 2m − 1 where m would do."""
    lengths = (1,) * (machines * (machines - 1)) + (machines,)
    return Instance(f"list bound 2 − 1/m, m = {machines}", lengths, machines, 2 * machines - 1)


def longest_first_bound(machines: int) -> Instance:
    """Return 2m − 1 … m + 1 twice and three of m, longest first: ends at 4m − 1 where 3m would do."""
    pairs = [size for size in range(2 * machines - 1, machines, -1) for _ in range(2)]
    lengths = (*pairs, machines, machines, machines)
    return Instance(f"longest first 4/3 − 1/(3m), m = {machines}", lengths, machines, 4 * machines - 1)


def _anomaly(name: str, end: int, lengths: dict[int, int], machines: int, follows: dict[int, list[int]]) -> Instance:
    order = list(lengths)
    pairs = [(order.index(before), order.index(after)) for before in follows for after in follows[before]]
    return Instance(name, tuple(lengths.values()), machines, end, tuple(pairs))


_LENGTHS: Final = {1: 3, 2: 2, 3: 2, 4: 2, 5: 4, 6: 4, 7: 4, 8: 4, 9: 9}
_FOLLOWS: Final = {1: [9], 4: [5, 6, 7, 8]}
ANOMALIES: Final = (
    _anomaly("anomaly: as it is", 12, _LENGTHS, 3, _FOLLOWS),
    _anomaly("anomaly: a fourth machine", 15, _LENGTHS, 4, _FOLLOWS),
    _anomaly("anomaly: every task shorter", 13, {task: length - 1 for task, length in _LENGTHS.items()}, 3, _FOLLOWS),
    _anomaly("anomaly: two dependencies fewer", 16, _LENGTHS, 3, {1: [9], 4: [7, 8]}),
    _anomaly("anomaly: another list", 14, {task: _LENGTHS[task] for task in (1, 2, 4, 5, 6, 3, 9, 7, 8)}, 3, _FOLLOWS),
)
"""More machines, shorter tasks, fewer dependencies: each ends later."""


def fit_bound(optimum: int) -> float:
    """Return how many bins First Fit and Best Fit use at most."""
    return 1.7 * optimum


def decreasing_bound(optimum: int) -> float:
    """Return how many bins they use at most where the largest item comes first."""
    return 11 / 9 * optimum + 6 / 9
