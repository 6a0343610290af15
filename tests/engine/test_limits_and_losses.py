"""What comes first where a task reaches its time limit, and what counts where its node is lost."""

import json
from typing import Any

import pytest

from simulator import summarize
from simulator.results.events import lines
from simulator.results.why import explain_task
from simulator.results.why.reasons import Reason
from tests.engine.worlds import act, pool, run


def limited(seconds: int = 100, limit: str = "PT60S", **task: Any) -> list[Any]:
    one = {"id": "t", "commandLine": f"sleep {seconds}", "constraints": {"maxWallClockTime": limit}, **task}
    return [{"id": "j", "poolInfo": {"poolId": "p"}, "tasks": [one]}]


TAKEN = {"model": "trace", "evictions": [{"at": "60s", "count": 1}]}
BESIDE = {
    "preempted": [act("60s", "preemptNodes", pool="p", count=1)],
    "requeued": [act("60s", "resize", pool="p", targetLowPriorityNodes=0)],
    "terminated": [act("60s", "terminateTask", job="j", task="t")],
}


@pytest.mark.parametrize("outcome", BESIDE)
@pytest.mark.parametrize("slowdown", [False, True])
def test_what_others_do_to_a_task_at_its_time_limit_comes_first(outcome: str, slowdown: bool) -> None:
    options = {"cpuSlowdown": slowdown}
    found = run([pool(targetLowPriorityNodes=1)], limited(), timeline=BESIDE[outcome], options=options, horizon="10m")
    assert found.attempts["outcome"].tolist()[0] == outcome


@pytest.mark.parametrize("slowdown", [False, True])
def test_a_node_that_is_taken_at_the_time_limit_costs_no_attempt(slowdown: bool) -> None:
    body = pool(targetLowPriorityNodes=1, simulation={"preemption": TAKEN})
    found = run([body], limited(), options={"cpuSlowdown": slowdown}, horizon="10m")
    assert found.attempts["outcome"].tolist() == ["preempted", "expired"]
    assert found.attempts["end"].tolist() == [60.0, 120.0]


def test_work_that_is_done_at_the_time_limit_is_done() -> None:
    body = pool(targetLowPriorityNodes=1, simulation={"preemption": TAKEN})
    assert run([body], limited(60), horizon="10m").attempts["outcome"].tolist() == ["succeeded"]


@pytest.mark.parametrize("slowdown", [False, True])
def test_time_limits_end_tasks_where_nothing_else_happens(slowdown: bool) -> None:
    """Three tasks after each other, then a job that ends with the last of them."""
    (work,) = limited()
    work["tasks"] = [{**work["tasks"][0], "id": name} for name in "abc"]
    work["onAllTasksComplete"] = "terminatejob"
    found = run([pool(targetDedicatedNodes=1)], [work], options={"cpuSlowdown": slowdown})
    assert found.attempts["end"].tolist() == [60.0, 120.0, 180.0]
    assert summarize(found)["tasks"]["failed"] == 3
    assert found.jobs["start"].tolist()[-1] == 180.0


def test_a_drain_ends_with_a_task_that_reaches_its_limit() -> None:
    option = {"nodeDeallocationOption": "taskcompletion"}
    timeline = [act("10s", "resize", pool="p", targetDedicatedNodes=0, **option)]
    found = run([pool(targetDedicatedNodes=1)], limited(), timeline=timeline, horizon="10m")
    assert found.nodes["gone"].tolist() == [60.0]
    assert found.attempts["outcome"].tolist() == ["expired"]


def test_an_evaluation_at_the_time_limit_sees_the_task_gone() -> None:
    formula = "$TargetDedicatedNodes = $RunningTasks.GetSample(1) > 0 ? 2 : 1;"
    body = pool(enableAutoScale=True, autoScaleFormula="$TargetDedicatedNodes = 1;", autoScaleEvaluationInterval="5m")
    again = act("5s", "enableAutoScale", pool="p", autoScaleFormula=formula)
    again["at"] = "40s"
    found = run([body], limited(1000, "PT300S"), timeline=[again], options={"sampleProfile": "custom"}, horizon="11m")
    assert found.evaluations[["time", "target_dedicated"]].dropna().to_numpy().tolist()[-1] == [600.0, 1.0]


@pytest.mark.parametrize("at", ["20s", "30s", "31s"])
def test_a_preemption_counts_also_while_a_task_is_dispatched(at: str) -> None:
    """In the answer, the table of tasks and that of attempts, and by option as a requeue."""
    body = pool(targetLowPriorityNodes=1, simulation={"timing": {"dispatchLatency": "30s", "recoveryDelay": "10s"}})
    timeline = [act(at, "preemptNodes", pool="p", count=1)]
    work = limited(100, "PT1H")
    found = run([body], work, timeline=timeline, options={"preemptionCountsAsRequeue": True}, horizon="10m")
    assert found.attempts["outcome"].tolist() == ["preempted", "succeeded"]
    assert found.tasks[["preemptions", "requeues", "retries"]].iloc[0].tolist() == [1, 1, 0]
    assert summarize(found)["tasks"]["preemptions"] == 1


def test_lost_contact_is_no_preemption() -> None:
    timeline = [act("1m", "loseContact", pool="p", count=1, recovery="1h")]
    options = {"preemptionCountsAsRequeue": True}
    found = run([pool(targetDedicatedNodes=2)], limited(600, "PT1H"), timeline=timeline, options=options, horizon="2h")
    assert found.attempts["outcome"].tolist() == ["lost", "succeeded"]
    assert found.tasks[["preemptions", "requeues", "retries"]].iloc[0].tolist() == [0, 0, 0]
    assert summarize(found)["ledger_node_s"]["busy_lost"] == 360.0


SLOW = {"timing": {"dispatchLatency": "60s", "recoveryDelay": "10s"}}
ON_ITS_WAY: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]] = {
    "preempted": ({}, [act("20s", "preemptNodes", pool="p", count=1)]),
    "requeued": ({}, [act("20s", "disableJob", job="j", disableTasks="requeue")]),
    "terminated": ({}, [act("20s", "terminateTask", job="j", task="t")]),
    "displaced": ({"allowTaskPreemption": True}, []),
    "lost": ({}, [act("10s", "loseContact", pool="p", count=1)]),
    "running": ({}, []),
}


@pytest.mark.parametrize("outcome", ON_ITS_WAY)
def test_an_attempt_that_is_stopped_on_its_way_has_no_start(outcome: str) -> None:
    """In no table, in no event, and in no sentence; and one that starts does so before it ends (`check`)."""
    keys, timeline = ON_ITS_WAY[outcome]
    (work,) = limited(300, "PT1H")
    work |= keys
    jobs = [work]
    if outcome == "displaced":
        (other,) = limited(300, "PT1H")
        jobs.append({**other, "id": "k", "priority": 5, "simulation": {"createdAt": "20s"}})
    horizon = "30s" if outcome == "running" else "20m"
    found = run(
        [pool(targetLowPriorityNodes=1, simulation=SLOW)],
        jobs,
        timeline=timeline,
        options={"lostNodeRequeueDelay": "10s"},
        horizon=horizon,
    )
    first = found.attempts.iloc[0]
    assert (first["outcome"], first["end"]) == (outcome, 30.0 if outcome == "running" else 20.0)
    assert first["start"] != first["start"]
    details = [piece.detail for piece in explain_task(found, "j/t").pieces if piece.reason is Reason.DISPATCH]
    assert details[0] == "on node p_1_p" + ("" if outcome == "running" else f", {outcome} before it started")
    for line in lines(found):
        info = json.loads(line)["properties"].get("executionInfo", {})
        assert info.get("startTime", "") <= info.get("endTime", "z")
