"""One resize of a pool: what is still to come, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass, field

from simulator.states import NodeDeallocationOption, NodeKind


@dataclass(slots=True)
class Order:
    """Nodes promised by quota that have not appeared yet."""

    kind: NodeKind
    outstanding: int


@dataclass(slots=True)
class Resize:
    """A resize in progress: complete when nothing is on order and no victim is left."""

    row: int
    """Row of the resize table."""
    option: NodeDeallocationOption | None
    orders: list[Order] = field(default_factory=list)
    victims: set[int] = field(default_factory=set)
    """Sequence numbers of nodes that have not gone yet."""
    awaited: set[int] = field(default_factory=set)
    """Sequence numbers of nodes that have appeared but not come as far as `steady_when` wants."""
    stopped: bool = False
    """Whether it only waits for nodes that were past their drain when it was stopped."""
    code: str = "Success"
    message: str = ""

    @property
    def is_complete(self) -> bool:
        return not self.victims and not self.awaited and not any(order.outstanding for order in self.orders)

    def fail(self, code: str | None, message: str | None) -> None:
        """Keep the first error."""
        if code is not None and self.code == "Success":
            self.code, self.message = code, message or ""
