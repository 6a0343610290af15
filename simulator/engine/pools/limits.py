"""What bounds the growth of a pool: caps, quotas that all pools of the account share, capacity of the region.

See `docs/model.md#growth-limits`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.engine.pools.members import ZONES
from simulator.policy.quota import (
    MANAGED_IMAGE_CAP,
    OUT_OF_ADDRESSES,
    Limit,
    core_quota_code,
    inter_node_cap,
    room_of_addresses,
)
from simulator.service_codes import ServiceCode
from simulator.states import NodeKind

if TYPE_CHECKING:
    from simulator.engine.nodes.node import Node
    from simulator.engine.nodes.site import Site
    from simulator.engine.pools.members import Members
    from simulator.engine.pools.neighbours import Neighbours
    from simulator.engine.pools.spot_capacity import SpotCapacity


@dataclass(frozen=True, slots=True)
class GrowthLimits:
    """The limits of one pool as they are at any instant."""

    site: Site
    members: Members
    spot: SpotCapacity
    neighbours: Neighbours

    def of(self, kind: NodeKind, held: Mapping[NodeKind, int]) -> list[Limit]:
        """Return what bounds a growth of `kind`, in the service's order of precedence.

        `held` counts the nodes of each kind that the pool has or has been promised.
        """
        return [
            *self._fitness(),
            *self._caps(kind, held),
            *self._quotas(kind),
            *self._network(kind, held),
            *self._capacity(kind, held),
        ]

    def may_recover(self, node: Node) -> bool:
        """Return whether a preempted node may have a new VM: the region has one, and the quota has room for it."""
        if not self._has_capacity(node.zone) or not self.spot.has_room:
            return False
        quota = self.site.account.low_priority_core_quota
        if quota is None or not self.preempted_is_free:
            return True
        used = self.neighbours.core_use(self.site.account, NodeKind.LOW_PRIORITY)
        return used + self.site.size.vcpus <= quota

    def may_start(self, node: Node, promised: int) -> bool:
        """Return whether the region has a VM for a deallocated node, whose cores count against the quota all along.

        `promised` low-priority VMs are reserved for other nodes of the pool.
        """
        if not self._has_capacity(node.zone):
            return False
        if node.kind is NodeKind.DEDICATED or self.spot.available is None:
            return True
        return len(self.members.with_vm(node.kind)) + promised < self.spot.available

    def returns_at(self, kind: NodeKind, on_order: int) -> int | None:
        """Return when the next VM taken from the pool comes back; None if an order can be filled before."""
        if kind is NodeKind.DEDICATED:
            return None
        return self.spot.lost.next_return(self.site.world.env.clock, on_order)

    @property
    def preempted_is_free(self) -> bool:
        """Whether a preempted node frees its cores of the quota (`docs/model.md#quota-of-preempted-nodes`)."""
        setting = self.site.world.options.preempted_uses_quota
        if setting == "by_mode":
            return self.site.account.mode == "BatchService"
        return setting == "false"

    @property
    def has_capacity(self) -> bool:
        """Whether the region has VMs of the pool's size in any of its zones now."""
        body = self.site.description
        zones = ZONES if body.is_zonal else (body.simulation.zone,)
        return any(self._has_capacity(zone) for zone in zones)

    def _has_capacity(self, zone: int) -> bool:
        return self.site.world.has_capacity(self.site.description.vm_size, zone)

    def _fitness(self) -> list[Limit]:
        if self.site.description.runs_on(self.site.size.name):
            return []
        return [Limit(0, ServiceCode.INCOMPATIBLE_VM_SIZE)]

    def _caps(self, kind: NodeKind, held: Mapping[NodeKind, int]) -> list[Limit]:
        body = self.site.description
        if body.enable_inter_node_communication:
            cap = inter_node_cap(self.site.account.mode, self.site.world.options.inter_node_cap)
            return [Limit(cap - sum(held.values()), ServiceCode.INTER_NODE_POOL_FULL)]
        if body.is_managed_image:
            return [Limit(MANAGED_IMAGE_CAP[kind] - held[kind], ServiceCode.ALLOCATION_FAILED)]
        return []

    def _quotas(self, kind: NodeKind) -> list[Limit]:
        account, vcpus, family = self.site.account, self.site.size.vcpus, self.site.size.family
        limits = []
        by_family = {name.lower(): quota for name, quota in (account.dedicated_core_quota_per_vm_family or {}).items()}
        is_enforced = account.dedicated_core_quota_per_vm_family_enforced
        if kind is NodeKind.DEDICATED and is_enforced and family.lower() in by_family:
            room = (by_family[family.lower()] - self.neighbours.core_use(account, kind, family)) // vcpus
            limits.append(Limit(room, ServiceCode.VM_SERIES_CORE_QUOTA))
        quota = account.dedicated_core_quota if kind is NodeKind.DEDICATED else account.low_priority_core_quota
        if quota is not None:
            room = (quota - self.neighbours.core_use(account, kind)) // vcpus
            limits.append(Limit(room, core_quota_code(kind, account.mode)))
        return limits

    def _network(self, kind: NodeKind, held: Mapping[NodeKind, int]) -> list[Limit]:
        limits = []
        subnet = self.site.description.subnet
        free = self.site.world.scenario.free_addresses(subnet)
        if free is not None:
            limits.append(Limit(free - self.neighbours.addresses_used(subnet), OUT_OF_ADDRESSES))
        ips = self.site.description.user_managed_ips
        if ips is not None:
            other = NodeKind.LOW_PRIORITY if kind is NodeKind.DEDICATED else NodeKind.DEDICATED
            limits.append(Limit(room_of_addresses(ips, held[kind], held[other]), OUT_OF_ADDRESSES))
        return limits

    def _capacity(self, kind: NodeKind, held: Mapping[NodeKind, int]) -> list[Limit]:
        if kind is NodeKind.DEDICATED or self.spot.available is None:
            return []
        on_order = held[kind] - self.members.count(kind)
        return [Limit(self.spot.available - self.spot.in_use - on_order, ServiceCode.ALLOCATION_FAILED)]
