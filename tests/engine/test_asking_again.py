"""A pool that fell short asks again at the next evaluation (`autoscaleRetry`), and a stall still has an end."""

from typing import Any

import pytest

from simulator import Recording, simulate, summarize
from tests.engine.laws import check
from tests.engine.worlds import job, pool, scenario

WAITS = "$TargetDedicatedNodes = min(3, max(0, $PendingTasks.GetSample(1)));"


def second() -> dict[str, Any]:
    return pool(enableAutoScale=True, autoScaleFormula=WAITS, autoScaleEvaluationInterval="PT5M") | {"id": "second"}


def behind_a_quota(**options: Any) -> Recording:
    """A fixed pool has all the quota until minute 40; thirty tasks wait for the other."""
    first = pool(targetDedicatedNodes=8) | {"id": "first"}
    work = job(30, "5m") | {"poolInfo": {"poolId": "second"}}
    freed = {"at": "40m", "operation": "resize", "pool": "first", "targetDedicatedNodes": 0}
    made = scenario(
        [first, second()],
        [work],
        horizon="5h",
        account={"dedicatedCoreQuota": 16},
        timeline=[freed],
        options=options,
    )
    return check(simulate(made))


def test_what_a_quota_kept_back_is_obtained_when_it_is_free() -> None:
    found = behind_a_quota()
    assert found.raw.tasks.succeeded.all()
    mine = found.nodes[found.nodes["pool"] == "second"]
    assert mine["created"].min() == 40 * 60
    assert found.resizes[found.resizes["pool"] == "second"]["code"].iloc[0] == "AccountCoreQuotaReached"


def test_by_option_the_pool_stays_stuck_until_its_target_changes() -> None:
    found = behind_a_quota(autoscaleRetry="on_target_change")
    assert not found.raw.tasks.succeeded.any()


def test_the_answer_names_what_decided() -> None:
    reported = summarize(behind_a_quota())["assumptions"]
    assert (
        "unmet growth of pool second: asked for again at the next evaluation (`autoscaleRetry` on_shortfall)"
        in reported
    )
    assert "time limit of autoscaled growth of pool second: 15 min (`autoscaleResizeTimeout`)" in reported
    stuck = summarize(behind_a_quota(autoscaleRetry="on_target_change"))["assumptions"]
    words = (
        "unmet growth of pool second: not asked for again until the target changes (`autoscaleRetry` on_target_change)"
    )
    assert words in stuck
    assert not any(text.startswith("option autoscaleRetry") for text in stuck), "reported once"


def test_an_outage_that_ends_is_followed_by_growth() -> None:
    outage = {"at": "0s", "operation": "outage", "zone": 1, "duration": "47m"}
    work = job(3, "5m") | {"poolInfo": {"poolId": "second"}}
    found = check(simulate(scenario([second()], [work], horizon="3h", timeline=[outage])))
    assert found.nodes["created"].min() == 47 * 60, "growth that is asked for waits for the region until it times out"


@pytest.mark.parametrize("latency", ["0s", "20m"])
def test_asking_in_vain_for_ever_stalls_after_a_week(latency: str) -> None:
    """Also where each growth is still under way when the next one is asked for."""
    body = pool(
        enableAutoScale=True,
        autoScaleFormula=WAITS,
        autoScaleEvaluationInterval="PT15M",
        simulation={"timing": {"allocationLatency": latency}},
    )
    account = {"dedicatedCoreQuota": 0} if latency == "0s" else {}
    found = check(simulate(scenario([body], [job(3, "5m")], account=account)))
    assert found.raw.stop_reason == "stalled"
    assert 7 * 86400 <= found.end <= 7 * 86400 + 3600
