"""The registry of measures: every number of the answer by its path, and the few that have a name of their own.

`makespan` and `cost` are names; `jobs.on_mix.makespan_s`, `cost.by_pool.night` or `nodes.peak` are paths into the
answer that `poolsight run --json` prints. Rows are read from the type of the answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from simulator.results.answer.answer import Answer
from simulator.results.answer.parts import Fit, Group, Keys, Number, Part, described
from simulator.results.money.ledger import Label
from simulator.units import S_PER_HOUR, Unit


@dataclass(frozen=True, slots=True)
class Measure:
    """A number of the answer that is followed over replications."""

    title: str
    unit: Unit
    meaning: str
    of: Callable[[Mapping[str, Any]], float | None]
    fit: Fit = Fit.MEAN
    weight: str | None = None
    """Of a ratio: the measure of its denominator, in whatever unit."""
    range: tuple[float, float] = (0.0, float("inf"))


@dataclass(frozen=True, slots=True)
class Row:
    """A path into the answer, of one number or of one for each key of a mapping."""

    steps: tuple[str | Keys, ...]
    number: Number
    is_whole: bool = False
    """Whether it counts something."""

    @property
    def path(self) -> str:
        """The path, with `{job}` and the like in the place of keys."""
        return ".".join(step if isinstance(step, str) else f"{{{step.noun}}}" for step in self.steps)

    def keys(self, name: str) -> list[tuple[Keys, str]] | None:
        """Return the keys that a name has at each mapping on the path; None if it is no name of this row."""
        parts = name.split(".")
        if len(parts) != len(self.steps) or not self.begins_with(parts):
            return None
        return [(step, part) for step, part in zip(self.steps, parts, strict=True) if isinstance(step, Keys)]

    def begins_with(self, parts: Sequence[str]) -> bool:
        """Return whether the row stands in the part of the answer that is named."""
        pairs = zip(self.steps, parts, strict=False)
        return all(part and (step == part if isinstance(step, str) else step.allows(part)) for step, part in pairs)

    def measure(self, name: str) -> Measure:
        """Return the measure of a name of this row."""
        words = {step.noun: key for step, key in self.keys(name) or ()}
        parts, steps = name.split("."), self.steps

        def of(answer: Mapping[str, Any]) -> float | None:
            value: Any = answer
            for step, part in zip(steps, parts, strict=True):
                if not isinstance(value, Mapping):  # there is nothing to measure, or the number of an absent key
                    break
                value = value.get(part, step.absent if isinstance(step, Keys) else None)
            return None if value is None else float(value)

        number = self.number
        title = re.sub(r"\{(\w+)\}", lambda found: words[found[1]], number.title)
        return Measure(title, number.unit, number.meaning, of, number.fit, number.weight, number.range)


def rows(of: type[Part], begin: tuple[str | Keys, ...] = (), group: Group | None = None) -> Iterator[Row]:
    """Iterate over the numbers of a part of the answer, in its order."""
    for name, field in described(of).items():
        keys = () if field.keys is None else (field.keys,)
        steps: tuple[str | Keys, ...] = (*begin, name, *keys)
        if field.number is not None:
            yield Row(steps, _titled(field.number, group), field.type is int)
        elif field.part is not None:
            yield from rows(field.part, steps, field.group or group)


def _titled(number: Number, group: Group | None) -> Number:
    if group is None:
        return number
    meaning = "; ".join(text for text in (group.meaning, number.meaning) if text)
    return replace(number, title=f"{group.title}, {number.title}", meaning=meaning)


ROWS: Final = tuple(rows(Answer))
"""Every number of an answer."""


def _node_hours(title: str, meaning: str, account: str, *labels: Label) -> Measure:
    """Return the measure that adds up labels of an account of node time; all of them where none is named."""

    def of(answer: Mapping[str, Any]) -> float:
        times = answer[account]
        return float(sum(times[label] for label in labels or times)) / S_PER_HOUR

    return Measure(title, Unit.NODE_HOURS, meaning, of)


def _of_path(path: str) -> Measure:
    return next(row for row in ROWS if row.path == path).measure(path)


MEASURES: Final[Mapping[str, Measure]] = {
    "makespan": _of_path("makespan_s"),
    "cost": _of_path("cost.total"),
    "queue_mean": _of_path("queue_time_s.mean"),
    "queue_p95": _of_path("queue_time_s.p95"),
    "useful": _of_path("utilization.useful"),
    "node_hours": _node_hours("node-hours", "time that all nodes existed", "ledger_node_s"),
    "billed_hours": _node_hours("node-hours billed", "time that is paid for, rounding included", "billed_node_s"),
    "lost_node_hours": _node_hours("node-hours lost", "with attempts that were lost", "ledger_node_s", Label.BUSY_LOST),
    "preemptions": _of_path("tasks.preemptions"),
    "unfinished": _of_path("tasks.unfinished"),
}
"""Measures with a name of their own, in the order in which they are shown."""
