"""A compute node: boots, serves, is restarted, broken, preempted and brought back, and leaves."""

from __future__ import annotations

import math
from collections.abc import Generator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, assert_never

import simpy

from simulator.engine.nodes import interrupts
from simulator.engine.nodes.startup import start
from simulator.engine.nodes.task_slots import DRAINING, TaskSlots
from simulator.policy.local_disk import is_cleared_by_restart
from simulator.policy.node_preemption import exponential_life
from simulator.results.why.reasons import NodeFault
from simulator.states import WITHOUT_VM, NodeDeallocationOption, NodeKind, NodeState, Outcome
from simulator.units import to_ms

if TYPE_CHECKING:
    from simulator.engine.nodes.home import Home
    from simulator.engine.nodes.interrupts import Break, Deallocate, Interruption, Next, Restart
    from simulator.engine.nodes.setup_spec import Setup
    from simulator.engine.nodes.site import Site

Life = Generator[simpy.Event, Any, Any]
SERVING = (NodeState.IDLE, NodeState.OFFLINE)
BROKEN = (NodeState.STARTTASKFAILED, NodeState.UNUSABLE, NodeState.UNKNOWN)
OUT_OF_CONTACT = (None, *WITHOUT_VM, NodeState.UNUSABLE, NodeState.UNKNOWN)
"""States in which there is no contact that could be lost."""


class Node:
    """A logical node of a pool: keeps its id and its place in the count while the VM behind it changes."""

    def __init__(
        self, site: Site, home: Home, kind: NodeKind, sequence: int, number: int, *, place: int, name: int, machine: int
    ) -> None:
        self.site = site
        self.home = home
        self._env = site.world.env
        self.kind = kind
        self.sequence = sequence
        """Index in the pool's kernel, in creation order, never reused."""
        self.number = number
        """Row of the node table."""
        self.place = place
        """How many nodes of its kind the pool had before it; this identifies its random draws."""
        self.name = name
        """Number in the name of its machine."""
        self.machine = machine
        """Number of its address."""
        self.state: NodeState | None = None
        self.allocated = self._env.clock
        self.vm = 0
        """How many VMs have stood behind this node."""
        self.boots = 0
        """How often it has started, on whatever VM."""
        self.last_boot = -1
        self.setup: Setup | None = None
        """Start task, packages and certificates that its last start took."""
        self.leaving = False
        self.draining: NodeDeallocationOption | None = None
        """What its removal waits for; None = it is not to leave, or waits for nothing any more."""
        self.disabled: NodeDeallocationOption | None = None
        """What becomes of tasks here since an operator has disabled scheduling; None = it is enabled."""
        self.is_open = True
        """Whether tasks are placed here while it is in service."""
        self.restarting = False
        """Whether a restart is under way, or waits for tasks to end."""
        self._postponed: Restart | Deallocate | None = None
        """A restart or deallocation that waited for tasks to end when contact was lost."""
        self._upgraded: simpy.Event | None = None
        self._contact_watch = 0
        """Which watch on its contact is in force."""
        self._will_recover = False
        self.slots = TaskSlots(site, sequence)
        self._recovered = simpy.Event(self._env)
        """Happens when capacity for a preempted node has been found."""
        self._process = self._env.process(self._life())

    # ---- reading -------------------------------------------------------------------------------------------

    @property
    def id(self) -> str:
        return self.site.world.record.nodes[self.number].id

    @property
    def zone(self) -> int:
        return self.site.world.record.nodes[self.number].zone

    @property
    def has_vm(self) -> bool:
        return self.state is not None and self.state not in WITHOUT_VM

    @property
    def can_stay(self) -> bool:
        """Whether it only drains so far and can go back to work."""
        return self.draining is not None and self.state is NodeState.LEAVINGPOOL

    @property
    def can_lose_contact(self) -> bool:
        """Whether contact can be lost now: there is some, and the node is not past its drain."""
        return self.state not in OUT_OF_CONTACT and (not self.leaving or self.draining is not None)

    @property
    def awaits_capacity(self) -> bool:
        """Whether it is preempted and no capacity has been found for it yet."""
        return self.state is NodeState.PREEMPTED and not self.leaving and not self._recovered.triggered

    @property
    def is_returning(self) -> bool:
        """Whether it is preempted, and capacity has been found for it at this instant."""
        return self.state is NodeState.PREEMPTED and not self.leaving and self._recovered.triggered

    @property
    def in_service(self) -> bool:
        """Whether tasks may be placed here: the node is idle or running, and scheduling is enabled."""
        return self.state is NodeState.IDLE and self.is_open

    @property
    def is_settled(self) -> bool:
        """Whether nothing changes here unless somebody asks for it."""
        rests = self.state in SERVING or self.state is NodeState.DEALLOCATED
        return not self.restarting and (rests or (self.state in BROKEN and not self._will_recover))

    # ---- what others do to it --------------------------------------------------------------------------------

    def interrupt(self, cause: Interruption) -> None:
        """Interrupt whatever the node does."""
        self._process.interrupt(cause)

    def leave(self, option: NodeDeallocationOption) -> None:
        """Remove the node; one that drains already changes its option, one past its drain is leaving as it is."""
        if not self.leaving or self.draining is not None:
            self.leaving = True
            self.interrupt(interrupts.Leave(option))

    def stay(self) -> None:
        """Put a draining node back to work."""
        self.leaving = False
        self.interrupt(interrupts.Stay())

    def preempt(self) -> None:
        """Take the VM behind the node away now, if there is one."""
        if self.has_vm:
            self.interrupt(interrupts.Preempt())

    def recover(self) -> None:
        """Bring a preempted node back: capacity has been found."""
        self._recovered.succeed()

    def upgrade(self, option: NodeDeallocationOption) -> simpy.Event:
        """Restart the node with another version of its operating system; return the event of its end."""
        self._upgraded = simpy.Event(self._env)
        self.interrupt(interrupts.Restart(NodeState.UPGRADINGOS, option))
        return self._upgraded

    def lose_contact(self, state: NodeState, recovery: float | None, why: str) -> None:
        """Break the node; `recovery` in seconds, None = as long as the options say, infinite = forever."""
        if recovery is None:
            span = self.site.durations.contact(self)
        else:
            span = None if math.isinf(recovery) else to_ms(recovery)
        self.interrupt(interrupts.Break(state, why, span))

    # ---- the life ------------------------------------------------------------------------------------------

    def _life(self) -> Life:
        """Boot and serve, and follow whatever interrupts that, until the pool lets the node go."""
        following: Next = yield from self._interruptible(self._boot())
        while not isinstance(following, interrupts.End):
            following = yield from self._interruptible(self._phase(following))
        self.enter(None)
        self.home.gone(self)

    def _interruptible(self, phase: Life) -> Life:
        """Live through a phase; return what follows it, or the cause that interrupted it."""
        try:
            return (yield from phase)
        except simpy.Interrupt as interrupt:
            return interrupt.cause

    def _phase(self, following: Interruption | None) -> Life:
        """Return the phase that an interruption begins; None begins service."""
        if not isinstance(following, interrupts.Break):
            self._postponed = None  # what was asked since replaces it
        match following:
            case None:
                return self._serve()
            case interrupts.Leave():
                return self._leave(following.option)
            case interrupts.Stay():
                self.draining = None
                return self._serve()
            case interrupts.Preempt():
                return self._lose_vm()
            case interrupts.Restart():
                return self._restart(following)
            case interrupts.Deallocate():
                return self._deallocate(following)
            case interrupts.Start():
                return self._start_again()
            case interrupts.Break():
                return self._stay_broken(following)
            case interrupts.Disable():
                self.disabled = following.option
                return self._serve()
            case interrupts.Enable():
                self.disabled = None
                return self._serve()
            case _:
                assert_never(following)

    def _boot(self) -> Life:
        """Get from an obtained VM to the first moment in service."""
        self.vm += 1
        self.enter(NodeState.CREATING)
        self.home.obtained_vm(self)
        yield self._env.after(self.site.durations.creating(self))
        return (yield from start(self, fresh=True))

    def begin_start(self) -> Setup:
        """Enter `starting`; return what this start puts on the node."""
        self.enter(NodeState.STARTING)
        self.boots += 1
        self.last_boot = self._env.clock
        self.site.world.record.booted(self.number, self._env.clock)
        self.setup = self.site.setup
        return self.setup

    def _serve(self) -> Life:
        """Run tasks until somebody interrupts."""
        if self.disabled is not None:
            return (yield from self._stay_offline(self.disabled))
        self.enter(NodeState.IDLE)
        self.slots.open()
        self._watch_contact()
        yield simpy.Event(self._env)
        return None

    # ---- restarts and operators ------------------------------------------------------------------------------

    def _restart(self, asked: Restart) -> Life:
        """Satisfy the option, then start again; only a reimage loses what was on the disk."""
        self.restarting = True
        if self.state is not None and is_cleared_by_restart(self.state):
            self.home.freed_disk(self)
        fresh = asked.state is NodeState.REIMAGING or self.state is NodeState.STARTING
        try:
            yield from self._empty(asked)
            self.enter(asked.state)
            yield self._env.after(self.site.durations.step(asked.state, self))
            return (yield from start(self, fresh=fresh))
        finally:
            self._restarted()

    def _restarted(self) -> None:
        """Note that no restart is under way any more, however it ended; an upgrade may wait for that."""
        self.restarting = False
        if self._upgraded is not None and not self._upgraded.triggered:
            self._upgraded.succeed()

    def _deallocate(self, asked: Deallocate) -> Life:
        """Satisfy the option, stop the VM, and stay in the pool without one until somebody starts it."""
        self.restarting = True
        try:
            yield from self._empty(asked)
            self.enter(NodeState.DEALLOCATING)
            yield self._env.after(self.site.durations.step(NodeState.DEALLOCATING, self))
        finally:
            self._restarted()
        self.enter(NodeState.DEALLOCATED)
        yield simpy.Event(self._env)
        return None

    def _start_again(self) -> Life:
        """Get a VM for the node's disk, and start on it."""
        self.vm += 1
        boot = start(self, fresh=True)
        self.home.obtained_vm(self)
        return (yield from boot)

    def _stay_offline(self, option: NodeDeallocationOption) -> Life:
        """Take no tasks until scheduling is enabled again."""
        if option in DRAINING and not self.slots.close():
            self.enter(NodeState.IDLE, is_open=False)
            yield from self.slots.drain(option)
        else:
            self.slots.stop(option)
        self.enter(NodeState.OFFLINE)
        yield simpy.Event(self._env)
        return None

    def _empty(self, asked: Restart | Deallocate) -> Life:
        """Take no new tasks, and end or await those that run as the option says; the state stays."""
        if asked.option in DRAINING and self.state is NodeState.IDLE:
            self.enter(NodeState.IDLE, is_open=False)
            self._postponed = asked
            yield from self.slots.drain(asked.option)
            self._postponed = None
        else:
            self.slots.stop(asked.option)

    # ---- faults --------------------------------------------------------------------------------------------

    def _watch_contact(self) -> None:
        """Draw when contact with a node in service is lost, under a constant hazard."""
        model = self.site.description.simulation.contact_loss
        if model.rate_per_hour <= 0:
            return
        self._contact_watch += 1
        watch = self._contact_watch

        def end(_: object) -> None:
            if self._contact_watch == watch and self.can_lose_contact:
                self.lose_contact(NodeState(model.state), None, NodeFault.CONTACT_LOST)

        life = exponential_life(model.rate_per_hour, self.site.draw("contact loss", self))
        self._env.after(to_ms(life)).callbacks.append(end)

    def _stay_broken(self, asked: Break) -> Life:
        """Do nothing until contact is back, or until somebody removes or restarts the node.

        Tasks run on until the service gives the node up; what ends before counts (`docs/model.md#lost-contact`). A
        restart or deallocation that waited for them is resumed when contact is back.
        """
        env, before = self._env, self.state
        is_empty = self.slots.close()
        patience = 0 if is_empty else to_ms(self.site.world.options.lost_node_requeue_delay)
        self._will_recover = asked.recovery is not None
        self.enter(asked.state, why=asked.why)
        try:
            if asked.recovery is not None and asked.recovery <= patience:
                yield env.after(asked.recovery)
                if self.draining is not None:
                    return interrupts.Leave(self.draining)
            else:
                if not is_empty:
                    yield env.after(patience)
                    self.slots.end_tasks(Outcome.LOST)
                if self.draining is not None:  # nothing here is worth waiting for
                    return interrupts.Leave(NodeDeallocationOption.REQUEUE)
                yield simpy.Event(env) if asked.recovery is None else env.after(asked.recovery - patience)
        finally:
            self._will_recover = False
        if before is NodeState.STARTTASKFAILED:
            return interrupts.Break(before, NodeFault.START_TASK_BEFORE)
        if self._postponed is not None:
            self.enter(NodeState.IDLE, is_open=False)
            return self._postponed
        return None if before in SERVING else (yield from start(self, fresh=True))

    # ---- ends ----------------------------------------------------------------------------------------------

    def _leave(self, option: NodeDeallocationOption) -> Life:
        """Await, requeue or end the tasks, then take the time that removal takes.

        Whatever interrupts a drain counts: another option, contact lost, or that the node stays after all.
        """
        if self.state in WITHOUT_VM:
            return interrupts.End()
        if option in DRAINING and (self.draining is not None or self.state in SERVING):
            self.draining = option
            self.enter(NodeState.LEAVINGPOOL)
            yield from self.slots.drain(option)
        self.draining = None
        self.slots.stop(option)
        self.home.drained()
        if self.state is not NodeState.LEAVINGPOOL:
            self.enter(NodeState.LEAVINGPOOL)
        self.site.world.record.removal(self.number, self._env.clock)
        with suppress(simpy.Interrupt):  # a VM that is taken away meanwhile is gone the sooner
            yield self._env.after(self.site.durations.leaving(self))
        return interrupts.End()

    def _lose_vm(self) -> Life:
        """Requeue the tasks without using a retry, and wait for capacity."""
        self.slots.end_tasks(Outcome.PREEMPTED)
        self._restarted()
        if self.leaving:
            return interrupts.End()
        self.enter(NodeState.PREEMPTED)
        self._recovered = simpy.Event(self._env)
        self.home.lost_vm(self)
        while not self._recovered.triggered:
            try:
                yield self._recovered
            except simpy.Interrupt as interrupt:
                if isinstance(interrupt.cause, interrupts.Leave):
                    return interrupts.End()
        return (yield from self._boot())

    def enter(self, state: NodeState | None, *, is_open: bool = True, why: str = "") -> None:
        """Change state, and record and report it; None = gone."""
        if state is not self.state or is_open is not self.is_open:
            self.site.world.record.state(self.number, state, self._env.clock, is_open=is_open, why=why)
        self.state = state
        self.is_open = is_open
        self.home.entered(self)
