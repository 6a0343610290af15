"""Preempted nodes come back within the account's quota, whatever took them and whatever brings them back."""

from typing import Any

import pytest

from simulator import Recording, simulate
from tests.engine.laws import check
from tests.engine.worlds import pool, scenario

RECOVERY = {"recoveryDelay": "400s"}
CURVE = [{"at": "0s", "available": 5}, {"at": "100s", "available": 0}, {"at": "500s", "available": 5}]
TAKEN = {
    "curve": {"model": "capacity_curve", "points": CURVE},
    "event": {"model": "capacity_event", "times": ["100s"], "fraction": 1},
    "trace": {"model": "trace", "evictions": [{"at": "100s", "count": 5}]},
    "operation": {"model": "none"},
}
RESIZE = {"operation": "resize", "pool": "q", "resizeTimeout": "5m"}


def run(kind: str, quota: int, horizon: str, *timeline: dict[str, Any], **account: Any) -> Recording:
    """Simulate five nodes that are taken at 100 s and may come back at 500 s, and a pool that takes their cores."""
    mine = pool(targetLowPriorityNodes=5, simulation={"preemption": TAKEN[kind], "timing": RECOVERY})
    other = pool(id="q", targetLowPriorityNodes=1)
    steps: list[dict[str, Any]] = [{"at": "200s", **RESIZE, "targetLowPriorityNodes": 6}, *timeline]
    if kind == "operation":
        steps.insert(0, {"at": "100s", "operation": "preemptNodes", "pool": "p", "count": 5})
    account = {"lowPriorityCoreQuota": quota, **account}
    return check(simulate(scenario([mine, other], [], timeline=steps, account=account, horizon=horizon)))


def vms(found: Recording, at: float) -> dict[str, int]:
    states = found.node_states
    there = states[(states["start"] <= at) & (states["end"] > at) & (states["state"] != "preempted")]
    return {name: int((there["pool"] == name).sum()) for name in ("p", "q")}


@pytest.mark.parametrize("kind", TAKEN)
def test_nodes_stay_preempted_while_others_have_their_cores(kind: str) -> None:
    assert vms(run(kind, 12, "20m"), 1100) == {"p": 0, "q": 6}


@pytest.mark.parametrize("kind", TAKEN)
def test_they_come_back_when_the_cores_are_free(kind: str) -> None:
    found = run(kind, 12, "1h", {"at": "1000s", **RESIZE, "targetLowPriorityNodes": 2})
    assert vms(found, 990) == {"p": 0, "q": 6}
    assert vms(found, 3000) == {"p": 4, "q": 2}


@pytest.mark.parametrize("kind", TAKEN)
def test_of_those_that_come_back_at_one_instant_no_more_do_than_fit(kind: str) -> None:
    found = run(kind, 16, "20m")
    assert vms(found, 1100) == {"p": 2, "q": 6}


@pytest.mark.parametrize("kind", TAKEN)
def test_stopped_vms_of_a_user_subscription_keep_their_cores(kind: str) -> None:
    found = run(kind, 12, "20m", mode="UserSubscription")
    assert vms(found, 450) == {"p": 0, "q": 1}
    assert vms(found, 1100) == {"p": 5, "q": 1}


def test_a_growth_does_not_ask_for_more_than_the_curve_has_left() -> None:
    """Three of five are on order when the target is raised."""
    timing = {"allocationLatency": "400s", "allocationTail": 0}
    body = pool(simulation={"preemption": {"model": "capacity_curve", "points": CURVE[:1]}, "timing": timing})
    formula = '$TargetLowPriorityNodes = time() < time("2026-01-05T00:04:30Z") ? 3 : 9;'
    body |= {"enableAutoScale": True, "autoScaleFormula": formula, "autoScaleEvaluationInterval": "5m"}
    found = check(simulate(scenario([body], [], horizon="30m")))
    assert found.pool_timeline["current_low_priority"].max() == 5
