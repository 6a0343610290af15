"""Nodes that can be taken back: which ones are sold when, and how often they go."""

import math
from typing import Any

import pytest

from simulator import InputError, Scenario, simulate
from simulator.results.answer.metrics import summarize
from simulator.scenario.format.preemption_models import Hazard
from tests.money.worlds import OWN, described, pool

LATE, EARLY = {"origin": "2025-10-01T00:00:00Z"}, {"origin": "2025-09-30T23:59:00Z"}
SPOT_FORMULA = "$TargetLowPriorityNodes = 3;"


def retired(scenario: Scenario) -> list[str]:
    return [problem.message for problem in scenario.warnings if "ended on 30 September 2025" in problem.message]


def scaling(formula: str) -> dict[str, Any]:
    return {"enableAutoScale": True, "autoScaleFormula": formula}


@pytest.mark.parametrize(
    ("body", "rest", "warns"),
    [
        ({"targetLowPriorityNodes": 1}, LATE, True),
        ({"targetLowPriorityNodes": 1}, EARLY, False),
        ({"targetLowPriorityNodes": 1}, {**LATE, "account": OWN}, False),
        ({"targetDedicatedNodes": 1}, LATE, False),
        (scaling(SPOT_FORMULA), LATE, True),
        (scaling("$TargetLowPriority = 3;"), LATE, True),
        (
            scaling("$TargetLowPriorityNodes = 0; $TargetDedicatedNodes = $TargetLowPriorityNodes == 0 ? 1 : 2;"),
            LATE,
            False,
        ),
        (
            {},
            {**LATE, "timeline": [{"at": "1m", "operation": "resize", "pool": "P", "targetLowPriorityNodes": 1}]},
            True,
        ),
        (
            {},
            {**LATE, "timeline": [{"at": "1m", "operation": "resize", "pool": "p", "targetLowPriorityNodes": 0}]},
            False,
        ),
    ],
)
def test_low_priority_nodes_after_their_end_are_warned_of(
    body: dict[str, Any], rest: dict[str, Any], warns: bool
) -> None:
    assert bool(retired(described([pool(**body)], **rest))) == warns


def test_many_such_pools_have_one_warning_with_the_way_out() -> None:
    pools = [pool(id=name, targetLowPriorityNodes=1) for name in "abc"]
    assert retired(described(pools, **LATE)) == [
        (
            "pool 'a' has low-priority nodes in an account of mode BatchService: they ended on 30 September 2025, and "
            "the scenario begins on 2025-10-01; give account: {mode: UserSubscription} for spot, or an earlier origin"
        )
    ]


def test_a_second_account_in_the_old_mode_is_found() -> None:
    pools = [pool(id="own", targetLowPriorityNodes=1), pool(id="old", targetLowPriorityNodes=1)]
    pools[1]["simulation"] = {"account": "service"}
    assert len(retired(described(pools, account=OWN, accounts={"service": {}}, **LATE))) == 1


def test_what_the_service_has_not_for_spot_is_warned_of() -> None:
    disk = {**pool()["virtualMachineConfiguration"], "osDisk": {"ephemeralOSDiskSettings": {"placement": "cacheDisk"}}}
    ephemeral = described([pool(targetLowPriorityNodes=1, virtualMachineConfiguration=disk)], account=OWN)
    assert [one.message for one in ephemeral.warnings] == [
        "the service has no ephemeral OS disks on spot nodes; simulated all the same"
    ]
    cloud = pool(targetLowPriorityNodes=1, cloudServiceConfiguration={"osFamily": "6"}, vmSize="Standard_D2_v2")
    del cloud["virtualMachineConfiguration"]
    assert any(
        "spot nodes need a virtualMachineConfiguration" in one.message
        for one in described([cloud], account=OWN).warnings
    )


@pytest.mark.parametrize(
    ("model", "chance"),
    [
        ({"evictionRateBand": "0-5"}, 0.025),
        ({"evictionRateBand": "5-10"}, 0.075),
        ({"evictionRateBand": "20+"}, 0.25),
        ({"evictionRateBand": "20+", "openBand": 0.7}, 0.7),
    ],
)
def test_a_band_is_a_rate_per_hour(model: dict[str, Any], chance: float) -> None:
    found = Hazard.model_validate({"model": "hazard", **model})
    assert found.rate == pytest.approx(-math.log(1 - chance))
    assert Hazard.model_validate(found.model_dump(by_alias=True)) == found


@pytest.mark.parametrize(("band", "value"), [("5-10", 0.5), ("20+", 0.1), ("20+", 1)])
def test_what_the_open_band_cannot_stand_for_is_refused(band: str, value: float) -> None:
    simulation = {"preemption": {"model": "hazard", "evictionRateBand": band, "openBand": value}}
    with pytest.raises(InputError) as caught:
        described([pool(targetLowPriorityNodes=1, simulation=simulation)])
    assert "openBand" in str(caught.value)


@pytest.mark.parametrize(("given", "reported"), [({}, "25%"), ({"openBand": 0.7}, "70%")])
def test_what_the_open_band_was_taken_for_is_reported(given: dict[str, float], reported: str) -> None:
    simulation = {"preemption": {"model": "hazard", "evictionRateBand": "20+", **given}}
    scenario = described([pool(targetLowPriorityNodes=1, simulation=simulation)])
    assert (
        f"evictions of pool p: band 20+ is open-ended, taken as {reported} an hour"
        in summarize(simulate(scenario))["assumptions"]
    )
