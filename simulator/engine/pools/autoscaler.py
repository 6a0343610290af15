"""The autoscale loop of one pool: metrics sampled every 30 s, the formula evaluated at every interval.

Sampling and evaluation are separate processes that are not synchronised, as in the service. A formula sees the samples
that can be read at its instant, nothing else (`docs/model.md#evaluations`).
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any, Protocol

from simulator.codes import Action
from simulator.engine.environment import AUTOSCALE, SAMPLING
from simulator.engine.pools.node_counts import count_nodes
from simulator.engine.pools.sample_delays import LOST, SampleDelays
from simulator.formula import AutoScaleRun, Context, Formula, History, Options, Timestamp
from simulator.formula.history import PERIOD_TICKS
from simulator.formula.values import TICKS_PER_SECOND
from simulator.formula.variables import RETIRED
from simulator.states import NodeDeallocationOption, NodeKind
from simulator.units import MS_PER_S

if TYPE_CHECKING:
    from simulator.columns.growing import Growing
    from simulator.engine.nodes.site import Site
    from simulator.engine.pools.members import Members

TICKS_PER_MS = TICKS_PER_SECOND // MS_PER_S
PERIOD_MS = PERIOD_TICKS // TICKS_PER_MS
MIB = 2**20


class Target(Protocol):
    """What evaluations act on."""

    @property
    def targets(self) -> Mapping[NodeKind, int]:
        """The targets that a formula sees."""

    def apply(self, targets: dict[NodeKind, int], option: NodeDeallocationOption) -> Action:
        """Act on new targets; return what was done."""


class Autoscaler:
    """Sampler and evaluator of one pool, from the moment autoscale is enabled."""

    def __init__(
        self,
        site: Site,
        members: Members,
        target: Target,
        formula: Formula,
        interval: int,
        latency: Growing,
    ) -> None:
        options = site.world.options
        self._site = site
        self._members = members
        self._target = target
        self.env = site.world.env
        self.formula = formula
        self.options = Options.of(options.formula)
        self.interval = interval
        self._latency = latency
        """Dispatch latency of each task, ms."""
        self.history = History()
        self._origin = Timestamp.of(site.world.scenario.origin).ticks
        self._unread: list[tuple[int, int, str, float]] = []
        """Heap of samples that cannot be read yet: ready (ms), taken (ticks), metric, value."""
        self._delays = SampleDelays(options, site.world.streams, site.id)
        self._rand = [site.world.streams.uniform_draws(f"{name}:{site.id}") for name in ("rand", "rand on trial")]
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
        """Change formula or interval; a new interval starts a new schedule now, a new formula alone keeps it."""
        self.changed = self.env.clock
        self.formula = formula or self.formula
        at_once = self._site.world.options.run_on_reenable
        if interval is not None and interval != self.interval:
            self.interval = interval
            self._schedule += 1
            self.env.process(self._evaluate(self.env.clock, at_once=at_once))
        elif at_once:
            event = self.env.at(self.env.clock, AUTOSCALE)
            event.callbacks.append(lambda _: self._run_once())

    def stop(self) -> None:
        """Stop sampling and evaluating."""
        self.is_enabled = False
        self._schedule += 1

    def context(self, *, is_trial: bool = False) -> Context:
        """Return the pool as the formula sees it now; an evaluation on trial draws from a stream of its own."""
        now = self.env.clock
        while self._unread and self._unread[0][0] <= now:
            _, taken, metric, value = heappop(self._unread)
            self.history.add(metric, taken, value)
        targets = self._target.targets
        return Context(
            now=Timestamp(self._origin + now * TICKS_PER_MS),
            target_dedicated_nodes=targets[NodeKind.DEDICATED],
            target_low_priority_nodes=targets[NodeKind.LOW_PRIORITY],
            live={
                "$CurrentDedicatedNodes": float(self._members.count(NodeKind.DEDICATED)),
                "$CurrentLowPriorityNodes": float(self._members.count(NodeKind.LOW_PRIORITY)),
                "$TaskSlotsPerNode": float(self._site.description.task_slots_per_node),
            },
            samples=self.history,
            options=self.options,
            draw=self._rand[is_trial],
        )

    def _sample(self) -> Generator[Any, Any, None]:
        """Take samples at enabling + phase + k periods, strictly after enabling."""
        phase, delays = self._delays.phase, self._delays
        at = self._began + (phase or PERIOD_MS)
        tick = 0
        while True:
            yield self.env.at(at, SAMPLING)
            if not self.is_enabled:
                return
            taken = self._origin + at * TICKS_PER_MS
            for metric, value in self._metrics().items():
                delay = delays.of(metric, tick)
                if delay != LOST:
                    heappush(self._unread, (at + delay, taken, metric, value))
            at += PERIOD_MS
            tick += 1

    def _metrics(self) -> dict[str, float]:
        """Return what the service samples now; nodes without a VM use no CPU (`docs/model.md#metrics`)."""
        site, tasks, options = self._site, self._site.tasks, self._site.world.options
        nodes = count_nodes(self._members)
        running, dispatched = tasks.running, 0
        if options.dispatch_counted_as == "active":
            dispatched = tasks.dispatching(self._latency.values, self.env.clock)
        active = float(tasks.eligible_instances + dispatched)
        found = {
            "$ActiveTasks": active,
            "$RunningTasks": float(running - dispatched),
            "$PendingTasks": active + running - dispatched,
            "$SucceededTasks": float(tasks.completed - tasks.failed),
            "$FailedTasks": float(tasks.failed),
            "$CurrentDedicatedNodes": float(nodes.dedicated),
            "$CurrentLowPriorityNodes": float(nodes.low_priority),
            "$PreemptedNodeCount": float(nodes.preempted),
            "$UsableNodeCount": float(nodes.usable),
        }
        with_vm = nodes.with_vm
        if with_vm:
            share = min(1.0, tasks.used_cores / (with_vm * site.size.vcpus * 1000))
            found["$CPUPercent"] = share * (100.0 if options.cpu_scale == "percent" else 1.0)
        if with_vm and options.retired_metrics == "sampled":
            found |= dict.fromkeys(RETIRED, 0.0)  # there is no disk and no network traffic in a simulation
            found["$SampleNodeCount"] = float(with_vm)
            found["$MemoryBytes"] = tasks.used_memory * MIB / 1e6 / with_vm
            ages = [self.env.clock - node.allocated for node in self._members if node.has_vm]
            found["$WallClockSeconds"] = sum(ages) / MS_PER_S
        return found

    def _evaluate(self, began: int, *, at_once: bool) -> Generator[Any, Any, None]:
        """Evaluate every interval from `began` on; also while the pool is being resized."""
        schedule, interval = self._schedule, self.interval
        at = began if at_once else began + interval
        while True:
            yield self.env.at(at, AUTOSCALE)
            if schedule != self._schedule:
                return
            self._run_once()
            at += interval

    def _run_once(self) -> None:
        """Evaluate, but not twice at one instant."""
        if self._last_run != self.env.clock and self.is_enabled:
            self._last_run = self.env.clock
            self.run()

    def run(self) -> AutoScaleRun:
        """Evaluate the formula now and act on its result; an error leaves the pool as it is."""
        traced = self._site.world.options.record_traces
        found = self.formula.evaluate(self.context(), trace=traced)
        action = Action.ERROR
        if found.error is None:
            targets = {
                NodeKind.DEDICATED: found.target_dedicated_nodes,
                NodeKind.LOW_PRIORITY: found.target_low_priority_nodes,
            }
            action = self._target.apply(targets, NodeDeallocationOption(found.node_deallocation_option))
        self._site.world.record.evaluation(self._site.index, self.env.clock, found, action)
        return found
