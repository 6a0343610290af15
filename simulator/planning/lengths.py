"""What longer tasks and checkpoints change for work on low-priority nodes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from simulator.errors import InputError
from simulator.experiment.estimates import Estimate
from simulator.planning.demand import HARDEST, Demand
from simulator.planning.runs import cost_ratio, plain, run_all
from simulator.planning.scaling import until_done
from simulator.scenario.schema import Scenario
from simulator.theory import restarts

FACTORS: Final = (0.25, 0.5, 1.0, 2.0, 4.0)


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
    """A task of the mean length with checkpoints, by the closed forms of Young and Daly."""

    every_hours: float | None
    """Work between two checkpoints; None = none are made."""
    label: str
    hours: float
    """Paid hours until the task is done, checkpoints included."""
    ratio: float
    """Cost over that of a dedicated node without checkpoints."""

    def to_dict(self) -> dict[str, Any]:
        return {"every_hours": self.every_hours, "label": self.label, "hours": self.hours, "cost_ratio": self.ratio}


def by_length(
    make: Callable[[float, float], Scenario],
    hazard: float | None,
    ratio: float,
    luck: range,
    workers: int,
) -> tuple[tuple[Length, ...], tuple[str, ...]]:
    """Cut the same work into shorter and longer tasks; notes say what could not be looked at.

    `make` gives the scenario of a spot share and a factor on task length.
    """
    try:
        pairs = {factor: (until_done(make(0.0, factor)), until_done(make(1.0, factor))) for factor in FACTORS}
    except InputError as error:
        return (), (f"effect of task length left out: {error.problems[0].message}",)
    demands = {factor: Demand.of(pair[1]) for factor, pair in pairs.items()}
    run = [f for f in FACTORS if hazard is None or hazard * demands[f].longest <= HARDEST]
    made = run_all([one for factor in run for one in pairs[factor]], luck, workers=workers)
    results = {factor: (made[2 * index], made[2 * index + 1]) for index, factor in enumerate(run)}
    found = []
    for factor in FACTORS:
        demand, both = demands[factor], results.get(factor)
        closed = None if hazard is None else ratio * demand.billed_factor(hazard)
        cost = None if both is None else cost_ratio(both[1], both[0])
        lost = None if both is None else both[1].estimate("lost_node_hours")
        found.append(Length(factor, demand.mean, cost, closed, lost))
    return tuple(found), ()


def savings(scenario: Scenario, hazard: float | None, ratio: float, cost: float) -> tuple[Saving, ...]:
    """Give what checkpoints that take `cost` seconds would do to a task of the mean length, by Young and Daly."""
    if not hazard or cost <= 0:
        return ()
    work, save = Demand.of(scenario).mean, cost / 3600
    best = restarts.young(save, hazard)
    found = [_saving("none", None, work, save, hazard, ratio)]
    for label, every in sorted(
        (("a tenth of the task", work / 10), ("Young's interval", best), ("half of the task", work / 2)),
        key=lambda pair: -pair[1],
    ):
        if every < work:
            found.append(_saving(label, every, work, save, hazard, ratio))
    return tuple(found)


def _saving(label: str, every: float | None, work: float, save: float, hazard: float, ratio: float) -> Saving:
    hours = restarts.billed(work, hazard) if every is None else restarts.checkpointed(work, every, save, hazard)
    return Saving(every, label, hours, ratio * hours / work)
