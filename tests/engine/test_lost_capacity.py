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
