"""Nodes that are deallocated and started again: in the pool's count, without a VM, not paid for."""

from typing import Any

import pytest

from simulator import Recording, Simulation, simulate
from simulator.policy.removal import Candidate, choose
from simulator.results.answer.metrics import summarize
from simulator.states import NodeState
from tests.engine.laws import check
from tests.engine.test_operations import operation
from tests.engine.worlds import job, pool, scenario

TIMES = {"deallocating": "2m", "starting": "3m", "startTask": "1m", "leaving": "1m"}
START = {"startTask": {"commandLine": "x"}}
OUTAGE = {"at": "19m", "operation": "outage", "size": "D2", "duration": "1h"}
LATEST = {"apiProfile": "2025-06"}


def stop(at: str, option: str = "requeue", node: str = "p_1_d") -> dict[str, Any]:
    return operation(at, "deallocateNode", nodeId=node, nodeDeallocateOption=option)


def start(at: str, node: str = "p_1_d") -> dict[str, Any]:
    return operation(at, "startNode", nodeId=node)


def story(*timeline: dict[str, Any], jobs: list[Any] | None = None, horizon: str = "4h", **body: Any) -> Recording:
    described = pool(**{"targetDedicatedNodes": 1, **START, "simulation": {"timing": TIMES}, **body})
    work = [job(1, "30m")] if jobs is None else jobs
    return check(simulate(scenario([described], work, timeline=list(timeline), horizon=horizon, options=LATEST)))


def states(found: Recording) -> list[tuple[str, float]]:
    return [(name, start) for name, start in zip(found.node_states["state"], found.node_states["start"], strict=True)]


def test_a_node_is_deallocated_and_started_again() -> None:
    """It ends its task, costs nothing, and runs its start task again; id and allocation time stay."""
    found = story(stop("10m"), start("1h"))
    assert found.operations["code"].tolist() == ["Success", "Success"]
    later = [(name, at) for name, at in states(found) if at >= 240]
    assert later == [
        ("running", 240),
        ("deallocating", 600),
        ("deallocated", 720),
        ("starting", 3600),
        ("waitingforstarttask", 3780),
        ("running", 3840),
        ("idle", 3840 + 1800),
    ]
    assert len(found.nodes) == 1
    assert found.start_tasks["start"].tolist() == [180.0, 3780.0]
    assert found.attempts["outcome"].tolist() == ["requeued", "succeeded"]
    assert found.tasks["requeues"].tolist() == [1]


def test_nothing_is_paid_for_a_deallocated_node_that_the_pool_still_counts() -> None:
    found = story(stop("10m"), start("1h"))
    assert found.ledger.seconds()["deallocated"] == 3000.0
    assert summarize(found)["cost"]["by_label"].get("deallocated", 0) == 0
    assert summarize(found)["cost"]["total"] == pytest.approx((4 * 3600 - 3000) / 3600 * 0.1)
    timeline = found.pool_timeline
    away = timeline[(timeline["time"] >= 600) & (timeline["time"] < 3600)]
    assert set(away["current_dedicated"]) == set(away["deallocated_nodes"]) == {1}
    assert set(away["usable_nodes"]) == {0}


@pytest.mark.parametrize(
    ("option", "outcomes", "since"),
    [
        ("requeue", ["requeued"], 600.0),
        ("terminate", ["terminated"], 600.0),
        ("taskcompletion", ["succeeded"], 2040.0),
        ("retaineddata", ["succeeded"], 2040.0 + 600),
    ],
)
def test_the_option_decides_about_running_tasks(option: str, outcomes: list[str], since: float) -> None:
    task = {"id": "t", "commandLine": "sleep 1800", "constraints": {"retentionTime": "PT10M"}}
    work = {"id": "j", "poolInfo": {"poolId": "p"}, "tasks": [task]}
    found = story(stop("10m", option), jobs=[work])
    assert found.attempts["outcome"].tolist() == outcomes
    assert dict(states(found))["deallocating"] == since


def test_deallocated_nodes_leave_first_and_at_once() -> None:
    """They have rank 1 in the order of removal; no VM has to be removed."""
    shrink = operation("1h", "resize", targetDedicatedNodes=1)
    found = story(stop("10m", node="p_2_d"), shrink, targetDedicatedNodes=3, jobs=[])
    assert found.nodes["gone"].tolist() == [4 * 3600.0, 3600.0, 3660.0]
    candidates = [
        Candidate(0, NodeState.IDLE, 9),
        Candidate(1, NodeState.DEALLOCATED, 0),
        Candidate(2, NodeState.DEALLOCATING, 0),
    ]
    assert choose(candidates, 3, "newest_idle_first") == [1, 2, 0]


@pytest.mark.parametrize("at", ["11m", "1h"])
def test_a_pool_is_deleted_with_its_deallocated_nodes(at: str) -> None:
    found = story(stop("10m"), operation(at, "deletePool"))
    assert found.nodes["gone"].tolist() == [{"11m": 660.0, "1h": 3600.0}[at]]


@pytest.mark.parametrize(
    ("before", "asked", "code"),
    [
        ([], start("20m"), "OperationNotValidOnNode"),
        ([stop("10m")], stop("20m"), "OperationNotValidOnNode"),
        ([stop("10m")], start("11m"), "OperationNotValidOnNode"),
        ([stop("10m")], operation("20m", "reboot", nodeId="p_1_d"), "OperationNotValidOnNode"),
        ([stop("10m")], operation("20m", "loseContact", nodeId="p_1_d"), "OperationNotValidOnNode"),
        ([], stop("2m"), "NodeBeingStarted"),
        ([operation("9m", "disableScheduling", nodeId="p_1_d")], stop("10m"), "OperationNotValidOnNode"),
        ([stop("10m"), OUTAGE], start("20m"), "AllocationFailed"),
        ([stop("10m", "taskcompletion")], stop("11m"), "OperationNotValidOnNode"),
        ([stop("10m")], start("20m", "p_7_d"), "NodeNotFound"),
    ],
)
def test_guards(before: list[dict[str, Any]], asked: dict[str, Any], code: str) -> None:
    """Deallocation is for idle and running nodes, a start for deallocated ones."""
    found = story(*before, asked)
    assert found.operations["code"].tolist()[-1] == code


@pytest.mark.parametrize(
    ("profile", "code"), [("2020-09", "InvalidUri"), ("2024-02", "InvalidUri"), ("2025-06", "Success")]
)
def test_older_versions_have_no_such_operations(profile: str, code: str) -> None:
    """`apiProfile`: additions act only where the profile has them."""
    body = pool(targetDedicatedNodes=1)
    options = {"apiProfile": profile}
    timeline = [stop("10m"), start("20m")]
    found = check(simulate(scenario([body], [job(1, "30m")], timeline=timeline, options=options)))
    assert found.operations["code"].tolist() == [code, code]


def test_a_deallocated_spot_node_is_not_taken_back_and_keeps_its_quota() -> None:
    """Its VM is stopped; the cores count, as those of stopped machines do, and a new life begins with its start."""
    taken = {"model": "capacity_event", "fraction": 1, "times": ["30m", "2h"]}
    simulation = {"timing": {**TIMES, "recoveryDelay": "10m"}, "preemption": taken}
    stopped, again = stop("10m", node="p_1_p"), start("1h", "p_1_p")
    body: dict[str, Any] = {"targetDedicatedNodes": 0, "targetLowPriorityNodes": 1, "simulation": simulation}
    found = story(stopped, again, jobs=[], **body)
    lost = [at for name, at in states(found) if name == "preempted"]
    assert lost == [7200.0]


def test_cores_of_deallocated_nodes_count_against_the_quota() -> None:
    body = pool(targetDedicatedNodes=1)
    timeline = [stop("10m"), operation("20m", "resize", targetDedicatedNodes=2)]
    account = {"dedicatedCoreQuota": 2}
    found = check(simulate(scenario([body], [], timeline=timeline, horizon="1h", options=LATEST, account=account)))
    assert found.resizes["code"].tolist()[-1] == "AccountCoreQuotaReached"


def test_a_run_whose_nodes_are_all_deallocated_reports_it() -> None:
    body = pool(targetDedicatedNodes=1)
    found = check(simulate(scenario([body], [job(2, "30m")], timeline=[stop("10m")], options=LATEST)))
    assert found.raw.stop_reason == "stalled"
    why = summarize(found)["tasks"]["unfinished_why"]
    assert why == {"no node in service when the run ended: 1 deallocated": 2}


def test_a_job_prepares_a_node_anew_after_its_start() -> None:
    """The local disk is lost with the VM."""
    preparation = {"commandLine": "x", "rerunOnNodeRebootAfterSuccess": False, "simulation": {"duration": "1m"}}
    work = {**job(1, "30m"), "jobPreparationTask": preparation}
    found = story(stop("10m"), start("1h"), jobs=[work])
    assert found.node_tasks["start"].tolist() == [240.0, 3840.0]


def test_the_list_of_nodes_shows_the_state() -> None:
    described = scenario([pool(targetDedicatedNodes=1)], [], timeline=[stop("10m")], horizon="1h", options=LATEST)
    simulation = Simulation(described)
    simulation.advance(1200)
    assert [node.state for node in simulation.nodes("p")] == [NodeState.DEALLOCATED]
    assert simulation.snapshot().pools["p"].nodes == {"deallocated": 1}


def test_no_more_nodes_start_together_than_the_region_has() -> None:
    """What is promised to one node of a request is not there for the next."""
    curve = {"model": "capacity_curve", "points": [{"at": "0s", "available": 3}, {"at": "30m", "available": 1}]}
    names = ["p_1_p", "p_2_p", "p_3_p"]
    timeline = [
        operation("10m", "deallocateNode", nodeId=names),
        operation("1h", "startNode", nodeId=names),
    ]
    body: dict[str, Any] = {"targetDedicatedNodes": 0, "targetLowPriorityNodes": 3, "simulation": {"preemption": curve}}
    found = story(*timeline, jobs=[], **body)
    assert found.operations["code"].tolist() == ["Success", "AllocationFailed"]
    last = found.node_states.groupby("node", observed=True)["state"].last()
    assert last.tolist() == ["idle", "deallocated", "deallocated"]
