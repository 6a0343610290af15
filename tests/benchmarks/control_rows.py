"""Rows of the table of speeds in which the control plane does the most: formulas, samples, nodes that come and go."""

from __future__ import annotations

import time
from typing import Any, Final

from simulator import Recording, Scenario, simulate
from simulator.engine.simulation import Simulation
from tests.benchmarks.registry import MINUTE, made, one_trial, pool, row

HOUR: Final = 3600
FORMULA: Final = """
$n = $PendingTasks.GetSamplePercent(TimeInterval_Minute * 5) < 50
    ? max(0, $PendingTasks.GetSample(1)) : avg($PendingTasks.GetSample(TimeInterval_Minute * 5));
$TargetDedicatedNodes = min(%d, $n / 4);
$NodeDeallocationOption = taskcompletion;
"""


def autoscaled(hours: float, per_hour: float, most: int, duration: object = MINUTE) -> Scenario:
    """Return a pool that a formula sets every five minutes, with tasks that arrive by chance."""
    body = pool(enableAutoScale=True, autoScaleFormula=FORMULA % most, autoScaleEvaluationInterval="PT5M")
    arrivals = {"poisson": {"ratePerHour": per_hour, "until": f"{hours * HOUR:.0f}s"}}
    return made(body, {"duration": duration, "arrivals": arrivals})


def whole(scenario: Scenario, least_evaluations: int) -> float:
    """Return the seconds of one run to its end, in which a formula is evaluated so often at least."""
    began = time.perf_counter()
    found = simulate(scenario)
    seconds = time.perf_counter() - began
    _check(found, least_evaluations)
    return seconds


def _check(found: Recording, least_evaluations: int) -> None:
    """Assert that a run did its work: all tasks are done, and the formula was evaluated all the time."""
    assert found.raw.stop_reason == "work done"
    assert (found.raw.tasks.end >= 0).all()
    assert len(found.raw.recorder.evaluations) >= least_evaluations


@row("one trial of 10 000 tasks autoscaled over a day", "ms", 30.0)
def day(scale: float) -> float:  # noqa: ARG001 - is small
    """Return the milliseconds of one trial."""
    scenario = autoscaled(24, 416, 50)
    _check(simulate(scenario), 287)
    return one_trial(scenario, 3)


def sampled(nodes: int) -> float:
    """Return the microseconds of a sample that a formula reads, of a pool of so many nodes with work for four hours."""
    formula = f"$x = $PendingTasks.GetSample(1); $TargetDedicatedNodes = {nodes};"
    body: dict[str, Any] = {"enableAutoScale": True, "autoScaleFormula": formula, "autoScaleEvaluationInterval": "PT5M"}
    run = Simulation(made(pool(**body), {"count": 4 * nodes, "duration": "4h"}))
    run.advance(4 * HOUR)
    (held,) = run.directory.pools
    scaler = held.autoscaling._autoscaler
    assert scaler is not None
    began = time.perf_counter()
    found = [scaler._sampler.of(name) for name in ("$RunningTasks", "$UsableNodeCount")]
    seconds = time.perf_counter() - began
    ticks = held.site.tasks.samples.count
    assert ticks == 4 * HOUR // 30
    assert all(0.9 * ticks < len(series.values) <= ticks for series in found)
    return 1e6 * seconds / (2 * ticks)


@row("a sample of a metric that a formula reads, 2 nodes", "µs", 5.0)
def samples_of_few(scale: float) -> float:  # noqa: ARG001 - is small
    """Return the microseconds."""
    return sampled(2)


@row("a sample of a metric that a formula reads, 620 nodes", "µs", 5.0)
def samples_of_many(scale: float) -> float:  # noqa: ARG001 - is small
    """Return the microseconds."""
    return sampled(620)


@row("a month, 1 M tasks, autoscaled every 5 min, without tables", "s", 5.0)
def month(scale: float) -> float:
    """Return the seconds of one run."""
    hours = round(720 * scale)
    return whole(autoscaled(hours, 1389, 50), hours * 12 - 1) / scale


@row("a year, autoscaled every 5 min, at most 8 nodes, 350 000 tasks, without tables", "s", 15.0)
def year(scale: float) -> float:
    """Return the seconds of one run."""
    hours = round(8760 * scale)
    return whole(autoscaled(hours, 40, 8, "10m"), hours * 12 - 1) / scale


@row("storm: 1 000 spot nodes, an eviction an hour each, 200 000 tasks", "s", 1.2)
def storm(scale: float) -> float:
    """Return the seconds of one run."""
    preemption = {"preemption": {"model": "hazard", "ratePerHour": 1}}
    nodes, tasks = round(1000 * scale), round(200_000 * scale)
    body = pool(targetLowPriorityNodes=nodes, simulation=preemption)
    began = time.perf_counter()
    found = simulate(made(body, {"count": tasks, "duration": "10m"}))
    seconds = time.perf_counter() - began
    assert len(found.raw.attempts.task) > 1.1 * tasks, "hardly any node was taken"
    return seconds / scale
