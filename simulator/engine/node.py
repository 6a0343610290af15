"""A compute node: boots, serves, is taken away and comes back, and leaves."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import simpy

from simulator.engine.environment import NODES
from simulator.states import NodeDeallocationOption, NodeKind, NodeState, Outcome

if TYPE_CHECKING:
    from simulator.engine.pool import Pool

Life = Generator[simpy.Event, Any, Any]


@dataclass(frozen=True, slots=True)
class Preempt:
    """Azure takes the VM back."""


@dataclass(frozen=True, slots=True)
class Leave:
    """The pool no longer wants the node."""

    option: NodeDeallocationOption


@dataclass(frozen=True, slots=True)
class Stay:
    """A resize ran out of time while the node was draining: back to work."""


class Node:
    """A logical node of a pool: keeps its id and its place in the count while the VM behind it changes."""

    def __init__(self, pool: Pool, kind: NodeKind, sequence: int, number: int) -> None:
        self.pool = pool
        self.env = pool.world.env
        self.kind = kind
        self.sequence = sequence
        """Index in the pool's kernel; given in creation order, never reused."""
        self.number = number
        """Row of the node table."""
        self.state: NodeState | None = None
        self.allocated = self.env.clock
        self.vm = 0
        """How many VMs have stood behind this node."""
        self.leaving = False
        self.draining = False
        self.empty = simpy.Event(self.env)
        """Happens when the last task of a draining node has ended."""
        self.recovered = simpy.Event(self.env)
        """Happens when capacity for a preempted node has been found."""
        self.process = self.env.process(self.life())

    @property
    def has_vm(self) -> bool:
        return self.state not in (None, NodeState.PREEMPTED)

    @property
    def in_service(self) -> bool:
        """Whether tasks may be placed here: the node is idle or running."""
        return self.state is NodeState.IDLE

    def life(self) -> Life:
        """Boot and serve, again whenever a lost VM was replaced, until the pool lets the node go."""
        while True:
            cause = yield from self._work()
            if isinstance(cause, Leave):
                gone = yield from self._leave(cause.option)
            else:
                self._lose_vm()
                gone = yield from self._await_vm()
            if gone:
                self._enter(None)
                self.pool.lost_node(self)
                return

    def _work(self) -> Life:
        """Boot and serve; gives what put an end to it."""
        try:
            yield from self._boot()
            yield from self._serve()
        except simpy.Interrupt as interrupt:
            return interrupt.cause

    def _boot(self) -> Life:
        """Get from an obtained VM to the first moment in service."""
        self.vm += 1
        self._enter(NodeState.CREATING)
        self.pool.got_vm(self)
        yield self.env.after(self.pool.spans.creating())
        self._enter(NodeState.STARTING)
        yield self.env.after(self.pool.spans.starting())
        if self.pool.waits_for_start_task:
            self._enter(NodeState.WAITINGFORSTARTTASK)
            yield self.env.after(self.pool.spans.start_task())
        self._enter(NodeState.IDLE)

    def _serve(self) -> Life:
        """Let tasks run until somebody interrupts; come back here from a drain that was called off."""
        while True:
            self.pool.kernel.in_service(self.sequence)
            try:
                yield simpy.Event(self.env)
            except simpy.Interrupt as interrupt:
                if not isinstance(interrupt.cause, Leave) or not self._drains(interrupt.cause):
                    raise
                stayed = yield from self._drain(interrupt.cause)
                if not stayed:
                    raise
                self.leaving = False
                self._enter(NodeState.IDLE)

    def _drains(self, leave: Leave) -> bool:
        return leave.option in (NodeDeallocationOption.TASKCOMPLETION, NodeDeallocationOption.RETAINEDDATA)

    def _drain(self, leave: Leave) -> Life:
        """Take no new tasks and wait for the last one, and for its retention if asked.

        Gives True if the drain was called off, False when the node may go; a preemption goes on upwards.
        """
        self._enter(NodeState.LEAVINGPOOL)
        self.empty = simpy.Event(self.env)
        self.draining = True
        try:
            if not self.pool.kernel.drain(self.sequence):
                yield self.empty
            if leave.option is NodeDeallocationOption.RETAINEDDATA:
                yield self.env.at(self.pool.retained_until(self.sequence), NODES)
        except simpy.Interrupt as interrupt:
            if isinstance(interrupt.cause, Stay):
                return True
            raise
        finally:
            self.draining = False
        return False

    def _leave(self, option: NodeDeallocationOption) -> Life:
        """Give tasks back or end them, then take the time that removal takes. Always gone afterwards."""
        outcome = Outcome.TERMINATED if option is NodeDeallocationOption.TERMINATE else Outcome.REQUEUED
        if self.in_service:
            self.pool.stop_tasks(self, outcome)
        if self.state is not NodeState.LEAVINGPOOL:
            self._enter(NodeState.LEAVINGPOOL)
        self.pool.world.record.removal(self.number, self.env.clock)
        with suppress(simpy.Interrupt):  # capacity taken back meanwhile: gone the sooner
            yield self.env.after(self.pool.spans.leaving())
        return True

    def _lose_vm(self) -> None:
        """Give the tasks back to the queue; no retry is used."""
        if self.in_service or self.state is NodeState.LEAVINGPOOL:
            self.pool.stop_tasks(self, Outcome.PREEMPTED)

    def _await_vm(self) -> Life:
        """Wait for capacity; gives True if the node is not wanted any more."""
        if self.leaving:
            return True
        self._enter(NodeState.PREEMPTED)
        self.recovered = simpy.Event(self.env)
        self.pool.lost_vm(self)
        try:
            yield self.recovered
        except simpy.Interrupt:
            return True
        return False

    def _enter(self, state: NodeState | None) -> None:
        self.pool.world.record.state(self.number, state, self.env.clock)
        self.state = state
        self.pool.node_entered(self)
