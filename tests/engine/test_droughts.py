"""The region runs out of VMs while nodes are on order, and has some again: curves, outages, and the time limit."""

from typing import Any

import pytest

from simulator import Recording, simulate
from tests.engine.laws import check
from tests.engine.worlds import pool, scenario

OUTAGE = {"operation": "outage", "size": "D2"}


def curve(*points: tuple[float, int]) -> dict[str, Any]:
    return {"model": "capacity_curve", "points": [{"at": f"{at}s", "available": count} for at, count in points]}


def run(preemption: dict[str, Any] | None = None, *timeline: dict[str, Any], **body: Any) -> Recording:
    """Simulate half an hour of a pool whose first node comes 100 s after the order, and others 10 s apart."""
    timing = {"allocationLatency": "100s", "allocationTail": 10, **body.pop("timing", {})}
    made = pool(simulation={"timing": timing, "preemption": preemption or {"model": "none"}}, **body)
    return check(simulate(scenario([made], [], timeline=list(timeline), horizon="30m")))


def came(found: Recording) -> list[float]:
    return found.nodes["created"].tolist()


def test_growth_beyond_the_curve_is_reported_when_its_time_is_over() -> None:
    found = run(curve((0, 3)), targetLowPriorityNodes=5)
    assert came(found) == [100.0, 110.0, 120.0]
    row = found.resizes.iloc[0]
    assert (row["code"], row["low_priority_error"], row["end"]) == ("AllocationTimedout", "AllocationTimedout", 900.0)


def test_what_is_missing_comes_when_the_curve_rises_in_time() -> None:
    found = run(curve((0, 3), (500, 4), (650, 9)), targetLowPriorityNodes=6)
    assert came(found) == [100.0, 110.0, 120.0, 600.0, 750.0, 760.0]
    assert found.resizes["code"].tolist() == ["Success"]


@pytest.mark.parametrize("kind", ["curve", "outage of low-priority nodes", "outage of dedicated nodes"])
def test_nodes_on_order_do_not_arrive_when_capacity_is_gone(kind: str) -> None:
    """At 115 s two of four are there; the others are allocated anew when the region has VMs again."""
    body = {"targetDedicatedNodes" if "dedicated" in kind else "targetLowPriorityNodes": 4}
    if kind == "curve":
        found = run(curve((0, 9), (115, 2), (400, 9)), **body)
    else:
        found = run(None, {"at": "115s", "duration": "285s", **OUTAGE}, **body)
    assert came(found) == [100.0, 110.0, 500.0, 510.0]
    assert found.resizes["code"].tolist() == ["Success"]


def test_a_gap_that_is_over_when_nodes_appear_delays_nobody() -> None:
    found = run(None, {"at": "20s", "duration": "60s", **OUTAGE}, targetDedicatedNodes=2)
    assert came(found) == [100.0, 110.0]


def test_they_are_missing_for_good_when_the_gap_outlasts_the_time_limit() -> None:
    found = run(curve((0, 9), (90, 0)), targetLowPriorityNodes=4)
    assert came(found) == []
    assert found.resizes["code"].tolist() == ["AllocationTimedout"]


def test_growth_takes_the_place_of_nodes_that_have_left() -> None:
    """Three of four leave from 600 to 1200 s; of the four that are asked for meanwhile the curve has room for one."""
    shrink = {"at": "600s", "operation": "resize", "pool": "p", "targetLowPriorityNodes": 1, "resizeTimeout": "5m"}
    grow = {"at": "950s", "operation": "resize", "pool": "p", "targetLowPriorityNodes": 5}
    found = run(curve((0, 5)), shrink, grow, targetLowPriorityNodes=4, timing={"leaving": "600s"})
    assert came(found)[4:] == [1050.0, 1300.0, 1310.0, 1320.0]


def test_preempted_nodes_come_back_before_growth() -> None:
    """Two of four are taken at 300 s; two more are asked for, and the curve has three again at 500 s, all at 600 s."""
    grow = {"at": "400s", "operation": "resize", "pool": "p", "targetLowPriorityNodes": 6}
    found = run(curve((0, 4), (300, 2), (500, 3), (600, 6)), grow, targetLowPriorityNodes=4)
    back = found.node_states[found.node_states["state"] == "preempted"]["end"].tolist()
    assert sorted(back) == [500.0, 600.0]
    assert came(found)[4:] == [700.0, 710.0]


def test_a_node_that_an_operator_preempts_comes_back_although_the_curve_stays() -> None:
    taken = {"at": "300s", "operation": "preemptNodes", "pool": "p", "count": 1}
    found = run(curve((0, 4)), taken, targetLowPriorityNodes=2, timing={"recoveryDelay": "200s"})
    states = found.node_states[found.node_states["state"] == "preempted"]
    assert (states["start"].tolist(), states["end"].tolist()) == ([300.0], [500.0])


def test_growth_takes_the_place_of_a_node_that_an_operator_preempts() -> None:
    taken = {"at": "300s", "operation": "preemptNodes", "pool": "p", "count": 1}
    found = run(curve((0, 2)), taken, targetLowPriorityNodes=3, timing={"recoveryDelay": "1h"})
    assert came(found) == [100.0, 110.0, 400.0]


def test_growth_takes_the_place_of_a_node_whose_vm_is_stopped() -> None:
    stopped = {"at": "300s", "operation": "deallocateNode", "pool": "p", "nodeId": ["p_1_p"]}
    made = pool(
        simulation={"timing": {"allocationLatency": "100s"}, "preemption": curve((0, 2))}, targetLowPriorityNodes=3
    )
    options = {"apiProfile": "2025-06"}
    found = check(simulate(scenario([made], [], timeline=[stopped], horizon="30m", options=options)))
    assert came(found) == [100.0, 100.0, 400.0]


def test_zonal_pools_go_where_the_region_has_vms() -> None:
    made = pool(simulation={"timing": {"allocationLatency": "100s", "allocationTail": 10}}, targetDedicatedNodes=6)
    made["virtualMachineConfiguration"] = {
        **made["virtualMachineConfiguration"],
        "nodePlacementConfiguration": {"policy": "zonal"},
    }
    gone = {"at": "115s", "operation": "outage", "duration": "1h", "size": "D2", "zone": 2}
    found = check(simulate(scenario([made], [], timeline=[gone], horizon="30m")))
    assert found.nodes["zone"].tolist() == [1, 2, 3, 1, 3, 1]
    assert came(found) == [100.0 + 10 * k for k in range(6)]
