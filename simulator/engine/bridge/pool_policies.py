"""From the policies that a scenario names to those that a kernel asks."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.columns.broadcast import chosen
from simulator.engine.bridge.policy_pass import PolicyPass
from simulator.engine.bridge.policy_placement import PolicyPlacement
from simulator.engine.bridge.pool_view import PoolView
from simulator.errors import InputError, Problem
from simulator.policy.scheduling.disciplines import by_creation
from simulator.policy.scheduling.own import function_of, is_path
from simulator.policy.scheduling.registry import PLACEMENTS, QUEUES
from simulator.scenario.format.policies import is_own
from simulator.units import MS_PER_S, NEVER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy.typing as npt

    from simulator.policy.scheduling.placements import Node
    from simulator.policy.scheduling.view import Decisions, Start, View
    from simulator.scenario.format.policies import PlacementPolicy, QueuePolicy
    from simulator.workload.build import Workload

    Ints = npt.NDArray[np.int64]


def planner_of(policy: QueuePolicy, *, may_import: bool) -> PolicyPass | None:
    """Return who decides which tasks of a pool start; None: the kernel, by the rules of the service."""
    if is_own(policy.policy, QUEUES):
        function = _own(policy, 1, "policies.queue", may_import=may_import)
        return PolicyPass(policy.policy, _all_of(policy.policy, function), policy.arguments, PoolView(by_creation))
    discipline = QUEUES[policy.policy]
    if discipline.function is None:
        return None
    arguments = {name: getattr(policy, name) for name in discipline.passed}
    view = PoolView(discipline.order, by_job=discipline.by_job, half_life=policy.half_life * MS_PER_S)
    return PolicyPass(policy.policy, discipline.function, arguments, view)


def placer_of(policy: PlacementPolicy, *, may_import: bool) -> PolicyPlacement | None:
    """Return who chooses among the nodes with room; None: the kernel, by the pool's fill type."""
    if is_own(policy.policy, PLACEMENTS):
        function = _own(policy, 3, "policies.placement", may_import=may_import)
        return PolicyPlacement(policy.policy, _one_of(policy.policy, function), policy.arguments)
    placement = PLACEMENTS[policy.policy]
    if placement.function is None:
        return None
    arguments = {name: getattr(policy, name) for name in placement.parameters}
    return PolicyPlacement(policy.policy, placement.function, arguments)


def _own(policy: QueuePolicy | PlacementPolicy, given: int, path: str, *, may_import: bool) -> Callable[..., Any]:
    """Return a user's function; raise InputError where there is none, or it is one of a module and may not be named."""
    if is_path(policy.policy) and not may_import:
        text = f"{policy.policy} is code, and a scenario that is confined to its folder may not bring any"
        raise InputError([Problem(text, path=path)])
    try:
        return function_of(policy.policy, policy.arguments, given)
    except ValueError as error:
        raise InputError([Problem(f"{policy.policy}: {error}", path=path)]) from None


def _all_of(name: str, function: Callable[..., Decisions]) -> Callable[..., Decisions]:
    """Return a user's queue discipline, whose failure is the user's error."""

    def decide(view: View, **arguments: Any) -> Iterator[Start]:
        try:
            yield from function(view, **arguments)
        except Exception as error:
            raise _failed(name, error) from error

    return decide


def _one_of(name: str, function: Callable[..., Node]) -> Callable[..., Node]:
    """Return a user's placement, whose failure is the user's error."""

    def choose(*given: Any, **arguments: Any) -> Node:
        try:
            return function(*given, **arguments)
        except Exception as error:
            raise _failed(name, error) from error

    return choose


def _failed(name: str, error: Exception) -> InputError:
    place = traceback.extract_tb(error.__traceback__)[-1]
    text = f"the policy {name} fails with {type(error).__name__}: {error} ({place.filename}, line {place.lineno})"
    return InputError([Problem(text)])


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
