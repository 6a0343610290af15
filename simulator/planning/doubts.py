"""The assumptions of a scenario and what it becomes where they are wrong by a plausible factor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from simulator.planning.scaling import (
    scaled,
    with_evictions,
    with_groups,
    with_pools,
    with_prices,
    with_simulation,
    with_spread,
    with_timing,
)
from simulator.scenario.checks.pool_checks import every_pool
from simulator.scenario.checks.spot_checks import may_have_spot
from simulator.scenario.format.bodies import Pool
from simulator.scenario.format.task_bodies import TaskGroup
from simulator.scenario.scenario import Scenario

Change = Callable[[Scenario, float], Scenario]


@dataclass(frozen=True, slots=True)
class Doubt:
    """One assumption, lower and higher."""

    name: str
    """Key of `scenario.origins.ORIGINS`."""
    low: str
    """What the lower case is, in words."""
    high: str
    lower: Scenario
    higher: Scenario


TIMES = ("allocation_latency", "allocation_tail", "start_task", "leaving", "dispatch_latency", "launch_overhead")


def doubts(scenario: Scenario) -> Iterator[Doubt]:
    """Yield every assumption that changes the scenario at all."""
    for name in TIMES:
        yield from _factors(scenario, name, _timing(name), 0.5, 2)
    yield from _factors(scenario, "boot", _boot, 0.5, 2)
    if any(_can_be_preempted(scenario, pool) for pool in every_pool(scenario)):
        yield from _factors(scenario, "recovery_delay", _timing("recovery_delay"), 0.5, 2)
        yield from _factors(scenario, "evictions", with_evictions, 0.5, 2)
    yield from _factors(scenario, "prices", with_prices, 0.9, 1.1)
    if any(may_have_spot(scenario, pool) for pool in every_pool(scenario)):
        yield from _factors(scenario, "low_priority_price", partial(with_prices, low_priority_only=True), 0.75, 1.5)
    yield from _factors(scenario, "duration", _durations, 0.9, 1.1)
    yield from _factors(scenario, "duration_spread", _spread, 0.5, 1.5)
    yield from _chances(scenario)
    yield from _samples(scenario)


def _can_be_preempted(scenario: Scenario, pool: Pool) -> bool:
    return pool.simulation.preemption.model != "none" and may_have_spot(scenario, pool)


def _factors(scenario: Scenario, name: str, change: Change, low: float, high: float) -> Iterator[Doubt]:
    """Yield a doubt by factors, unless it changes nothing."""
    lower, higher = change(scenario, low), change(scenario, high)
    if higher != scenario:
        yield Doubt(name, f"× {low:g}", f"× {high:g}", lower, higher)


def _timing(name: str) -> Change:
    return lambda base, factor: with_timing(base, name, factor)


def _boot(scenario: Scenario, factor: float) -> Scenario:
    return with_timing(with_timing(scenario, "creating", factor), "starting", factor)


def _durations(scenario: Scenario, factor: float) -> Scenario:
    return with_groups(scenario, lambda one: one.model_copy(update={"duration": scaled(one.duration, factor)}))


def _spread(scenario: Scenario, factor: float) -> Scenario:
    """Keep the mean; a duration that does not vary stays as it is."""

    def change(group: TaskGroup) -> TaskGroup:
        wider = with_spread(group.duration, factor)
        return group if wider is None else group.model_copy(update={"duration": wider})

    return with_groups(scenario, change)


def _chances(scenario: Scenario) -> Iterator[Doubt]:
    """Doubt probabilities: where the file has none, what a small one would do."""
    groups = [source for job in scenario.jobs for source in job.simulation.workload if isinstance(source, TaskGroup)]
    if any(group.failure_probability for group in groups):

        def fail(base: Scenario, factor: float) -> Scenario:
            return with_groups(
                base,
                lambda one: one.model_copy(update={"failure_probability": min(factor * one.failure_probability, 1.0)}),
            )

        yield from _factors(scenario, "task_failures", fail, 0.5, 2)
    with_start_task = [pool for pool in every_pool(scenario) if pool.start_task is not None]
    if with_start_task:
        none, some = _start_failures(scenario, 0.0), _start_failures(scenario, 0.05)
        yield Doubt("start_task_failures", "none", "+ 5 %", none, some)


def _start_failures(scenario: Scenario, chance: float) -> Scenario:
    """Add to the chance that a start task fails; 0 takes what there is away."""

    def change(pool: Pool) -> Pool:
        faults = pool.simulation.start_task
        probability = min(faults.failure_probability + chance, 1.0) if chance else 0.0
        return with_simulation(pool, start_task=faults.model_copy(update={"failure_probability": probability}))

    return with_pools(scenario, change)


def _samples(scenario: Scenario) -> Iterator[Doubt]:
    if not any(pool.enable_auto_scale for pool in every_pool(scenario)):
        return
    prompt = {"sample_profile": "exact"}
    lower, higher = (
        scenario.model_copy(update={"options": scenario.options.model_copy(update=update)})
        for update in (prompt, {"sample_profile": "documented"})
    )
    yield Doubt("sample_delay", "at once", "60 s", lower, higher)
