"""What the tasks of every replication of a scenario are drawn from: the jobs and pools that a run may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from simulator.workload.planned_jobs import Planned, planned
from simulator.workload.planned_pools import PlannedPools, planned_pools

if TYPE_CHECKING:
    from simulator.scenario.prepared import Prepared


@dataclass(frozen=True, slots=True)
class Plan:
    """Every job and every pool that a run may see."""

    jobs: tuple[Planned, ...]
    pools: PlannedPools

    @classmethod
    def of(cls, prepared: Prepared) -> Self:
        """Return the plan of a scenario."""
        jobs = planned(prepared.scenario)
        return cls(jobs, planned_pools(prepared.scenario, jobs))
