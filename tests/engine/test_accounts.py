"""Accounts: quotas that pools share, and whose quotas they are."""

from typing import Any

import pytest

from simulator import Recording, simulate
from simulator.results.answer.metrics import summarize
from tests.engine.laws import check
from tests.engine.worlds import job, pool, scenario

INSTANT = {"simulation": {"timing": {"preset": "instant"}}}


def run(pools: list[Any], **rest: Any) -> Recording:
    return check(simulate(scenario(pools, [job(1, "60s")], **rest)))


@pytest.mark.parametrize(
    ("mode", "kind", "code"),
    [
        ("BatchService", "Dedicated", "AccountCoreQuotaReached"),
        ("BatchService", "LowPriority", "AccountLowPriorityCoreQuotaReached"),
        ("UserSubscription", "LowPriority", "AccountSpotCoreQuotaReached"),
    ],
)
def test_the_code_states_which_quota_it_was(mode: str, kind: str, code: str) -> None:
    account = {"mode": mode, "dedicatedCoreQuota": 4, "lowPriorityCoreQuota": 4}
    found = run([pool(**{f"target{kind}Nodes": 3})], account=account)
    assert (found.resizes["code"].tolist(), len(found.nodes)) == ([code], 2)


@pytest.mark.parametrize(("enforced", "nodes"), [(True, 1), (False, 3)])
def test_quotas_of_families_bind_where_they_are_enforced(enforced: bool, nodes: int) -> None:
    """The first limit that cuts gives the code: the family's comes before the total."""
    sizes = {"F2": {"vcpus": 2, "memoryGiB": 4, "family": "fam", "dedicatedLinux": 0.1}}
    account = {
        "dedicatedCoreQuota": 6,
        "dedicatedCoreQuotaPerVMFamily": {"FAM": 2},
        "dedicatedCoreQuotaPerVMFamilyEnforced": enforced,
    }
    body = pool(vmSize="F2", targetDedicatedNodes=4)
    found = check(simulate(scenario([body], [job(1, "60s")], sizes=sizes, account=account)))
    assert len(found.nodes) == nodes
    first = "AccountVMSeriesCoreQuotaReached" if enforced else "AccountCoreQuotaReached"
    assert found.resizes["code"].tolist() == [first]


@pytest.mark.parametrize(
    ("mode", "setting", "grows"), [("BatchService", "by_mode", 4), ("UserSubscription", "by_mode", 2)]
)
def test_whether_a_preempted_node_keeps_its_cores(mode: str, setting: str, grows: int) -> None:
    """`preemptedUsesQuota`: free in Batch-service mode, kept by spot VMs of a subscription."""
    taken = {"model": "capacity_event", "fraction": 1, "times": ["5m"]}
    slow = {"preemption": taken, "timing": {"recoveryDelay": "10h"}}
    timeline = [{"at": "10m", "operation": "resize", "pool": "q", "targetLowPriorityNodes": 4}]
    found = run(
        [pool(targetLowPriorityNodes=2, simulation=slow), pool(id="q")],
        account={"mode": mode, "lowPriorityCoreQuota": 8},
        options={"preemptedUsesQuota": setting},
        timeline=timeline,
        horizon="1h",
    )
    assert (found.nodes["pool"] == "q").sum() == grows


def test_a_preempted_node_comes_back_only_within_the_quota() -> None:
    """It seeks again until the other pool has given the cores back."""
    taken = {"model": "capacity_event", "fraction": 1, "times": ["5m"]}
    body = pool(targetLowPriorityNodes=2, simulation={"preemption": taken, "timing": {"recoveryDelay": "7m"}})
    timeline = [
        {"at": "10m", "operation": "resize", "pool": "q", "targetLowPriorityNodes": 2},
        {"at": "60m", "operation": "resize", "pool": "q", "targetLowPriorityNodes": 0},
    ]
    found = run([body, pool(id="q")], account={"lowPriorityCoreQuota": 4}, timeline=timeline, horizon="2h")
    assert found.nodes["last_boot"][found.nodes["pool"] == "p"].tolist() == [61 * 60.0] * 2


@pytest.mark.parametrize(("kept", "extra"), [(False, 0.0), (True, 1.0)])
def test_disks_of_a_preempted_node_are_paid_by_option(kept: bool, extra: float) -> None:
    """`billPreemptedDisks`; a disk of 730 GiB at 1 USD a GiB and month costs 1 USD an hour."""
    disks = {"imageReference": {}, "nodeAgentSKUId": "x", "dataDisks": [{"diskSizeGB": 730}]}
    taken = {"model": "capacity_event", "fraction": 1, "times": ["1h"]}
    simulation = {"preemption": taken, "timing": {"recoveryDelay": "1h"}, "prices": {"dataDiskGiBMonth": 1}}
    body = pool(targetLowPriorityNodes=1, virtualMachineConfiguration=disks, simulation=simulation)
    found = run([body], options={"billPreemptedDisks": kept}, horizon="2h")
    assert summarize(found)["cost"]["total"] == pytest.approx(1.02 + extra)


def test_a_drain_under_autoscale_gives_up_where_the_option_is_set() -> None:
    """`autoscaleDrainTimeout`."""
    formula = "$TargetDedicatedNodes = time().minute < 5 ? 1 : 0; $NodeDeallocationOption = taskcompletion;"
    body = pool(enableAutoScale=True, autoScaleFormula=formula, autoScaleEvaluationInterval="PT5M")
    options = {"autoscaleDrainTimeout": "10m"}
    described = scenario([body], [job(1, "50m")], options=options, horizon="59m")
    found = check(simulate(described))
    assert "RemoveNodesFailed" in found.resizes["code"].tolist()
    assert found.tasks["end"].tolist() == [3000.0]
