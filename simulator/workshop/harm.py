"""What a formula can do wrong, as numbers of a run's answer: the larger, the worse."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from simulator.formula.miniature import Story

Values = Mapping[str, float | None]
HOUR: Final = 3600.0
EVERY: Final = 5.0
"""Minutes between two evaluations, at best."""
MEASURES: Final = (
    "cost",
    "billed_hours",
    "lost_node_hours",
    "nodes.lost_to_shrinks_s",
    "queue_mean",
    "unfinished",
    "queue_time_s.max",
    "tasks.requeues",
    "tasks.failed",
    "nodes.peak",
    "evaluations.target_changes",
    "ledger_node_s.busy_useful",
    "ledger_node_s.idle_tail",
)
"""What is kept of a run."""


@dataclass(frozen=True, slots=True)
class Harm:
    """A kind of harm."""

    name: str
    title: str
    unit: str
    of: Callable[[Values, float], float]
    """Of a run's measures and its horizon in seconds."""
    likely: Callable[[Story], float]
    """Of what happens in a pool in miniature."""
    unavoidable: float
    """What a good formula does, too, where it is evaluated every five minutes; 0 where it does none."""
    least: float = 0.0
    """Less is no harm, however rarely it is evaluated."""

    def little(self, interval_minutes: float) -> float:
        """Return what is no harm yet: nodes come and go an evaluation or two after the tasks."""
        return max(self.least, self.unavoidable * interval_minutes / EVERY)


def _number(values: Values, name: str) -> float:
    return values.get(name) or 0.0


def _waste(values: Values, _: float) -> float:
    """Return what was paid for without use; what evictions made useless is not the formula's."""
    useful = _number(values, "ledger_node_s.busy_useful") / HOUR
    return max(0.0, _number(values, "billed_hours") - useful - evicted(values))


def _lost(values: Values, _: float) -> float:
    """Return the work that a shrinking pool has thrown away; what evictions take is not the formula's."""
    return _number(values, "nodes.lost_to_shrinks_s") / HOUR


def evicted(values: Values) -> float:
    """Return the node-hours of work that evictions and lost contact took, whatever the formula does."""
    return max(0.0, _number(values, "lost_node_hours") - _lost(values, 0.0))


def _wait(values: Values, horizon: float) -> float:
    if _number(values, "unfinished"):
        return horizon / HOUR
    return _number(values, "queue_time_s.max") / HOUR


def _tail(values: Values, _: float) -> float:
    return _number(values, "ledger_node_s.idle_tail") / HOUR


def _no_node(values: Values, _: float) -> float:
    return _number(values, "unfinished")


HARMS: Final[Mapping[str, Harm]] = {
    harm.name: harm
    for harm in (
        Harm(
            "waste",
            "paid time without useful work, evictions left out",
            "node-hours",
            _waste,
            lambda s: s.node_s - s.useful_s,
            1.0,
        ),
        Harm(
            "wait",
            "longest wait of a task",
            "hours",
            _wait,
            lambda s: s.load.horizon if s.left else max(s.waits, default=0),
            0.25,
        ),
        Harm("lost_work", "work thrown away", "node-hours", _lost, lambda s: s.lost_s, 0.0, least=0.001),
        Harm("never_zero", "nodes that stay on after the last task", "node-hours", _tail, lambda s: s.tail_s, 0.5),
        Harm(
            "no_node", "tasks that are not done when the run ends", "tasks", _no_node, lambda s: s.left, 0.0, least=0.5
        ),
    )
}
