"""A pool: its nodes and targets, how it comes to life and goes, and what its nodes tell it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from simulator.engine.nodes.interrupts import Preempt
from simulator.engine.nodes.machine_numbers import Names
from simulator.engine.nodes.node import Node
from simulator.engine.nodes.reclaim import watch_capacity, watch_vm
from simulator.engine.nodes.setup_spec import setup_of
from simulator.engine.nodes.startup import Crowd
from simulator.engine.nodes.step_durations import Spans
from simulator.engine.pools import autoscale_control, resizing
from simulator.engine.pools.limits import ZONES, may_recover, preempted_is_free
from simulator.engine.pools.resize_state import Resize
from simulator.kernel import Kernel
from simulator.policy.response import DELETING, DONE, Answer
from simulator.scenario.format.bodies import Pool as PoolDescription
from simulator.states import AllocationState, NodeDeallocationOption, NodeKind, NodeState, TaskState

if TYPE_CHECKING:
    import numpy.typing as npt

    from simulator.engine.nodes.disk import Disks
    from simulator.engine.pools.autoscaler import Autoscaler
    from simulator.engine.world import World

SEEK_AGAIN = 60_000
"""How long a preempted node waits at least, in milliseconds, before capacity is sought for it once more."""


class Pool:
    """The control plane of one pool; its tasks live in `kernel`."""

    def __init__(self, world: World, description: PoolDescription, kernel: Kernel, index: int) -> None:
        self.world = world
        self.description = description
        self._kernel = kernel
        self.index = index
        self.id = description.id
        self.size = world.scenario.sizes[description.vm_size]
        self.account = world.account_of(description)
        self.spans = Spans.of(world, self.id, description.simulation.timing)
        self.targets = dict.fromkeys(NodeKind, 0)
        self.nodes: dict[int, Node] = {}
        """Every node from `creating` until gone, by sequence number."""
        self.come = dict.fromkeys(NodeKind, 0)
        """How many nodes of each kind have appeared so far."""
        self.numbers: list[int] = []
        """Row of the node table by sequence number, gone nodes included."""
        self.names = Names()
        self.resizing: Resize | None = None
        self.is_born = False
        self.deleted = False
        """Whether it is being deleted, or gone."""
        self.autoscaler: Autoscaler | None = None
        self.pending: tuple[dict[NodeKind, int], NodeDeallocationOption] | None = None
        """Result of an evaluation that waits for the end of a drain."""
        self.available: int | None = None
        """Low-priority VMs that the region can give now, where a capacity curve says so."""
        self.capacity_may_change = False
        self.setup = setup_of(description)
        self.crowd = Crowd(matters=description.simulation.start_task.crowding > 0)
        self.upgrading = False
        self.os_version = description.os_version
        self.retention: npt.NDArray[np.int64] | None = None
        """Retention time of each task in ms, where any has one of its own."""
        self.latency = np.zeros(0, dtype=np.int64)
        """Dispatch latency of each of the kernel's tasks, ms."""
        self.rows = np.zeros(0, dtype=np.int64)
        """Row of the workload of each of the kernel's tasks."""
        self.node_changed: Callable[[Node], None] = lambda _: None
        self.disks: Disks | None = None
        """The nodes' local disks, where they are enforced."""
        self.runs_job_manager: Callable[[Node], bool] = lambda _: False
        self.nearness = {kind: world.dice(f"nearness:{self.id}:{kind}") for kind in NodeKind}
        """Luck of getting nodes that are near each other."""
        self._luck: dict[str, Callable[[Node], float]] = {}
        watch_capacity(self)

    # ---- reading -----------------------------------------------------------------------------------------

    @property
    def kernel(self) -> Kernel:
        """Give the data plane, and note that whoever asks for it may change what is due there."""
        self.world.env.touch(self.index)
        return self._kernel

    def of_kind(self, kind: NodeKind) -> list[Node]:
        """Give the nodes of one kind that count as current, by sequence number."""
        return [node for node in self.nodes.values() if node.kind is kind]

    def node_named(self, name: str) -> Node | None:
        """Look up a node by its id, without case as the service does."""
        return next((node for node in self.nodes.values() if node.id.lower() == name.lower()), None)

    def on_order(self, kind: str) -> int:
        """Count the nodes of one kind that have been promised and have not appeared."""
        return sum(order.outstanding for order in self.resizing.orders if order.kind == kind) if self.resizing else 0

    def cores_held(self, kind: str, family: str | None = None) -> int:
        """Count the cores that nodes of `kind` use of the account's quota, nodes on order included."""
        if family is not None and family != self.size.family:
            return 0
        free = preempted_is_free(self)
        count = sum(1 for node in self.of_kind(NodeKind(kind)) if node.state is not NodeState.PREEMPTED or not free)
        return (count + self.on_order(kind)) * self.size.vcpus

    @property
    def exists(self) -> bool:
        """Whether it has been created and is not gone: it counts against the quota of pools."""
        return self.is_born and not (self.deleted and self.resizing is None)

    @property
    def is_busy(self) -> bool:
        """Whether something is under way that will change the nodes in service."""
        if self.resizing is not None or self.upgrading:
            return True
        for node in self.nodes.values():
            if node.state is NodeState.PREEMPTED:
                if self.available is None or self.capacity_may_change:
                    return True
            elif not node.is_settled:
                return True
        return False

    @property
    def allocation_state(self) -> AllocationState:
        """Whether its size is as it is to be, on its way there, or on the way to be left alone."""
        if self.resizing is None:
            return AllocationState.STEADY
        return AllocationState.STOPPING if self.resizing.stopped else AllocationState.RESIZING

    @property
    def wanted(self) -> dict[NodeKind, int]:
        """The targets a formula sees: the pool's, or those that wait for the end of a drain."""
        return self.targets if self.pending is None else self.pending[0]

    @property
    def drains_now(self) -> bool:
        """Whether a resize waits for tasks to end before it can go on."""
        return (
            any(self.nodes[sequence].draining is not None for sequence in self.resizing.victims)
            if self.resizing
            else False
        )

    def luck(self, purpose: str, node: Node) -> float:
        """Draw a node's next number in [0, 1) for a purpose."""
        if purpose not in self._luck:
            self._luck[purpose] = self.world.node_dice(f"{purpose}:{self.id}")
        return self._luck[purpose](node)

    def dispatching(self) -> int:
        """Count the running tasks whose dispatch latency has not passed (assumption P48)."""
        attempts, now = self.kernel.attempts, self.world.env.clock
        row, count = len(attempts) - 1, 0
        longest = int(self.latency.max(initial=0))
        while row >= 0 and attempts.assigned[row] + longest > now:
            task = attempts.task[row]
            runs = self.kernel.state[task] == TaskState.RUNNING and self.kernel.row[task] == row
            count += runs and attempts.assigned[row] + self.latency[task] > now
            row -= 1
        return count

    def task_of(self, row: int) -> int:
        """Give the kernel's task that a row of the workload is."""
        return int(np.searchsorted(self.rows, row))

    def next_zone(self) -> int:
        """Give the zone of the next node: the emptiest under zonal placement, else the pool's only one."""
        if not self.description.is_zonal:
            return self.description.simulation.zone
        zones = [self.world.record.nodes[node.number].zone for node in self.nodes.values()]
        return min(ZONES, key=lambda zone: (not self.world.has_capacity(self, zone), zones.count(zone)))

    # ---- its life ------------------------------------------------------------------------------------------

    def create(self) -> Answer:
        """Come to life with the body's targets, or its formula."""
        body, quota = self.description, self.account.pool_quota
        if quota is not None and sum(p.exists for p in self.world.pools.values() if p.account is self.account) >= quota:
            self.deleted = True
            return Answer("PoolQuotaReached", f"The account may have {quota} pools")
        self.is_born = True
        self.world.record.pool_created(self.index, self.world.env.clock)
        if body.enable_auto_scale:
            return autoscale_control.enable(self)
        targets = {
            NodeKind.DEDICATED: body.target_dedicated_nodes,
            NodeKind.LOW_PRIORITY: body.target_low_priority_nodes,
        }
        return resizing.resize(self, targets, timeout=body.resize_timeout) if any(targets.values()) else DONE

    def delete(self) -> Answer:
        """Stop a running resize, give the tasks back, and remove every node."""
        if self.deleted:
            return DELETING
        self.deleted = True
        self.world.record.pool_deleted(self.index, self.world.env.clock)
        resizing.clear(self)
        return DONE

    def resized(self) -> None:
        """Note that a resize has ended; the result of an evaluation that waited for that acts now."""
        if self.pending is not None and not self.deleted:
            (targets, option), self.pending = self.pending, None
            autoscale_control.apply(self, targets, option)

    # ---- what nodes tell -----------------------------------------------------------------------------------

    def appeared(self, node: Node) -> None:
        """Note that a node on order has come."""
        resizing.appeared(self, node)

    def got_vm(self, node: Node) -> None:
        """Note that a VM stands behind `node`; low-priority ones live as long as the model lets them."""
        if node.kind is NodeKind.LOW_PRIORITY:
            watch_vm(self, node)

    def lost_vm(self, node: Node, least: int = 0) -> None:
        """Seek capacity for a preempted node, `least` milliseconds from now at the earliest."""
        if self.available is None:
            event = self.world.env.after(max(self.spans.recovery(node), least))
            event.callbacks.append(lambda _: self._try_to_recover(node))

    def _try_to_recover(self, node: Node) -> None:
        if node.state is not NodeState.PREEMPTED or node.leaving or node.recovered.triggered:
            return
        if may_recover(self, node):
            node.recovered.succeed()
        else:
            # Others took the cores meanwhile, or there is no capacity: it is sought continually (spec §6.1), but not
            # without end in one instant where recovery takes no time.
            self.lost_vm(node, SEEK_AGAIN)

    def node_entered(self, node: Node) -> None:
        """Note a change of state."""
        self.node_changed(node)
        resizing.entered(self, node)

    def lost_node(self, node: Node) -> None:
        """`node` is gone; its name and address are free."""
        del self.nodes[node.sequence]
        self.names.give_back(node.name)
        self.world.addresses.give_back(node.machine)
        resizing.gone(self, node)

    def preempt(self, node: Node) -> None:
        """Take the VM behind `node` back now."""
        if node.has_vm:
            node.tell(Preempt())
