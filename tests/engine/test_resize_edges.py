"""Resizes at their edges: named nodes, errors of both kinds, empty pools, a region without VMs, results that wait."""

from typing import Any

import pytest

from simulator import Recording, summarize
from tests.engine.worlds import job, pool, run


def act(at: float, name: str, **keys: Any) -> dict[str, Any]:
    return {"at": f"{at}s", "operation": name, "pool": "p", **keys}


def gone(found: Recording, before: float) -> list[str]:
    return found.nodes.loc[found.nodes["gone"] < before, "node"].astype(str).tolist()


# ---- named nodes -----------------------------------------------------------------------------------------


def test_after_a_removal_that_failed_only_the_named_node_is_removed() -> None:
    timeline = [
        act(100, "resize", targetDedicatedNodes=1, nodeDeallocationOption="taskcompletion", resizeTimeout="PT5M"),
        act(1000, "removeNodes", nodeList=["p_1_d"]),
    ]
    found = run([pool(targetDedicatedNodes=3)], [job(3, "5000s")], timeline=timeline, horizon="4000s")
    assert found.resizes["code"].tolist()[1:] == ["RemoveNodesFailed", "Success"]
    assert gone(found, 4000) == ["p_1_d"]
    assert found.tasks["requeues"].sum() == 1
    assert found.resizes["dedicated_to"].tolist()[-1] == 2


def test_after_a_growth_that_was_stopped_the_pool_does_not_grow() -> None:
    body = pool(simulation={"timing": {"allocationTail": 10}}, targetLowPriorityNodes=2)
    timeline = [
        act(60, "resize", targetDedicatedNodes=50, targetLowPriorityNodes=2),
        act(165, "stopResize"),
        act(1000, "removeNodes", nodeList=["p_3_d"]),
    ]
    found = run([body], [], timeline=timeline, horizon="2000s")
    assert gone(found, 2000) == ["p_3_d"]
    assert found.pool_timeline["current_dedicated"].tolist()[-1] == 10
    assert found.pool_timeline["target_dedicated"].tolist()[-1] == 10


def test_the_other_kind_of_nodes_stays_as_it_is() -> None:
    """The quota had cut the low-priority nodes; removing a dedicated one does not ask for them again."""
    account = {"lowPriorityCoreQuota": 4}
    timeline = [act(100, "removeNodes", nodeList=["p_1_d"])]
    found = run(
        [pool(targetDedicatedNodes=2, targetLowPriorityNodes=5)], [], timeline=timeline, account=account, horizon="1h"
    )
    last = found.resizes.iloc[-1]
    assert (last["code"], last["dedicated_to"], last["low_priority_to"]) == ("Success", 1, 2)


# ---- errors ----------------------------------------------------------------------------------------------


def test_each_kind_of_nodes_has_its_error() -> None:
    account = {"dedicatedCoreQuota": 7, "lowPriorityCoreQuota": 5}
    found = run([pool(targetDedicatedNodes=10, targetLowPriorityNodes=10)], [], account=account, horizon="1h")
    row = found.resizes.iloc[0]
    assert row["code"] == row["dedicated_error"] == "AccountCoreQuotaReached"
    assert row["low_priority_error"] == "AccountLowPriorityCoreQuotaReached"
    assert "3 of 10" in row["message"]
    assert "2 of 10" in row["message"]
    assert summarize(found)["resize_errors"] == {
        "AccountCoreQuotaReached": 1,
        "AccountLowPriorityCoreQuotaReached": 1,
    }


def test_one_kind_is_short_of_cores_and_the_other_of_time() -> None:
    body = pool(targetDedicatedNodes=10, targetLowPriorityNodes=3, simulation={"timing": {"allocationLatency": "1h"}})
    found = run([body], [], account={"dedicatedCoreQuota": 7}, horizon="1h")
    row = found.resizes.iloc[0]
    assert (row["dedicated_error"], row["low_priority_error"]) == ("AccountCoreQuotaReached", "AllocationTimedout")
    assert row["end"] == 900.0


def test_a_target_that_changes_on_an_empty_pool_is_no_resize() -> None:
    formula = 't = time() - time("2026-01-05"); $TargetDedicatedNodes = t < 8 * TimeInterval_Minute ? 8 : 0;'
    body = pool(enableAutoScale=True, autoScaleFormula=formula, autoScaleEvaluationInterval="5m")
    found = run([body], [], account={"dedicatedCoreQuota": 0}, horizon="1h")
    assert found.resizes["code"].tolist() == ["AccountCoreQuotaReached"] * 2, "it asked again at 5 min"
    assert found.pool_timeline["target_dedicated"].tolist()[-1] == 0
    assert set(found.evaluations["action"].astype(str).tolist()[2:]) == {"none"}


def test_nor_is_a_resize_of_an_empty_pool_to_nothing() -> None:
    found = run([pool()], [], timeline=[act(60, "resize", targetDedicatedNodes=0)], horizon="1h")
    assert found.operations["code"].tolist() == ["Success"]
    assert not len(found.resizes)


# ---- a region without VMs --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["size", "zone"])
def test_nodes_that_the_region_does_not_have_are_missing_until_the_timeout(kind: str) -> None:
    outage = {"at": "10s", "operation": "outage", "duration": "2h", kind: {"size": "D2", "zone": 1}[kind]}
    timeline = [outage, act(60, "resize", targetDedicatedNodes=3, resizeTimeout="PT10M")]
    found = run([pool()], [], timeline=timeline, horizon="1h")
    row = found.resizes.iloc[-1]
    assert (row["code"], row["dedicated_error"], row["end"]) == ("AllocationTimedout", "AllocationTimedout", 660.0)
    assert not len(found.nodes)


def test_they_come_when_the_outage_ends_before_the_timeout() -> None:
    outages = [
        {"at": "10s", "operation": "outage", "duration": "200s", "size": "D2"},
        {"at": "20s", "operation": "outage", "duration": "300s", "zone": 1},
    ]
    body = pool(simulation={"timing": {"allocationLatency": "30s"}})
    found = run([body], [], timeline=[*outages, act(60, "resize", targetDedicatedNodes=3)], horizon="1h")
    assert found.nodes["created"].tolist() == [350.0] * 3
    assert found.resizes["code"].tolist()[-1] == "Success"


def test_a_target_that_falls_meanwhile_cancels_them() -> None:
    outage = {"at": "0s", "operation": "outage", "duration": "400s", "size": "D2"}
    formula = 't = time() - time("2026-01-05"); $TargetDedicatedNodes = t < 2 * TimeInterval_Minute ? 3 : 1;'
    body = pool(enableAutoScale=True, autoScaleFormula=formula, autoScaleEvaluationInterval="5m")
    body["simulation"] = {"timing": {"allocationLatency": "1s"}}
    found = run([pool(id="q"), body], [], timeline=[outage], horizon="1h", options={"firstEval": "after_interval"})
    assert found.nodes["created"].tolist() == [401.0]


def test_nodes_that_are_not_near_enough_are_missing_until_the_timeout() -> None:
    body = pool(targetDedicatedNodes=4, enableInterNodeCommunication=True)
    found = run([body], [], options={"interNodeAllocationProbability": 0}, horizon="1h")
    row = found.resizes.iloc[0]
    assert (row["code"], row["end"], row["dedicated"]) == ("AllocationTimedout", 900.0, 0)


# ---- results that wait -----------------------------------------------------------------------------------


@pytest.mark.parametrize("leaving", ["0s", "200s"])
def test_a_result_that_waits_for_tasks_applies_with_the_last_of_them(leaving: str) -> None:
    """A drain of one task until 400 s blocks the evaluation at 300 s; the node takes its time to leave."""
    formula = (
        't = time() - time("2026-01-05"); $NodeDeallocationOption = taskcompletion;'
        "$TargetDedicatedNodes = t < TimeInterval_Second ? 2 : (t < 4 * TimeInterval_Minute ? 1 : 3);"
    )
    body = pool(enableAutoScale=True, autoScaleFormula=formula, autoScaleEvaluationInterval="5m")
    body["simulation"] = {"timing": {"leaving": leaving}}
    again = {"at": "100s", "operation": "enableAutoScale", "pool": "p", "autoScaleFormula": formula}
    found = run([body], [job(2, "400s")], timeline=[again], horizon="20m")
    assert found.evaluations["action"].astype(str).tolist()[:3] == ["resize", "resize", "pending"]
    assert found.nodes["created"].tolist()[2:4] == [400.0, 400.0]


# ---- growth that is called off ----------------------------------------------------------------------------


def waits_then_falls(kind: str, low: int, *, until: int, every: str) -> Recording:
    """Ask for 8 nodes of a kind after 10 min, when the region has none left, and for `low` at `until` minutes."""
    target = {"dedicated": "$TargetDedicatedNodes", "low_priority": "$TargetLowPriorityNodes"}[kind]
    minutes = "t > 11 * TimeInterval_Minute && t < " + f"{until} * TimeInterval_Minute"
    formula = f't = time() - time("2026-01-05"); {target} = {minutes} ? 8 : {low};'
    body = pool(enableAutoScale=True, autoScaleFormula=formula, autoScaleEvaluationInterval=every)
    gone = {"at": "10m", "operation": "outage", "duration": "5h", "size": "D2"}
    return run([body], [], timeline=[gone], horizon="3h")


@pytest.mark.parametrize("kind", ["dedicated", "low_priority"])
@pytest.mark.parametrize("low", [0, 2])
@pytest.mark.parametrize("every", ["5m", "15m"])
def test_a_target_that_falls_to_what_is_there_leaves_the_error_of_a_growth_that_waits_again(
    kind: str, low: int, every: str
) -> None:
    """Asked for at 15 min, given up at 30 min and asked for again; the target falls at 40 or 45 min."""
    found = waits_then_falls(kind, low, until=40, every=every)
    grown = found.resizes[found.resizes[f"{kind}_to"] == 8]
    assert len(grown) == 2
    assert set(grown["code"]) == {"AllocationTimedout"}
    assert found.resizes["code"].iloc[-1] == "AllocationTimedout", "nothing has wiped the error"
    assert found.resizes["end"].iloc[-1] == (2400 if every == "5m" else 2700)
    assert found.pool_timeline[f"target_{kind}"].iloc[-1] == low


def test_without_an_error_it_is_a_resize_to_the_lower_target() -> None:
    found = waits_then_falls("dedicated", 0, until=20, every="5m")
    assert found.resizes["code"].tolist() == ["Retargeted", "Success"]


def test_an_error_of_the_growth_itself_stays_too() -> None:
    """The quota had cut it; what it admitted waits for the region."""
    formula = 't = time() - time("2026-01-05"); $TargetDedicatedNodes = t < 8 * TimeInterval_Minute ? 8 : 0;'
    body = pool(enableAutoScale=True, autoScaleFormula=formula, autoScaleEvaluationInterval="5m")
    body["simulation"]["timing"] = {"allocationLatency": "14m"}
    found = run([body], [], account={"dedicatedCoreQuota": 4}, horizon="1h")
    assert found.resizes["code"].tolist() == ["AccountCoreQuotaReached"]
    assert found.evaluations["action"].astype(str).tolist()[:4] == ["resize", "none", "retarget", "none"]


def test_a_growth_that_obtains_a_node_has_no_error_of_before() -> None:
    """One node comes between two outages; the rest waits when the target falls to it."""
    formula = 't = time() - time("2026-01-05"); $TargetDedicatedNodes = t < 20 * TimeInterval_Minute ? 8 : 1;'
    body = pool(enableAutoScale=True, autoScaleFormula=formula, autoScaleEvaluationInterval="5m")
    body["simulation"]["timing"] = {"allocationTail": 100}
    outages = [
        {"at": at, "operation": "outage", "duration": length, "size": "D2"}
        for at, length in (("0s", "16m"), ("1000s", "5h"))
    ]
    late = {"firstEval": "after_interval", "autoscaleResizeTimeout": "10m"}
    found = run([body], [], timeline=outages, options=late, horizon="1h")
    assert found.resizes["code"].tolist() == ["AllocationTimedout", "Retargeted", "Success"]
    assert found.resizes["dedicated"].tolist()[-1] == 1
