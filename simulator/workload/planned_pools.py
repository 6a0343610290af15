"""Every pool that a run may see, and on which of them each job may be."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from simulator.scenario.checks.named_pools import stated_pools
from simulator.scenario.checks.pool_checks import every_pool
from simulator.scenario.format.bodies import Pool, PoolSimulation, auto_pool_id
from simulator.scenario.format.job_operations import UpdateJob
from simulator.scenario.format.run_names import id_of, run_name
from simulator.scenario.scenario import Scenario
from simulator.workload.planned_jobs import Planned

ANY_SLOTS: Final = 2**16
"""Slots of the nodes that a pool would have of which only the id is known: no task is too large for them."""


@dataclass(frozen=True, slots=True)
class PlannedPools:
    """The pools of a run by number."""

    bodies: tuple[Pool, ...]
    """The scenario's own, then those that operations create, that jobs bring along, and that nobody ever creates.

    Each has a name of its own: the second of an id `p` that is deleted and created again is `p~2`.
    """
    of_job: tuple[tuple[int, ...], ...]
    """For each job the number of its pool, then of those that may follow under the same id or by operations."""

    auto: frozenset[int]
    """Numbers of those that jobs and schedules bring along."""

    @property
    def is_fixed(self) -> bool:
        """Whether each job stays where it is."""
        return all(len(pools) == 1 for pools in self.of_job)


def planned_pools(scenario: Scenario, jobs: Sequence[Planned]) -> PlannedPools:
    """Return all pools, and for each job those on which it may be."""
    bodies, index = _stated(scenario)
    own, auto = [], set()
    for planned in jobs:
        name, pool = _brought(scenario, planned)
        if pool is not None and (name.lower() not in index or not _is_shared(planned)):
            index[name.lower()] = [len(bodies)]
            auto.add(len(bodies))
            bodies.append(pool.model_copy(update={"id": name}))
        own.append(name.lower())
    names = {planned.job.pool_id or "" for planned in jobs if planned.job.auto_pool is None}
    for name in sorted(names):
        if name.lower() not in index:
            index[name.lower()] = [len(bodies)]
            bodies.append(never_created(scenario, name))
    goals = _goals(scenario)
    return PlannedPools(
        tuple(bodies),
        tuple(
            tuple(dict.fromkeys(at for name in (pool, *goals.get(id_of(planned.job.id), ())) for at in index[name]))
            for pool, planned in zip(own, jobs, strict=True)
        ),
        frozenset(auto),
    )


def _stated(scenario: Scenario) -> tuple[list[Pool], dict[str, list[int]]]:
    """Return the pools that a scenario states, each under a name of its own, and their numbers by id."""
    bodies: list[Pool] = []
    index: dict[str, list[int]] = {}
    for pool, _ in stated_pools(scenario):
        numbers = index.setdefault(pool.id.lower(), [])
        numbers.append(len(bodies))
        name = run_name(pool.id, len(numbers))
        bodies.append(pool if name == pool.id else pool.model_copy(update={"id": name}))
    return bodies, index


def _brought(scenario: Scenario, planned: Planned) -> tuple[str, Pool | None]:
    """Return the id of a job's pool, and its body where the job brings it along."""
    auto = planned.job.auto_pool
    if auto is None:
        return planned.job.pool_id or "", None
    owner = scenario.job_schedules[planned.schedule].id if _is_shared(planned) else planned.job.id
    return auto_pool_id(auto.id_prefix, owner), auto.pool


def _is_shared(planned: Planned) -> bool:
    auto = planned.job.auto_pool
    return auto is not None and planned.schedule >= 0 and auto.pool_lifetime_option == "jobschedule"


def never_created(scenario: Scenario, name: str) -> Pool:
    """Return a body for a pool of which nothing is known but the id; no node of it is ever there."""
    other = next(every_pool(scenario))
    simulation = PoolSimulation.model_construct(timing=other.simulation.timing)
    return Pool.model_construct(id=name, vm_size=other.vm_size, task_slots_per_node=ANY_SLOTS, simulation=simulation)


def is_never_created(body: Pool) -> bool:
    """Return whether a body stands for a pool of which nothing is known but the id."""
    return body.task_slots_per_node == ANY_SLOTS


def _goals(scenario: Scenario) -> dict[str, list[str]]:
    """Return the pools to which operations move each job, by ids in lower case."""
    found: dict[str, list[str]] = {}
    for operation in scenario.timeline:
        if isinstance(operation, UpdateJob) and operation.goal is not None:
            found.setdefault(operation.job.lower(), []).append(operation.goal.lower())
    return found
