"""What bounds the growth of a pool: caps, quotas that all pools of the account share, capacity of the region.

See `docs/model.md#growth-limits`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.engine.pools.lost_capacity import Place
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
    import simpy

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
        ]

    def may_recover(self, node: Node) -> bool:
        """Return whether a preempted node may have a new VM: the region has one, and the quota has room for it."""
        return self._has_capacity(node.zone) and self.spot.has_room and self.quota_lets_recover

    @property
    def quota_lets_recover(self) -> bool:
        """Whether the quota has room for a preempted node that comes back."""
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

    def zones_with_vms(self, kind: NodeKind) -> list[int]:
        """Return the zones in which the region has a VM for one more node of a kind, lost ones aside."""
        if kind is NodeKind.LOW_PRIORITY and not self.spot.has_room:
            return []
        if not self.site.world.has_outages:
            return list(self.site.zones)
        return [zone for zone in self.site.zones if self._has_capacity(zone)]

    def more_vms(self) -> simpy.Event:
        """Return what happens before the region has VMs again, where it has none."""
        if any(self._has_capacity(zone) for zone in self.site.zones):
            return self.spot.opened
        return self.site.world.outage_over

    def back_at(self, kind: NodeKind, zone: int) -> int | None:
        """Return when the next VM that was taken in a zone comes back; None if an order can be filled before."""
        if not self.is_bound_by_losses(kind):
            return None
        return self.neighbours.back_at(self.place(zone), self.site.world.env.clock)

    def is_bound_by_losses(self, kind: NodeKind) -> bool:
        """Whether VMs that were taken are missing to nodes of a kind: under a capacity curve nothing else binds."""
        return kind is NodeKind.LOW_PRIORITY and self.spot.available is None

    def place(self, zone: int) -> Place:
        """Return where the VMs of a zone come from."""
        return Place.of(self.site.size.name, zone)

    @property
    def preempted_is_free(self) -> bool:
        """Whether a preempted node frees its cores of the quota (`docs/model.md#quota-of-preempted-nodes`)."""
        setting = self.site.world.options.preempted_uses_quota
        if setting == "by_mode":
            return self.site.account.mode == "BatchService"
        return setting == "false"

    def _has_capacity(self, zone: int) -> bool:
        return self.site.world.has_capacity(self.site.description.vm_size, zone)

    def _fitness(self) -> list[Limit]:
        return [] if self.site.boots_image else [Limit(0, ServiceCode.INCOMPATIBLE_VM_SIZE)]

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
        if kind is NodeKind.DEDICATED and account.dedicated_core_quota_per_vm_family_enforced:
            quotas = account.dedicated_core_quota_per_vm_family or {}
            by_family = {name.lower(): quota for name, quota in quotas.items()}
            if family.lower() in by_family:
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
