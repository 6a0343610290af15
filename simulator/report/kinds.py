"""The pictures that `poolsight plot` can draw from a run's directory, by name, and what each can be asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from simulator.results.read import Frames


@dataclass(frozen=True, slots=True)
class Kind:
    """One picture; `options` are the keywords of its function that a command may set."""

    meaning: str
    function: str
    options: frozenset[str]
    by: tuple[str, ...] = ()
    """What its colours may stand for, the usual first."""


KINDS: Final[Mapping[str, Kind]] = {
    "pool": Kind(
        "queue, running tasks, targets and nodes over time", "pool_over_time", frozenset({"pools", "zone", "nights"})
    ),
    "gantt": Kind("a row for every node", "node_gantt", frozenset({"pools", "by", "zone"}), ("outcome", "job")),
    "ledger": Kind("where node-hours and money went", "ledger_bars", frozenset({"pools"})),
    "queue": Kind("how long tasks waited", "queue_time", frozenset({"pools", "by"}), ("pool", "job")),
    "slots": Kind(
        "what is in every slot at an instant", "slot_grid", frozenset({"pools", "by", "at"}), ("size", "job")
    ),
}


def draw(kind: str, run: Frames, options: Mapping[str, Any]) -> Figure:
    """Draw a picture of a run; `options` must be among those of its kind, `page` always is."""
    from simulator.report import figures  # noqa: PLC0415 - slow to import

    figure: Figure = getattr(figures, KINDS[kind].function)(run, **options)
    return figure
