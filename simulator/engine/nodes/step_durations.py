"""How long each step of a node's life takes: a random stream for each step and each kind of node of a pool."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from simulator.scenario.format.timing import Timing
from simulator.states import NodeKind, NodeState

if TYPE_CHECKING:
    from simulator.engine.random_streams import DurationDraw, Placed, RandomStreams
    from simulator.scenario.format.schema import Options

FIELD = {
    NodeState.REBOOTING: "rebooting",
    NodeState.REIMAGING: "reimaging",
    NodeState.UPGRADINGOS: "upgrading_os",
    NodeState.DEALLOCATING: "deallocating",
}
"""The part of `simulation.timing` for each state that lasts a drawn time and is rare."""


@dataclass(frozen=True, slots=True)
class StepDurations:
    """Functions that draw how long each step of a node's life takes, in milliseconds."""

    allocation: dict[NodeKind, Callable[[], int]]
    """Of each order of nodes of a kind."""
    creating: DurationDraw
    starting: DurationDraw
    leaving: DurationDraw
    recovery: DurationDraw
    _rare: Callable[[str, Any], DurationDraw]
    """Makes the stream of a rare step when it is first taken."""
    _timing: Timing
    _contact: Any

    @classmethod
    def of(cls, streams: RandomStreams, pool: str, timing: Timing, options: Options) -> StepDurations:
        """Make one random stream per step, so that draws are independent of other steps and other nodes."""

        @cache
        def rare(name: str, distribution: Any) -> DurationDraw:
            return streams.node_durations(f"{name}:{pool}", distribution)

        return cls(
            allocation={
                kind: streams.durations(f"allocation:{pool}:{kind}", timing.allocation_latency) for kind in NodeKind
            },
            creating=streams.node_durations(f"creating:{pool}", timing.creating),
            starting=streams.node_durations(f"starting:{pool}", timing.starting),
            leaving=streams.node_durations(f"leaving:{pool}", timing.leaving),
            recovery=streams.node_durations(f"recovery:{pool}", timing.recovery_delay),
            _rare=rare,
            _timing=timing,
            _contact=options.unusable_recovery,
        )

    def start_task(self, time: Any, node: Placed) -> int:
        """Return the run time of one attempt of a start task whose time is distributed as `time`."""
        return self._rare("start task", time)(node)

    def step(self, state: NodeState, node: Placed) -> int:
        """Return the time in `rebooting`, `reimaging`, `upgradingos` or `deallocating`."""
        name = FIELD[state]
        return self._rare(name, getattr(self._timing, name))(node)

    def contact(self, node: Placed) -> int | None:
        """Return the time until contact with a node is back; None = never (`docs/model.md#lost-contact`)."""
        return None if self._contact == "never" else self._rare("contact", self._contact)(node)
