"""A pool: how it is created and deleted, what clients do to it, and what its nodes report to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from simulator.engine.assumptions import CAPACITY_RETRY, PATIENCE
from simulator.engine.nodes.site import Site
from simulator.engine.pools.autoscaling import Autoscaling
from simulator.engine.pools.limits import GrowthLimits
from simulator.engine.pools.members import Members
from simulator.engine.pools.os_upgrade import OsUpgrade, images
from simulator.engine.pools.resizing import Resizing
from simulator.engine.pools.spot_capacity import SpotCapacity
from simulator.policy.local_disk import NEW_DISK
from simulator.policy.response import DELETING, DONE, RESIZING, SCALES_ITSELF, Answer
from simulator.service_codes import ServiceCode
from simulator.states import NodeDeallocationOption, NodeKind, NodeState
from simulator.units import NEVER

if TYPE_CHECKING:
    from simulator.engine.nodes.node import Node
    from simulator.engine.pools.lost_capacity import Place
    from simulator.engine.pools.neighbours import Neighbours
    from simulator.engine.pools.tenancy import Tenancy
    from simulator.engine.world import World
    from simulator.kernel import Kernel
    from simulator.scenario.format.bodies import Pool as PoolDescription
    from simulator.scenario.format.schema import Account


def present(pools: Sequence[Pool]) -> Pool | None:
    """Return the pool that is there, of several of one id; else the latest that was, else the first to come."""
    created = [pool for pool in pools if pool.is_created]
    there = [pool for pool in created if pool.exists]
    return next(reversed(there or created), next(iter(pools), None))


class Pool:
    """The control plane of one pool; its tasks are in the kernel behind `site.tasks`.

    Its parts hold what belongs to them: `members` the nodes, `resizing` the size, `autoscaling` the formula, `spot` the
    low-priority capacity, `limits` what bounds a growth, `upgrade` the operating system, `disks` the local disks.
    """

    def __init__(
        self,
        world: World,
        description: PoolDescription,
        kernel: Kernel,
        index: int,
        tenancy: Tenancy,
        neighbours: Neighbours,
    ) -> None:
        self.site = site = Site(world, description, kernel, index, tenancy.retention)
        self.tenancy = tenancy
        self._neighbours = neighbours
        self.members = members = Members(site, neighbours.addresses)
        self.spot = SpotCapacity(site, members, self._try_to_recover)
        self.limits = GrowthLimits(site, members, self.spot, neighbours)
        self.resizing = Resizing(site, members, self.limits, self, tenancy.managers)
        self.autoscaling = Autoscaling(site, members, self.resizing)
        self.upgrade = OsUpgrade(site, members)
        self.disks = tenancy.disks
        """Where they are enforced."""
        if self.disks is not None:
            self.disks.belong_to(site, members)
        self._may_be_sick = description.simulation.sick_nodes.are_possible
        self._is_created = False
        self._is_deleted = False

    # ---- reading -----------------------------------------------------------------------------------------

    @property
    def id(self) -> str:
        return self.site.id

    @property
    def index(self) -> int:
        """Its number, also of its kernel."""
        return self.site.index

    @property
    def account(self) -> Account:
        return self.site.account

    @property
    def subnet(self) -> str | None:
        """Id of its subnet."""
        return self.site.description.subnet

    @property
    def is_created(self) -> bool:
        """Whether it has been created; it may have been deleted since."""
        return self._is_created

    @property
    def is_deleted(self) -> bool:
        """Whether it is being deleted, or gone."""
        return self._is_deleted

    @property
    def exists(self) -> bool:
        """Whether it has been created and is not gone: it counts against the quota of pools."""
        return self._is_created and not (self._is_deleted and not self.resizing.in_progress)

    @property
    def scales_itself(self) -> bool:
        """Whether a formula sets its targets."""
        return self.autoscaling.is_enabled

    def held(self, kind: NodeKind) -> int:
        """Return how many nodes of a kind it has or has been promised."""
        return self.resizing.held(kind)

    def ordered_from(self, place: Place) -> int:
        """Return how many low-priority nodes it has on order that may come from a place."""
        low, limits = NodeKind.LOW_PRIORITY, self.limits
        if not limits.is_bound_by_losses(low) or place not in map(limits.place, self.site.zones):
            return 0
        return self.resizing.on_order(low)

    def cores_held(self, kind: NodeKind, family: str | None = None) -> int:
        """Return how many cores its nodes of a kind use of the account's quota, those on order included."""
        if family is not None and family != self.site.size.family:
            return 0
        count = self.members.count(kind)
        if kind is NodeKind.LOW_PRIORITY and self.limits.preempted_is_free:
            count -= sum(node.awaits_capacity for node in self.members.of_kind(kind))
        return (count + self.resizing.on_order(kind)) * self.site.size.vcpus

    # ---- what may still happen ------------------------------------------------------------------------------

    @property
    def is_changed_by_operations(self) -> bool:
        """Whether nodes are leaving, or a resize that no formula asked for is under way."""
        return (self.resizing.in_progress and not self.scales_itself) or any(node.leaving for node in self.members)

    @property
    def may_still_shrink(self) -> bool:
        """Whether its formula may still remove nodes that it has or is about to have."""
        return not self._is_deleted and self.scales_itself and (len(self.members) > 0 or self.resizing.in_progress)

    def has_work(self, quiet: int) -> bool:
        """Return whether something is under way that ends by itself and that the record must see.

        What a formula asks for again and again in vain has an end, too, where no task has ended for long.
        """
        return self.is_changed_by_operations or (self.resizing.in_progress and quiet < PATIENCE)

    def may_serve(self, quiet: int) -> bool:
        """Return whether it may still get nodes into service for tasks that have waited for `quiet` milliseconds."""
        return self._nodes_may_change or (not self._is_deleted and self.autoscaling.may_act(quiet))

    @property
    def _nodes_may_change(self) -> bool:
        """Whether something is under way that changes the nodes in service."""
        if (self.resizing.in_progress and not self.scales_itself) or self.upgrade.is_running:
            return True
        return any(self._may_come_back(node) if node.awaits_capacity else not node.is_settled for node in self.members)

    def _may_come_back(self, node: Node) -> bool:
        """Return whether a VM may still be found for a preempted node.

        It is sought in its window alone, and in vain for as long as nothing gives back the cores that the quota lacks.
        """
        now, window = self.site.world.env.clock, self.spot.window
        opening = self.spot.next_opening(now)
        may_be_sought = (self.spot.has_room and window.is_sought(node, now)) or (
            opening < NEVER and window.is_open(node, opening)
        )
        return may_be_sought and (self.limits.quota_lets_recover or self._neighbours.may_free_cores(self.account))

    @property
    def may_be_preempted(self) -> bool:
        """Whether nodes that it has may still be taken back by the region."""
        return self.spot.may_take(self.site.world.env.clock)

    # ---- its life ------------------------------------------------------------------------------------------

    def create(self) -> Answer:
        """Create the pool with the body's targets, or its formula."""
        body, world, quota = self.site.description, self.site.world, self.account.pool_quota
        if quota is not None and self._neighbours.count(self.account) >= quota:
            self._is_deleted = True
            return Answer(ServiceCode.POOL_QUOTA, f"The account may have {quota} pools")
        self._is_created = True
        world.record.pool_created(self.index, world.env.clock)
        if body.upgrades_by_itself:
            self.upgrade.follow_images(images(world, body))
        if body.enable_auto_scale:
            return self.autoscaling.enable()
        targets = {
            NodeKind.DEDICATED: body.target_dedicated_nodes,
            NodeKind.LOW_PRIORITY: body.target_low_priority_nodes,
        }
        return self.resize(targets, timeout=body.resize_timeout) if any(targets.values()) else DONE

    def delete(self) -> Answer:
        """Stop a running resize, requeue the tasks, and remove every node."""
        if self._is_deleted:
            return DELETING
        self._is_deleted = True
        self.upgrade.stop_following()
        self.site.world.record.pool_deleted(self.index, self.site.world.env.clock)
        self.autoscaling.end()
        self.resizing.clear()
        return DONE

    # ---- what clients do to it -----------------------------------------------------------------------------

    def resize(
        self,
        targets: Mapping[NodeKind, int],
        *,
        timeout: float | None,
        option: NodeDeallocationOption = NodeDeallocationOption.REQUEUE,
    ) -> Answer:
        """Start a resize to new `targets`; a row of it is recorded also where the service refuses."""
        refused = SCALES_ITSELF if self.scales_itself and not self._is_deleted else self.resize_refusal()
        if refused is not None:
            return self.resizing.refuse(targets, option, refused)
        self.resizing.begin(targets, option, timeout=timeout)
        return DONE

    def stop_resize(self) -> Answer:
        """Stop the resize in progress; nodes obtained are kept, and so are the targets until the next evaluation."""
        if self.resizing.in_progress:
            self.autoscaling.drop_pending()
            self.resizing.stop()
        return DONE

    def remove_nodes(self, nodes: Iterable[Node], *, timeout: float | None, option: NodeDeallocationOption) -> None:
        """Remove nodes in a resize that nothing refuses: the target is what is there without them."""
        chosen = list(nodes)
        named = {node.sequence for node in chosen}
        stay = [node for node in self.members if not node.leaving and node.sequence not in named]
        targets = {kind: sum(node.kind is kind for node in stay) for kind in NodeKind}
        self.resizing.begin(targets, option, timeout=timeout, chosen=chosen)

    def enable_autoscale(self, formula: str | None, interval: float | None) -> Answer:
        """Start evaluating a formula, or change formula and interval."""
        if self._is_deleted:
            return DELETING
        if formula is None and interval is None:
            return Answer(ServiceCode.MISSING_PROPERTY, "A formula, an interval, or both have to be given")
        if formula is None and not self.autoscaling.is_enabled:
            return Answer(ServiceCode.MISSING_PROPERTY, "Autoscale is not enabled on the pool: a formula is needed")
        return self.autoscaling.enable(formula, interval)

    def resize_refusal(self) -> Answer | None:
        """Return why the service refuses a resize; None if it does not."""
        if self._is_deleted:
            return DELETING
        return RESIZING if self.resizing.in_progress else None

    # ---- what its parts report -----------------------------------------------------------------------------

    def resized(self) -> None:
        """Note that a resize has ended: the result of an evaluation that waited for that applies now."""
        if not self._is_deleted:
            self.autoscaling.apply_pending()

    def obtained_vm(self, node: Node) -> None:
        """Note that a VM stands behind `node`; a low-priority one lives as long as the model says."""
        if node.kind is NodeKind.LOW_PRIORITY:
            self._neighbours.lost.found(node)
            self.spot.watch_vm(node)

    def lost_vm(self, node: Node, least: int = 0) -> None:
        """Seek capacity for a preempted node, `least` milliseconds from now at the earliest; 0 where it is lost now.

        A capacity curve that has no room brings nodes back itself when it has.
        """
        now = self.site.world.env.clock
        if not least:
            self.spot.window.opens(node, now)
        if not self.spot.has_room:
            return
        delay = max(self.site.durations.recovery(node), least)
        if self.spot.window.plan(node, now + delay):
            if self.limits.is_bound_by_losses(node.kind):
                self._neighbours.lost.seek(node, now + delay)
            self.site.world.env.after(delay).callbacks.append(lambda _: self._try_to_recover(node))
        self.spot.wake()

    def _try_to_recover(self, node: Node) -> None:
        """Bring a preempted node back if there is capacity; else seek it again, later than at this instant."""
        if not node.awaits_capacity or not self.spot.window.is_open(node, self.site.world.env.clock):
            return
        if self.limits.may_recover(node):
            node.recover()
        else:
            self.lost_vm(node, CAPACITY_RETRY)

    def entered(self, node: Node) -> None:
        """Note that `node` has entered a state: what its tasks and jobs knew of it may not hold any more."""
        self.members.census.changed(node)
        kernel, wishes = self.site.change(), self.tenancy.wishes
        if node.state is NodeState.CREATING:
            kernel.eligibility.describe(node.sequence, node.kind is NodeKind.DEDICATED)
        if len(kernel.wishes):
            place = wishes.get(node.id.lower(), len(kernel.wishes))
            if place < len(kernel.wishes):
                kernel.wishes[place] = -1 if node.state is None else node.sequence
        if node.state in NEW_DISK:
            self._wiped_disk(node)
            if self._may_be_sick:
                self._examine(node)
        self.tenancy.on_node_change(node, kernel)
        self.resizing.entered(node)
        if node.state in (NodeState.DEALLOCATING, None):
            self.spot.refill()

    def delete_files(self, tasks: AbstractSet[int]) -> None:
        """Note that tasks have been deleted: nothing waits for their files, and their disks have room again."""
        self.site.delete_files(tasks)
        for node in self.members:
            node.slots.files_deleted()

    def fetched(self, node: Node, name: str, size_mib: float) -> bool:
        """Note that a package or image has come to `node`; return whether its disk has room for it."""
        return self.disks is None or self.disks.fetch(node.sequence, name, size_mib)

    def freed_disk(self, node: Node) -> None:
        """Note that no files of tasks are left on the local disk of `node`."""
        node.slots.disk_freed()
        if self.disks is not None:
            self.disks.free(node.sequence)

    def _wiped_disk(self, node: Node) -> None:
        """Note that nothing is left on the local disk of `node`."""
        self.tenancy.on_new_disk(node)
        node.slots.disk_freed()
        if self.disks is not None:
            self.disks.wipe(node.sequence)

    def _examine(self, node: Node) -> None:
        """Draw whether every task fails on a new machine."""
        model = self.site.description.simulation.sick_nodes
        chance = self.site.draw("sick node", node)
        sick = self.site.change().work.sick
        if model.names(node.id) or chance < model.probability:
            sick.add(node.sequence)
        else:
            sick.discard(node.sequence)

    def drained(self) -> None:
        """Note that a node that leaves has no task any more: a result that waited for the last of them applies."""
        if not self._is_deleted and not self.resizing.drains_now:
            self.autoscaling.apply_pending()

    def gone(self, node: Node) -> None:
        """Note that `node` has ended."""
        self.members.remove(node)
        self._neighbours.lost.removed(node)
        self.resizing.gone(node)
        self.drained()
