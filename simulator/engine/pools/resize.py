"""One resize of a pool: what is still on order, which nodes are still to leave, and how it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.service_codes import ServiceCode
from simulator.states import NodeDeallocationOption, NodeKind, NodeState

if TYPE_CHECKING:
    from simulator.engine.nodes.node import Node
    from simulator.engine.pools.members import Members

Errors = dict[NodeKind | None, tuple[ServiceCode, str]]
"""Codes and messages by kind of nodes; None = of both."""
ON_THEIR_WAY = (NodeState.CREATING, NodeState.STARTING, NodeState.WAITINGFORSTARTTASK)


class NodeOrder:
    """Nodes that quota has promised and that have not appeared yet."""

    __slots__ = ("kind", "outstanding")

    def __init__(self, kind: NodeKind, outstanding: int) -> None:
        self.kind = kind
        self.outstanding = outstanding

    def cancel(self, count: int) -> int:
        """Cancel up to `count` of the nodes; return how many were."""
        cancelled = min(max(count, 0), self.outstanding)
        self.outstanding -= cancelled
        return cancelled

    def deliver(self) -> None:
        """Note that one of the nodes has appeared."""
        self.outstanding -= 1


class Resize:
    """A resize in progress: complete when nothing is on order and no victim is left."""

    def __init__(
        self, row: int, option: NodeDeallocationOption, standing: Errors, before: Resize | None = None
    ) -> None:
        self.row = row
        """Row of the resize table."""
        self._option = option
        self.orders: list[NodeOrder] = [] if before is None else [order for order in before.orders if order.outstanding]
        """Those of the resize that it takes over from included."""
        self._victims: set[int] = set() if before is None else before._victims  # noqa: SLF001 - of its own kind
        """Sequence numbers of nodes that are to leave and have not gone yet."""
        self._awaited: set[int] = set() if before is None else before._awaited  # noqa: SLF001 - as above
        """Sequence numbers of nodes that have appeared but not come as far as `steadyWhen` wants."""
        self.stopped = False
        """Whether it only waits for nodes that were past their drain when it was stopped."""
        self.errors: Errors = {}
        """The first error of each kind of node; None = one that concerns both."""
        self._standing: Errors = standing if before is None else before._standing  # noqa: SLF001 - as above
        """Errors of the resize before it, as long as it has changed nothing."""

    @property
    def is_complete(self) -> bool:
        return not (self._victims or self._awaited or self.outstanding)

    @property
    def outstanding(self) -> int:
        """How many nodes are on order."""
        return sum(order.outstanding for order in self.orders)

    @property
    def awaits_nodes(self) -> bool:
        """Whether nodes are on order or on their way."""
        return bool(self._awaited or self.outstanding)

    @property
    def waits_in_vain(self) -> bool:
        """Whether it waits for nodes on order and for nothing else, and growth has an error, now or since before."""
        return not (self._victims or self._awaited) and self.outstanding > 0 and bool(self.errors or self._standing)

    def on_order(self, kind: NodeKind) -> int:
        """Return how many nodes of one kind are on order."""
        return sum(order.outstanding for order in self.orders if order.kind is kind)

    def drains(self, members: Members) -> bool:
        """Return whether it waits for tasks of nodes that are to leave."""
        return any(members[sequence].draining is not None for sequence in self._victims)

    @property
    def code(self) -> ServiceCode:
        """The first error, or success."""
        return next((code for code, _ in self.errors.values()), ServiceCode.SUCCESS)

    @property
    def message(self) -> str:
        return "; ".join(message for _, message in self.errors.values())

    def fail(self, code: ServiceCode | None, message: str | None, kind: NodeKind | None = None) -> None:
        """Keep the first error of a kind of nodes, or of both."""
        if code is not None:
            self.errors.setdefault(kind, (code, message or ""))

    def time_out(self, members: Members) -> None:
        """Cancel what is on order; record an error for each kind with missing nodes."""
        for kind in NodeKind:
            if self.on_order(kind) or any(members[sequence].kind is kind for sequence in self._awaited):
                name = str(kind).replace("_", " ")
                text = f"Desired number of {name} nodes could not be allocated as the resize timeout was reached"
                self.fail(ServiceCode.ALLOCATION_TIMED_OUT, text, kind)
        self.cancel()

    def stop(self, code: ServiceCode, message: str) -> None:
        """Cancel what is on order for another reason."""
        if not self.errors:
            self.fail(code, message)
        self.cancel()

    def cancel(self) -> None:
        """Wait for nodes no more."""
        self._awaited.clear()
        for order in self.orders:
            order.cancel(order.outstanding)

    def call_off(self) -> None:
        """Cancel what is on order, and leave the errors as they were before it was asked for."""
        self.errors = self.errors or self._standing
        self.cancel()

    def settle_down(self) -> None:
        """Only wait from now on for nodes that are past their drain."""
        self.stopped = True

    def cancel_orders(self, kind: NodeKind, count: int) -> int:
        """Cancel up to `count` nodes of a kind that are on order, newest first; return how many were."""
        cancelled = 0
        for order in reversed(self.orders):
            if order.kind is kind:
                cancelled += order.cancel(count - cancelled)
        return cancelled

    def remove(self, node: Node) -> None:
        """Remove a node."""
        self._standing = {}
        self._victims.add(node.sequence)
        node.leave(self._option)

    def put_back(self, members: Members) -> int:
        """Put nodes that only drain so far back to work; return how many."""
        staying = [members[sequence] for sequence in sorted(self._victims) if members[sequence].can_stay]
        for node in staying:
            self._victims.discard(node.sequence)
            node.stay()
        return len(staying)

    def obtained(self, node: Node, steady_when: str) -> None:
        """Note that a node has appeared; it may have to come farther, as `steadyWhen` says."""
        self._standing = {}
        if steady_when != "allocated":
            self._awaited.add(node.sequence)

    def entered(self, node: Node, steady_when: str) -> bool:
        """Note a change of state; return whether the resize has waited for it."""
        if node.sequence not in self._awaited:
            return False
        on_its_way = node.state in (ON_THEIR_WAY if steady_when == "idle" else (NodeState.CREATING,))
        if not on_its_way:
            self._awaited.discard(node.sequence)
        return not on_its_way

    def gone(self, node: Node) -> None:
        """Note that a node is gone, whether or not it was to leave."""
        self._victims.discard(node.sequence)
