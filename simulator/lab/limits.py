"""How much a scene may ask of the server: a page must not make a machine work for ever or fill its memory."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from simulator.errors import InputError
from simulator.scenario.format.job_operations import AddJob, AddTasks
from simulator.scenario.format.pool_operations import CreatePool, Resize
from simulator.scenario.scenario import Scenario
from simulator.units import S_PER_DAY, S_PER_HOUR

MOST_BYTES: Final = 1 << 20
"""Of a request."""
MOST_CHANGES: Final = 100
"""Of one question; the page sends the few that were made while the last one was answered."""
MOST_TASKS: Final = 200_000
"""Of a scene, those of traces not counted: what is read of them, time holds."""
MOST_NODES: Final = 5_000
"""Of each pool, by what it begins with and is resized to; a formula may ask for more, and quotas and time hold it."""
LONGEST_S: Final = 60.0
"""Processor time of one run."""
OPEN_END_S: Final = 30.0 * S_PER_DAY
"""How far schedules and arrivals without an end are counted."""
RUN_FILE: Final = "poolsight run FILE has no such limit"


def check_size(scenario: Scenario) -> None:
    """Raise InputError where a scene is too large for the lab, before any of its tasks is drawn."""
    tasks = _announced(scenario)
    if tasks > MOST_TASKS:
        raise InputError(f"the scene has about {tasks:,.0f} tasks; the lab runs at most {MOST_TASKS:,}: {RUN_FILE}")
    created = [one.pool for one in scenario.timeline if isinstance(one, CreatePool)]
    for pool in (*scenario.pools, *created):
        _check_nodes(pool.id, pool.target_dedicated_nodes + pool.target_low_priority_nodes)
    for one in scenario.timeline:
        if isinstance(one, Resize):
            _check_nodes(one.pool, (one.target_dedicated_nodes or 0) + (one.target_low_priority_nodes or 0))


def _check_nodes(pool: str, nodes: int) -> None:
    if nodes > MOST_NODES:
        raise InputError(f"pool {pool} has {nodes:,} nodes; the lab runs at most {MOST_NODES:,}: {RUN_FILE}")


def _announced(scenario: Scenario) -> float:
    """Return about how many tasks a scenario brings."""
    end = OPEN_END_S if scenario.horizon is None else scenario.horizon
    found = sum(_of_job(job, end) for job in scenario.jobs)
    for one in scenario.timeline:
        if isinstance(one, AddJob):
            found += _of_job(one.job, end)
        elif isinstance(one, AddTasks):
            found += len(one.tasks) + _of_groups(one.workload, end)
    for schedule in scenario.job_schedules:
        every = schedule.schedule.recurrence_interval
        times = 1.0 if every is None else max(end / every, 1.0)
        found += times * _of_job(schedule.job_specification, end)
    return found


def _of_job(job: Any, end: float) -> float:
    return len(job.tasks) + _of_groups(job.simulation.workload, end)


def _of_groups(groups: Iterable[Any], end: float) -> float:
    return sum(_of_group(group, end) for group in groups)


def _of_group(group: Any, end: float) -> float:
    """Return how many tasks a group has; of a trace nothing is counted before it is read."""
    count = getattr(group, "count", None)
    if count is not None:
        return float(count)
    arrivals = getattr(group, "arrivals", None)
    until = getattr(arrivals, "until", None)
    span = end if until is None else float(until)
    rate = getattr(arrivals, "rate_per_hour", None)
    if rate is not None:
        return float(rate) * span / S_PER_HOUR
    rates = getattr(arrivals, "rates_per_hour", None)
    if rates is not None:
        return float(max(rates)) * span / S_PER_HOUR
    size = getattr(arrivals, "size", None)
    if size is not None and arrivals is not None:
        return float(size) * (span / float(arrivals.every) + 1)
    interval = getattr(arrivals, "interval", None)
    return 1.0 if interval is None else float(span) / max(float(interval.mean), 1e-3)
