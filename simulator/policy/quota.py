"""How many of the wanted nodes a resize may have (`docs/model.md#growth-limits`).

Limits are tested in the service's order; a limit cuts the request, it does not refuse it, and the first one that cuts
names the error.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from simulator.service_codes import ServiceCode
from simulator.states import NodeKind

INTER_NODE_CAP = {"BatchService": 100, "UserSubscription": 80}
"""Most nodes of a pool with inter-node communication (docs/model.md#inter-node-communication)."""
NODES_PER_ADDRESS = 100
"""How many nodes a public IP address of the user's serves, dedicated or low-priority ones."""
MANAGED_IMAGE_CAP = {NodeKind.DEDICATED: 2000, NodeKind.LOW_PRIORITY: 1000}
"""Most nodes of a pool whose image is a managed image of the user's."""
LOG_RATIO = 140.0
"""Ratio of the seconds per unit of ln k (63) in the logarithmic model to those per node (0.45) in the linear one."""
OUT_OF_ADDRESSES = ServiceCode.ALLOCATION_FAILED
"""Error for a subnet or public addresses that are used up; inferred, the service's is not published."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One bound on a growth: how many more nodes it leaves room for, and the service's code when it binds."""

    room: int
    code: ServiceCode


@dataclass(frozen=True, slots=True)
class Admission:
    """How many nodes a growth gets, and what bound it."""

    nodes: int
    code: ServiceCode | None = None
    message: str | None = None


def admit(wanted: int, limits: Sequence[Limit], kind: NodeKind) -> Admission:
    """Return `wanted` nodes cut by `limits`, which come in order of precedence."""
    admitted = wanted
    binding: Limit | None = None
    for limit in limits:
        room = max(limit.room, 0)
        if room < admitted:
            admitted = room
            binding = binding or limit
    if binding is None:
        return Admission(admitted)
    return Admission(admitted, binding.code, _short(kind, admitted, wanted))


def near_enough(chances: Sequence[float], probability: float) -> int:
    """Return how many nodes are near enough to the others: those whose number is below `probability`."""
    return sum(chance < probability for chance in chances)


def _short(kind: NodeKind, admitted: int, wanted: int) -> str:
    name = "dedicated" if kind is NodeKind.DEDICATED else "low priority"
    return f"Desired number of {name} nodes could not be allocated: {admitted} of {wanted}"


def core_quota_code(kind: NodeKind, mode: str) -> ServiceCode:
    """Return the service's error for an exhausted total of cores."""
    if kind is NodeKind.DEDICATED:
        return ServiceCode.CORE_QUOTA
    return ServiceCode.SPOT_CORE_QUOTA if mode == "UserSubscription" else ServiceCode.LOW_PRIORITY_CORE_QUOTA


def inter_node_cap(mode: str, setting: int | str) -> int:
    """Return the most nodes of a pool whose nodes communicate."""
    return INTER_NODE_CAP[mode] if isinstance(setting, str) else setting


def room_of_addresses(addresses: int, mine: int, others: int) -> int:
    """Return how many more nodes of a kind fit: an address serves nodes of one kind only."""
    taken = -(-others // NODES_PER_ADDRESS)
    return (addresses - taken) * NODES_PER_ADDRESS - mine


def behind_first(k: int, tail: float, model: str) -> float:
    """Return the seconds by which the k-th further node comes after the first of its order.

    `linear`: `tail` seconds for each node. `log`: proportional to ln of the node's rank, 63 s at the
    default tail of 0.45 s.
    """
    return LOG_RATIO * tail * math.log(k + 1) if model == "log" else k * tail
