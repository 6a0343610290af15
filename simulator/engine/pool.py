"""A pool: its nodes, its targets, and the resizes that bring the one towards the other."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from simulator.engine.answers import DONE, Answer
from simulator.engine.autoscale import Autoscaler
from simulator.engine.environment import ARRIVALS, NODES
from simulator.engine.limits import growth_limits, preempted_is_free
from simulator.engine.node import Leave, Life, Node, Preempt, Stay
from simulator.engine.preemption import watch_capacity, watch_vm
from simulator.engine.resize import Order, Resize
from simulator.engine.spans import Spans
from simulator.engine.victims import choose_victims
from simulator.formula import Formula
from simulator.kernel import Kernel
from simulator.policy.growth import behind_first
from simulator.policy.quota import admit
from simulator.scenario.bodies import Pool as PoolDescription
from simulator.states import NodeDeallocationOption, NodeKind, NodeState, Outcome
from simulator.units import to_ms

if TYPE_CHECKING:
    from simulator.engine.world import World

MIN_BETWEEN_ENABLES = 30 * 1000
"""The service refuses a second enable request within 30 s."""
DELETING = Answer("PoolBeingDeleted", "The pool is being deleted")
RESIZING = Answer("PoolBeingResized", "The pool is already being resized")
SCALES_ITSELF = Answer("OperationNotValidOnPool", "A pool that scales itself cannot be resized by hand")
RETENTION = 7 * 24 * 3600 * 1000
"""How long a task's files keep its node under `retaineddata`: the service's default of 7 days."""


class Pool:
    """The control plane of one pool; its tasks live in `kernel`."""

    def __init__(self, world: World, description: PoolDescription, kernel: Kernel, index: int) -> None:
        self.world = world
        self.description = description
        self.kernel = kernel
        self.index = index
        self.id = description.id
        self.size = world.scenario.sizes[description.vm_size]
        self.spans = Spans.of(world, self.id, description.simulation.timing)
        self.targets = dict.fromkeys(NodeKind, 0)
        self.nodes: dict[int, Node] = {}
        """Every node from `creating` until gone, by sequence number."""
        self.numbers: list[int] = []
        """Row of the node table by sequence number, gone nodes included."""
        self.resizing: Resize | None = None
        self.deleted = False
        self.autoscaler: Autoscaler | None = None
        self.pending: tuple[dict[NodeKind, int], NodeDeallocationOption] | None = None
        """Result of an evaluation that waits for the end of a drain."""
        self.available: int | None = None
        """Low-priority VMs that the region can give now, where a capacity curve says so."""
        self.capacity_may_change = False
        start = description.start_task
        self.waits_for_start_task = start is not None and start.wait_for_success
        self.dice = world.dice(f"victims:{self.id}")
        self.lives = world.dice(f"life:{self.id}")
        watch_capacity(self)

    # ---- reading -----------------------------------------------------------------------------------------

    def of_kind(self, kind: NodeKind) -> list[Node]:
        """Give the nodes of one kind that count as current, by sequence number."""
        return [node for node in self.nodes.values() if node.kind is kind]

    def cores_held(self, kind: str, family: str | None = None) -> int:
        """Count the cores that nodes of `kind` use of the account's quota, nodes on order included."""
        if family is not None and family != self.size.family:
            return 0
        free = preempted_is_free(self.world)
        count = sum(1 for node in self.of_kind(NodeKind(kind)) if node.has_vm or not free)
        if self.resizing is not None:
            count += sum(order.outstanding for order in self.resizing.orders if order.kind == kind)
        return count * self.size.vcpus

    @property
    def is_busy(self) -> bool:
        """Whether something is under way that will change the nodes in service."""
        if self.resizing is not None:
            return True
        for node in self.nodes.values():
            if node.state is NodeState.PREEMPTED:
                if self.available is None or self.capacity_may_change:
                    return True
            elif not node.in_service:
                return True
        return False

    def retained_until(self, sequence: int) -> int:
        """Give the instant at which the last retention time of a task on this node has passed."""
        attempts = self.kernel.attempts
        ends = np.asarray(attempts.end)[: len(attempts)][np.asarray(attempts.node)[: len(attempts)] == sequence]
        return int(ends.max()) + RETENTION if len(ends) else self.world.env.clock

    # ---- resizing ----------------------------------------------------------------------------------------

    def resize(
        self,
        targets: dict[NodeKind, int],
        *,
        timeout: float | None,
        option: NodeDeallocationOption = NodeDeallocationOption.REQUEUE,
    ) -> Answer:
        """Start a resize to `targets`; a row of it is recorded also where the service refuses."""
        refused = self._refusal()
        wanted = {**self.targets, **targets}
        if refused:
            self._end_row(self._row(wanted, option), refused.code, refused.message)
            return refused
        self._begin(wanted, option, timeout=timeout)
        return DONE

    def _row(self, wanted: dict[NodeKind, int], option: NodeDeallocationOption) -> int:
        shrinks = any(wanted[kind] < len(self.of_kind(kind)) for kind in NodeKind)
        return self.world.record.resize_started(
            self.index,
            self.world.env.clock,
            dedicated=(self.targets[NodeKind.DEDICATED], wanted[NodeKind.DEDICATED]),
            low_priority=(self.targets[NodeKind.LOW_PRIORITY], wanted[NodeKind.LOW_PRIORITY]),
            option=str(option) if shrinks else None,
        )

    def _begin(self, wanted: dict[NodeKind, int], option: NodeDeallocationOption, *, timeout: float | None) -> None:
        """Start a resize, or take over from the one in progress: what that has under way goes on."""
        before = self.resizing
        if before is not None:
            self._end_row(before.row, "Retargeted", "A new target replaced this one before it was reached")
        row = self._row(wanted, option)
        self._set_targets(wanted)
        self.resizing = resizing = Resize(row, option)
        if before is not None:
            resizing.orders = [order for order in before.orders if order.outstanding]
            resizing.victims, resizing.awaited = before.victims, before.awaited
        for kind in NodeKind:
            self._adjust(resizing, kind)
        if timeout is not None and math.isfinite(timeout):
            limit = self.world.env.after(to_ms(timeout), ARRIVALS)
            limit.callbacks.append(lambda _: self._time_out(resizing))
        self._progress()

    # ---- autoscale ---------------------------------------------------------------------------------------

    def enable_autoscale(self, formula: str | None = None, interval: float | None = None) -> Answer:
        """Start sampling and evaluating, or change formula and interval."""
        parsed = None if formula is None else Formula.parse(formula)
        span = None if interval is None else to_ms(interval)
        if self.deleted:
            return DELETING
        if self.autoscaler is not None:
            if self.world.env.clock - self.autoscaler.changed < MIN_BETWEEN_ENABLES:
                return Answer("TooManyEnableAutoScaleRequests", "Less than 30 s after the last such request")
            self.autoscaler.change(parsed, span)
            return DONE
        if self.resizing is not None:
            return RESIZING
        body = self.description
        self.autoscaler = Autoscaler(
            self,
            parsed or Formula.parse(body.auto_scale_formula or ""),
            span or to_ms(body.auto_scale_evaluation_interval),
        )
        return DONE

    def disable_autoscale(self) -> Answer:
        """Stop sampling and evaluating; targets stay as they are."""
        if self.autoscaler is not None:
            self.autoscaler.stop()
            self.autoscaler = None
        return DONE

    @property
    def wanted(self) -> dict[NodeKind, int]:
        """The targets a formula sees: the pool's, or those that wait for the end of a drain."""
        return self.targets if self.pending is None else self.pending[0]

    def autoscale(self, targets: dict[NodeKind, int], option: NodeDeallocationOption) -> str:
        """Act on an evaluation's targets; gives what was done: none, resize, retarget or pending.

        While a drain blocks the pool the latest result waits (assumption P34); any other resize in progress is
        given the new targets at once (P5).
        """
        options = self.world.scenario.options
        if self.resizing is not None and self._drains_now():
            if targets == self.wanted:
                return "none"
            if options.pending_target == "apply_on_end":
                self.pending = (targets, option)
            return "pending"
        short = any(targets[kind] != len(self.of_kind(kind)) for kind in NodeKind) and self.resizing is None
        if targets == self.targets and not (short and options.autoscale_retry == "on_shortfall"):
            return "none"
        retarget = self.resizing is not None
        self._begin(targets, option, timeout=options.autoscale_resize_timeout)
        return "retarget" if retarget else "resize"

    def _drains_now(self) -> bool:
        """Say whether a resize waits for tasks to end before it can go on."""
        return any(self.nodes[sequence].draining for sequence in self.resizing.victims) if self.resizing else False

    def stop_resize(self) -> Answer:
        """Keep what has been obtained; the target is not restored."""
        if self.resizing is not None:
            self._cancel_orders(self.resizing, "ResizeStopped", "The resize was stopped")
            self._progress()
        return DONE

    def delete(self) -> Answer:
        """Stop a running resize, give the tasks back, and remove every node."""
        if self.deleted:
            return DELETING
        self.deleted = True
        self.world.record.pool_deleted(self.index, self.world.env.clock)
        if self.resizing is not None:
            self._cancel_orders(self.resizing, "ResizeStopped", "The pool is being deleted")
            self._finish(self.resizing)
        self._set_targets(dict.fromkeys(NodeKind, 0))
        self.resizing = resizing = Resize(
            self.world.record.resize_started(
                self.index, self.world.env.clock, dedicated=(0, 0), low_priority=(0, 0), option="requeue"
            ),
            NodeDeallocationOption.REQUEUE,
        )
        for node in list(self.nodes.values()):
            self._remove(resizing, node)
        self._progress()
        return DONE

    def _refusal(self) -> Answer | None:
        if self.deleted:
            return DELETING
        if self.autoscaler is not None:
            return SCALES_ITSELF
        return None if self.resizing is None else RESIZING

    def _set_targets(self, targets: dict[NodeKind, int]) -> None:
        self.targets = targets
        self.world.record.target(
            self.index, self.world.env.clock, targets[NodeKind.DEDICATED], targets[NodeKind.LOW_PRIORITY]
        )

    def _adjust(self, resizing: Resize, kind: NodeKind) -> None:
        ordered = [order for order in resizing.orders if order.kind is kind]
        leaving = sum(1 for node in self.of_kind(kind) if node.leaving)
        coming = sum(order.outstanding for order in ordered)
        missing = self.targets[kind] - (len(self.of_kind(kind)) - leaving + coming)
        for order in reversed(ordered):  # what is still on order is cancelled first, newest first
            given_up = min(max(-missing, 0), order.outstanding)
            order.outstanding -= given_up
            missing += given_up
        if missing > 0:
            admission = admit(missing, growth_limits(self, kind), kind)
            resizing.fail(admission.code, admission.message)
            if admission.nodes:
                order = Order(kind, admission.nodes)
                resizing.orders.append(order)
                self.world.env.process(self._deliver(order))
        elif missing < 0:
            for sequence in choose_victims(self, kind, -missing):
                self._remove(resizing, self.nodes[sequence])

    def _deliver(self, order: Order) -> Life:
        """Obtain the nodes of an order one after the other, as the region hands them out."""
        tail = self.description.simulation.timing.allocation_tail
        model = self.world.scenario.options.allocation_tail_model
        first = self.world.env.clock + self.spans.allocation()
        k = 0
        while order.outstanding:
            yield self.world.env.at(first + to_ms(behind_first(k, tail, model)), NODES)
            if not order.outstanding:
                return
            k += 1
            order.outstanding -= 1
            sequence = self._appear(order.kind)
            if self.resizing is not None and self.world.scenario.options.steady_when != "allocated":
                self.resizing.awaited.add(sequence)
            self._progress()

    def _appear(self, kind: NodeKind) -> int:
        sequence = len(self.numbers)
        self.kernel.nodes.reserve(sequence + 1)
        suffix = "d" if kind is NodeKind.DEDICATED else "p"
        number = self.world.record.node(f"{self.id}_{sequence + 1}_{suffix}", self.index, kind, sequence)
        self.numbers.append(number)
        self.nodes[sequence] = Node(self, kind, sequence, number)
        return sequence

    def _remove(self, resizing: Resize, node: Node) -> None:
        resizing.victims.add(node.sequence)
        node.leaving = True
        node.process.interrupt(Leave(resizing.option or NodeDeallocationOption.REQUEUE))

    def _time_out(self, resizing: Resize) -> None:
        if self.resizing is not resizing:
            return
        if resizing.awaited or any(order.outstanding for order in resizing.orders):
            self._cancel_orders(
                resizing,
                "AllocationTimedout",
                "Desired number of nodes could not be allocated as the resize timeout was reached",
            )
        if self.autoscaler is not None and any(self.nodes[n].draining for n in resizing.victims):
            return  # a drain under autoscale has no timeout (assumption P60)
        undrained = [n for n in sorted(resizing.victims) if self.nodes[n].draining]
        for sequence in undrained:
            resizing.fail("RemoveNodesFailed", "Nodes could not be removed before the resize timeout")
            resizing.victims.discard(sequence)
            self.nodes[sequence].process.interrupt(Stay())
        self._finish(resizing)

    def _cancel_orders(self, resizing: Resize, code: str, message: str) -> None:
        resizing.fail(code, message)
        resizing.awaited.clear()
        for order in resizing.orders:
            order.outstanding = 0

    def _progress(self) -> None:
        if self.resizing is not None and self.resizing.is_complete:
            self._finish(self.resizing)

    def _finish(self, resizing: Resize) -> None:
        self.resizing = None
        self._end_row(resizing.row, resizing.code, resizing.message)
        if self.pending is not None and not self.deleted:
            (targets, option), self.pending = self.pending, None
            self.autoscale(targets, option)

    def _end_row(self, row: int, code: str, message: str) -> None:
        dedicated, low_priority = (len(self.of_kind(kind)) for kind in NodeKind)
        self.world.record.resize_ended(row, self.world.env.clock, code, message, dedicated, low_priority)

    # ---- what nodes tell -----------------------------------------------------------------------------------

    def got_vm(self, node: Node) -> None:
        """Note that a VM stands behind `node`; low-priority ones live as long as the model lets them."""
        if node.kind is NodeKind.LOW_PRIORITY:
            watch_vm(self, node)

    def lost_vm(self, node: Node) -> None:
        """Seek capacity for a preempted node for as long as it is wanted (spec §6.1: continually)."""
        if self.available is None:
            event = self.world.env.after(self.spans.recovery())
            event.callbacks.append(lambda _: self._try_to_recover(node))

    def node_entered(self, node: Node) -> None:
        """Note a change of state; a growth may have waited for it (assumption P32, `steady_when`)."""
        if self.resizing is None or node.sequence not in self.resizing.awaited:
            return
        if self.world.scenario.options.steady_when == "idle":
            on_its_way = node.state in (NodeState.CREATING, NodeState.STARTING, NodeState.WAITINGFORSTARTTASK)
        else:
            on_its_way = node.state is NodeState.CREATING
        if not on_its_way:
            self.resizing.awaited.discard(node.sequence)
            self._progress()

    def lost_node(self, node: Node) -> None:
        """`node` is gone."""
        del self.nodes[node.sequence]
        if self.resizing is not None:
            self.resizing.victims.discard(node.sequence)
            self._progress()

    def preempt(self, node: Node) -> None:
        """Take the VM behind `node` back now."""
        if node.has_vm:
            node.process.interrupt(Preempt())

    def stop_tasks(self, node: Node, outcome: Outcome) -> None:
        """End everything that runs on `node` now."""
        self.kernel.out_of_service(node.sequence, self.world.env.clock, outcome)

    def _try_to_recover(self, node: Node) -> None:
        if node.state is not NodeState.PREEMPTED or node.leaving or node.recovered.triggered:
            return
        quota = self.world.scenario.account.low_priority_core_quota
        if (
            quota is not None
            and preempted_is_free(self.world)
            and self.world.core_use(NodeKind.LOW_PRIORITY) + self.size.vcpus > quota
        ):
            self.lost_vm(node)  # others took the cores meanwhile: seek again
            return
        node.recovered.succeed()
