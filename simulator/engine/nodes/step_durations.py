"""How long each step of a node's life takes: luck of its own for each step, kind of node, and node of a pool."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from simulator.scenario.format.timing import Timing
from simulator.states import NodeKind, NodeState

if TYPE_CHECKING:
    from simulator.engine.nodes.node import Node
    from simulator.engine.world import World

Span = Callable[["Node"], int]

FIELD = {
    NodeState.REBOOTING: "rebooting",
    NodeState.REIMAGING: "reimaging",
    NodeState.UPGRADINGOS: "upgrading_os",
    NodeState.DEALLOCATING: "deallocating",
}


@dataclass(frozen=True, slots=True)
class Spans:
    """Functions that draw how long each step of a node's life takes, in milliseconds."""

    allocation: dict[NodeKind, Callable[[], int]]
    """Of each order of nodes of a kind."""
    creating: Span
    starting: Span
    leaving: Span
    recovery: Span
    _rare: Callable[[str, Any], Span]
    """Makes the stream of a rare step when it is first taken."""
    _timing: Timing
    _contact: Any

    @classmethod
    def of(cls, world: World, pool: str, timing: Timing) -> Spans:
        """Take luck for each step, so that other steps and other nodes leave it alone."""

        @cache
        def rare(name: str, distribution: Any) -> Span:
            return world.node_spans(f"{name}:{pool}", distribution)

        return cls(
            allocation={kind: world.spans(f"allocation:{pool}:{kind}", timing.allocation_latency) for kind in NodeKind},
            creating=world.node_spans(f"creating:{pool}", timing.creating),
            starting=world.node_spans(f"starting:{pool}", timing.starting),
            leaving=world.node_spans(f"leaving:{pool}", timing.leaving),
            recovery=world.node_spans(f"recovery:{pool}", timing.recovery_delay),
            _rare=rare,
            _timing=timing,
            _contact=world.scenario.options.unusable_recovery,
        )

    def start_task(self, time: Any, node: Node) -> int:
        """Give the run time of one start task."""
        return self._rare("start task", time)(node)

    def step(self, state: NodeState, node: Node) -> int:
        """Give the time in `rebooting`, `reimaging`, `upgradingos` or `deallocating`."""
        name = FIELD[state]
        return self._rare(name, getattr(self._timing, name))(node)

    def contact(self, node: Node) -> int | None:
        """Give the time until contact with a node is back; None = never (assumption P23)."""
        return None if self._contact == "never" else self._rare("contact", self._contact)(node)
