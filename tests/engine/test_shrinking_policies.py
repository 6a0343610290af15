"""Shrinking policies: which nodes leave when a pool shrinks, and what that loses."""

import pytest

from simulator.policy.removal import Candidate, choose
from simulator.policy.scheduling.registry import SHRINKINGS
from simulator.states import NodeState
from tests.features.story import job, operation, pool, run, task

NODES = (
    Candidate(0, NodeState.RUNNING, 0, used_slots=4, elapsed=50),
    Candidate(1, NodeState.RUNNING, 0, used_slots=1, elapsed=90),
    Candidate(2, NodeState.IDLE, 0),
    Candidate(3, NodeState.STARTING, 60),
    Candidate(4, NodeState.UNUSABLE, 0),
    Candidate(5, NodeState.RUNNING, 0, used_slots=1, elapsed=1, has_job_manager=True),
)


@pytest.mark.parametrize(
    ("order", "leaving"),
    [
        ("newest_idle_first", [4, 3, 2, 1, 0, 5]),
        ("idle_first", [4, 2, 3, 1, 0, 5]),
        ("cheapest_loss", [4, 3, 2, 0, 1, 5]),
    ],
)
def test_nodes_leave_in_the_order_of_the_policy(order: str, leaving: list[int]) -> None:
    assert choose(NODES, len(NODES), order) == leaving


def lost(shrinking: str) -> float:
    """Return the slot-seconds that a shrink destroys where one node has run two tasks for a while, the other one."""
    tasks = [task(name, "1h", submit=at) for name, at in (("a", "0s"), ("b", "1s"), ("c", "20m"))]
    shrink = operation("30m", "resize", targetDedicatedNodes=1, nodeDeallocationOption="requeue")
    made = pool(nodes=2, taskSlotsPerNode=2)
    frame = run(made, job(tasks=tasks), timeline=[shrink], policies={"shrinking": shrinking}).table("attempts")
    attempts = frame.to_pandas()
    requeued = attempts[attempts["outcome"] == "requeued"]
    return float((requeued["end"] - requeued["assigned"]).sum())


def test_the_cheapest_loss_is_never_larger_than_the_services() -> None:
    assert 0 < lost("cheapest_loss") <= lost("service")


def test_the_registry_has_what_the_policy_knows() -> None:
    for name in set(SHRINKINGS) - {"service"}:
        assert sorted(choose(NODES, 6, name)) == [0, 1, 2, 3, 4, 5]
