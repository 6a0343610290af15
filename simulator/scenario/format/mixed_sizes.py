"""Pools of several sizes (`vmSkuProfile`): which of them the service prefers."""

from collections.abc import Mapping
from typing import Any, Final

from simulator.scenario.format.catalogue import find
from simulator.scenario.format.deployment import get
from simulator.scenario.format.section import fold

MIX: Final = "mix"
"""What such a pool has as `vmSize`, in any case."""


def preferred_size(pool: object) -> str | None:
    """Return the size that a pool of several sizes gets first; None where a body is none of these, or names none."""
    if not isinstance(pool, Mapping) or str(get(pool, "vmSize")).lower() != MIX:
        return None
    sizes = mixed_sizes(pool)
    if not sizes:
        return None
    strategy = fold(str(get(get(pool, "vmSkuProfile"), "allocationStrategy") or "lowestPrice"))
    order = {"prioritized": _rank, "lowestprice": _price}.get(strategy)
    chosen = min(sizes, key=order) if order else sizes[0]
    return str(get(chosen, "name"))


def mixed_sizes(pool: object) -> list[Any]:
    """Return the entries of a pool's `vmSizes`; none where no name stands in each of them."""
    listed = get(get(pool, "vmSkuProfile"), "vmSizes")
    is_readable = isinstance(listed, list | tuple) and all(isinstance(get(one, "name"), str) for one in listed)
    return list(listed) if is_readable else []


def _rank(size: Any) -> float:
    rank = get(size, "rank")
    return float(rank) if isinstance(rank, int) else 0.0


def _price(size: Any) -> float:
    """Return the list price of a size; one without a price comes last."""
    found = find(str(get(size, "name")))
    price = None if found is None else found.dedicated_linux
    return float("inf") if price is None else price
