"""The autoscale side of a pool: switched on and off, and what becomes of an evaluation's targets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.engine.pools import resizing
from simulator.policy.response import DELETING, DONE, RESIZING, Answer
from simulator.states import NodeDeallocationOption, NodeKind
from simulator.units import to_ms

if TYPE_CHECKING:
    from simulator.engine.pools.pool import Pool

MIN_BETWEEN_ENABLES = 30 * 1000
"""The service refuses a second enable request within 30 s."""


def enable(pool: Pool, formula: str | None = None, interval: float | None = None) -> Answer:
    """Start sampling and evaluating, or change formula and interval."""
    from simulator.engine.pools.autoscaler import Autoscaler  # noqa: PLC0415 - most pools have no formula
    from simulator.formula import Formula  # noqa: PLC0415 - as above

    parsed = None if formula is None else Formula.parse(formula)
    span = None if interval is None else to_ms(interval)
    if pool.deleted:
        return DELETING
    if pool.autoscaler is not None:
        if pool.world.env.clock - pool.autoscaler.changed < MIN_BETWEEN_ENABLES:
            return Answer("TooManyEnableAutoScaleRequests", "Less than 30 s after the last such request")
        pool.autoscaler.change(parsed, span)
        return DONE
    if pool.resizing is not None:
        return RESIZING
    body = pool.description
    pool.autoscaler = Autoscaler(
        pool,
        parsed or Formula.parse(body.auto_scale_formula or ""),
        span or to_ms(body.auto_scale_evaluation_interval),
    )
    return DONE


def disable(pool: Pool) -> Answer:
    """Stop sampling and evaluating; targets stay as they are."""
    if pool.autoscaler is not None:
        pool.autoscaler.stop()
        pool.autoscaler = None
    return DONE


def evaluate(pool: Pool, formula: str) -> Answer:
    """Say what a formula would give now, and leave the pool alone."""
    if pool.autoscaler is None:
        return Answer("OperationInvalidForCurrentState", "Autoscale is not enabled on the pool")
    from simulator.formula import Formula  # noqa: PLC0415 - most pools have no formula

    found = Formula.parse(formula).evaluate(pool.autoscaler.context())
    if found.error is not None:
        return Answer(found.error.code, found.error.detail or "")
    return Answer(message=found.results)


def apply(pool: Pool, targets: dict[NodeKind, int], option: NodeDeallocationOption) -> str:
    """Act on an evaluation's targets; gives what was done: none, resize, retarget or pending.

    While a drain blocks the pool the latest result waits (assumption P34); any other resize in progress is
    given the new targets at once (P5).
    """
    options = pool.world.scenario.options
    if pool.drains_now:
        if targets == pool.wanted:
            return "none"
        if options.pending_target == "apply_on_end":
            pool.pending = (targets, option)
        return "pending"
    short = any(targets[kind] != len(pool.of_kind(kind)) for kind in NodeKind) and pool.resizing is None
    if targets == pool.targets and not (short and options.autoscale_retry == "on_shortfall"):
        return "none"
    retarget = pool.resizing is not None
    resizing.begin(
        pool,
        targets,
        option,
        timeout=options.autoscale_resize_timeout,
        drain_timeout=options.autoscale_drain_timeout,
    )
    return "retarget" if retarget else "resize"
