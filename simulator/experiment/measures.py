"""The numbers that experiments follow: a few with names, and every number of a run's answer by its path.

`makespan` and `cost` are names; `jobs.on_mix.makespan_s`, `cost.by_pool.night` or `nodes.peak` are paths into the
answer that `poolsight run --json` prints.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from simulator.errors import InputError
from simulator.results.ledger import UNPAID, Label
from simulator.states import NodeKind

if TYPE_CHECKING:
    from simulator.scenario.schema import Scenario

Values = dict[str, float | None]


class Fit(StrEnum):
    """Which interval a measure takes."""

    MEAN = "mean"
    """Student's t."""
    QUANTILE = "quantile"
    """A quantile inside each run: skewed, so studentised bootstrap."""
    RATIO = "ratio"
    """A ratio of two sums: sums first, then the ratio; studentised bootstrap."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A number of the answer that is followed over replications."""

    title: str
    unit: str
    """`s` for spans, `USD`, `share`, or nothing for counts."""
    of: Callable[[dict[str, Any]], float | None]
    fit: Fit = Fit.MEAN
    weight: str | None = None
    """Of a ratio: the measure that its denominator is proportional to."""

    @property
    def range(self) -> tuple[float, float]:
        """What the number can be: nothing here is negative, and no share is above 1."""
        return 0.0, 1.0 if self.unit == "share" else math.inf


def inside(summary: Mapping[str, Any], *path: str) -> float | None:
    """Give a number of an answer; None where it is absent."""
    value: Any = summary
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return None if value is None else float(value)


def _billed_hours(summary: dict[str, Any]) -> float:
    seconds = summary["ledger_node_s"]
    return float(sum(time for label, time in seconds.items() if label not in UNPAID)) / 3600


MEASURES: Final[Mapping[str, Measure]] = {
    "makespan": Measure("makespan", "s", lambda s: inside(s, "makespan_s")),
    "cost": Measure("cost", "USD", lambda s: inside(s, "cost", "total")),
    "queue_mean": Measure("queue time, mean", "s", lambda s: inside(s, "queue_time_s", "mean")),
    "queue_p95": Measure("queue time, p95", "s", lambda s: inside(s, "queue_time_s", "p95"), Fit.QUANTILE),
    "useful": Measure(
        "useful share of billed time", "share", lambda s: inside(s, "utilization", "useful"), Fit.RATIO, "billed_hours"
    ),
    "node_hours": Measure("node-hours", "", lambda s: sum(s["ledger_node_s"].values()) / 3600),
    "billed_hours": Measure("node-hours billed", "", _billed_hours),
    "lost_node_hours": Measure("node-hours lost", "", lambda s: s["ledger_node_s"]["busy_lost"] / 3600),
    "preemptions": Measure("task preemptions", "", lambda s: inside(s, "tasks", "preemptions")),
    "unfinished": Measure("tasks unfinished", "", lambda s: inside(s, "tasks", "unfinished")),
}
ALWAYS_SHOWN: Final = ("makespan", "cost")
"""Measures that have a row also where they are 0: that a pool costs nothing is an answer."""
STEADY: Final = "steady."
"""How the names of measures begin that leave the warm-up out (`experiment/steady.py`)."""
STEADY_TITLES: Final[Mapping[str, str]] = {
    "steady.queue_mean": "queue time, mean",
    "steady.queue_p95": "queue time, p95",
    "steady.turnaround_mean": "turnaround, mean",
    "steady.in_system": "tasks waiting or running",
    "steady.load": "load (work that arrives / slots)",
}

_QUANTILES = "mean|p50|p95|p99|max"
_LEVELS = "peak|mean"
_ID = r"[^.]+"
PATHS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        r"tasks\.(submitted|succeeded|failed|unfinished|retries|requeues|preemptions)",
        rf"tasks\.unfinished_why\.{_ID}",
        r"makespan_s",
        rf"(queue_time_s|turnaround_s)\.({_QUANTILES})",
        r"utilization\.(slot|core|useful|slowdown)",
        rf"nodes\.({_LEVELS}|preemptions|vms)",
        rf"nodes\.by_kind\.({'|'.join(NodeKind)})\.({_LEVELS})",
        rf"jobs\.(?P<job>{_ID})\.(submitted|succeeded|makespan_s|queue_time_s|cost)",
        rf"ledger_node_s\.({'|'.join(Label)})",
        r"cost\.(total|licenses|per_succeeded_task)",
        rf"cost\.by_pool\.(?P<pool>{_ID})",
        rf"cost\.by_kind\.({'|'.join(NodeKind)})",
        rf"cost\.by_job\.(?P<costs>{_ID})",
        rf"cost\.by_label\.{_ID}",
        rf"resize_errors\.{_ID}",
        r"steady\.(queue_mean|queue_p95|turnaround_mean|in_system|load|tasks|warmup_tasks|warmup_s|warmup_found)",
        rf"evaluations\.(count|target_changes|errors\.{_ID})",
    )
)
"""What numbers an answer has (`results/metrics.py`)."""


def find_measure(name: str) -> Measure:
    """Give the measure of a name or of a path into the answer."""
    if name in MEASURES:
        return MEASURES[name]
    if not any(pattern.fullmatch(name) for pattern in PATHS):
        near = get_close_matches(name, [*MEASURES, *_PLAIN], n=1)
        hint = f", did you mean '{near[0]}'?" if near else f"; expected one of {', '.join(MEASURES)}, or a path"
        further = " It may be a path" if near else ""
        raise InputError(f"no measure '{name}'{hint}{further} into the answer such as jobs.NAME.makespan_s")
    path = tuple(name.split("."))
    fit = Fit.QUANTILE if path[-1] in ("p50", "p95", "p99", "max", "queue_p95") else Fit.MEAN
    absent = 0.0 if path[-2:-1] in (("unfinished_why",), ("errors",), ("resize_errors",), ("by_label",)) else None

    def of(summary: dict[str, Any]) -> float | None:
        value = inside(summary, *path)
        return absent if value is None else value

    return Measure(STEADY_TITLES.get(name, name), _unit(path), of, fit)


def is_measure(name: str) -> bool:
    """Say whether a name is that of a measure, or of a path into the answer."""
    return name in MEASURES or any(pattern.fullmatch(name) for pattern in PATHS)


_PLAIN: Final = (
    *STEADY_TITLES,
    *("tasks.succeeded", "tasks.failed", "tasks.retries", "tasks.requeues", "makespan_s", "nodes.peak", "nodes.mean"),
    *("utilization.slot", "utilization.core", "cost.total", "cost.per_succeeded_task", "evaluations.target_changes"),
    *(f"{name}.{part}" for name in ("queue_time_s", "turnaround_s") for part in _QUANTILES.split("|")),
)


def _unit(path: tuple[str, ...]) -> str:
    if path[0] == "cost" or path[-1] == "cost":
        return "USD"
    if path[0] == "utilization":
        return "share"
    is_span = path[0] == "steady" and path[-1] in ("queue_mean", "queue_p95", "turnaround_mean")
    return "s" if is_span or any(part.endswith("_s") for part in path) else ""


def check_measures(names: Iterable[str], scenario: Scenario) -> None:
    """Refuse measures that no run of the scenario has, all at once."""
    jobs = {job.id for job in scenario.jobs}
    autos = {f"{job.auto_pool.id_prefix}_{job.id}" for job in scenario.jobs if job.auto_pool}
    pools = {pool.id for pool in scenario.pools} | autos
    wrong: list[str] = []
    for name in names:
        try:
            find_measure(name)
        except InputError as error:
            wrong += [problem.message for problem in error.problems]
            continue
        for pattern in PATHS:
            named = found.groupdict() if (found := pattern.fullmatch(name)) else {}
            for what, known in (("job", jobs), ("costs", jobs), ("pool", pools)):
                if named.get(what) and named[what] not in known:
                    noun = "pool" if what == "pool" else "job"
                    wrong.append(f"no measure '{name}': the scenario has no {noun} '{named[what]}'")
    if wrong:
        raise InputError("; ".join(wrong))
