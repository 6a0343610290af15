"""The autoscale loop of one pool: its formula, evaluated at every interval.

Sampling and evaluation are separate processes that are not synchronised, as in the service. A formula sees the samples
that can be read at its instant, nothing else (`docs/model.md#evaluations`).
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from simulator.codes import Action
from simulator.engine.environment import AUTOSCALE
from simulator.engine.pools.sampler import TICKS_PER_MS, Sampler
from simulator.formula import AutoScaleRun, Context, Formula, Options, Timestamp
from simulator.states import NodeDeallocationOption, NodeKind

if TYPE_CHECKING:
    from simulator.engine.nodes.site import Site
    from simulator.engine.pools.members import Members


class Target(Protocol):
    """What evaluations act on."""

    @property
    def targets(self) -> Mapping[NodeKind, int]:
        """The targets that a formula sees."""

    def apply(self, targets: dict[NodeKind, int], option: NodeDeallocationOption) -> Action:
        """Act on new targets; return what was done."""


class Autoscaler:
    """Evaluates the formula of one pool on its samples, from the moment autoscale is enabled."""

    def __init__(
        self,
        site: Site,
        members: Members,
        target: Target,
        formula: Formula,
        interval: int,
    ) -> None:
        options = site.world.options
        self._site = site
        self._members = members
        self._target = target
        self.env = site.world.env
        self.formula = formula
        self.options = Options.of(options.formula)
        self.interval = interval
        self._origin = Timestamp.of(site.world.scenario.origin).ticks
        self._sampler = Sampler(site, members)
        self._rand = [site.world.streams.uniform_draws(f"{name}:{site.id}") for name in ("rand", "rand on trial")]
        self._began = self.env.clock
        self.changed = self.env.clock
        """When autoscale was last enabled or changed."""
        self.is_enabled = True
        self._schedule = 0
        """Number of the schedule in force; a process of an older one ends."""
        self._last_run = -1
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
        if self.is_enabled:
            self._sampler.stop()
        self.is_enabled = False
        self._schedule += 1

    def context(self, *, is_trial: bool = False) -> Context:
        """Return the pool as the formula sees it now; an evaluation on trial draws from a stream of its own."""
        now = self.env.clock
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
            samples=self._sampler,
            options=self.options,
            draw=self._rand[is_trial],
        )

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
