"""How long each step of a node's life takes: one stream of random numbers for each step of each pool."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from simulator.scenario.timing import Timing
from simulator.states import NodeState

if TYPE_CHECKING:
    from simulator.engine.world import World

FIELD = {
    NodeState.REBOOTING: "rebooting",
    NodeState.REIMAGING: "reimaging",
    NodeState.UPGRADINGOS: "upgrading_os",
    NodeState.DEALLOCATING: "deallocating",
}


@dataclass(frozen=True, slots=True)
class Spans:
    """Functions that draw how long each step of a node's life takes, in milliseconds."""

    allocation: Callable[[], int]
    creating: Callable[[], int]
    starting: Callable[[], int]
    leaving: Callable[[], int]
    recovery: Callable[[], int]
    _rare: Callable[[str, Any], Callable[[], int]]
    """Makes the stream of a rare step when it is first taken."""
    _timing: Timing
    _contact: Any

    @classmethod
    def of(cls, world: World, pool: str, timing: Timing) -> Spans:
        """Take one stream for each step, so that changing one step leaves the others' luck alone."""

        @cache
        def rare(name: str, distribution: Any) -> Callable[[], int]:
            return world.spans(f"{name}:{pool}", distribution)

        return cls(
            allocation=world.spans(f"allocation:{pool}", timing.allocation_latency),
            creating=world.spans(f"creating:{pool}", timing.creating),
            starting=world.spans(f"starting:{pool}", timing.starting),
            leaving=world.spans(f"leaving:{pool}", timing.leaving),
            recovery=world.spans(f"recovery:{pool}", timing.recovery_delay),
            _rare=rare,
            _timing=timing,
            _contact=world.scenario.options.unusable_recovery,
        )

    def start_task(self, time: Any) -> int:
        """Give the run time of one start task."""
        return self._rare("start task", time)()

    def step(self, state: NodeState) -> int:
        """Give the time in `rebooting`, `reimaging`, `upgradingos` or `deallocating`."""
        name = FIELD[state]
        return self._rare(name, getattr(self._timing, name))()

    def contact(self) -> int | None:
        """Give the time until contact with a node is back; None = never (assumption P23)."""
        return None if self._contact == "never" else self._rare("contact", self._contact)()
