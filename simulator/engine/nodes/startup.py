"""From `starting` to the first task: certificates, packages, images, then the start task (spec §10)."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import simpy

from simulator.engine.nodes.interrupts import Break, Order
from simulator.errors import BrokenInvariantError
from simulator.states import NodeState
from simulator.units import to_ms

if TYPE_CHECKING:
    from simulator.engine.nodes.node import Node
    from simulator.engine.nodes.setup_spec import Setup

Steps = Generator[simpy.Event, Any, Order]


@dataclass(slots=True, eq=False)
class Start:
    """One attempt of a start task."""

    most: int = 0
    """How many ran at once at most while it did."""


class Crowd:
    """The start tasks that run in a pool, where it matters how many they are."""

    def __init__(self, *, matters: bool) -> None:
        self._matters = matters
        self._running: dict[Start, None] = {}

    def enter(self) -> Start:
        """Begin one more."""
        mine = Start(1)
        if self._matters:
            self._running[mine] = None
            for other in self._running:
                other.most = max(other.most, len(self._running))
        return mine

    def leave(self, mine: Start) -> None:
        """End one."""
        self._running.pop(mine, None)


def start(node: Node, *, fresh: bool) -> Steps:
    """Start on a `fresh` image or on the disk as it was; gives None when ready, else what broke the node."""
    pool, env = node.pool, node.env
    node.enter(NodeState.STARTING)
    node.boots += 1
    node.last_boot = env.clock
    pool.world.record.booted(node.number, env.clock)
    node.setup = setup = pool.setup
    if fresh:
        yield env.after(pool.spans.starting(node))
    if pool.description.simulation.network_blocked:
        return Break(NodeState.UNUSABLE, "network blocked")
    if setup.certificates:
        yield env.after(to_ms(pool.description.simulation.timing.certificate_install))
    for item in setup.downloads:
        yield env.after(to_ms(pool.description.simulation.downloads.seconds(item.size_mib)))
        if item.failure_probability > 0 and pool.luck("download", node) < item.failure_probability:
            return Break(NodeState.UNUSABLE, f"{item.what} could not be fetched")
    if setup.start_task is None:
        return None
    if not setup.start_task.wait_for_success:
        env.process(_beside(node, setup, setup.start_task.max_task_retry_count))
        return None
    node.enter(NodeState.WAITINGFORSTARTTASK)
    return (yield from _start_task(node, setup, setup.start_task.max_task_retry_count))


def _start_task(node: Node, setup: Setup, limit: int) -> Steps:
    """Run the start task, again while retries are left; a negative limit is none."""
    pool, env = node.pool, node.env
    attempt = rounds = 0
    while True:
        began = env.clock
        row = pool.world.record.start_task_began(node.number, env.clock, attempt, setup.told_by)
        mine = pool.crowd.enter()
        try:
            yield env.after(pool.spans.start_task(setup.start_task_time, node))
            code = _exit_code(node, mine.most)
            pool.world.record.start_task_ended(row, env.clock, code)
        finally:
            pool.crowd.leave(mine)
        if code == 0:
            return None
        rounds = rounds + 1 if began == env.clock else 0
        if rounds > pool.world.scenario.options.max_rounds_per_instant:
            raise BrokenInvariantError(f"the start task of node {node.id} is tried for ever at {env.clock} ms")
        if 0 <= limit <= attempt:
            return Break(NodeState.STARTTASKFAILED, f"start task ended with exit code {code}")
        attempt += 1


def _exit_code(node: Node, crowd: int) -> int:
    """Draw how an attempt ends that shared the pool with so many others at most, itself among them."""
    pool = node.pool
    luck = pool.description.simulation.start_task
    chance = luck.failure_probability + luck.crowding * (crowd - 1)
    return luck.exit_code if chance > 0 and pool.luck("start task failure", node) < chance else 0


def _beside(node: Node, setup: Setup, limit: int) -> Generator[simpy.Event, Any, None]:
    """Run a start task that nobody waits for; a restart or the loss of the VM ends it, its failure changes nothing."""
    steps = _start_task(node, setup, limit)
    boot, vm = node.boots, node.vm
    for event in steps:
        yield event
        if (boot, vm) != (node.boots, node.vm) or not node.has_vm or node.state is None:
            steps.close()
            return
