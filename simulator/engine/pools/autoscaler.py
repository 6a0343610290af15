"""The autoscale loop of one pool: metrics sampled every 30 s, the formula evaluated at every interval.

Sampling and evaluation are separate processes that are not synchronised, as in the service (language
specification, sections 8 and 9.1). A formula sees the samples that can be read at its instant, nothing else.
"""

from __future__ import annotations

from collections.abc import Generator
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any

from simulator.engine.environment import AUTOSCALE, SAMPLING
from simulator.engine.pools import autoscale_control
from simulator.engine.pools.node_counts import census
from simulator.formula import AutoScaleRun, Context, Formula, History, Options, Timestamp
from simulator.formula.history import PERIOD_TICKS
from simulator.formula.values import TICKS_PER_SECOND
from simulator.formula.variables import RETIRED
from simulator.kernel import Kernel, used_cores, used_memory
from simulator.states import NodeDeallocationOption, NodeKind
from simulator.units import MS_PER_S, to_ms

if TYPE_CHECKING:
    from simulator.engine.pools.pool import Pool

TICKS_PER_MS = TICKS_PER_SECOND // MS_PER_S
PERIOD_MS = PERIOD_TICKS // TICKS_PER_MS
MIB = 2**20
PROFILES = {"typical": (0.0, 10.0), "documented": (60.0, 0.0)}
"""Delay and jitter in seconds before a sample can be read (assumption A21)."""


class Autoscaler:
    """Sampler and evaluator of one pool, from the moment autoscale is enabled."""

    def __init__(self, pool: Pool, formula: Formula, interval: int) -> None:
        options = pool.world.scenario.options
        self.pool = pool
        self.env = pool.world.env
        self.formula = formula
        self.options = Options.of(options.formula)
        self.interval = interval
        self.history = History()
        self._origin = Timestamp.of(pool.world.scenario.origin).ticks
        self._unread: list[tuple[int, int, str, float]] = []
        """Heap of samples that cannot be read yet: ready (ms), taken (ticks), metric, value."""
        profile = PROFILES.get(options.sample_profile)
        self._delay, self._jitter = profile or (options.sample_delay_s, options.sample_jitter_s)
        self._luck = pool.world.dice(f"samples:{pool.id}")
        self._began = self.env.clock
        self.changed = self.env.clock
        """When autoscale was last enabled or changed."""
        self.is_enabled = True
        self._schedule = 0
        """Number of the schedule in force; a process of an older one ends."""
        self._last_run = -1
        self.env.process(self._sample())
        self.env.process(self._evaluate(self._began, at_once=options.first_eval == "immediate"))

    def change(self, formula: Formula | None, interval: int | None) -> None:
        """Take a new formula or interval; a new interval starts a new schedule now, a new formula alone keeps it."""
        self.changed = self.env.clock
        self.formula = formula or self.formula
        at_once = self.pool.world.scenario.options.run_on_reenable
        if interval is not None and interval != self.interval:
            self.interval = interval
            self._schedule += 1
            self.env.process(self._evaluate(self.env.clock, at_once=at_once))
        elif at_once:
            event = self.env.at(self.env.clock, AUTOSCALE)
            event.callbacks.append(lambda _: self._run_once())

    def stop(self) -> None:
        """Neither sample nor evaluate any more."""
        self.is_enabled = False
        self._schedule += 1

    def context(self) -> Context:
        """Give the pool as the formula sees it now."""
        now = self.env.clock
        while self._unread and self._unread[0][0] <= now:
            _, taken, metric, value = heappop(self._unread)
            self.history.add(metric, taken, value)
        targets = self.pool.wanted
        return Context(
            now=Timestamp(self._origin + now * TICKS_PER_MS),
            target_dedicated_nodes=targets[NodeKind.DEDICATED],
            target_low_priority_nodes=targets[NodeKind.LOW_PRIORITY],
            live={
                "$CurrentDedicatedNodes": float(len(self.pool.of_kind(NodeKind.DEDICATED))),
                "$CurrentLowPriorityNodes": float(len(self.pool.of_kind(NodeKind.LOW_PRIORITY))),
                "$TaskSlotsPerNode": float(self.pool.description.task_slots_per_node),
            },
            samples=self.history,
            options=self.options,
        )

    def _sample(self) -> Generator[Any, Any, None]:
        """Take samples at enabling + phase + k periods, strictly after enabling."""
        options = self.pool.world.scenario.options
        first = self._began + to_ms(options.sample_phase_s)
        at = first if first > self._began else first + PERIOD_MS
        while True:
            yield self.env.at(at, SAMPLING)
            if self.pool.deleted or not self.is_enabled:
                return
            for metric, value in self._metrics().items():
                drop, jitter = self._luck(), self._luck()
                if drop >= options.sample_drop_probability:
                    ready = at + to_ms(self._delay + jitter * self._jitter)
                    taken = self._origin + at * TICKS_PER_MS
                    heappush(self._unread, (ready, taken, metric, value))
            at += PERIOD_MS

    def _metrics(self) -> dict[str, float]:
        """Read what the service samples (language specification, 7.2); nodes without a VM use no CPU."""
        pool, kernel = self.pool, self.pool.kernel
        nodes = census(pool.nodes.values())
        running, dispatched = kernel.running, 0
        if pool.world.scenario.options.dispatch_counted_as == "active":
            dispatched = pool.dispatching()
        active = float(eligible_instances(kernel) + dispatched)
        found = {
            "$ActiveTasks": active,
            "$RunningTasks": float(running - dispatched),
            "$PendingTasks": active + running - dispatched,
            "$SucceededTasks": float(kernel.completed - kernel.failed),
            "$FailedTasks": float(kernel.failed),
            "$CurrentDedicatedNodes": float(nodes.dedicated),
            "$CurrentLowPriorityNodes": float(nodes.low_priority),
            "$PreemptedNodeCount": float(nodes.preempted),
            "$UsableNodeCount": float(nodes.usable),
        }
        options = pool.world.scenario.options
        with_vm = nodes.with_vm
        if with_vm:
            share = min(1.0, used_cores(kernel) / (with_vm * pool.size.vcpus * 1000))
            found["$CPUPercent"] = share * (100.0 if options.cpu_scale == "percent" else 1.0)
        if with_vm and options.retired_metrics == "sampled":
            found |= dict.fromkeys(RETIRED, 0.0)  # there is no disk and no network traffic in a simulation
            found["$SampleNodeCount"] = float(with_vm)
            found["$MemoryBytes"] = used_memory(kernel) * MIB / 1e6 / with_vm
            ages = [self.env.clock - node.allocated for node in pool.nodes.values() if node.has_vm]
            found["$WallClockSeconds"] = sum(ages) / MS_PER_S
        return found

    def _evaluate(self, began: int, *, at_once: bool) -> Generator[Any, Any, None]:
        """Evaluate every interval from `began` on; also while the pool is being resized."""
        schedule, interval = self._schedule, self.interval
        at = began if at_once else began + interval
        while True:
            yield self.env.at(at, AUTOSCALE)
            if self.pool.deleted or schedule != self._schedule:
                return
            self._run_once()
            at += interval

    def _run_once(self) -> None:
        """Evaluate, but not twice at one instant."""
        if self._last_run != self.env.clock and self.is_enabled and not self.pool.deleted:
            self._last_run = self.env.clock
            self.run()

    def run(self) -> AutoScaleRun:
        """Evaluate the formula now and act on what it says; an error leaves the pool as it is."""
        traced = self.pool.world.scenario.options.record_traces
        found = self.formula.evaluate(self.context(), trace=traced)
        action = "error"
        if found.error is None:
            targets = {
                NodeKind.DEDICATED: found.target_dedicated_nodes,
                NodeKind.LOW_PRIORITY: found.target_low_priority_nodes,
            }
            action = autoscale_control.apply(self.pool, targets, NodeDeallocationOption(found.node_deallocation_option))
        self.pool.world.record.evaluation(self.pool.index, self.env.clock, found, action)
        return found


def eligible_instances(kernel: Kernel) -> int:
    """Count the waiting tasks that wait for no other, a multi-instance task once for each of its nodes."""
    return sum(
        (count + parked) * shape.instances
        for count, parked, shape in zip(
            kernel.queues.waiting_of_shape, kernel.parked_of_shape, kernel.shapes, strict=True
        )
    )
