"""The size of a pool: its targets and the resize in progress.

Resizes start, take over from each other, are stopped, time out, and end (`docs/model.md#retargeting-a-resize`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from simulator.engine.environment import DUE
from simulator.engine.nodes.home import Home
from simulator.engine.pools.allocation import Allocation
from simulator.engine.pools.removal_candidates import choose_victims
from simulator.engine.pools.resize import Errors, Resize
from simulator.policy.response import Answer
from simulator.service_codes import ServiceCode
from simulator.states import AllocationState, NodeDeallocationOption, NodeKind
from simulator.units import to_ms

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from simulator.engine.nodes.node import Node
    from simulator.engine.nodes.site import Site
    from simulator.engine.pools.limits import GrowthLimits
    from simulator.engine.pools.members import Members


class Owner(Home, Protocol):
    """The pool whose size changes: home of the nodes that a growth obtains."""

    @property
    def scales_itself(self) -> bool:
        """Whether a formula sets its targets."""

    def resized(self) -> None:
        """Note that a resize has ended."""


class Resizing:
    """Starts and ends the resizes of one pool."""

    def __init__(
        self, site: Site, members: Members, limits: GrowthLimits, owner: Owner, managers: AbstractSet[int]
    ) -> None:
        self._site = site
        self._members = members
        self._owner = owner
        self._managers = managers
        """Tasks whose nodes leave last."""
        self._allocation = Allocation(site, limits, self._deliver)
        self._targets = dict.fromkeys(NodeKind, 0)
        self._current: Resize | None = None
        self._errors: Errors = {}
        """Those of the last resize that has ended."""

    # ---- reading -------------------------------------------------------------------------------------------

    @property
    def targets(self) -> Mapping[NodeKind, int]:
        """How many nodes of each kind the pool is to have."""
        return self._targets

    @property
    def in_progress(self) -> bool:
        return self._current is not None

    @property
    def drains_now(self) -> bool:
        """Whether a resize waits for tasks to end before it can go on."""
        return self._current is not None and self._current.drains(self._members)

    @property
    def state(self) -> AllocationState:
        """Whether the size is as it is to be, on its way there, or about to be left as it is."""
        if self._current is None:
            return AllocationState.STEADY
        return AllocationState.STOPPING if self._current.stopped else AllocationState.RESIZING

    def on_order(self, kind: NodeKind) -> int:
        """Return how many nodes of one kind have been promised and have not appeared."""
        return 0 if self._current is None else self._current.on_order(kind)

    def held(self, kind: NodeKind) -> int:
        """Return how many nodes of one kind the pool has or has been promised."""
        return self._members.count(kind) + self.on_order(kind)

    # ---- from begin to end ---------------------------------------------------------------------------------

    def refuse(self, targets: Mapping[NodeKind, int], option: NodeDeallocationOption, answer: Answer) -> Answer:
        """Record a resize that the service refuses, and return its answer."""
        self._end_row(self._begin_row({**self._targets, **targets}, option), answer.code, answer.message)
        return answer

    def begin(
        self,
        targets: Mapping[NodeKind, int],
        option: NodeDeallocationOption,
        *,
        timeout: float | None,
        drain_timeout: float | None = None,
        chosen: Sequence[Node] = (),
    ) -> bool:
        """Start a resize, or take over from the one in progress, with its orders and its leaving nodes.

        `chosen` nodes leave in any case, before any others are chosen. Return False where that is no resize: an empty
        pool, or one that fell short, is to have what it has. It has other targets from now on, and the errors that it
        had; a growth that still waits is called off.
        """
        wanted, before = {**self._targets, **targets}, self._current
        if not chosen and self._has_just(wanted) and self._rests_short:
            self._set_targets(wanted)
            if before is not None:
                before.call_off()
                self._finish(before)
            return False
        if before is not None:
            self._end_row(before.row, ServiceCode.RETARGETED, "A new target replaced this one before it was reached")
        resize = self._replace(wanted, option, before)
        for node in chosen:
            resize.remove(node)
        for kind in NodeKind:
            self._adjust(resize, kind)
        for limit, act in ((timeout, self._time_out), (drain_timeout, self._stop_draining)):
            if limit is not None and math.isfinite(limit):
                event = self._site.world.env.after(to_ms(limit), DUE)
                event.callbacks.append(lambda _, act=act: act(resize))  # type: ignore[misc]  # bound now
        self._progress()
        return True

    def stop(self) -> None:
        """Keep what has been obtained, also nodes that only drain so far; the target is not restored.

        Nodes past their drain leave; the pool is steady when they have.
        """
        if self._current is not None:
            self._current.stop(ServiceCode.RESIZE_STOPPED, "The resize was stopped")
            self._current.put_back(self._members)
            self._current.settle_down()
            self._progress()

    def clear(self) -> None:
        """Stop a running resize and remove every node, for a pool that is being deleted; tasks are requeued.

        Nodes that drain get another option; those past their drain are on their way already.
        """
        if self._current is not None:
            self._current.stop(ServiceCode.RESIZE_STOPPED, "The pool is being deleted")
            self._finish(self._current)
        resize = self._replace(dict.fromkeys(NodeKind, 0), NodeDeallocationOption.REQUEUE, None)
        for node in list(self._members):
            resize.remove(node)
        self._progress()

    # ---- what nodes report ---------------------------------------------------------------------------------

    def _deliver(self, kind: NodeKind, zones: Sequence[int]) -> None:
        """Add a node that was on order; it may have to come farther before the resize ends."""
        node = self._members.add(kind, self._owner, zones)
        if self._current is not None:
            self._current.obtained(node, self._site.world.options.steady_when)
        self._progress()

    def entered(self, node: Node) -> None:
        """Note that a node has changed its state; a growth may have waited for it."""
        if self._current is not None and self._current.entered(node, self._site.world.options.steady_when):
            self._progress()

    def gone(self, node: Node) -> None:
        """Note that a node is gone, whether or not a resize wanted it to leave."""
        if self._current is not None:
            self._current.gone(node)
            self._progress()

    # ---- inside --------------------------------------------------------------------------------------------

    def _replace(self, targets: dict[NodeKind, int], option: NodeDeallocationOption, before: Resize | None) -> Resize:
        """Make a resize to new targets the current one."""
        row = self._begin_row(targets, option)
        self._set_targets(targets)
        self._current = Resize(row, option, self._errors, before)
        return self._current

    def _set_targets(self, targets: dict[NodeKind, int]) -> None:
        self._targets = targets
        self._site.world.record.target(
            self._site.index,
            self._site.world.env.clock,
            targets[NodeKind.DEDICATED],
            targets[NodeKind.LOW_PRIORITY],
        )

    def _adjust(self, resize: Resize, kind: NodeKind) -> None:
        """Order the nodes of one kind that are missing, or cancel and remove those that are too many."""
        missing = self._targets[kind] - self._staying(kind) - resize.on_order(kind)
        missing += resize.cancel_orders(kind, -missing)
        if missing > 0:
            held = {every: self.held(every) for every in NodeKind}
            self._allocation.order(resize, kind, missing, held)
        elif missing < 0:
            for sequence in choose_victims(self._site, self._members, self._managers, kind, -missing):
                resize.remove(self._members[sequence])

    @property
    def _rests_short(self) -> bool:
        """Whether nothing changes, and the pool is empty or has an error: also while a growth waits in vain."""
        if self._current is not None:
            return self._current.waits_in_vain
        return bool(self._errors) or not self._members

    def _has_just(self, wanted: Mapping[NodeKind, int]) -> bool:
        """Return whether there are as many nodes as wanted, those that leave aside."""
        return all(self._staying(kind) == count for kind, count in wanted.items())

    def _staying(self, kind: NodeKind) -> int:
        """Return how many nodes of one kind there are that are not to leave."""
        return sum(not node.leaving for node in self._members.of_kind(kind))

    def _progress(self) -> None:
        """End the resize if nothing is left to do."""
        if self._current is not None and self._current.is_complete:
            self._finish(self._current)

    def _time_out(self, resize: Resize) -> None:
        if self._current is not resize:
            return
        if resize.awaits_nodes:
            resize.time_out(self._members)
        if not (self._owner.scales_itself and self.drains_now):  # else the drain has a time limit of its own
            self._stop_draining(resize)

    def _stop_draining(self, resize: Resize) -> None:
        """Put nodes that still drain back to work (`docs/model.md#resize-timeouts`)."""
        if self._current is not resize:
            return
        if resize.put_back(self._members):
            text = "Nodes could not be removed before the resize timeout"
            resize.fail(ServiceCode.REMOVE_NODES_FAILED, text)
        self._finish(resize)

    def _finish(self, resize: Resize) -> None:
        self._current, self._errors = None, resize.errors
        self._end_row(resize.row, resize.code, resize.message, resize.errors)
        self._owner.resized()

    def _begin_row(self, wanted: Mapping[NodeKind, int], option: NodeDeallocationOption) -> int:
        shrinks = any(wanted[kind] < self._members.count(kind) for kind in NodeKind)
        before = self._targets
        return self._site.world.record.resize_started(
            self._site.index,
            self._site.world.env.clock,
            dedicated=(before[NodeKind.DEDICATED], wanted[NodeKind.DEDICATED]),
            low_priority=(before[NodeKind.LOW_PRIORITY], wanted[NodeKind.LOW_PRIORITY]),
            option=str(option) if shrinks else None,
        )

    def _end_row(
        self,
        row: int,
        code: ServiceCode,
        message: str,
        errors: Mapping[NodeKind | None, tuple[ServiceCode, str]] = MappingProxyType({}),
    ) -> None:
        dedicated, low_priority = (self._members.count(kind) for kind in NodeKind)
        record, now = self._site.world.record, self._site.world.env.clock
        codes = {kind: found.value for kind, (found, _) in errors.items()}
        record.resize_ended(row, now, code.value, message, dedicated, low_priority, codes)
