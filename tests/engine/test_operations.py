"""What an operator does over time: the service's answer stands in the record, and the run goes on."""

from typing import Any

import pytest

from simulator import Recording, Scenario, simulate
from simulator.policy.removal import Candidate, choose
from simulator.results.answer.metrics import summarize
from simulator.states import NodeState
from tests.engine.laws import check
from tests.engine.worlds import job, pool, scenario


def operation(at: str, name: str, **body: Any) -> dict[str, Any]:
    return {"at": at, "operation": name, "pool": "p", **body}


def test_what_is_refused_is_recorded_with_code_and_reason_and_the_run_goes_on() -> None:
    timeline = [
        operation("10s", "resize", targetDedicatedNodes=5),
        operation("70s", "deletePool"),
        operation("80s", "resize", targetDedicatedNodes=5),
        operation("90s", "enableAutoScale", autoScaleFormula="$TargetDedicatedNodes = 1;"),
    ]
    body = pool(targetDedicatedNodes=1, simulation={"timing": {"allocationLatency": "1m", "leaving": "2m"}})
    found = check(simulate(scenario([body], [job(1, "60s")], timeline=timeline)))
    rows = found.operations
    assert rows["code"].tolist() == ["PoolBeingResized", "Success", "PoolBeingDeleted", "PoolBeingDeleted"]
    assert rows["message"].tolist()[0] == "The pool is already being resized"
    assert rows["message"].isna().tolist() == [False, True, False, False]
    assert rows["job"].isna().all()


def test_ids_are_compared_without_case() -> None:
    timeline = [{**operation("10s", "resize", targetDedicatedNodes=2), "pool": "P"}]
    found = check(simulate(scenario([pool()], [job(1, "60s")], timeline=timeline)))
    assert (found.operations["pool"].tolist(), found.operations["code"].tolist()) == (["p"], ["Success"])


def test_a_size_that_is_out_of_stock_cannot_be_had_until_it_is_back() -> None:
    """A resize is cut to nothing; nodes that are there go on working; a preempted one waits for the end."""
    timeline = [
        {"at": "5m", "operation": "outage", "size": "d2", "duration": "30m"},
        operation("10m", "resize", targetDedicatedNodes=4),
        operation("40m", "resize", targetDedicatedNodes=4),
    ]
    taken = {"model": "capacity_event", "fraction": 1, "times": ["6m"]}
    body = pool(
        targetDedicatedNodes=1,
        targetLowPriorityNodes=1,
        simulation={"preemption": taken, "timing": {"recoveryDelay": "1m"}},
    )
    found = check(simulate(scenario([body], [job(2, "1h")], timeline=timeline)))
    assert found.resizes["code"].tolist() == ["Success", "AllocationTimedout", "Success"]
    assert sorted(found.nodes["created"]) == [0, 0, 2400, 2400, 2400]
    low = found.nodes[found.nodes["kind"] == "low_priority"]
    assert low["last_boot"].between(2100, 2160).all()
    assert found.operations["pool"].isna().tolist() == [True, False, False]


def test_a_zone_that_fails_takes_its_nodes_along_and_the_others_go_on() -> None:
    """Zonal placement balances six nodes over three zones; tasks of the lost ones return after five minutes."""
    zonal = {"imageReference": {}, "nodeAgentSKUId": "x", "nodePlacementConfiguration": {"policy": "zonal"}}
    body = pool(targetDedicatedNodes=6, virtualMachineConfiguration=zonal)
    timeline = [
        {"at": "10m", "operation": "outage", "zone": 2, "duration": "1h"},
        operation("20m", "resize", targetDedicatedNodes=9),
    ]
    found = check(simulate(scenario([body], [job(6, "30m")], timeline=timeline)))
    assert found.nodes["zone"].tolist()[:6] == [1, 2, 3, 1, 2, 3]
    assert 2 not in found.nodes["zone"].tolist()[6:]
    lost = found.attempts[found.attempts["outcome"] == "lost"]
    assert lost["end"].tolist() == [900.0, 900.0]
    assert found.tasks["preemptions"].sum() == 0
    assert found.tasks["retries"].sum() == found.tasks["requeues"].sum() == 0
    dark = found.node_states[found.node_states["state"] == "unknown"]
    assert set(dark["why"]) == {"outage of zone 2"}
    assert found.operations["message"].iloc[0] == "2 nodes lost contact"


@pytest.mark.parametrize(("recovery", "outcomes"), [("4m", ["succeeded"]), ("6m", ["lost", "succeeded"])])
def test_tasks_return_only_when_the_service_gives_a_node_up(recovery: str, outcomes: list[str]) -> None:
    """`lostNodeRequeueDelay`: five minutes; what is back before goes on as if nothing had been."""
    timeline = [operation("10m", "loseContact", nodeId="p_1_d", recovery=recovery)]
    found = check(simulate(scenario([pool(targetDedicatedNodes=1)], [job(1, "30m")], timeline=timeline)))
    assert found.attempts["outcome"].tolist() == outcomes
    assert found.tasks["end"].tolist() == [1800.0] if len(outcomes) == 1 else [960.0 + 1800]


def test_lost_contact_that_never_comes_back_is_reported_with_the_tasks_that_wait() -> None:
    timeline = [operation("10m", "loseContact", count=2, state="unusable")]
    options = {"unusableRecovery": "never"}
    body = pool(targetDedicatedNodes=2)
    found = check(simulate(scenario([body], [job(3, "30m")], timeline=timeline, options=options)))
    assert found.raw.stop_reason == "stalled"
    why = summarize(found)["tasks"]["unfinished_why"]
    assert why == {"no node in service when the run ended: 2 unusable": 3}
    assert summarize(found)["ledger_node_s"]["busy_lost"] == 2 * 900


def test_contact_is_lost_at_random_at_the_rate_that_was_asked_for() -> None:
    body = pool(targetDedicatedNodes=200, simulation={"contactLoss": {"ratePerHour": 0.1}})
    options = {"unusableRecovery": "30m"}
    found = check(simulate(scenario([body], [job(200, "10h")], options=options, horizon="10h")))
    serving = found.node_states[found.node_states["state"].isin(["idle", "running"])]
    hours = (serving["end"] - serving["start"]).sum() / 3600
    lost = (found.node_states["state"] == "unknown").sum()
    assert 0.8 * 0.1 * hours < lost < 1.2 * 0.1 * hours, "4.5 standard deviations"


@pytest.mark.parametrize(
    ("setup", "asked", "code"),
    [
        ([], {"operation": "reboot", "nodeId": "p_7_d"}, "NodeNotFound"),
        ([], {"operation": "enableScheduling", "nodeId": "p_1_d"}, "NodeAlreadyInTargetSchedulingState"),
        (["disableScheduling"], {"operation": "disableScheduling"}, "NodeAlreadyInTargetSchedulingState"),
        (["disableScheduling"], {"operation": "reboot"}, "OperationNotValidOnNode"),
        (["reboot"], {"operation": "reboot"}, "NodeBeingRebooted"),
        (["reboot"], {"operation": "disableScheduling"}, "NodeBeingRebooted"),
        (["loseContact"], {"operation": "disableScheduling"}, "NodeStateUnusable"),
        (["loseContact"], {"operation": "reboot"}, "Success"),
        ([], {"operation": "upgradeOs"}, "PoolNotEligibleForOSVersionUpgrade"),
        ([], {"operation": "removeNodes", "nodeList": ["p_1_d", "p_9_d"]}, "NodeNotFound"),
        ([], {"operation": "stopResize"}, "Success"),
    ],
)
def test_guards(setup: list[str], asked: dict[str, Any], code: str) -> None:
    """What does not fit the state is refused, and nothing happens."""
    node = {"nodeId": "p_1_d"}
    timeline = [operation("10m", name, **node, **({"state": "unusable"} if "lose" in name else {})) for name in setup]
    default = node if asked["operation"] in ("reboot", "disableScheduling") else {}
    timeline.append({"at": "10m30s", "pool": "p", **default, **asked})
    body = pool(targetDedicatedNodes=2, simulation={"timing": {"rebooting": "1m"}})
    found = check(simulate(scenario([body], [job(1, "1h")], timeline=timeline)))
    assert found.operations["code"].tolist()[-1] == code


def test_a_pool_that_was_deleted_takes_no_operations() -> None:
    timeline = [operation("10m", "deletePool"), operation("30m", "resize", targetDedicatedNodes=1)]
    found = check(simulate(scenario([pool(targetDedicatedNodes=1)], [job(1, "1m")], timeline=timeline, horizon="1h")))
    assert found.operations["code"].tolist()[-1] == "PoolNotFound"


def test_api_text_allows_no_reboot_of_broken_nodes() -> None:
    """By `rebootAllowedStates: api`."""
    timeline = [
        operation("10m", "loseContact", nodeId="p_1_d", state="unusable", recovery="1h"),
        operation("20m", "reboot", nodeId="p_1_d"),
    ]
    for option, code in (("api", "NodeStateUnusable"), ("extended", "Success")):
        options = {"rebootAllowedStates": option}
        found = check(
            simulate(scenario([pool(targetDedicatedNodes=1)], [job(1, "2h")], timeline=timeline, options=options))
        )
        assert found.operations["code"].tolist()[-1] == code


def test_start_tasks_fail_more_often_in_a_crowd() -> None:
    def failed(nodes: int) -> float:
        faults = {"startTask": {"failureProbability": 0.0, "crowding": 0.005}, "timing": {"startTask": "1m"}}
        body = pool(targetDedicatedNodes=nodes, startTask={"commandLine": "x"}, simulation=faults)
        found = check(simulate(scenario([body], [], horizon="1h")))
        return float((found.start_tasks["exit_code"] == 1).mean())

    assert failed(1) == 0
    assert failed(20) < 0.3, "0.095 expected"
    assert failed(150) > 0.6, "0.745 expected"


def test_broken_nodes_fill_the_target_and_leave_first() -> None:
    """Nobody replaces them; a shrink takes them before idle ones."""
    faults = {"startTask": {"failureProbability": 0.5}}
    timeline = [operation("10m", "resize", targetDedicatedNodes=10)]
    body = pool(targetDedicatedNodes=20, startTask={"commandLine": "x"}, simulation=faults)
    found = check(simulate(scenario([body], [], timeline=timeline, horizon="20m")))
    broken = set(found.node_states["node"][found.node_states["state"] == "starttaskfailed"])
    gone = set(found.nodes["node"][found.nodes["gone"] == 600])
    assert 5 <= len(broken) <= 15
    assert gone <= broken or broken <= gone
    assert len(found.nodes) == 20


def test_the_last_nodes_to_leave_are_those_with_a_job_manager() -> None:
    """They have the last rank in the order of removal."""
    candidates = [
        Candidate(0, NodeState.RUNNING, 0, 1, 10, has_job_manager=True),
        Candidate(1, NodeState.RUNNING, 0, 4, 90),
        Candidate(2, NodeState.REBOOTING, 5),
        Candidate(3, NodeState.OFFLINE, 5),
    ]
    assert choose(candidates, 4, "newest_idle_first") == [2, 3, 1, 0]
    assert choose(candidates, 4, "random", [0.1, 0.5, 0.9, 0.2])[-1] == 0


def test_no_more_pools_than_the_account_may_have() -> None:
    """Pools of jobs are counted when they are made; a refused one never comes."""
    auto = {
        "autoPoolSpecification": {"autoPoolIdPrefix": "a", "poolLifetimeOption": "job", "pool": {**pool(), "id": "k"}}
    }
    owner = {**job(1, "60s", "k"), "poolInfo": auto}
    found = check(simulate(scenario([pool(targetDedicatedNodes=1)], [job(1, "60s"), owner], account={"poolQuota": 1})))
    assert found.pools["created"].isna().tolist() == [False, True]
    assert found.tasks["state"].tolist() == ["completed", "planned"], "a completed job takes no tasks"


def test_a_full_disk_is_freed_by_retention_and_by_a_reboot() -> None:
    """Two tasks of 30 GiB do not fit a disk of 50 GiB together; one after the other they do.

    The one that finds no room fails; the next one waits until somebody reboots the node.
    """
    sizes = {"D2": {"vcpus": 2, "memoryGiB": 8, "tempDiskGiB": 50, "dedicatedLinux": 0.1}}

    def run(retention: str) -> Recording:
        tasks = [
            {
                "id": f"t{number}",
                "commandLine": "x",
                "constraints": {"retentionTime": retention},
                "simulation": {"duration": "10m", "disk": 30, "submit": f"{30 * number}m"},
            }
            for number in range(3)
        ]
        body = {"id": "j", "poolInfo": {"poolId": "p"}, "tasks": tasks}
        reboot = [operation("2h", "reboot", nodeId="p_1_d")]
        described = scenario([pool(targetDedicatedNodes=1)], [], options={"enforceLocalResources": "disk"})
        plan = described.model_dump(by_alias=True) | {"sizes": sizes, "jobs": [body], "timeline": reboot}
        return check(simulate(Scenario.model_validate(plan)))

    assert run("20m").attempts["start"].tolist() == [0.0, 1800.0, 3600.0]
    full = run("5h")
    assert full.node_states["start"][full.node_states["state"] == "unusable"].tolist() == [1800.0]
    assert full.attempts["start"].tolist() == [0.0, 1800.0, 7200.0]
    assert full.attempts["outcome"].tolist() == ["succeeded", "failed", "succeeded"]


def test_a_node_that_is_being_created_boots_the_new_version_by_itself() -> None:
    """An upgrade takes one that starts, and leaves one in `creating` the time that it takes."""
    timing = {"creating": "100s", "starting": "100s", "upgradingOS": "30s"}
    body = pool(targetDedicatedNodes=1, simulation={"timing": timing}, upgradePolicy={"mode": "automatic"})
    for at, ready in (("50s", 200.0), ("150s", 280.0)):
        timeline = [operation(at, "upgradeOs")]
        found = check(simulate(scenario([body], [job(1, "10s")], timeline=timeline, horizon="1h")))
        assert found.attempts["assigned"].tolist() == [ready]
