"""From the policies that a scenario names to those that a kernel asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulator.columns.broadcast import chosen
from simulator.engine.bridge.policy_pass import PolicyPass
from simulator.engine.bridge.policy_placement import PolicyPlacement
from simulator.engine.bridge.pool_view import PoolView
from simulator.policy.scheduling.registry import PLACEMENTS, QUEUES
from simulator.units import MS_PER_S, NEVER

if TYPE_CHECKING:
    import numpy.typing as npt

    from simulator.scenario.format.policies import PlacementPolicy, QueuePolicy
    from simulator.workload.build import Workload

    Ints = npt.NDArray[np.int64]


def planner_of(policy: QueuePolicy) -> PolicyPass | None:
    """Return who decides which tasks of a pool start; None: the kernel, by the rules of the service."""
    discipline = QUEUES[policy.policy]
    if discipline.function is None:
        return None
    arguments = {name: getattr(policy, name) for name in discipline.passed}
    view = PoolView(discipline.order, by_job=discipline.by_job, half_life=policy.half_life * MS_PER_S)
    return PolicyPass(policy.policy, discipline.function, arguments, view)


def placer_of(policy: PlacementPolicy) -> PolicyPlacement | None:
    """Return who chooses among the nodes with room; None: the kernel, by the pool's fill type."""
    placement = PLACEMENTS[policy.policy]
    if placement.function is None:
        return None
    arguments = {name: getattr(policy, name) for name in placement.parameters}
    return PolicyPlacement(policy.policy, placement.function, arguments)


def estimates(workload: Workload, rows: Ints | None, span: Ints) -> Ints:
    """Return how long tasks are expected to hold their room, ms; `span` is how long they do if nothing stops them."""
    stated = workload.extras.estimate
    if stated is None:
        return span
    mine = chosen(stated, rows)
    return np.where(mine < 0, span, span - chosen(workload.demand, rows) + mine)


def deadlines(workload: Workload, rows: Ints | None, submit: Ints) -> Ints:
    """Return by when tasks should have completed, ms since the origin; far beyond any run where nothing says it."""
    stated = workload.extras.deadline
    if stated is None:
        return np.full(len(submit), NEVER, dtype=np.int64)
    mine = chosen(stated, rows)
    return np.where(mine >= NEVER, NEVER, np.minimum(submit, NEVER) + mine)
