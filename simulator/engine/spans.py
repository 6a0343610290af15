"""How long each step of a node's life takes: one stream of random numbers for each step of each pool."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.scenario.timing import Timing

if TYPE_CHECKING:
    from simulator.engine.world import World


@dataclass(frozen=True, slots=True)
class Spans:
    """Functions that draw how long each step of a node's life takes, in milliseconds."""

    allocation: Callable[[], int]
    creating: Callable[[], int]
    starting: Callable[[], int]
    start_task: Callable[[], int]
    leaving: Callable[[], int]
    recovery: Callable[[], int]

    @classmethod
    def of(cls, world: World, pool: str, timing: Timing) -> Spans:
        """Take one stream for each step, so that changing one step leaves the others' luck alone."""
        return cls(
            allocation=world.spans(f"allocation:{pool}", timing.allocation_latency),
            creating=world.spans(f"creating:{pool}", timing.creating),
            starting=world.spans(f"starting:{pool}", timing.starting),
            start_task=world.spans(f"start task:{pool}", timing.start_task),
            leaving=world.spans(f"leaving:{pool}", timing.leaving),
            recovery=world.spans(f"recovery:{pool}", timing.recovery_delay),
        )
