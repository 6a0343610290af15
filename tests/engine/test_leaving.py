"""Nodes on their way out: what a second order, the end of a resize, or the loss of contact does to a drain."""

from typing import Any

import pytest

from simulator import Recording, Simulation, simulate
from tests.engine.laws import check
from tests.engine.test_operations import operation
from tests.engine.worlds import job, pool, scenario

LEAVING = {"timing": {"leaving": "1m"}}
FORMULA = """
early = time() < time("2026-01-05T00:04:00Z");
$TargetDedicatedNodes = early ? 2 : (time() < time("2026-01-05T00:08:00Z") ? 0 : {});
$NodeDeallocationOption = taskcompletion;
"""
"""Two nodes, none from five minutes on, another number from ten."""


def drain(option: str = "taskcompletion", at: str = "10m", **body: Any) -> dict[str, Any]:
    return operation(at, "resize", targetDedicatedNodes=0, nodeDeallocationOption=option, **body)


def story(*timeline: dict[str, Any], duration: str = "30m", nodes: int = 1, **rest: Any) -> Recording:
    """Tasks of half an hour from the start, a node for each; removal takes a minute."""
    body = pool(targetDedicatedNodes=nodes, simulation=LEAVING)
    return check(simulate(scenario([body], [job(nodes, duration)], timeline=list(timeline), horizon="3h", **rest)))


def states(found: Recording) -> list[tuple[str, float]]:
    return list(zip(found.node_states["state"], found.node_states["start"], strict=True))


@pytest.mark.parametrize("option", ["taskcompletion", "retaineddata"])
def test_a_pool_deleted_while_its_nodes_drain_gives_their_tasks_back(option: str) -> None:
    """Deletion resizes to zero with requeue; nobody was preempted, and removal takes its time."""
    found = story(drain(option, resizeTimeout="1h"), operation("20m", "deletePool"))
    assert found.attempts["outcome"].tolist() == ["requeued"]
    assert found.attempts["end"].tolist() == [1200.0]
    assert found.tasks[["requeues", "preemptions"]].iloc[0].tolist() == [1, 0]
    assert found.nodes["gone"].tolist() == [1260.0]
    assert found.ledger.seconds()["leaving"] == 60.0


def test_a_pool_deleted_while_its_nodes_leave_does_not_take_them_twice() -> None:
    """A node that is past its drain is gone when it would have been gone anyway."""
    found = story(drain("requeue"), operation("10m30s", "deletePool"))
    assert found.nodes["gone"].tolist() == [660.0]
    assert found.resizes["code"].tolist() == ["Success", "ResizeStopped", "Success"]
    assert found.resizes["end"].tolist() == [0.0, 630.0, 660.0]
    assert found.attempts["outcome"].tolist() == ["requeued"]


def test_capacity_taken_back_from_a_draining_node_is_a_preemption_still() -> None:
    """A preempted node in `leavingpool` is simply gone."""
    taken = {"preemption": {"model": "capacity_event", "fraction": 1, "times": ["15m"]}}
    shrink = operation("10m", "resize", targetLowPriorityNodes=0, nodeDeallocationOption="taskcompletion")
    body = pool(targetLowPriorityNodes=1, simulation={**LEAVING, **taken})
    found = check(simulate(scenario([body], [job(1, "30m")], timeline=[shrink], horizon="1h")))
    assert found.attempts["outcome"].tolist() == ["preempted"]
    assert found.nodes["gone"].tolist() == [900.0]


@pytest.mark.parametrize(("evicted", "gone"), [("10m", 1200.0), ("50m", 2400.0)])
def test_no_drain_waits_for_files_that_were_lost_with_their_vm(evicted: str, gone: float) -> None:
    """A preempted node loses all that is on its disk; the next VM holds nothing that could be retained."""
    taken = {"preemption": {"model": "capacity_event", "fraction": 1, "times": [evicted]}}
    shrink = operation("20m", "resize", targetLowPriorityNodes=0, nodeDeallocationOption="retaineddata")
    body = pool(targetLowPriorityNodes=1, simulation={**taken, "timing": {"recoveryDelay": "5m"}})
    task = {"id": "t", "commandLine": "sleep 300", "constraints": {"retentionTime": "PT35M"}}
    work = {"id": "j", "poolInfo": {"poolId": "p"}, "tasks": [task]}
    found = check(simulate(scenario([body], [work], timeline=[{**shrink, "resizeTimeout": "1h"}], horizon="1h")))
    assert found.nodes["gone"].tolist() == [gone]


def test_stopping_a_resize_puts_draining_nodes_back_to_work() -> None:
    """What there is is kept, the target is not restored, the pool is steady at once."""
    found = story(drain(resizeTimeout="1h"), operation("20m", "stopResize"), duration="30m", nodes=2)
    last = found.resizes.iloc[-1]
    assert (last["code"], last["end"], last["dedicated"]) == ("ResizeStopped", 1200.0, 2)
    assert found.pool_timeline["target_dedicated"].iloc[-1] == 0
    assert found.nodes["gone"].tolist() == [3 * 3600.0] * 2, "the end of the run"
    assert set(found.attempts["outcome"]) == {"succeeded"}
    assert [name for name, start in states(found) if start or name == "running"][:3] == [
        "running",
        "leavingpool",
        "running",
    ]


def test_a_node_put_back_to_work_takes_new_tasks() -> None:
    later = job(1, "10m", "k", arrivals={"atOnce": {"at": "15m"}})
    timeline = [drain(resizeTimeout="1h"), operation("20m", "stopResize")]
    body = pool(targetDedicatedNodes=1, taskSlotsPerNode=2)
    found = check(simulate(scenario([body], [job(1, "30m"), later], timeline=timeline, horizon="3h")))
    assert found.attempts["start"].tolist() == [0.0, 1200.0]


def test_nodes_on_their_way_out_are_not_called_back() -> None:
    """The pool stops until the last of them is gone; a resize meanwhile is refused."""
    timeline = (
        drain("requeue"),
        operation("10m10s", "stopResize"),
        drain("requeue", "10m20s"),
        drain("requeue", "12m"),
    )
    found = story(*timeline)
    assert found.nodes["gone"].tolist() == [660.0]
    assert found.operations["code"].tolist() == ["Success", "Success", "PoolBeingResized", "Success"]


def test_a_result_that_waited_for_a_drain_does_not_outlive_its_stop() -> None:
    """Autoscale stays on, targets stay until the next run."""
    formula = FORMULA.format(3)
    body = pool(enableAutoScale=True, autoScaleFormula=formula, autoScaleEvaluationInterval="5m")
    timeline = [operation("12m", "stopResize")]
    found = check(simulate(scenario([body], [job(2, "1h")], timeline=timeline, horizon="14m")))
    assert found.evaluations["action"].tolist() == ["resize", "resize", "pending"]
    assert found.pool_timeline["target_dedicated"].iloc[-1] == 0
    assert len(found.nodes) == 2


def test_nodes_that_stay_are_counted_when_a_waiting_result_acts() -> None:
    """A drain under autoscale gives up and the result that waited wants two nodes: those two, and no more."""
    formula = FORMULA.format(2)
    body = pool(enableAutoScale=True, autoScaleFormula=formula, autoScaleEvaluationInterval="5m")
    options = {"autoscaleDrainTimeout": "6m"}
    found = check(simulate(scenario([body], [job(2, "1h")], options=options, horizon="30m")))
    assert found.resizes["code"].tolist()[:2] == ["Success", "RemoveNodesFailed"]
    assert len(found.nodes) == 2


@pytest.mark.parametrize("state", ["unknown", "unusable"])
def test_a_draining_node_that_is_lost_gives_its_task_back_after_the_delay_and_is_gone(state: str) -> None:
    """`lostNodeRequeueDelay` holds for it as for any other; it was to go, so nobody waits for contact."""
    lost = operation("15m", "loseContact", nodeId="p_1_d", state=state, recovery="1h")
    found = story(drain(resizeTimeout="1h"), lost)
    assert found.operations["code"].tolist() == ["Success", "Success"]
    assert found.attempts["outcome"].tolist() == ["lost"]
    assert found.attempts["end"].tolist() == [1200.0]
    assert found.nodes["gone"].tolist() == [1260.0]
    assert states(found)[-4:] == [("running", 0), ("leavingpool", 600), (state, 900), ("leavingpool", 1200)]


def test_a_draining_node_whose_contact_is_back_in_time_goes_on_draining() -> None:
    lost = operation("15m", "loseContact", nodeId="p_1_d", recovery="4m")
    found = story(drain(resizeTimeout="1h"), lost)
    assert found.attempts["outcome"].tolist() == ["succeeded"]
    assert found.nodes["gone"].tolist() == [1860.0]
    assert states(found)[-2:] == [("unknown", 900), ("leavingpool", 1140)]


def test_a_zone_that_fails_takes_its_draining_nodes_along() -> None:
    outage = {"at": "15m", "operation": "outage", "zone": 1, "duration": "1h"}
    found = story(drain(resizeTimeout="1h"), outage)
    assert found.operations["message"].iloc[-1] == "1 node lost contact"
    assert found.attempts["outcome"].tolist() == ["lost"]
    assert found.nodes["gone"].tolist() == [1260.0]


def test_a_drain_without_contact_is_not_given_up_but_ends() -> None:
    """When time is up, a node that cannot be reached cannot be put back to work."""
    lost = operation("14m", "loseContact", nodeId="p_1_d", recovery="1h")
    found = story(drain(resizeTimeout="5m"), lost)
    assert found.nodes["gone"].tolist() == [14 * 60 + 300 + 60.0]


def test_deletion_reaches_a_draining_node_without_contact() -> None:
    lost = operation("14m", "loseContact", nodeId="p_1_d", recovery="1h")
    found = story(drain(resizeTimeout="1h"), lost, operation("15m", "deletePool"))
    assert found.nodes["gone"].tolist() == [960.0]
    assert found.attempts["end"].tolist() == [900.0]


@pytest.mark.parametrize("again", ["loseContact", "reboot"])
def test_a_node_past_its_drain_has_no_contact_to_lose(again: str) -> None:
    """What has no effect is refused, and the refusal stands in the record."""
    found = story(drain("requeue"), operation("10m30s", again, nodeId="p_1_d"))
    assert found.operations["code"].tolist() == ["Success", "OperationNotValidOnNode"]
    assert found.nodes["gone"].tolist() == [660.0]


RESTARTS = [
    operation("10m", "reboot", nodeId="p_1_d", nodeRebootOption="taskcompletion"),
    operation("10m", "deallocateNode", nodeId="p_1_d", nodeDeallocateOption="taskcompletion"),
]


@pytest.mark.parametrize(("asked", "state"), list(zip(RESTARTS, ["rebooting", "deallocating"], strict=True)))
@pytest.mark.parametrize(("recovery", "at"), [("2m", 1800.0), ("1h", 900.0 + 3600)])
def test_what_waits_for_a_task_is_not_forgotten_when_contact_is_lost(
    asked: dict[str, Any], state: str, recovery: str, at: float
) -> None:
    """The task ends first where contact is back in time; else it is given back, and nothing is left to wait for."""
    lost = operation("15m", "loseContact", nodeId="p_1_d", recovery=recovery)
    found = story(asked, lost, options={"apiProfile": "2025-06"})
    assert found.operations["code"].tolist() == ["Success", "Success"]
    assert (state, at) in states(found)


@pytest.mark.parametrize(
    "second", [operation("20m", "removeNodes", nodeList=["p_1_d"]), operation("20m", "deletePool")]
)
@pytest.mark.parametrize(
    "first",
    [*RESTARTS, operation("10m", "disableScheduling", nodeId="p_1_d", nodeDisableSchedulingOption="taskcompletion")],
)
def test_a_node_may_go_in_the_instant_in_which_its_last_task_is_ended(
    first: dict[str, Any], second: dict[str, Any]
) -> None:
    """With removal that takes no time it is gone before anybody is notified that it is empty."""
    timeline = [first, {"at": "20m", "operation": "terminateJob", "job": "j"}, second]
    body = pool(targetDedicatedNodes=1, simulation={"timing": {"leaving": "0s"}})
    options = {"apiProfile": "2025-06"}
    found = check(simulate(scenario([body], [job(1, "30m")], timeline=timeline, horizon="1h", options=options)))
    assert found.nodes["gone"].tolist() == [1200.0]


def test_a_pool_is_steady_resizing_or_stopping() -> None:
    """A resize that is stopped is not over before the nodes that have to go have gone."""
    shrink = operation("10m", "resize", targetDedicatedNodes=0)
    body = pool(targetDedicatedNodes=1, simulation={"timing": {"leaving": "2m"}})
    run = Simulation(scenario([body], [job(1, "1h")], timeline=[shrink, operation("11m", "stopResize")], horizon="2h"))
    seen = []
    for minutes in (9.5, 10.5, 11.5, 12.5):
        run.advance(60 * minutes)
        seen.append(str(run.snapshot().pools["p"].allocation_state))
    assert seen == ["steady", "resizing", "stopping", "steady"]
