"""What bounds the growth of a pool: caps, quotas that all pools of the account share, capacity of the region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.policy.quota import (
    MANAGED_IMAGE_CAP,
    Limit,
    addresses_code,
    core_quota_code,
    inter_node_cap,
    room_of_addresses,
)
from simulator.states import NodeKind

if TYPE_CHECKING:
    from simulator.engine.nodes.node import Node
    from simulator.engine.pools.pool import Pool

ZONES = (1, 2, 3)


def growth_limits(pool: Pool, kind: NodeKind) -> list[Limit]:
    """List what bounds a growth of `kind`, in the service's order of precedence (assumption P37)."""
    return [*_fitness(pool), *_caps(pool, kind), *_quotas(pool, kind), *_network(pool, kind), *_capacity(pool, kind)]


def _held(pool: Pool, kind: NodeKind) -> int:
    return len(pool.of_kind(kind)) + pool.on_order(kind)


def _fitness(pool: Pool) -> list[Limit]:
    if pool.description.runs_on(pool.size.name):
        return []
    return [Limit(0, "IncompatibleVMSize")]


def _caps(pool: Pool, kind: NodeKind) -> list[Limit]:
    body, account = pool.description, pool.account
    if body.enable_inter_node_communication:
        cap = inter_node_cap(account.mode, pool.world.scenario.options.inter_node_cap)
        room = cap - sum(_held(pool, every) for every in NodeKind)
        return [Limit(room, "CommunicationEnabledPoolReachedMaxVMCount")]
    if body.is_managed_image:
        return [Limit(MANAGED_IMAGE_CAP[kind] - _held(pool, kind), "AllocationFailed")]
    return []


def _quotas(pool: Pool, kind: NodeKind) -> list[Limit]:
    world, account = pool.world, pool.account
    vcpus, family = pool.size.vcpus, pool.size.family
    limits = []
    by_family = {name.lower(): quota for name, quota in (account.dedicated_core_quota_per_vm_family or {}).items()}
    is_enforced = account.dedicated_core_quota_per_vm_family_enforced
    if kind is NodeKind.DEDICATED and is_enforced and family.lower() in by_family:
        room = (by_family[family.lower()] - world.core_use(account, kind, family)) // vcpus
        limits.append(Limit(room, "AccountVMSeriesCoreQuotaReached"))
    quota = account.dedicated_core_quota if kind is NodeKind.DEDICATED else account.low_priority_core_quota
    if quota is not None:
        room = (quota - world.core_use(account, kind)) // vcpus
        limits.append(Limit(room, core_quota_code(kind, account.mode)))
    return limits


def _network(pool: Pool, kind: NodeKind) -> list[Limit]:
    limits = []
    subnet = pool.description.subnet
    free = pool.world.scenario.free_addresses(subnet)
    if free is not None:
        users = (other for other in pool.world.pools.values() if other.description.subnet == subnet)
        used = sum(_held(other, every) for other in users for every in NodeKind)
        limits.append(Limit(free - used, addresses_code()))
    ips = pool.description.user_managed_ips
    if ips is not None:
        other = NodeKind.LOW_PRIORITY if kind is NodeKind.DEDICATED else NodeKind.DEDICATED
        limits.append(Limit(room_of_addresses(ips, _held(pool, kind), _held(pool, other)), addresses_code()))
    return limits


def _capacity(pool: Pool, kind: NodeKind) -> list[Limit]:
    limits = []
    zones = ZONES if pool.description.is_zonal else (pool.description.simulation.zone,)
    if not any(pool.world.has_capacity(pool, zone) for zone in zones):
        limits.append(Limit(0, "AllocationFailed"))
    if kind is NodeKind.LOW_PRIORITY and pool.available is not None:
        room = pool.available - sum(1 for node in pool.of_kind(kind) if node.has_vm)
        limits.append(Limit(room, "AllocationFailed"))
    return limits


def may_recover(pool: Pool, node: Node) -> bool:
    """Say whether a preempted node may have a new VM: the region has one, and its cores are within the quota again."""
    if not pool.world.has_capacity(pool, pool.world.record.nodes[node.number].zone):
        return False
    quota = pool.account.low_priority_core_quota
    if quota is None or not preempted_is_free(pool):
        return True
    return pool.world.core_use(pool.account, NodeKind.LOW_PRIORITY) + pool.size.vcpus <= quota


def may_start(pool: Pool, node: Node, promised: int) -> bool:
    """Say whether the region has a VM for a deallocated node; its cores count against the quota all the while.

    `promised` low-priority VMs are as good as taken by other nodes of the pool.
    """
    if not pool.world.has_capacity(pool, pool.world.record.nodes[node.number].zone):
        return False
    if node.kind is NodeKind.DEDICATED or pool.available is None:
        return True
    return sum(1 for other in pool.of_kind(node.kind) if other.has_vm) + promised < pool.available


def preempted_is_free(pool: Pool) -> bool:
    """Say whether a preempted node gives its cores back to the quota (assumption P9)."""
    setting = pool.world.scenario.options.preempted_uses_quota
    if setting == "by_mode":
        return pool.account.mode == "BatchService"
    return setting == "false"
