"""What resizes do to a pool: they start, take over from each other, are stopped, run out of time, and end."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from simulator.engine.environment import ARRIVALS
from simulator.engine.nodes.interrupts import Leave, Stay
from simulator.engine.pools import allocation
from simulator.engine.pools.removal_candidates import choose_victims
from simulator.engine.pools.resize_state import Resize
from simulator.policy.response import DELETING, DONE, RESIZING, SCALES_ITSELF, Answer
from simulator.states import NodeDeallocationOption, NodeKind, NodeState
from simulator.units import to_ms

if TYPE_CHECKING:
    from simulator.engine.nodes.node import Node
    from simulator.engine.pools.pool import Pool

ON_THEIR_WAY = (NodeState.CREATING, NodeState.STARTING, NodeState.WAITINGFORSTARTTASK)


def resize(
    pool: Pool,
    targets: dict[NodeKind, int],
    *,
    timeout: float | None,
    option: NodeDeallocationOption = NodeDeallocationOption.REQUEUE,
) -> Answer:
    """Start a resize to `targets`; a row of it is recorded also where the service refuses."""
    wanted = {**pool.targets, **targets}
    refused = SCALES_ITSELF if pool.autoscaler is not None and not pool.deleted else refusal(pool)
    if refused:
        _end_row(pool, _row(pool, wanted, option), refused.code, refused.message)
        return refused
    begin(pool, wanted, option, timeout=timeout)
    return DONE


def refusal(pool: Pool) -> Answer | None:
    """Say what stands in the way of a resize."""
    if pool.deleted:
        return DELETING
    return None if pool.resizing is None else RESIZING


def begin(
    pool: Pool,
    wanted: dict[NodeKind, int],
    option: NodeDeallocationOption,
    *,
    timeout: float | None,
    drain_timeout: float | None = None,
    chosen: Sequence[Node] = (),
) -> None:
    """Start a resize, or take over from the one in progress: what that has under way goes on.

    `chosen` nodes leave in any case, before any others are chosen.
    """
    before = pool.resizing
    if before is not None:
        _end_row(pool, before.row, "Retargeted", "A new target replaced this one before it was reached")
    row = _row(pool, wanted, option)
    _set_targets(pool, wanted)
    pool.resizing = resizing = Resize(row, option)
    if before is not None:
        resizing.orders = [order for order in before.orders if order.outstanding]
        resizing.victims, resizing.awaited = before.victims, before.awaited
    for node in chosen:
        _remove(resizing, node)
    for kind in NodeKind:
        _adjust(pool, resizing, kind)
    for limit, act in ((timeout, _time_out), (drain_timeout, _give_up_draining)):
        if limit is not None and math.isfinite(limit):
            event = pool.world.env.after(to_ms(limit), ARRIVALS)
            event.callbacks.append(lambda _, act=act: act(pool, resizing))  # type: ignore[misc]  # bound now
    progress(pool)


def stop(pool: Pool) -> Answer:
    """Keep what has been obtained, also nodes that only drain so far; the target is not restored.

    Nodes past their drain go; the pool is steady when they have.
    """
    if pool.resizing is not None:
        pool.pending = None  # targets stay until the next evaluation (assumption P33)
        _cancel_orders(pool.resizing, "ResizeStopped", "The resize was stopped")
        _put_back(pool, pool.resizing)
        pool.resizing.stopped = True
        progress(pool)
    return DONE


def clear(pool: Pool) -> None:
    """Stop a running resize and remove every node, for a pool that is being deleted; tasks are given back.

    Nodes that drain are told anew; those past their drain are on their way already.
    """
    if pool.resizing is not None:
        _cancel_orders(pool.resizing, "ResizeStopped", "The pool is being deleted")
        _finish(pool, pool.resizing)
    row = _row(pool, dict.fromkeys(NodeKind, 0), NodeDeallocationOption.REQUEUE)
    _set_targets(pool, dict.fromkeys(NodeKind, 0))
    pool.resizing = resizing = Resize(row, NodeDeallocationOption.REQUEUE)
    for node in list(pool.nodes.values()):
        _remove(resizing, node)
    progress(pool)


def progress(pool: Pool) -> None:
    """End the resize if nothing is left to do."""
    if pool.resizing is not None and pool.resizing.is_complete:
        _finish(pool, pool.resizing)


def appeared(pool: Pool, node: Node) -> None:
    """Note that a node on order has come; it may have to come farther before the resize ends (assumption P32)."""
    if pool.resizing is not None and pool.world.scenario.options.steady_when != "allocated":
        pool.resizing.awaited.add(node.sequence)
    progress(pool)


def entered(pool: Pool, node: Node) -> None:
    """Note that a node has changed its state; a growth may have waited for it (assumption P32, `steady_when`)."""
    if pool.resizing is None or node.sequence not in pool.resizing.awaited:
        return
    if pool.world.scenario.options.steady_when == "idle":
        on_its_way = node.state in ON_THEIR_WAY
    else:
        on_its_way = node.state is NodeState.CREATING
    if not on_its_way:
        pool.resizing.awaited.discard(node.sequence)
        progress(pool)


def gone(pool: Pool, node: Node) -> None:
    """Note that a node is gone, whether or not the resize wanted it to go."""
    if pool.resizing is not None:
        pool.resizing.victims.discard(node.sequence)
        progress(pool)


def _row(pool: Pool, wanted: dict[NodeKind, int], option: NodeDeallocationOption) -> int:
    shrinks = any(wanted[kind] < len(pool.of_kind(kind)) for kind in NodeKind)
    return pool.world.record.resize_started(
        pool.index,
        pool.world.env.clock,
        dedicated=(pool.targets[NodeKind.DEDICATED], wanted[NodeKind.DEDICATED]),
        low_priority=(pool.targets[NodeKind.LOW_PRIORITY], wanted[NodeKind.LOW_PRIORITY]),
        option=str(option) if shrinks else None,
    )


def _set_targets(pool: Pool, targets: dict[NodeKind, int]) -> None:
    pool.targets = targets
    pool.world.record.target(
        pool.index, pool.world.env.clock, targets[NodeKind.DEDICATED], targets[NodeKind.LOW_PRIORITY]
    )


def _adjust(pool: Pool, resizing: Resize, kind: NodeKind) -> None:
    ordered = [order for order in resizing.orders if order.kind is kind]
    leaving = sum(1 for node in pool.of_kind(kind) if node.leaving)
    coming = sum(order.outstanding for order in ordered)
    missing = pool.targets[kind] - (len(pool.of_kind(kind)) - leaving + coming)
    for order in reversed(ordered):  # what is still on order is cancelled first, newest first
        given_up = min(max(-missing, 0), order.outstanding)
        order.outstanding -= given_up
        missing += given_up
    if missing > 0:
        allocation.order(pool, resizing, kind, missing)
    elif missing < 0:
        for sequence in choose_victims(pool, kind, -missing):
            _remove(resizing, pool.nodes[sequence])


def _remove(resizing: Resize, node: Node) -> None:
    resizing.victims.add(node.sequence)
    if not node.leaving or node.draining is not None:
        node.leaving = True
        node.tell(Leave(resizing.option or NodeDeallocationOption.REQUEUE))


def _put_back(pool: Pool, resizing: Resize) -> int:
    """Let victims that only drain so far go back to work; gives how many did."""
    staying = [pool.nodes[sequence] for sequence in sorted(resizing.victims) if pool.nodes[sequence].can_stay]
    for node in staying:
        resizing.victims.discard(node.sequence)
        node.leaving = False
        node.tell(Stay())
    return len(staying)


def _time_out(pool: Pool, resizing: Resize) -> None:
    if pool.resizing is not resizing:
        return
    if resizing.awaited or any(order.outstanding for order in resizing.orders):
        _cancel_orders(
            resizing,
            "AllocationTimedout",
            "Desired number of nodes could not be allocated as the resize timeout was reached",
        )
    if pool.autoscaler is not None and pool.drains_now:
        return  # a drain under autoscale has a limit of its own (assumption P60)
    _give_up_draining(pool, resizing)


def _give_up_draining(pool: Pool, resizing: Resize) -> None:
    """Put nodes that still drain back to work (assumption P6)."""
    if pool.resizing is not resizing:
        return
    if _put_back(pool, resizing):
        resizing.fail("RemoveNodesFailed", "Nodes could not be removed before the resize timeout")
    _finish(pool, resizing)


def _cancel_orders(resizing: Resize, code: str, message: str) -> None:
    resizing.fail(code, message)
    resizing.awaited.clear()
    for order in resizing.orders:
        order.outstanding = 0


def _finish(pool: Pool, resizing: Resize) -> None:
    pool.resizing = None
    _end_row(pool, resizing.row, resizing.code, resizing.message)
    pool.resized()


def _end_row(pool: Pool, row: int, code: str, message: str) -> None:
    dedicated, low_priority = (len(pool.of_kind(kind)) for kind in NodeKind)
    pool.world.record.resize_ended(row, pool.world.env.clock, code, message, dedicated, low_priority)
