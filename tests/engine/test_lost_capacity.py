"""Capacity that was taken from a pool binds its growth, too (`docs/model.md#lost-capacity`)."""

from typing import Any

import pytest

from simulator import Recording, simulate
from tests.engine.laws import check
from tests.engine.worlds import job, pool, scenario

TAKEN_AT_AN_HOUR = {"model": "capacity_event", "fraction": 0.4, "times": ["61m"]}


def shed_and_ask(
    again: int, options: dict[str, Any] | None = None, *, timeout: str = "PT3H", first: int = 25, **body: Any
) -> Recording:
    """Lose 10 of 25 VMs at 61 min for two hours, let the nodes go at 65 min, and ask for `again` at 70 min."""
    simulation = {"timing": {"recoveryDelay": "2h"}, "preemption": TAKEN_AT_AN_HOUR}
    described = pool(targetLowPriorityNodes=first, simulation=simulation, **body)
    resizes = [("65m", first - round(0.4 * first)), ("70m", again)]
    timeline = [
        {"at": at, "operation": "resize", "pool": "p", "targetLowPriorityNodes": count, "resizeTimeout": timeout}
        for at, count in resizes
    ]
    rest = {} if options is None else {"options": options}
    return check(simulate(scenario([described], [job(1, "1m")], timeline=timeline, horizon="5h", **rest)))


def arrivals(run: Recording) -> list[float]:
    """Return when nodes appeared after the first hour, in minutes."""
    return [minutes for minutes in sorted(run.nodes["created"] / 60) if minutes > 60]


def test_preempted_nodes_that_are_shed_and_asked_for_again_come_no_earlier_than_if_they_had_stayed() -> None:
    run = shed_and_ask(25)
    assert arrivals(run) == [181] * 10
    assert run.resizes["code"].tolist() == ["Success"] * 3


def test_by_option_they_come_back_at_once() -> None:
    assert arrivals(shed_and_ask(25, {"lostCapacityBinds": False})) == [70] * 10


def test_what_goes_beyond_the_lost_capacity_comes_as_usual() -> None:
    assert arrivals(shed_and_ask(32)) == [70] * 7 + [181] * 10


def test_growth_that_waits_longer_than_its_time_limit_falls_short() -> None:
    run = shed_and_ask(25, timeout="PT15M")
    assert arrivals(run) == []
    assert run.resizes["code"].tolist()[-1] == "AllocationTimedout"
    assert run.resizes["end"].tolist()[-1] == 85 * 60


def test_two_orders_wait_for_the_same_places_once() -> None:
    """Five and five: each place is waited for by one node, whichever order asked for it."""
    simulation = {"timing": {"recoveryDelay": "2h"}, "preemption": TAKEN_AT_AN_HOUR}
    formula = """
    m = time().hour * 60 + time().minute;
    $TargetLowPriorityNodes = m < 65 ? 25 : m < 70 ? 15 : m < 75 ? 20 : 25;
    """
    described = pool(
        enableAutoScale=True, autoScaleFormula=formula, autoScaleEvaluationInterval="PT5M", simulation=simulation
    )
    options = {"autoscaleResizeTimeout": "5h"}
    run = check(simulate(scenario([described], [job(1, "1m")], horizon="5h", options=options)))
    assert arrivals(run) == [181] * 10
    assert run.resizes["code"].tolist()[-2:] == ["Retargeted", "Success"]


def test_a_pool_that_scales_itself_is_not_immune_to_evictions() -> None:
    """It asks in vain until the capacity is back, every quarter of an hour by default."""
    simulation = {"timing": {"recoveryDelay": "2h"}, "preemption": TAKEN_AT_AN_HOUR}
    formula = "m = time().hour * 60 + time().minute; $TargetLowPriorityNodes = m >= 65 && m < 70 ? 15 : 25;"
    described = pool(
        enableAutoScale=True, autoScaleFormula=formula, autoScaleEvaluationInterval="PT5M", simulation=simulation
    )
    run = check(simulate(scenario([described], [job(1, "1m")], horizon="5h")))
    assert arrivals(run) == [181] * 10
    assert "AllocationTimedout" in set(run.resizes["code"])


def test_dedicated_nodes_and_nodes_that_stayed_wait_for_nobody() -> None:
    simulation = {"timing": {"recoveryDelay": "2h"}, "preemption": TAKEN_AT_AN_HOUR}
    described = pool(targetLowPriorityNodes=10, simulation=simulation)
    grows = {"at": "70m", "operation": "resize", "pool": "p", "targetLowPriorityNodes": 12, "targetDedicatedNodes": 3}
    run = check(simulate(scenario([described], [job(1, "1m")], timeline=[grows], horizon="5h")))
    assert arrivals(run) == [70] * 5, "nothing was shed, so nothing that is asked for was lost"
    back = run.node_states[run.node_states["state"] == "preempted"]["end"] / 60
    assert back.tolist() == [181] * 4


@pytest.mark.parametrize("gone", [181, 240])
def test_capacity_that_is_back_binds_nobody(gone: int) -> None:
    simulation = {"timing": {"recoveryDelay": "2h"}, "preemption": TAKEN_AT_AN_HOUR}
    described = pool(targetLowPriorityNodes=25, simulation=simulation)
    timeline = [
        {"at": at, "operation": "resize", "pool": "p", "targetLowPriorityNodes": count}
        for at, count in (("65m", 15), (f"{gone}m", 25))
    ]
    run = check(simulate(scenario([described], [job(1, "1m")], timeline=timeline, horizon="5h")))
    assert arrivals(run) == [gone] * 10


def shed_beside(second: dict[str, Any], **ask: int) -> list[float]:
    """Lose 10 of 25 VMs at 61 min for two hours, let them go at 65 min; return when others come after 70 min."""
    simulation = {"timing": {"recoveryDelay": "2h"}, "preemption": TAKEN_AT_AN_HOUR}
    first = pool(targetLowPriorityNodes=25, simulation=simulation)
    timeline = [
        {"at": "65m", "operation": "resize", "pool": "p", "targetLowPriorityNodes": 15},
        *(
            {"at": "70m", "operation": "resize", "pool": name, "targetLowPriorityNodes": count, "resizeTimeout": "PT3H"}
            for name, count in ask.items()
        ),
    ]
    made = scenario([first, second], [job(1, "1m")], timeline=timeline, horizon="5h")
    return arrivals(check(simulate(made)))


def test_pools_of_one_size_and_zone_share_what_was_lost() -> None:
    assert shed_beside(pool(id="q"), q=10) == [181] * 10
    assert shed_beside(pool(id="q"), q=14) == [70] * 4 + [181] * 10


def test_each_place_is_waited_for_once_whichever_pool_asks() -> None:
    assert shed_beside(pool(id="q"), q=8, p=23) == [70] * 6 + [181] * 10


@pytest.mark.parametrize("other", ["zone", "size", "dedicated nodes", "curve"])
def test_what_was_lost_elsewhere_binds_nobody(other: str) -> None:
    second = pool(id="q")
    if other == "zone":
        second["simulation"]["zone"] = 2
    elif other == "size":
        second["vmSize"] = "Standard_D2_v3"
    elif other == "curve":
        points = [{"at": "0s", "available": 10}]
        second["simulation"]["preemption"] = {"model": "capacity_curve", "points": points}
    if other == "dedicated nodes":
        second["targetDedicatedNodes"] = 10
        assert shed_beside(second) == []
    else:
        assert shed_beside(second, q=10) == [70] * 10


def test_a_zonal_pool_gets_in_other_zones_what_one_has_lost() -> None:
    """The first pool has lost ten places in zone 1, where the other one would have put a third of its nodes."""
    second = pool(id="q")
    second["virtualMachineConfiguration"] = {
        **second["virtualMachineConfiguration"],
        "nodePlacementConfiguration": {"policy": "zonal"},
    }
    assert shed_beside(second, q=9) == [70] * 9


def test_a_pool_that_is_deleted_leaves_its_losses_to_those_that_follow() -> None:
    simulation = {"timing": {"recoveryDelay": "2h"}, "preemption": TAKEN_AT_AN_HOUR}
    timeline = [
        {"at": "65m", "operation": "deletePool", "pool": "p"},
        {"at": "70m", "operation": "resize", "pool": "q", "targetLowPriorityNodes": 25, "resizeTimeout": "PT3H"},
    ]
    first = pool(targetLowPriorityNodes=25, simulation=simulation)
    run = check(simulate(scenario([first, pool(id="q")], [job(1, "1m")], timeline=timeline, horizon="5h")))
    assert arrivals(run) == [70] * 15 + [181] * 10
