"""From `starting` to the first task: certificates, packages, images, then the start task.

The order is the service's (`docs/model.md#start-of-a-node`).
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import simpy

from simulator.engine.nodes.interrupts import Break
from simulator.errors import BrokenInvariantError
from simulator.results.why.reasons import NodeFault
from simulator.states import NodeState
from simulator.units import to_ms

if TYPE_CHECKING:
    from simulator.engine.nodes.node import Node
    from simulator.engine.nodes.setup_spec import Setup

Steps = Generator[simpy.Event, Any, Break | None]


def start(node: Node, *, fresh: bool) -> Steps:
    """Start a node on a `fresh` image or on the disk as it was; return what broke it, None when it is ready."""
    site, env = node.site, node.site.world.env
    model = site.description.simulation
    setup = node.begin_start()
    if fresh:
        yield env.after(site.durations.starting(node))
    if model.network_blocked:
        return Break(NodeState.UNUSABLE, NodeFault.NETWORK_BLOCKED)
    if setup.certificates:
        yield env.after(to_ms(model.timing.certificate_install))
    for item in setup.downloads:
        yield env.after(item.span)
        if item.failure_probability > 0 and site.draw("download", node) < item.failure_probability:
            return Break(NodeState.UNUSABLE, NodeFault.NOT_FETCHED.of(item.name))
        if not node.home.fetched(node, item.key, item.size_mib):
            return Break(NodeState.UNUSABLE, NodeFault.DISK_FULL)
    if setup.start_task is None:
        return None
    if not setup.start_task.wait_for_success:
        env.process(_beside(node, setup, setup.start_task.max_task_retry_count))
        return None
    node.enter(NodeState.WAITINGFORSTARTTASK)
    return (yield from _start_task(node, setup, setup.start_task.max_task_retry_count))


def _start_task(node: Node, setup: Setup, limit: int) -> Steps:
    """Run the start task, again while retries are left; a negative limit is none."""
    site, world = node.site, node.site.world
    attempt = rounds = 0
    while True:
        began = world.env.clock
        row = world.record.start_task_began(node.number, began, attempt, setup.time_source)
        mine = site.crowd.enter()
        try:
            yield world.env.after(site.durations.start_task(setup.start_task_time, node))
            code = setup.exit_code or _exit_code(node, mine.peak)
            world.record.start_task_ended(row, world.env.clock, code)
        finally:
            site.crowd.leave(mine)
        if code == 0:
            return None
        rounds = rounds + 1 if began == world.env.clock else 0
        if rounds > world.options.max_rounds_per_instant:
            raise BrokenInvariantError(f"the start task of node {node.id} is retried forever at {world.env.clock} ms")
        if 0 <= limit <= attempt:
            return Break(NodeState.STARTTASKFAILED, NodeFault.START_TASK.of(str(code)))
        attempt += 1


def _exit_code(node: Node, crowd: int) -> int:
    """Draw how an attempt ends during which at most `crowd` start tasks ran in the pool at once, itself included."""
    model = node.site.description.simulation.start_task
    chance = model.failure_probability + model.crowding * (crowd - 1)
    return model.exit_code if chance > 0 and node.site.draw("start task failure", node) < chance else 0


def _beside(node: Node, setup: Setup, limit: int) -> Generator[simpy.Event, Any, None]:
    """Run a start task that nobody waits for: a restart or the loss of the VM ends it, its failure has no effect."""
    steps = _start_task(node, setup, limit)
    boot, vm = node.boots, node.vm
    for event in steps:
        yield event
        if (boot, vm) != (node.boots, node.vm) or not node.has_vm or node.state is None:
            steps.close()
            return
