"""When capacity is taken back: the life of a spot VM, and which nodes are hit (`docs/model.md#preemption-models`)."""

import math
from collections.abc import Sequence

from simulator.units import S_PER_HOUR

NEVER_PREEMPTED = "a dedicated node, and only low-priority and spot nodes are preempted"
"""What a node is that no eviction can take."""


def exponential_life(rate_per_hour: float, u: float) -> float:
    """Return a life in seconds under a constant hazard, from a draw `u` in [0, 1); infinite at rate 0."""
    return math.inf if rate_per_hour <= 0 else -math.log1p(-u) / rate_per_hour * S_PER_HOUR


def weibull_life(shape: float, scale: float, u: float) -> float:
    """Return a life in seconds under an ageing hazard; `scale` in seconds, `shape` > 1 ages."""
    return float(scale * (-math.log1p(-u)) ** (1.0 / shape))


def bathtub_life(
    early: tuple[float, float], rate_per_hour: float, late: tuple[float, float], u: Sequence[float]
) -> float:
    """Return a life under three competing risks: early failures, a constant hazard, wear-out."""
    return min(weibull_life(*early, u[0]), exponential_life(rate_per_hour, u[1]), weibull_life(*late, u[2]))


def victims(nodes: Sequence[int], count: int, draws: Sequence[float]) -> list[int]:
    """Return `count` of `nodes`, drawn uniformly, in their order; `draws` has a number in [0, 1) for each node.

    What is drawn is who is taken. That those who are taken at one instant seek their next VM in an order of their own
    is no draw: where all are taken, nothing is.
    """
    ordered = sorted(range(len(nodes)), key=lambda position: (draws[position], position))
    return [nodes[position] for position in sorted(ordered[:count])]


def share(count: int, fraction: float) -> int:
    """Return how many of `count` nodes a capacity event takes: the nearest whole number, halves up."""
    return min(count, math.floor(count * fraction + 0.5))
