"""What bounds the growth of a pool: caps, quotas that all pools of the account share, capacity of the region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.policy.quota import INTER_NODE_CAP, Limit, core_quota_code
from simulator.states import NodeKind

if TYPE_CHECKING:
    from simulator.engine.pool import Pool
    from simulator.engine.world import World


def growth_limits(pool: Pool, kind: NodeKind) -> list[Limit]:
    """List what bounds a growth of `kind`, in the service's order of precedence."""
    world = pool.world
    account = world.scenario.account
    vcpus, family = pool.size.vcpus, pool.size.family
    limits = []
    if pool.description.enable_inter_node_communication:
        room = INTER_NODE_CAP[account.mode] - len(pool.nodes)
        limits.append(Limit(room, "CommunicationEnabledPoolReachedMaxVMCount"))
    by_family = {name.lower(): quota for name, quota in (account.dedicated_core_quota_per_vm_family or {}).items()}
    if kind is NodeKind.DEDICATED and family.lower() in by_family:
        room = (by_family[family.lower()] - world.core_use(kind, family)) // vcpus
        limits.append(Limit(room, "AccountVMSeriesCoreQuotaReached"))
    quota = account.dedicated_core_quota if kind is NodeKind.DEDICATED else account.low_priority_core_quota
    if quota is not None:
        room = (quota - world.core_use(kind)) // vcpus
        limits.append(Limit(room, core_quota_code(kind, account.mode)))
    if kind is NodeKind.LOW_PRIORITY and pool.available is not None:
        room = pool.available - sum(1 for node in pool.of_kind(kind) if node.has_vm)
        limits.append(Limit(room, "AllocationFailed"))
    return limits


def preempted_is_free(world: World) -> bool:
    """Say whether a preempted node gives its cores back to the quota (assumption P9)."""
    setting = world.scenario.options.preempted_uses_quota
    if setting == "by_mode":
        return world.scenario.account.mode == "BatchService"
    return setting == "false"
