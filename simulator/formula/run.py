"""What an evaluation starts from, what it keeps while it runs, and what comes of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.formula.errors import AutoScaleError
from simulator.formula.history import History, Samples
from simulator.formula.options import Options
from simulator.formula.source import Place
from simulator.formula.values import Keyword, Timestamp, Value
from simulator.formula.variables import KEYWORDS


@dataclass(frozen=True, slots=True)
class Context:
    """The pool as a formula sees it at one instant."""

    now: Timestamp
    target_dedicated_nodes: int = 0
    target_low_priority_nodes: int = 0
    live: Mapping[str, float] = field(default_factory=dict)
    """Values that are read without a sample: `$CurrentDedicatedNodes`, `$CurrentLowPriorityNodes`,
    `$TaskSlotsPerNode`."""
    samples: Samples = field(default_factory=History)
    """Samples that can be read now."""
    options: Options = field(default_factory=Options)
    draw: Callable[[], float] | None = None
    """Where `rand()` draws from if no option gives it a seed; None = numbers that nobody can draw again."""


@dataclass(frozen=True, slots=True)
class Window:
    """One request for samples: what was asked for, and what there was."""

    place: Place
    metric: str
    method: str
    start: Timestamp | None
    """Earlier bound, not included; None where a number of samples was asked for."""
    end: Timestamp | None
    expected: int
    available: int
    percent: float
    wanted: float | None
    """Percentage demanded, None where none is."""
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """A ternary that was decided."""

    place: Place
    """Of the `?`."""
    taken: str
    """`then` or `otherwise`."""


@dataclass(frozen=True, slots=True)
class Step:
    """One statement that was executed."""

    place: Place
    text: str
    target: str | None
    value: Value | None
    """None where the statement stopped the run or failed."""
    branches: tuple[Branch, ...]
    windows: tuple[Window, ...]


@dataclass(frozen=True, slots=True)
class AutoScaleRun:
    """What one evaluation came to."""

    timestamp: Timestamp
    results: str
    error: AutoScaleError | None
    target_dedicated_nodes: int
    """Truncated and not negative; after an error the pool's target as it was."""
    target_low_priority_nodes: int
    node_deallocation_option: str
    raw_targets: tuple[float, float]
    """Dedicated and low-priority target as the formula left them; after an error the pool's own."""
    variables: Mapping[str, Value]
    """User variables at the end."""
    warnings: tuple[str, ...] = ()
    trace: tuple[Step, ...] = ()
    """Empty unless asked for."""


class State:
    """The values of one evaluation while it runs."""

    __slots__ = (
        "assigned",
        "branches",
        "context",
        "demands_finite",
        "now",
        "option",
        "options",
        "placed",
        "random",
        "traced",
        "users",
        "windows",
    )

    def __init__(self, context: Context, *, traced: bool) -> None:
        self.context = context
        self.options = context.options
        self.now = context.now
        self.users: dict[str, Any] = {}
        self.assigned: dict[str, float] = {}
        """Targets by the name under which they were assigned, aliases included."""
        self.placed: dict[str, int] = {}
        """Where each of them was last assigned."""
        self.option: Keyword = KEYWORDS["requeue"]
        self.random: Callable[[], float] | None = None
        self.traced = traced
        self.demands_finite = context.options.non_finite == "error"
        self.windows: list[tuple[int, Any]] = []
        self.branches: list[tuple[int, str]] = []
