"""When operations happen, and which of several that have an id one after the other one of them meets."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from simulator.scenario.checks.findings import readable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.scenario.format.schema import Operation

Moment = tuple[float, int]
"""An instant, and the place in the timeline of the operation that happens then."""
BEGINNING: Final[Moment] = (-math.inf, -1)


class Life(Protocol):
    """A pool or a job, as far as others may have its id before and after it."""

    @property
    def since(self) -> Moment:
        """When it is created."""


L = TypeVar("L", bound=Life)


def moment_of(operation: Operation, index: int) -> Moment:
    """Return when an operation happens that stands at a place of the timeline."""
    at = readable(operation, "at")
    return BEGINNING if at is None else (at, index)


def met(lives: Iterable[L], moment: Moment) -> L | None:
    """Return which of those that have an id an operation meets, the last created before it; None where none is."""
    return max((life for life in lives if life.since < moment), key=lambda life: life.since, default=None)
