"""The rows of the table of speeds, and the pools that they measure; modules with rows register them as they load."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from simulator import Scenario, scenario_of
from simulator.experiment.axes import Cell
from simulator.experiment.trial import Wanted, run_trial

MEASURES: Final = Wanted(("makespan", "cost"))
UBUNTU: Final = {
    "imageReference": {"publisher": "canonical", "offer": "0001-com-ubuntu-server-jammy", "sku": "22_04-lts"},
    "nodeAgentSKUId": "batch.node.ubuntu 22.04",
}
MINUTE: Final = {"exponential": {"mean": "60s"}}


class SkippedRow(Exception):  # noqa: N818 - a row that is left out is no error
    """Why a row cannot be measured here."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    work: str
    unit: str
    """`s`, `ms`, `µs`, or `×` for a ratio of its own."""
    goal: float
    measure: Callable[[float], float]
    """Returns one figure; its argument, 1 or less, makes the work smaller, and the figure counts for the whole."""

    @property
    def is_met_above(self) -> bool:
        """Whether the goal is a least value."""
        return self.unit == "×"


ROWS: Final[list[Row]] = []


def row(work: str, unit: str, goal: float) -> Callable[[Callable[[float], float]], Callable[[float], float]]:
    """Register a function as a row of the table."""

    def register(measure: Callable[[float], float]) -> Callable[[float], float]:
        ROWS.append(Row(work, unit, goal, measure))
        return measure

    return register


def pool(name: str = "p", /, **more: Any) -> dict[str, Any]:
    """Return the body of a pool of 4-slot nodes."""
    size = {"vmSize": "Standard_D4_v3", "taskSlotsPerNode": 4}
    return {"id": name, **size, "virtualMachineConfiguration": UBUNTU, **more}


def job(workload: dict[str, Any], name: str = "job", pool_id: str = "p") -> dict[str, Any]:
    """Return the body of a job with one group of tasks."""
    return {"id": name, "poolInfo": {"poolId": pool_id}, "simulation": {"workload": [workload]}}


def made(body: dict[str, Any], workload: dict[str, Any]) -> Scenario:
    """Return a scenario of one pool and one job."""
    return scenario_of({"name": "speed", "pools": [body], "jobs": [job(workload)]})


def burst(tasks: int, nodes: int, *, low_priority: bool = False) -> Scenario:
    """Return a pool of 4-slot nodes with tasks of a minute that are all there at the beginning."""
    kind = "targetLowPriorityNodes" if low_priority else "targetDedicatedNodes"
    return made(pool(**{kind: nodes}), {"count": tasks, "duration": MINUTE})


def one_trial(scenario: Scenario, count: int = 9) -> float:
    """Return the milliseconds of one trial, in process: the median of some, after the first."""
    prepared = Cell(0, {}, scenario).prepared
    times = []
    for replication in range(count + 1):
        began = time.perf_counter()
        found = run_trial(prepared, 0, replication, MEASURES)
        times.append(1000 * (time.perf_counter() - began))
        assert found.failure is None
    return statistics.median(times[1:])
