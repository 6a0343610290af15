"""The autoscale side of a pool: switched on and off, and what becomes of an evaluation's targets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from simulator.codes import Action
from simulator.engine.assumptions import PATIENCE
from simulator.policy.response import DONE, RESIZING, Answer
from simulator.service_codes import ServiceCode
from simulator.states import NodeDeallocationOption, NodeKind
from simulator.units import to_ms, to_s

if TYPE_CHECKING:
    from simulator.engine.nodes.site import Site
    from simulator.engine.pools.autoscaler import Autoscaler
    from simulator.engine.pools.members import Members
    from simulator.engine.pools.resizing import Resizing

MIN_BETWEEN_ENABLES = 30 * 1000
"""The service refuses a second enable request within 30 s."""


class Autoscaling:
    """Evaluates the formula of one pool while autoscale is enabled, and resizes the pool to its results."""

    def __init__(self, site: Site, members: Members, resizing: Resizing) -> None:
        self._site = site
        self._members = members
        self._resizing = resizing
        self._autoscaler: Autoscaler | None = None
        self._pending: tuple[dict[NodeKind, int], NodeDeallocationOption] | None = None
        """Result of an evaluation that waits for the end of a drain."""

    @property
    def is_enabled(self) -> bool:
        return self._autoscaler is not None

    @property
    def formula(self) -> str | None:
        """The formula in force, or the one that the pool's body has; None where it has none."""
        return self._site.description.auto_scale_formula if self._autoscaler is None else self._autoscaler.formula.text

    @property
    def interval(self) -> float:
        """Seconds between evaluations."""
        body = self._site.description
        return body.auto_scale_evaluation_interval if self._autoscaler is None else to_s(self._autoscaler.interval)

    @property
    def targets(self) -> Mapping[NodeKind, int]:
        """The targets a formula sees: the pool's, or those that wait for the end of a drain."""
        return self._resizing.targets if self._pending is None else self._pending[0]

    def may_act(self, quiet: int) -> bool:
        """Return whether a formula may still get nodes for tasks that have waited for `quiet` milliseconds."""
        return self.is_enabled and quiet < PATIENCE

    def enable(self, formula: str | None = None, interval: float | None = None) -> Answer:
        """Start sampling and evaluating, or change formula and interval."""
        from simulator.engine.pools.autoscaler import Autoscaler
        from simulator.formula import Formula

        parsed = None if formula is None else Formula.parse(formula)
        span = None if interval is None else to_ms(interval)
        if self._autoscaler is not None:
            if self._site.world.env.clock - self._autoscaler.changed < MIN_BETWEEN_ENABLES:
                return Answer(ServiceCode.TOO_MANY_ENABLE_REQUESTS, "Less than 30 s after the last such request")
            self._autoscaler.change(parsed, span)
            return DONE
        if self._resizing.in_progress:
            return RESIZING
        body = self._site.description
        self._autoscaler = Autoscaler(
            self._site,
            self._members,
            self,
            parsed or Formula.parse(body.auto_scale_formula or ""),
            span or to_ms(body.auto_scale_evaluation_interval),
        )
        return DONE

    def disable(self) -> Answer:
        """Stop sampling and evaluating; targets stay as they are."""
        self.end()
        self._autoscaler = None
        return DONE

    def end(self) -> None:
        """Stop sampling and evaluating for good: the pool is being deleted."""
        if self._autoscaler is not None:
            self._autoscaler.stop()

    def evaluate(self, formula: str) -> Answer:
        """Return the result of a formula now; the pool stays as it is."""
        if self._autoscaler is None:
            return Answer(ServiceCode.INVALID_STATE, "Autoscale is not enabled on the pool")
        from simulator.formula import Formula

        found = Formula.parse(formula).evaluate(self._autoscaler.context(is_trial=True))
        if found.error is not None:
            return Answer(ServiceCode(found.error.code), found.error.detail or "")
        return Answer(message=found.results)

    def apply(self, targets: dict[NodeKind, int], option: NodeDeallocationOption) -> Action:
        """Act on an evaluation's targets and return what was done.

        While a drain blocks the pool the latest result waits (`docs/model.md#results-during-a-drain`); any other resize
        in progress takes the new targets at once (`docs/model.md#retargeting-a-resize`).
        """
        options, resizing = self._site.world.options, self._resizing
        if resizing.drains_now:
            if targets == self.targets:
                return Action.NONE
            if options.pending_target == "apply_on_end":
                self._pending = (targets, option)
            return Action.PENDING
        short = any(targets[kind] != self._members.count(kind) for kind in NodeKind) and not resizing.in_progress
        if targets == resizing.targets and not (short and options.autoscale_retry == "on_shortfall"):
            return Action.NONE
        before = resizing.in_progress
        began = resizing.begin(
            targets,
            option,
            timeout=options.autoscale_resize_timeout,
            drain_timeout=options.autoscale_drain_timeout,
        )
        if before:
            return Action.RETARGET
        return Action.RESIZE if began else Action.NONE

    def apply_pending(self) -> None:
        """Act on a result that waited for the end of a drain."""
        if self._pending is not None:
            (targets, option), self._pending = self._pending, None
            self.apply(targets, option)

    def drop_pending(self) -> None:
        """Forget a result that waits: the targets stay until the next evaluation."""
        self._pending = None
