"""A compute node: boots, serves, is restarted, broken, taken away and brought back, and leaves."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import simpy

from simulator.engine.environment import NODES
from simulator.engine.nodes import task_slots
from simulator.engine.nodes.contact_loss import watch_contact
from simulator.engine.nodes.interrupts import (
    Break,
    Deallocate,
    Disable,
    Enable,
    Go,
    Leave,
    Order,
    Preempt,
    Restart,
    Start,
    Stay,
)
from simulator.engine.nodes.startup import start
from simulator.states import WITHOUT_VM, NodeDeallocationOption, NodeKind, NodeState, Outcome
from simulator.units import to_ms

if TYPE_CHECKING:
    from simulator.engine.nodes.setup_spec import Setup
    from simulator.engine.pools.pool import Pool

Life = Generator[simpy.Event, Any, Any]
DRAINING = (NodeDeallocationOption.TASKCOMPLETION, NodeDeallocationOption.RETAINEDDATA)
SERVING = (NodeState.IDLE, NodeState.OFFLINE)
BROKEN = (NodeState.STARTTASKFAILED, NodeState.UNUSABLE, NodeState.UNKNOWN)


class Node:
    """A logical node of a pool: keeps its id and its place in the count while the VM behind it changes."""

    def __init__(
        self, pool: Pool, kind: NodeKind, sequence: int, number: int, *, place: int, name: int, machine: int
    ) -> None:
        self.pool = pool
        self.env = pool.world.env
        self.kind = kind
        self.sequence = sequence
        """Index in the pool's kernel; given in creation order, never reused."""
        self.number = number
        """Row of the node table."""
        self.place = place
        """How many nodes of its kind were in the pool before it: by that it has its luck."""
        self.name = name
        """Number in the name of its machine."""
        self.machine = machine
        """Number of its address."""
        self.state: NodeState | None = None
        self.allocated = self.env.clock
        self.vm = 0
        """How many VMs have stood behind this node."""
        self.boots = 0
        """How often it has started, on whatever VM."""
        self.last_boot = -1
        self.leaving = False
        self.draining: NodeDeallocationOption | None = None
        """What its removal waits for; None = it is not to go, or has nothing to wait for any more."""
        self.disabled: NodeDeallocationOption | None = None
        """What becomes of tasks here since an operator has disabled scheduling; None = it is enabled."""
        self.is_open = True
        """Whether tasks are placed here while it is in service."""
        self.restarting = False
        """Whether a restart is under way, or waits for tasks to end."""
        self._postponed: Order = None
        """A restart or deallocation that waited for tasks to end when contact was lost."""
        self.upgraded: simpy.Event | None = None
        """Happens when its part in an upgrade of the operating system is over."""
        self.setup: Setup | None = None
        """Start task, packages and certificates that its last start took."""
        self.watched = 0
        """Which watch on its contact is in force."""
        self._will_recover = False
        self.empty = simpy.Event(self.env)
        """Happens when the last task of a draining node has ended."""
        self.recovered = simpy.Event(self.env)
        """Happens when capacity for a preempted node has been found."""
        self.process = self.env.process(self.life())

    @property
    def id(self) -> str:
        return self.pool.world.record.nodes[self.number].id

    @property
    def has_vm(self) -> bool:
        return self.state is not None and self.state not in WITHOUT_VM

    @property
    def can_stay(self) -> bool:
        """Whether it only drains so far, and can be told to go back to work."""
        return self.draining is not None and self.state is NodeState.LEAVINGPOOL

    @property
    def in_service(self) -> bool:
        """Whether tasks may be placed here: the node is idle or running, and scheduling is enabled."""
        return self.state is NodeState.IDLE and self.is_open

    @property
    def is_settled(self) -> bool:
        """Whether nothing will change here unless somebody wants it."""
        rests = self.state in SERVING or self.state is NodeState.DEALLOCATED
        return not self.restarting and (rests or (self.state in BROKEN and not self._will_recover))

    def tell(self, order: Order) -> None:
        """Interrupt whatever the node does."""
        self.process.interrupt(order)

    # ---- the life ------------------------------------------------------------------------------------------

    def life(self) -> Life:
        """Boot and serve, and obey whatever puts an end to that, until the pool lets the node go."""
        order: Order = yield from self._heed(self._boot())
        while not isinstance(order, Go):
            order = yield from self._heed(self._obey(order))
        self._enter(None)
        self.pool.lost_node(self)

    def _heed(self, phase: Life) -> Life:
        """Live through a phase; give what comes next, which may be what somebody wants instead."""
        try:
            return (yield from phase)
        except simpy.Interrupt as interrupt:
            return interrupt.cause

    def _obey(self, order: Order) -> Life:
        if not isinstance(order, Break):
            self._postponed = None  # what was ordered since replaces it
        match order:
            case Leave():
                return self._leave(order.option)
            case Stay():
                self.draining = None
                return self._serve()
            case Preempt():
                return self._lose_vm()
            case Restart():
                return self._restart(order)
            case Deallocate():
                return self._deallocate(order)
            case Start():
                return self._start_again()
            case Break():
                return self._stand_broken(order)
            case Disable():
                self.disabled = order.option
                return self._serve()
            case Enable():
                self.disabled = None
                return self._serve()
            case _:
                return self._serve()

    def _boot(self) -> Life:
        """Get from an obtained VM to the first moment in service."""
        self.vm += 1
        self._enter(NodeState.CREATING)
        self.pool.got_vm(self)
        yield self.env.after(self.pool.spans.creating(self))
        return (yield from start(self, fresh=True))

    def _serve(self) -> Life:
        """Let tasks run until somebody interrupts."""
        if self.disabled is not None:
            return (yield from self._stand_offline(self.disabled))
        self._enter(NodeState.IDLE)
        task_slots.serve(self)
        watch_contact(self.pool, self)
        yield simpy.Event(self.env)
        return None

    # ---- restarts and operators -------------------------------------------------------------------------------

    def _restart(self, order: Restart) -> Life:
        """Satisfy the option, then start again; what was on the disk is lost only by a reimage."""
        self.restarting = True
        if self.state is NodeState.UNUSABLE and self.pool.disks is not None:
            self.pool.disks.wiped(self.sequence)  # whoever reboots it has freed the disk (spec §2.2)
        fresh = order.state is NodeState.REIMAGING or self.state in (NodeState.CREATING, NodeState.STARTING)
        try:
            yield from self._empty(order)
            self._enter(order.state)
            yield self.env.after(self.pool.spans.step(order.state, self))
            return (yield from start(self, fresh=fresh))
        finally:
            self._restarted()

    def _restarted(self) -> None:
        """Note that no restart is under way any more, however it ended; an upgrade may wait for that."""
        self.restarting = False
        if self.upgraded is not None and not self.upgraded.triggered:
            self.upgraded.succeed()

    def _deallocate(self, order: Deallocate) -> Life:
        """Satisfy the option, stop the VM, and be in the pool without one until somebody starts it (assumption P27)."""
        self.restarting = True
        try:
            yield from self._empty(order)
            self._enter(NodeState.DEALLOCATING)
            yield self.env.after(self.pool.spans.step(NodeState.DEALLOCATING, self))
        finally:
            self._restarted()
        self._enter(NodeState.DEALLOCATED)
        yield simpy.Event(self.env)
        return None

    def _start_again(self) -> Life:
        """Get a VM for the node's disk, and start on it."""
        self.vm += 1
        boot = start(self, fresh=True)
        self.pool.got_vm(self)
        return (yield from boot)

    def _stand_offline(self, option: NodeDeallocationOption) -> Life:
        """Take no tasks until scheduling is enabled again."""
        if option in DRAINING and not task_slots.close(self):
            self._enter(NodeState.IDLE, is_open=False)
            yield from self._drain(option)
        else:
            task_slots.stop_tasks(self, ended_by(option))
        self._enter(NodeState.OFFLINE)
        yield simpy.Event(self.env)
        return None

    def _empty(self, order: Restart | Deallocate) -> Life:
        """Take no new tasks, and get rid of those that run as the order's option says; the state stays."""
        if order.option in DRAINING and self.state is NodeState.IDLE:
            self._enter(NodeState.IDLE, is_open=False)
            self._postponed = order
            yield from self._drain(order.option)
            self._postponed = None
        else:
            task_slots.stop_tasks(self, ended_by(order.option))

    def _drain(self, option: NodeDeallocationOption) -> Life:
        """Wait for the last task, and for its retention if asked."""
        self.empty = simpy.Event(self.env)
        if not task_slots.drain(self):
            yield self.empty
        if option is NodeDeallocationOption.RETAINEDDATA:
            yield self.env.at(task_slots.retained_until(self), NODES)

    # ---- faults --------------------------------------------------------------------------------------------

    def _stand_broken(self, order: Break) -> Life:
        """Do nothing until contact is back, or until somebody removes or restarts the node.

        Tasks run on until the service gives the node up (assumption P24); what ends before counts. A restart or
        deallocation that waited for them is taken up again when contact is back.
        """
        env, before = self.env, self.state
        is_empty = task_slots.close(self)
        patience = 0 if is_empty else to_ms(self.pool.world.scenario.options.lost_node_requeue_delay)
        self._will_recover = order.recovery is not None
        self._enter(order.state, why=order.why)
        try:
            if order.recovery is not None and order.recovery <= patience:
                yield env.after(order.recovery)
                if self.draining is not None:
                    return Leave(self.draining)
            else:
                if not is_empty:
                    yield env.after(patience)
                    task_slots.stop_tasks(self, Outcome.PREEMPTED)
                if self.draining is not None:
                    return Leave(NodeDeallocationOption.REQUEUE)  # it was to go: nothing here is worth waiting for
                yield simpy.Event(env) if order.recovery is None else env.after(order.recovery - patience)
        finally:
            self._will_recover = False
        if before is NodeState.STARTTASKFAILED:
            return Break(before, "its start task had failed before contact was lost")
        if self._postponed is not None:
            self._enter(NodeState.IDLE, is_open=False)
            return self._postponed
        return None if before in SERVING else (yield from start(self, fresh=True))

    # ---- ends ----------------------------------------------------------------------------------------------

    def _leave(self, option: NodeDeallocationOption) -> Life:
        """Let tasks end, give them back or end them, then take the time that removal takes.

        Whatever comes in the way of a drain is heeded: another option, contact lost, or that it is to stay after all.
        """
        if self.state in WITHOUT_VM:
            return Go()
        if option in DRAINING and (self.draining is not None or self.state is NodeState.IDLE):
            self.draining = option
            self._enter(NodeState.LEAVINGPOOL)
            yield from self._drain(option)
        self.draining = None
        task_slots.stop_tasks(self, ended_by(option))
        if self.state is not NodeState.LEAVINGPOOL:
            self._enter(NodeState.LEAVINGPOOL)
        self.pool.world.record.removal(self.number, self.env.clock)
        with suppress(simpy.Interrupt):  # capacity taken back meanwhile: gone the sooner
            yield self.env.after(self.pool.spans.leaving(self))
        return Go()

    def _lose_vm(self) -> Life:
        """Give the tasks back without using a retry, and wait for capacity."""
        task_slots.stop_tasks(self, Outcome.PREEMPTED)
        self._restarted()
        if self.leaving:
            return Go()
        self._enter(NodeState.PREEMPTED)
        self.recovered = simpy.Event(self.env)
        self.pool.lost_vm(self)
        while not self.recovered.triggered:
            try:
                yield self.recovered
            except simpy.Interrupt as interrupt:
                if isinstance(interrupt.cause, Leave):
                    return Go()
        return (yield from self._boot())

    def _enter(self, state: NodeState | None, *, is_open: bool = True, why: str = "") -> None:
        if state is not self.state or is_open is not self.is_open:
            self.pool.world.record.state(self.number, state, self.env.clock, is_open=is_open, why=why)
        self.state = state
        self.is_open = is_open
        self.pool.node_entered(self)

    def enter(self, state: NodeState) -> None:
        """Change state; for the steps of a start."""
        self._enter(state)


def ended_by(option: NodeDeallocationOption) -> Outcome:
    """Give how attempts end that are stopped at once."""
    return Outcome.TERMINATED if option is NodeDeallocationOption.TERMINATE else Outcome.REQUEUED
