"""What does not act beside the policies of a pool."""

from collections.abc import Iterator

from simulator.scenario.checks.findings import Finding, Loc
from simulator.scenario.checks.job_places import PlacedJob
from simulator.scenario.format.bodies import JobOrder, Pool
from simulator.scenario.format.schema import Description
from simulator.states import NodeFillType


def check_pool_policies(scenario: Description, pool: Pool, loc: Loc) -> Iterator[Finding]:
    """Warn of what the body of a pool states and its policies do not ask."""
    chosen, inside = scenario.policies_of(pool), (*loc, "taskSchedulingPolicy")
    if not chosen.is_service and pool.job_default_order is not JobOrder.NONE:
        text = f"no effect: the queue policy {chosen.queue.policy} has an order of its own"
        yield Finding(text, (*inside, "jobDefaultOrder"), is_warning=True)
    if not chosen.fills and pool.node_fill_type is not NodeFillType.SPREAD:
        text = f"no effect: the placement policy {chosen.placement.policy} chooses among the nodes with room"
        yield Finding(text, (*inside, "nodeFillType"), is_warning=True)
    if pool.task_slots_per_node == 1 and chosen.placement.policy in ("best_fit", "worst_fit"):
        text = "no effect: a node of one task slot has room for a task only when it is idle, and idle nodes are alike"
        yield Finding(text, (*loc, "simulation", "policies", "placement"), is_warning=True)


def check_task_preemption(scenario: Description, placed: PlacedJob) -> Iterator[Finding]:
    """Warn of a job whose tasks should make room for others, in a pool where none displaces another."""
    if placed.job.allow_task_preemption:
        for pool in placed.pools:
            policy = scenario.policies_of(pool).queue.policy
            if policy != "service":
                text = f"no effect: no task displaces another under the queue policy {policy} of pool '{pool.id}'"
                yield Finding(text, (*placed.loc, "allowTaskPreemption"), is_warning=True)
