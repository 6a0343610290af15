"""What longer tasks and checkpoints change for work on low-priority nodes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from simulator.durations import format_duration
from simulator.errors import InputError
from simulator.experiment.estimates import Estimate
from simulator.planning.demand import HARDEST, Demand
from simulator.planning.runs import Run, cost_ratio, plain, run_all
from simulator.planning.scaling import until_done, with_groups
from simulator.scenario.format.task_bodies import Checkpoints
from simulator.scenario.scenario import Scenario
from simulator.theory import restarts

FACTORS: Final = (0.25, 0.5, 1.0, 2.0, 4.0)
MOST_SAVED: Final = 5
"""Scenarios that `savings` runs at most: without evictions, without checkpoints, and with those of three intervals."""


@dataclass(frozen=True, slots=True)
class Length:
    """The same work in tasks of another length."""

    factor: float
    mean_hours: float
    ratio: Estimate | None
    """Cost of all spot over all dedicated; None where tasks are so long that they hardly ever end."""
    closed_form: float | None
    """None without a constant hazard."""
    lost_node_hours: Estimate | None

    def to_dict(self) -> dict[str, Any]:
        return {
            "factor": self.factor,
            "mean_hours": self.mean_hours,
            "cost_ratio": plain(self.ratio),
            "closed_form": self.closed_form,
            "lost_node_hours": plain(self.lost_node_hours),
        }


@dataclass(frozen=True, slots=True)
class Saving:
    """The pool all spot, its tasks with checkpoints, beside all dedicated without."""

    every_hours: float | None
    """Work between two checkpoints; None = none are made."""
    label: str
    hours: float
    """Paid hours of a task of the mean length, checkpoints included, by the closed forms of Young and Daly."""
    closed_form: float
    """Its cost over that on a dedicated node without checkpoints."""
    ratio: Estimate | None
    """Cost of the whole work over all dedicated, simulated; None where the tasks are listed or come from a trace."""
    lost_node_hours: Estimate | None
    """What evictions still threw away, since the last checkpoints; None where the ratio is."""

    def to_dict(self) -> dict[str, Any]:
        return {
            "every_hours": self.every_hours,
            "label": self.label,
            "hours": self.hours,
            "closed_form": self.closed_form,
            "cost_ratio": plain(self.ratio),
            "lost_node_hours": plain(self.lost_node_hours),
        }


def by_length(
    make: Callable[[float, float], Scenario],
    hazard: float | None,
    ratio: float,
    numbers: range,
    run: Run,
) -> tuple[tuple[Length, ...], tuple[str, ...]]:
    """Cut the same work into shorter and longer tasks; notes say what could not be looked at.

    `make` gives the scenario of a spot share and a factor on task length.
    """
    try:
        pairs = {factor: (until_done(make(0.0, factor)), until_done(make(1.0, factor))) for factor in FACTORS}
    except InputError as error:
        return (), (f"effect of task length left out: {error.problems[0].message}",)
    demands = {factor: Demand.of(pair[1]) for factor, pair in pairs.items()}
    bearable = [f for f in FACTORS if hazard is None or hazard * demands[f].longest <= HARDEST]
    made = run_all([one for factor in bearable for one in pairs[factor]], numbers, run=run)
    results = {factor: (made[2 * index], made[2 * index + 1]) for index, factor in enumerate(bearable)}
    found = []
    for factor in FACTORS:
        demand, both = demands[factor], results.get(factor)
        closed = None if hazard is None else ratio * demand.billed_factor(hazard)
        cost = None if both is None else cost_ratio(both[1], both[0])
        lost = None if both is None else both[1].estimate("lost_node_hours")
        found.append(Length(factor, demand.mean, cost, closed, lost))
    return tuple(found), ()


def savings(
    dedicated: Scenario,
    all_spot: Scenario,
    hazard: float | None,
    ratio: float,
    cost: float,
    numbers: range,
    run: Run,
) -> tuple[Saving, ...]:
    """Look at checkpoints that take `cost` seconds, none, few, by Young's rule, many; nothing without a hazard."""
    demand = Demand.of(all_spot)
    work, save = demand.mean, cost / 3600
    if not hazard or cost <= 0 or hazard * demand.longest > HARDEST:
        return ()
    known = (("half of the task", work / 2), ("Young's interval", restarts.young(save, hazard)))
    wanted = [*known, ("a tenth of the task", work / 10)]
    intervals = [(label, every) for label, every in sorted(wanted, key=lambda pair: -pair[1]) if every < work]
    scenarios = [_saved(all_spot, every, cost) for _, every in intervals]
    is_drawn = any(scenario != all_spot for scenario in scenarios)
    base, *made = run_all([until_done(one) for one in (dedicated, all_spot, *scenarios)], numbers, run=run)
    found = []
    for (label, every), runs in zip([("none", None), *intervals], made, strict=True):
        hours = restarts.billed(work, hazard) if every is None else restarts.checkpointed(work, every, save, hazard)
        is_run = is_drawn or every is None
        simulated = cost_ratio(runs, base) if is_run else None
        lost = runs.estimate("lost_node_hours") if is_run else None
        found.append(Saving(every, label, hours, ratio * hours / work, simulated, lost))
    return tuple(found)


def _saved(scenario: Scenario, every: float, cost: float) -> Scenario:
    """Return every group of tasks checkpoints."""
    body = {"interval": format_duration(3600 * every), "cost": format_duration(cost)}
    made = Checkpoints.model_validate(body)
    return with_groups(scenario, lambda group: group.model_copy(update={"checkpoints": made}))
