"""Why a task did not go to a node that seemed to have room, and what it was between being ended and run again."""

from typing import Any

import pytest

from simulator import Recording
from simulator.results.why import explain_task
from simulator.results.why.reasons import Reason
from tests.features.story import CLOUD_SERVICE, Body, job, operation, pool, run, task

R = Reason
GANG: Body = {"multiInstanceSettings": {"numberOfInstances": 2}}
NO_ROOM_FOR_ALL: Body = {"enableInterNodeCommunication": True}


def reasons_of(made: Recording, name: str) -> list[tuple[str, float]]:
    return [(piece.reason, piece.span) for piece in explain_task(made, name).pieces if piece.span]


def detail(made: Recording, name: str, reason: Reason) -> str:
    return next(piece.detail for piece in explain_task(made, name).pieces if piece.reason is reason)


def act(at: str, name: str) -> Body:
    return operation(at, name, pool=None, job="j", task="t")


def test_a_failed_task_that_is_reactivated_had_completed_and_did_not_wait() -> None:
    made = run(pool(nodes=1), job(tasks=[task("t", "60s", exits=[1, 0])]), timeline=[act("5m", "reactivateTask")])
    assert reasons_of(made, "j/t") == [(R.RUNNING, 60), (R.COMPLETED, 240), (R.RUNNING, 60)]
    assert explain_task(made, "J/T").waited() == {}
    assert detail(made, "j/t", R.COMPLETED) == "as a failure, until it was reactivated"


@pytest.mark.parametrize(
    ("busy", "parts"),
    [
        ("0s", [(R.RUNNING, 30), (R.COMPLETED, 30), (R.RUNNING, 60)]),
        ("45s", [(R.NO_SLOT, 30), (R.COMPLETED, 30), (R.RUNNING, 60)]),
        ("90s", [(R.NO_SLOT, 30), (R.COMPLETED, 30), (R.NO_SLOT, 30), (R.RUNNING, 60)]),
    ],
)
def test_a_task_ended_by_a_client_and_reactivated(busy: str, parts: list[tuple[Reason, float]]) -> None:
    before = [job("k", tasks=[task("x", busy)], priority=5)] if busy != "0s" else []
    timeline = [act("30s", "terminateTask"), act("60s", "reactivateTask")]
    made = run(pool(nodes=1), *before, job(tasks=[task("t", "60s")]), timeline=timeline)
    assert [(R.NO_SLOT if reason is R.PRIORITY else reason, span) for reason, span in reasons_of(made, "j/t")] == parts


def test_a_node_taken_out_of_scheduling_while_it_works_has_no_room() -> None:
    shut = operation("10s", "disableScheduling", nodeId="p_1_d", nodeDisableSchedulingOption="taskcompletion")
    opened = operation("200s", "enableScheduling", nodeId="p_1_d")
    long = job("k", tasks=[task("x", "100s")])
    made = run(pool(nodes=1, taskSlotsPerNode=2), long, job(tasks=[task("t", submit="20s")]), timeline=[shut, opened])
    assert reasons_of(made, "j/t") == [(R.NOT_SUBMITTED, 20), (R.NODES_DISABLED, 180), (R.RUNNING, 60)]
    assert detail(made, "j/t", R.NODES_DISABLED) == "1 node out of scheduling"


def test_other_nodes_out_of_scheduling_are_reported_where_no_slot_is_free() -> None:
    shut = operation("0s", "disableScheduling", nodeId="p_1_d")
    made = run(pool(nodes=2), job(tasks=[task("x", "100s"), task("t")]), timeline=[shut])
    assert "all slots of 1 node in service are taken, 1 node out of scheduling" in detail(made, "j/t", R.NO_SLOT)


def test_idle_nodes_kept_for_a_gang_are_reported_as_that() -> None:
    body = pool(nodes=2, **NO_ROOM_FOR_ALL)
    first, gang = (
        job("k", tasks=[task("x", "100s")], priority=9),
        job("g", tasks=[task("g", "10s", **GANG)], priority=5),
    )
    made = run(body, first, gang, job(tasks=[task("t")]), options={"gangReserve": True})
    assert reasons_of(made, "j/t") == [(R.RESERVED, 100), (R.PRIORITY, 10), (R.RUNNING, 60)]
    assert detail(made, "j/t", R.RESERVED) == "1 node with room, kept for a multi-instance task that waits"


def test_nodes_barred_by_a_failed_preparation_are_reported_until_they_are_anew() -> None:
    prepares = {"commandLine": "sleep 10", "simulation": {"failureProbability": 1.0}}
    anew = operation("100s", "reimage", nodeId="p_1_d")
    body, work = (
        pool(nodes=1, cloudServiceConfiguration=CLOUD_SERVICE),
        job(tasks=[task("t")], jobPreparationTask=prepares),
    )
    made = run(body, work, timeline=[anew], horizon="3m")
    assert reasons_of(made, "j/t") == [(R.PREPARING, 10), (R.BARRED, 90), (R.PREPARING, 10), (R.BARRED, 70)]
    room = "1 node with room, barred: the preparation of its job failed there"
    last = "the preparation task of its job fails on every node"
    details = [piece.detail for piece in explain_task(made, "j/t").pieces if piece.reason is R.BARRED]
    assert details == [room, f"{last}; {room}"]


def test_low_priority_nodes_do_not_take_what_wants_dedicated_ones() -> None:
    boss: Body = {"id": "boss", "commandLine": "sleep 30", "allowLowPriorityNode": False, "runExclusive": False}
    resize = operation("60s", "resize", targetDedicatedNodes=1)
    made = run(pool(low_priority=1), job(tasks=[task("t")], jobManagerTask=boss), timeline=[resize])
    assert reasons_of(made, "j/boss") == [(R.KIND, 60), (R.RUNNING, 30)]
    assert reasons_of(made, "j/t") == [(R.MANAGER, 60), (R.RUNNING, 30)]
    gang = run(
        pool(low_priority=2, **NO_ROOM_FOR_ALL),
        job(tasks=[task("t", **GANG)]),
        horizon="1m",
        options={"gangNodeTypes": "dedicated"},
    )
    assert reasons_of(gang, "j/t") == [(R.NEVER_FITS, 60)]
    never = "needs more nodes at once than its pool can have"
    assert detail(gang, "j/t", R.NEVER_FITS) == f"{never}: 2 dedicated nodes, and pool p can have 0"


def test_tasks_wait_for_a_manager_that_wants_a_node_of_its_own() -> None:
    boss: Any = {"id": "boss", "commandLine": "sleep 30"}
    before = job("k", tasks=[task("x", "100s")], priority=5)
    late = job("j", tasks=[task("t")], jobManagerTask=boss)
    made = run(pool(nodes=1, taskSlotsPerNode=2), before, late, horizon="150s")
    assert reasons_of(made, "j/t")[0] == (R.MANAGER, 100)


def test_a_priority_that_an_update_gave_counts_from_then_on() -> None:
    update = operation("90s", "updateJob", pool=None, job="j", priority=7)
    made = run(pool(nodes=1), job(count=2), job("k", count=4, priority=5), timeline=[update])
    assert reasons_of(made, "k/task-3") == [(R.PRIORITY, 240), (R.RUNNING, 60)]
    assert "2 of higher priority, 2 of its own job" in detail(made, "k/task-3", R.PRIORITY)
    assert "2 of higher priority" in detail(made, "j/task-1", R.PRIORITY)


def test_a_task_of_a_deleted_job_waits_for_nothing_any_more() -> None:
    deleted = operation("30s", "deleteJob", pool=None, job="j")
    made = run(
        pool(nodes=1),
        job("k", tasks=[task("x", "60s")], priority=1),
        job(tasks=[task("t")]),
        timeline=[deleted],
        horizon="2m",
    )
    assert reasons_of(made, "j/t") == [(R.PRIORITY, 30), (R.JOB_INACTIVE, 90)]
    assert detail(made, "j/t", R.JOB_INACTIVE) == "its job was deleted"
