"""When the nodes of one growth appear, one after the other (behaviour spec §3.2, assumption P55)."""

import math

LOG_RATIO = 140.0
"""63 s for each unit of ln k stand where the linear model has 0.45 s for each node."""


def behind_first(k: int, tail: float, model: str) -> float:
    """Give the seconds by which the k-th further node comes after the first of its order.

    `linear`: `tail` seconds for each node. `log`: proportional to ln of the node's rank, 63 s at the
    default tail of 0.45 s.
    """
    return LOG_RATIO * tail * math.log(k + 1) if model == "log" else k * tail
