"""From `starting` to the first task: certificates, packages, images, then the start task (spec §10)."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import simpy

from simulator.engine.orders import Break, Order
from simulator.states import NodeState
from simulator.units import to_ms

if TYPE_CHECKING:
    from simulator.engine.node import Node

Steps = Generator[simpy.Event, Any, Order]


def start(node: Node, *, fresh: bool) -> Steps:
    """Start on a `fresh` image or on the disk as it was; gives None when ready, else what broke the node."""
    pool, env = node.pool, node.env
    node.enter(NodeState.STARTING)
    node.boots += 1
    node.last_boot = env.clock
    pool.world.record.booted(node.number, env.clock)
    node.setup = setup = pool.setup
    if fresh:
        yield env.after(pool.spans.starting())
    if pool.description.simulation.network_blocked:
        return Break(NodeState.UNUSABLE, "network blocked")
    if setup.certificates:
        yield env.after(to_ms(pool.description.simulation.timing.certificate_install))
    for item in setup.downloads:
        yield env.after(to_ms(pool.description.simulation.downloads.seconds(item.size_mib)))
        if item.failure_probability > 0 and pool.luck("download") < item.failure_probability:
            return Break(NodeState.UNUSABLE, f"{item.what} could not be fetched")
    if setup.start_task is None:
        return None
    if not setup.start_task.wait_for_success:
        env.process(_beside(node, setup.start_task.max_task_retry_count))
        return None
    node.enter(NodeState.WAITINGFORSTARTTASK)
    return (yield from _start_task(node, setup.start_task.max_task_retry_count))


def _start_task(node: Node, limit: int) -> Steps:
    """Run the start task, again while retries are left; a negative limit is none."""
    pool, env = node.pool, node.env
    attempt = 0
    while True:
        pool.starting_tasks += 1
        row = pool.world.record.start_task_began(node.number, env.clock, attempt)
        luck = pool.description.simulation.start_task
        chance = luck.failure_probability + luck.crowding * (pool.starting_tasks - 1)
        code = luck.exit_code if chance > 0 and pool.luck("start task failure") < chance else 0
        try:
            yield env.after(pool.spans.start_task())
            pool.world.record.start_task_ended(row, env.clock, code)
        finally:
            pool.starting_tasks -= 1
        if code == 0:
            return None
        if 0 <= limit <= attempt:
            return Break(NodeState.STARTTASKFAILED, f"start task ended with exit code {code}")
        attempt += 1


def _beside(node: Node, limit: int) -> Generator[simpy.Event, Any, None]:
    """Run a start task that nobody waits for; a restart or the loss of the VM ends it, its failure changes nothing."""
    steps = _start_task(node, limit)
    boot, vm = node.boots, node.vm
    for event in steps:
        yield event
        if (boot, vm) != (node.boots, node.vm) or not node.has_vm or node.state is None:
            steps.close()
            return
