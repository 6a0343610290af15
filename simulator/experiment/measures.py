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
from simulator.formula.errors import MESSAGES
from simulator.results.money.bill import NOT_WORKING
from simulator.results.money.ledger import UNPAID, Label
from simulator.results.why.reasons import PLAIN, is_unfinished_why
from simulator.scenario.checks.ids import near
from simulator.service_codes import RESIZE_ERRORS
from simulator.states import PriceKind
from simulator.workload.planned_jobs import planned
from simulator.workload.planned_pools import planned_pools

if TYPE_CHECKING:
    from simulator.scenario.scenario import Scenario

Values = dict[str, float | None]


class Fit(StrEnum):
    """Which interval a measure takes."""

    MEAN = "mean"
    """A mean over runs, whose values may be skewed."""
    RATIO = "ratio"
    """A ratio of two sums: sums first, then the ratio."""


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
    """Return a number of an answer; None where it is absent."""
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
    "queue_p95": Measure("queue time, p95", "s", lambda s: inside(s, "queue_time_s", "p95")),
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
_COUNTS = ("planned", "submitted", "succeeded", "failed", "unfinished", "retries", "requeues", "preemptions")
_ID = r"[^.]+"
PATHS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"tasks\.({'|'.join(_COUNTS)})",
        rf"tasks\.unfinished_why\.(?P<reason>{_ID})",
        r"makespan_s",
        rf"(queue_time_s|turnaround_s)\.({_QUANTILES})",
        r"utilization\.(slot|core|useful|slowdown)",
        rf"nodes\.({_LEVELS}|preemptions|vms|lost_to_shrinks_s)",
        rf"nodes\.by_kind\.({'|'.join(PriceKind)})\.({_LEVELS})",
        rf"jobs\.(?P<job>{_ID})\.(planned|submitted|succeeded|makespan_s|queue_time_s|cost)",
        rf"ledger_node_s\.({'|'.join(Label)})",
        r"cost\.(total|licenses|subscription_extras|per_succeeded_task)",
        r"bill\.(end_s|nodes|per_hour|tail_s|tail_cost|nodes_left)",
        rf"cost\.by_pool\.(?P<pool>{_ID})",
        rf"cost\.by_kind\.({'|'.join(PriceKind)})",
        rf"cost\.by_job\.(?P<costs>{_ID})",
        rf"cost\.by_label\.({'|'.join(Label)})",
        rf"resize_errors\.({'|'.join(RESIZE_ERRORS)})",
        r"steady\.(queue_mean|queue_p95|turnaround_mean|in_system|load|tasks|warmup_tasks|warmup_s|warmup_found)",
        rf"evaluations\.(count|target_changes|errors\.({'|'.join(MESSAGES)}))",
    )
)
"""What numbers an answer has (`results/answer/metrics.py`)."""
ENTRIES: Final[Mapping[str, tuple[str, ...]]] = {
    "resize_errors.": RESIZE_ERRORS,
    "evaluations.errors.": tuple(MESSAGES),
    "tasks.unfinished_why.": PLAIN,
    "tasks.": _COUNTS,
    "ledger_node_s.": tuple(Label),
    "cost.by_label.": tuple(Label),
    "cost.by_kind.": tuple(PriceKind),
    "nodes.by_kind.": tuple(f"{kind}.{level}" for kind in PriceKind for level in _LEVELS.split("|")),
}
"""Parts of the answer whose numbers are the same whatever the scenario, and how these are called."""


def find_measure(name: str) -> Measure:
    """Return the measure of a name or of a path into the answer."""
    if name in MEASURES:
        return MEASURES[name]
    if not is_measure(name):
        raise InputError(f"no measure '{name}'{_instead(name)}")
    path = tuple(name.split("."))
    absent = 0.0 if path[-2:-1] in (("unfinished_why",), ("errors",), ("resize_errors",), ("by_label",)) else None

    def of(summary: dict[str, Any]) -> float | None:
        value = inside(summary, *path)
        return absent if value is None else value

    return Measure(STEADY_TITLES.get(name, name), _unit(path), of)


def is_measure(name: str) -> bool:
    """Return whether a name is that of a measure, or of a path into the answer."""
    found = next((match for pattern in PATHS if (match := pattern.fullmatch(name))), None)
    if found is None:
        return name in MEASURES
    reason = found.groupdict().get("reason")
    return reason is None or is_unfinished_why(reason)


def _instead(name: str) -> str:
    """Report what there is: the entries of the part of the answer that is named, or names and an example of a path."""
    for part, entries in ENTRIES.items():
        if name.startswith(part):
            hint = near(name.removeprefix(part), entries, ";").replace("'", f"'{part}", 1)
            return f"{hint} {part.removesuffix('.')} has {', '.join(entries)}"
    close = get_close_matches(name, [*MEASURES, *_PLAIN], n=1)
    names = f", did you mean '{close[0]}'? It may be" if close else f"; expected one of {', '.join(MEASURES)}, or"
    return f"{names} a path into the answer such as jobs.NAME.makespan_s"


_PLAIN: Final = (
    *STEADY_TITLES,
    *("tasks.succeeded", "tasks.failed", "tasks.retries", "tasks.requeues", "makespan_s", "nodes.peak", "nodes.mean"),
    *("utilization.slot", "utilization.core", "cost.total", "cost.per_succeeded_task", "evaluations.target_changes"),
    *(f"{name}.{part}" for name in ("queue_time_s", "turnaround_s") for part in _QUANTILES.split("|")),
)


def _unit(path: tuple[str, ...]) -> str:
    if path[0] == "cost" or path[-1] in ("cost", "per_hour", "tail_cost"):
        return "USD"
    if path[0] == "utilization" and path[-1] != "slowdown":  # a factor, at least 1
        return "share"
    is_span = path[0] == "steady" and path[-1] in ("queue_mean", "queue_p95", "turnaround_mean")
    return "s" if is_span or any(part.endswith("_s") for part in path) else ""


def check_measures(names: Iterable[str], scenario: Scenario) -> None:
    """Refuse measures that no run of the scenario has, all at once."""
    every = planned(scenario)
    jobs = {one.job.id for one in every}
    pools = {pool.id for pool in planned_pools(scenario, every).bodies}
    wrong: list[str] = []
    for name in names:
        try:
            find_measure(name)
        except InputError as error:
            wrong += [problem.message for problem in error.problems]
            continue
        for pattern in PATHS:
            named = found.groupdict() if (found := pattern.fullmatch(name)) else {}
            for what, known in (("job", jobs), ("costs", {*jobs, NOT_WORKING}), ("pool", pools)):
                if named.get(what) and named[what] not in known:
                    noun, hint = "pool" if what == "pool" else "job", near(named[what], sorted(known))
                    wrong.append(f"no measure '{name}': the scenario has no {noun} '{named[what]}'{hint}")
    if wrong:
        raise InputError("; ".join(wrong))
