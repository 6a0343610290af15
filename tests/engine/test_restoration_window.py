"""For two days a VM is sought for a preempted spot node (`docs/model.md#recovery-of-preempted-nodes`)."""

from typing import Any

import pytest

from simulator import Recording, simulate
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
