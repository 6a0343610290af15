"""Scenarios with other times, rates, prices: what an assumption is turned into when it is doubted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, assert_never

from simulator.distributions import Constant, Gamma
from simulator.durations import Seconds, format_duration, parse_duration
from simulator.results.money.prices import price_kind, price_of
from simulator.scenario.format.bodies import Pool
from simulator.scenario.format.catalogue import VmSize
from simulator.scenario.format.pool_operations import CreatePool
from simulator.scenario.format.preemption_models import (
    BathtubHazard,
    CapacityCurve,
    CapacityEvent,
    Hazard,
    NoPreemption,
    Preemption,
    PreemptionTrace,
    WeibullHazard,
    WeibullLife,
)
from simulator.scenario.format.task_bodies import TaskGroup
from simulator.scenario.scenario import Scenario
from simulator.states import NodeKind, PriceKind

PRICES: Final = tuple(f"{kind}_{system}" for kind in PriceKind for system in ("linux", "windows"))


def scaled(shape: Any, factor: float) -> Any:
    """Return a distribution of times that are all `factor` times as long."""
    return type(shape).model_validate(_scaled(shape.model_dump(by_alias=True), factor))


def _scaled(body: Any, factor: float) -> Any:
    """Scale what is written as a duration; plain numbers are shapes and variations, which stay."""
    if isinstance(body, str):
        return format_duration(parse_duration(body) * factor)
    if isinstance(body, dict):
        return {key: _scaled(value, factor) for key, value in body.items()}
    return [_scaled(value, factor) for value in body] if isinstance(body, list | tuple) else body


def with_spread(shape: Any, factor: float) -> Any | None:
    """Return times with the same mean and `factor` times the standard deviation, as a gamma; None of a constant."""
    if isinstance(shape, Constant) or shape.mean <= 0 or shape.variance <= 0:
        return None
    cv = shape.variance**0.5 / shape.mean * factor
    return Gamma[Seconds].model_validate({"gamma": {"mean": format_duration(shape.mean), "cv": cv}})


def with_groups(scenario: Scenario, change: Callable[[TaskGroup], TaskGroup]) -> Scenario:
    """Change every group of tasks that is drawn from distributions."""
    jobs = []
    for job in scenario.jobs:
        sources = tuple(change(one) if isinstance(one, TaskGroup) else one for one in job.simulation.workload)
        simulation = job.simulation.model_copy(update={"workload": sources})
        jobs.append(job.model_copy(update={"simulation": simulation}))
    return scenario.model_copy(update={"jobs": tuple(jobs)})


def with_pools(scenario: Scenario, change: Callable[[Pool], Pool]) -> Scenario:
    """Change every pool, those of jobs included."""
    jobs = []
    for job in scenario.jobs:
        auto = job.pool_info.auto_pool_specification
        if auto is not None:
            auto = auto.model_copy(update={"pool": change(auto.pool)})
            info = job.pool_info.model_copy(update={"auto_pool_specification": auto})
            jobs.append(job.model_copy(update={"pool_info": info}))
        else:
            jobs.append(job)
    pools = tuple(change(pool) for pool in scenario.pools)
    timeline = tuple(
        one.model_copy(update={"pool": change(one.pool)}) if isinstance(one, CreatePool) else one
        for one in scenario.timeline
    )
    return scenario.model_copy(update={"pools": pools, "jobs": tuple(jobs), "timeline": timeline})


def with_simulation(pool: Pool, **changes: Any) -> Pool:
    """Change what the service's body does not say of a pool."""
    return pool.model_copy(update={"simulation": pool.simulation.model_copy(update=changes)})


def with_timing(scenario: Scenario, name: str, factor: float) -> Scenario:
    """Scale one time of every pool's nodes and tasks."""

    def change(pool: Pool) -> Pool:
        timing = pool.simulation.timing
        value = getattr(timing, name)
        longer = value * factor if isinstance(value, float) else scaled(value, factor)
        return with_simulation(pool, timing=timing.model_copy(update={name: longer}))

    return with_pools(scenario, change)


def until_done(scenario: Scenario) -> Scenario:
    """Drop operations and horizon: the run ends with its work, and all of the work is paid for."""
    return scenario.model_copy(update={"timeline": (), "horizon": None})


def with_eviction_rate(scenario: Scenario, rate: float, pools: frozenset[str] | None = None) -> Scenario:
    """Return pools (None: all that can be preempted) a constant hazard per hour."""

    def change(pool: Pool) -> Pool:
        if pools is None and isinstance(pool.simulation.preemption, NoPreemption):
            return pool
        if pools is not None and pool.id not in pools:
            return pool
        model: Preemption = Hazard(model="hazard", rate_per_hour=rate) if rate > 0 else NoPreemption()
        return with_simulation(pool, preemption=model)

    return with_pools(scenario, change)


def with_evictions(scenario: Scenario, factor: float) -> Scenario:
    """Make preemptions `factor` times as frequent, whatever their model; a capacity curve stays as it is."""
    return with_pools(
        scenario, lambda pool: with_simulation(pool, preemption=_faster(pool.simulation.preemption, factor))
    )


def _faster(model: Preemption, factor: float) -> Preemption:
    """Return a model whose preemptions are `factor` times as frequent; one of given instants stays as it is."""
    match model:
        case Hazard():
            return Hazard(model="hazard", rate_per_hour=model.rate * factor)
        case WeibullHazard():
            return model.model_copy(update={"scale": model.scale / factor})
        case BathtubHazard():
            lives: dict[str, Any] = {name: _shorter(getattr(model, name), factor) for name in ("early", "wear_out")}
            return model.model_copy(update={**lives, "rate_per_hour": model.rate_per_hour * factor})
        case CapacityEvent():
            mean = model.mean_interval
            return model if mean is None else model.model_copy(update={"mean_interval": mean / factor})
        case NoPreemption() | CapacityCurve() | PreemptionTrace():
            return model
        case _:
            assert_never(model)


def _shorter(life: WeibullLife, factor: float) -> WeibullLife:
    return life.model_copy(update={"scale": life.scale / factor})


def with_prices(scenario: Scenario, factor: float, *, low_priority_only: bool = False) -> Scenario:
    """Scale what nodes cost, those that can be taken back or all; a share of a price stays the share it is."""

    def change(pool: Pool) -> Pool:
        own = pool.simulation.prices
        if low_priority_only:
            found = price_of(scenario, pool, NodeKind.LOW_PRIORITY).value
            paid_as = price_kind(scenario, pool, NodeKind.LOW_PRIORITY)
            update = {} if found is None else {str(paid_as): found * factor}
        else:
            update = {kind: own_price * factor for kind in PriceKind if (own_price := getattr(own, kind)) is not None}
        return with_simulation(pool, prices=own.model_copy(update=update))

    if low_priority_only:
        return with_pools(scenario, change)
    sizes = {key: _dearer(size, factor) for key, size in scenario.sizes.items()}
    return with_pools(scenario.model_copy(update={"sizes": sizes}), change)


def _dearer(size: VmSize, factor: float) -> VmSize:
    known = {name: price for name in PRICES if (price := getattr(size, name)) is not None}
    return size.model_copy(update={name: price * factor for name, price in known.items()})
