"""What can never run: tasks whose pool can never give them what they need, as far as a scenario shows it by itself.

The checks of a scenario and the reasons of an answer both ask here, so that they say the same.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from simulator.distributions import Constant
from simulator.policy.quota import MANAGED_IMAGE_CAP, NODES_PER_ADDRESS, inter_node_cap
from simulator.scenario.checks.requested_nodes import requests
from simulator.scenario.format.stated_by_tasks import stated_exit_code, stated_time
from simulator.states import NodeKind

if TYPE_CHECKING:
    from simulator.scenario.format.bodies import Job, Pool
    from simulator.scenario.format.schema import Description


class NeverRuns(StrEnum):
    """Why a task can never run."""

    GANG = "needs more nodes at once than its pool can have"
    DEDICATED = "needs a dedicated node, which its pool can never have"
    MANAGER = "starts after the manager of its job, which can never run"
    UNPREPARED = "the preparation task of its job fails on every node"


@dataclass(frozen=True, slots=True)
class Reach:
    """The most nodes that a pool can have in a run."""

    of_kind: Mapping[NodeKind, float]
    together: float

    def most(self, *, only_dedicated: bool) -> float:
        """Return the most nodes that can serve one task at once."""
        return self.of_kind[NodeKind.DEDICATED] if only_dedicated else self.together


def reach_of(scenario: Description, pool: Pool) -> Reach:
    """Return how large a pool can become: by its targets, by formulas, by quotas and by what carries its nodes."""
    asked = dict.fromkeys(NodeKind, 0.0)
    for targets in requests(scenario, pool):
        for kind, count in targets.items():
            asked[kind] = max(asked[kind], count)
    if not pool.runs_on(pool.vm_size):
        return Reach(dict.fromkeys(NodeKind, 0.0), 0.0)
    of_kind = {kind: min(asked[kind], _quota(scenario, pool, kind), _imaged(pool, kind)) for kind in NodeKind}
    together = min(sum(of_kind.values()), _carried(scenario, pool))
    return Reach({kind: min(count, together) for kind, count in of_kind.items()}, together)


def prepares_nothing(job: Job) -> bool:
    """Return whether the preparation of a job must fail wherever it runs, and tasks wait for its success."""
    task = job.job_preparation_task
    if task is None or not task.wait_for_success:
        return False
    settings = [*job.common_environment_settings, *task.environment_settings]
    time = task.simulation.duration or stated_time(task.command_line, settings)[0]
    limit = task.constraints.max_wall_clock_time
    is_late = isinstance(time, Constant) and limit is not None and time.mean > limit
    return is_late or task.simulation.failure_probability >= 1 or stated_exit_code(task.command_line, settings) != 0


def _quota(scenario: Description, pool: Pool, kind: NodeKind) -> float:
    """Return the nodes of a kind that the quotas of the account leave room for, if nobody else uses them."""
    account, size = scenario.account_of(pool), scenario.sizes.get(pool.vm_size)
    if size is None:
        return math.inf
    quotas = [account.dedicated_core_quota if kind is NodeKind.DEDICATED else account.low_priority_core_quota]
    if kind is NodeKind.DEDICATED and account.dedicated_core_quota_per_vm_family_enforced:
        families = account.dedicated_core_quota_per_vm_family or {}
        quotas += [quota for family, quota in families.items() if family.lower() == size.family.lower()]
    return min((quota // size.vcpus for quota in quotas if quota is not None), default=math.inf)


def _imaged(pool: Pool, kind: NodeKind) -> float:
    """Return the nodes of a kind that the pool's image allows; the cap of communicating nodes stands in its place."""
    is_capped = pool.is_managed_image and not pool.enable_inter_node_communication
    return MANAGED_IMAGE_CAP[kind] if is_capped else math.inf


def _carried(scenario: Description, pool: Pool) -> float:
    """Return the nodes of both kinds together that addresses and the service's own cap allow."""
    most = [math.inf]
    account = scenario.account_of(pool)
    if pool.enable_inter_node_communication:
        most.append(inter_node_cap(account.mode, scenario.options.inter_node_cap))
    addresses = scenario.free_addresses(pool.subnet)
    if addresses is not None:
        most.append(addresses)
    if pool.user_managed_ips is not None:
        most.append(NODES_PER_ADDRESS * pool.user_managed_ips)
    return min(most)
