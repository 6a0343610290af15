"""What nodes go on costing by an answer is what the ledger charges for them, with all that is paid beside VMs."""

from typing import Any

import pytest

from simulator import simulate, summarize
from simulator.results.answer.answer import Answer
from tests.engine.laws import check
from tests.engine.worlds import LINUX, job
from tests.money.worlds import OWN, described, pool

PRICES = {"dedicated": 0.1, "spot": 0.02, "osDiskMonth": 73, "publicIpHour": 0.2, "loadBalancerHour": 0.3}
LICENCE = {"applicationLicenses": {"maya": {"perNodeHour": 0.5, "perCoreHour": 0.25}}}
DISKS = {**LINUX, "dataDisks": [{"lun": 0, "diskSizeGB": 1000}]}
EXTRAS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "nothing": ({}, {}),
    "OS disks": ({}, {"billSubscriptionExtras": True}),
    "no public addresses": (
        {"networkConfiguration": {"publicIPAddressConfiguration": {"provision": "noPublicIPAddresses"}}},
        {"billSubscriptionExtras": True},
    ),
    "data disks": ({"virtualMachineConfiguration": DISKS}, {}),
    "data disks of preempted nodes": ({"virtualMachineConfiguration": DISKS}, {"billPreemptedDisks": True}),
    "licences": ({"applicationLicenses": ["maya"]}, {}),
    "everything": (
        {"virtualMachineConfiguration": DISKS, "applicationLicenses": ["maya"]},
        {"billSubscriptionExtras": True, "billPreemptedDisks": True},
    ),
}


def answer(extra: str, until: Any, **rest: Any) -> Answer:
    """Simulate 40 dedicated and 20 spot nodes, of which 12 are preempted for good and 3 are stopped."""
    keys, options = EXTRAS[extra]
    body = {"targetDedicatedNodes": 40, "targetLowPriorityNodes": 20, **keys, **rest.pop("body", {})}
    prices = {**PRICES, **(LICENCE if "applicationLicenses" in body else {})}
    simulation = {"prices": prices, "timing": {"recoveryDelay": "90d"}, "preemption": {"model": "none"}}
    timeline = [
        {"at": "1m", "operation": "preemptNodes", "pool": "p", "count": 12},
        {"at": "2m", "operation": "deallocateNode", "pool": "p", "nodeId": ["p_1_d", "p_3_d", "p_5_d"]},
    ]
    made = described(
        [pool(**body, simulation=simulation)],
        jobs=[job(10, "10m")],
        account=OWN,
        options={"apiProfile": "2025-06", "billUntil": until, **options},
        timeline=timeline,
        horizon=None,
    )
    return summarize(check(simulate(made)))


@pytest.mark.parametrize("extra", EXTRAS)
def test_the_rate_after_the_bill_is_what_another_hour_costs(extra: str) -> None:
    first, second = answer(extra, {"after": "1h"}), answer(extra, {"after": "2h"})
    assert first["bill"]["nodes"] == 60 - 12 - 3
    assert first["bill"]["per_hour"] == pytest.approx(second["cost"]["total"] - first["cost"]["total"], rel=1e-9)


@pytest.mark.parametrize("extra", EXTRAS)
def test_the_tail_costs_what_a_bill_until_its_end_has_more(extra: str) -> None:
    """Pools that scale themselves go to nothing some time after the work, and the bill ends before or after that."""
    formula = """
    m = time().hour * 60 + time().minute;
    $TargetDedicatedNodes = m < 45 ? 40 : m < 75 ? 10 : 0;
    $TargetLowPriorityNodes = m < 60 ? 20 : 0;
    """
    scales: dict[str, Any] = {
        "targetDedicatedNodes": 0,
        "targetLowPriorityNodes": 0,
        "enableAutoScale": True,
        "autoScaleFormula": formula,
        "autoScaleEvaluationInterval": "PT15M",
    }
    done, gone = answer(extra, "work_done", body=scales), answer(extra, "gone", body=scales)
    assert done["bill"]["tail_s"] > 3600
    assert gone["bill"]["tail_cost"] == 0
    assert done["bill"]["tail_cost"] == pytest.approx(gone["cost"]["total"] - done["cost"]["total"], rel=1e-9)
