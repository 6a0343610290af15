"""The few numbers of a run that the page shows and compares: a table over the registry of measures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from simulator.experiment.measures import find_measure


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that the page shows."""

    measure: str
    """Its name in the registry."""
    title: str
    meaning: str
    more_is_better: bool = False


FIGURES: Final[Sequence[Figure]] = (
    Figure("cost", "cost", "What the pool costs, from the first node to the end of the bill."),
    Figure("makespan", "finished after", "From the first task's arrival to the last one's end."),
    Figure("queue_time_s.p50", "wait, half of tasks", "Half of all tasks start within this time of their arrival."),
    Figure("queue_p95", "wait, p95", "19 of 20 tasks start within this time of their arrival."),
    Figure("lost_node_hours", "work lost", "Node-hours of work that was thrown away and done again."),
    Figure(
        "useful", "useful share", "Of the node time paid for, the part that did work that counted.", more_is_better=True
    ),
    Figure("unfinished", "not finished", "Tasks that were not done when the run ended."),
    Figure("evaluations.target_changes", "target changed", "How often an evaluation changed the target."),
)


def figures(answer: Mapping[str, Any], further: Iterable[str] = ()) -> list[dict[str, Any]]:
    """Return the figures of an answer, and further measures of it; a value is None where there was nothing to measure.

    Raise InputError about a measure that is none.
    """
    asked = [Figure(name, find_measure(name).title, find_measure(name).meaning) for name in further]
    return [
        {
            "measure": one.measure,
            "title": one.title,
            "meaning": one.meaning,
            "unit": str(find_measure(one.measure).unit),
            "value": find_measure(one.measure).of(answer),
            "moreIsBetter": one.more_is_better,
        }
        for one in (*FIGURES, *asked)
    ]
