"""How many nodes of each kind a pool may be asked for, by its body, by formulas, and by the timeline."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from simulator.scenario.format.bodies import auto_pool_id
from simulator.scenario.format.job_operations import AddJob
from simulator.scenario.format.pool_operations import EnableAutoScale, Resize
from simulator.scenario.format.run_names import id_of
from simulator.states import NodeKind

if TYPE_CHECKING:
    from simulator.scenario.format.bodies import Pool
    from simulator.scenario.format.schema import Description

Targets = Mapping[NodeKind, float]
UNKNOWN: Final[Targets] = dict.fromkeys(NodeKind, math.inf)
"""What a formula that cannot be parsed may have been meant to ask for."""


def may_be_asked_for(scenario: Description, pool: Pool, kind: NodeKind) -> bool:
    """Return whether anything may ever ask for nodes of a kind in a pool."""
    return any(targets[kind] > 0 for targets in requests(scenario, pool) if targets is not UNKNOWN)


def requests(scenario: Description, pool: Pool) -> Iterator[Targets]:
    """Yield the targets that a pool's body, its formulas and the timeline can give it."""
    yield _targets(pool.target_dedicated_nodes, pool.target_low_priority_nodes)
    if pool.enable_auto_scale and pool.auto_scale_formula is not None:
        yield _most(pool.auto_scale_formula)
    asked = [one for one in scenario.timeline if isinstance(one, Resize | EnableAutoScale)]
    if not asked:
        return
    names, series = _names(scenario, pool)
    for operation in asked:
        name = operation.pool.lower()
        if name not in names and not any(name.startswith(begin) for begin in series):
            continue
        if isinstance(operation, Resize):
            yield _targets(operation.target_dedicated_nodes or 0, operation.target_low_priority_nodes or 0)
        elif operation.auto_scale_formula is not None:
            yield _most(operation.auto_scale_formula)


def _targets(dedicated: int, low_priority: int) -> Targets:
    return {NodeKind.DEDICATED: float(dedicated), NodeKind.LOW_PRIORITY: float(low_priority)}


def _most(formula: str) -> Targets:
    from simulator.formula.lint.bounds import most_nodes

    most = most_nodes(formula)
    return UNKNOWN if most is None else dict(zip(NodeKind, most, strict=True))


def _names(scenario: Description, pool: Pool) -> tuple[set[str], set[str]]:
    """Return the ids by which operations name a pool, and how those begin that the jobs of schedules make of it."""
    names, series = set(), set()
    for job in (*scenario.jobs, *(one.job for one in scenario.timeline if isinstance(one, AddJob))):
        if job.auto_pool is not None and job.auto_pool.pool is pool:
            names.add(auto_pool_id(job.auto_pool.id_prefix, job.id).lower())
    for schedule in scenario.job_schedules:
        auto = schedule.job_specification.auto_pool
        if auto is not None and auto.pool is pool:
            shared = auto_pool_id(auto.id_prefix, schedule.id).lower()
            names.add(shared)
            series.add(f"{shared}_job-")
    return names or {id_of(pool.id)}, series
