"""For two days a VM is sought for a preempted spot node (`docs/model.md#recovery-of-preempted-nodes`)."""

from typing import Any

import pytest

from simulator import Recording, simulate, summarize
from simulator.durations import INFINITE
from tests.engine.laws import check
from tests.engine.worlds import job, pool, scenario

SPOT = {"mode": "UserSubscription"}


def short_of(hours: int, options: dict[str, Any] | None = None, account: Any = SPOT, **rest: Any) -> Recording:
    """Lose all of three VMs at an hour, while the region has none of the size for so many hours."""
    taken = {"model": "capacity_event", "fraction": 1, "times": ["1h"]}
    simulation = {"timing": {"recoveryDelay": "10m"}, "preemption": taken}
    described = pool(targetLowPriorityNodes=3, simulation=simulation)
    outage = {"at": "1h", "operation": "outage", "size": "D2", "duration": f"{hours}h"}
    timeline = [outage, *rest.pop("timeline", [])]
    world = {"account": account, "options": options or {}, "timeline": timeline, "horizon": "120h"}
    return check(simulate(scenario([described], [job(3, "110h")], **world)))


def at_the_end(run: Recording) -> tuple[int, int]:
    """Return how many nodes there are at the end, and how many of them are preempted."""
    last = {name: run.pool_timeline[f"{name}_nodes"].iloc[-1] for name in ("running", "preempted")}
    return int(last["running"]), int(last["preempted"])


def test_a_spot_node_comes_back_within_two_days() -> None:
    assert at_the_end(short_of(47)) == (3, 0)


def test_after_two_days_a_spot_node_stays_preempted() -> None:
    assert at_the_end(short_of(49)) == (0, 3)


def test_low_priority_nodes_are_sought_without_end() -> None:
    assert at_the_end(short_of(49, account={"mode": "BatchService"})) == (3, 0)


@pytest.mark.parametrize(("window", "found"), [("50h", (3, 0)), (INFINITE, (3, 0)), ("1h", (0, 3))])
def test_the_window_is_an_option(window: str, found: tuple[int, int]) -> None:
    assert at_the_end(short_of(49, {"spotRestorationWindow": window})) == found


def test_a_resize_removes_what_is_sought_no_more_and_new_nodes_come() -> None:
    resizes = [
        {"at": at, "operation": "resize", "pool": "p", "targetLowPriorityNodes": count}
        for at, count in (("60h", 0), ("61h", 2))
    ]
    assert at_the_end(short_of(49, timeline=resizes)) == (2, 0)


def test_under_a_capacity_curve_the_window_holds_too() -> None:
    points = [{"at": "0s", "available": 2}, {"at": "1h", "available": 0}, {"at": "50h", "available": 2}]
    curve = {"model": "capacity_curve", "points": points}
    described = pool(targetLowPriorityNodes=2, simulation={"preemption": curve})
    world: dict[str, Any] = {"account": SPOT, "horizon": "60h"}
    run = check(simulate(scenario([described], [job(2, "70h")], **world)))
    assert at_the_end(run) == (0, 2)
    longer = {**world, "options": {"spotRestorationWindow": "50h"}}
    assert at_the_end(check(simulate(scenario([described], [job(2, "70h")], **longer)))) == (2, 0)


HOUR = 3600.0


def stall(pools: list[Any], **world: Any) -> Recording:
    """Run without a horizon until nothing can happen any more."""
    run = check(simulate(scenario(pools, [job(2, "5h")], **world)))
    assert run.raw.stop_reason == "stalled"
    assert not run.raw.tasks.succeeded.any()
    return run


def lost_at_an_hour(**simulation: Any) -> dict[str, Any]:
    """Describe a pool of two spot nodes that are taken at an hour."""
    taken = {"model": "capacity_event", "fraction": 1, "times": ["1h"]}
    return pool(
        targetLowPriorityNodes=2, simulation={"timing": {"recoveryDelay": "10m"}, "preemption": taken} | simulation
    )


def test_a_run_stalls_when_nothing_is_sought_any_more() -> None:
    outage = {"at": "1h", "operation": "outage", "size": "D2", "duration": "60h"}
    run = stall([lost_at_an_hour()], account=SPOT, timeline=[outage])
    answer = summarize(run)
    assert 48 * HOUR < run.raw.end / 1000 <= 49 * HOUR
    assert answer["tasks"]["unfinished"] == 2
    assert answer["tasks"]["failed"] == 0
    assert answer["cost"]["total"] == pytest.approx(2 * 0.0185), "an hour of two spot nodes"
    assert answer["bill"]["end_s"] == run.raw.end / 1000


def test_a_run_stalls_at_once_where_recovery_takes_longer_than_the_window() -> None:
    run = stall([lost_at_an_hour(timing={"recoveryDelay": "50h"})], account=SPOT)
    assert run.raw.end == HOUR * 1000


def test_a_capacity_curve_that_opens_after_the_window_keeps_no_run_going() -> None:
    points = [{"at": "0s", "available": 2}, {"at": "1h", "available": 0}, {"at": "90d", "available": 2}]
    run = stall([lost_at_an_hour(preemption={"model": "capacity_curve", "points": points})], account=SPOT)
    assert run.raw.end == HOUR * 1000


def test_a_run_stalls_where_the_quota_never_lets_a_node_come_back() -> None:
    """Another pool has taken the cores that were free, and nothing makes it give them back."""
    other = pool() | {"id": "q"}
    grows = {"at": "70m", "operation": "resize", "pool": "q", "targetLowPriorityNodes": 2}
    world: dict[str, Any] = {"account": {"lowPriorityCoreQuota": 4}, "timeline": [grows]}
    run = stall([lost_at_an_hour(timing={"recoveryDelay": "20m"}), other], **world)
    assert run.raw.end == 70 * 60 * 1000


def test_a_quota_that_preemption_may_free_keeps_a_run_going() -> None:
    other = pool(simulation={"preemption": {"model": "hazard", "ratePerHour": 0.1}}) | {"id": "q"}
    resizes = [{"at": "70m", "operation": "resize", "pool": "q", "targetLowPriorityNodes": 2}]
    world: dict[str, Any] = {"account": {"lowPriorityCoreQuota": 4}, "timeline": resizes}
    described = [lost_at_an_hour(timing={"recoveryDelay": "20m"}), other]
    run = check(simulate(scenario(described, [job(2, "5h")], **world)))
    assert run.raw.stop_reason == "work done"
