"""What is gone with a task or job that a client deletes: its files, and its part in the counts."""

from typing import Any

import pytest

from simulator import summarize
from simulator.report.page.sentence import sentence
from simulator.results.why import explain_task
from tests.engine.worlds import act, job, pool, run


def listed(*tasks: dict[str, Any], **body: Any) -> dict[str, Any]:
    return {"id": "j", "poolInfo": {"poolId": "p"}, "tasks": list(tasks), **body}


def task(name: str, seconds: int = 60, **keys: Any) -> dict[str, Any]:
    return {"id": name, "commandLine": f"sleep {seconds}", **keys}


DRAIN = {"targetDedicatedNodes": 0, "nodeDeallocationOption": "retaineddata", "resizeTimeout": "P8D"}
GONE = [act("300s", "deleteJob", job="j"), act("300s", "deleteTask", job="j", task="a")]


@pytest.mark.parametrize("deletion", GONE)
def test_a_drain_does_not_wait_for_files_that_have_been_deleted(deletion: dict[str, Any]) -> None:
    timeline = [act("100s", "resize", pool="p", **DRAIN), deletion]
    found = run([pool(targetDedicatedNodes=1)], [listed(task("a"))], timeline=timeline, horizon="8d")
    assert found.nodes["gone"].tolist() == [300.0]
    assert found.resizes["end"].tolist()[-1] == 300.0


def test_a_drain_goes_on_waiting_for_the_files_of_others() -> None:
    kept = task("b", 80, constraints={"retentionTime": "PT10M"})
    timeline = [act("100s", "resize", pool="p", **DRAIN), act("300s", "deleteTask", job="j", task="a")]
    found = run([pool(targetDedicatedNodes=1, taskSlotsPerNode=2)], [listed(task("a"), kept)], timeline=timeline)
    assert found.nodes["gone"].tolist() == [680.0]


def test_a_drain_that_begins_later_does_not_wait_either() -> None:
    timeline = [act("100s", "deleteTask", job="j", task="a"), act("200s", "resize", pool="p", **DRAIN)]
    found = run([pool(targetDedicatedNodes=1)], [listed(task("a"))], timeline=timeline, horizon="8d")
    assert found.nodes["gone"].tolist() == [200.0]


@pytest.mark.parametrize("deletion", [*GONE, None])
@pytest.mark.parametrize("length", [60, 600])
def test_a_disk_has_room_again_when_files_are_deleted(deletion: dict[str, Any] | None, length: int) -> None:
    """Two tasks that write 30 GiB each on 50 GiB, the first deleted when it has ended, or while it runs."""
    disk = {"simulation": {"disk": 30}}
    other = {**listed(task("b", 60, **disk)), "id": "k", "simulation": {"createdAt": "310s"}}
    found = run(
        [pool(vmSize="Standard_D2_v3", targetDedicatedNodes=1)],
        [listed(task("a", length, **disk)), other],
        timeline=[] if deletion is None else [deletion],
        options={"enforceLocalResources": "disk"},
        horizon="1h",
    )
    broken = (found.node_states["state"] == "unusable").any()
    assert broken == (deletion is None)


def test_a_task_that_is_deleted_before_it_has_completed_is_no_failure() -> None:
    timeline = [act("100s", "deleteTask", job="j", task=name) for name in ("a", "b", "c")]
    tasks = [task("c"), task("a", 500), task("b"), task("d")]
    found = run([pool(targetDedicatedNodes=1)], [listed(*tasks)], timeline=timeline)
    answer = summarize(found)["tasks"]
    assert (answer["succeeded"], answer["failed"], answer["unfinished"], answer["deleted"]) == (1, 0, 0, 3)
    assert answer["unfinished_why"] == {}
    assert answer["planned"] == answer["submitted"] == 4
    assert sentence(summarize(found)).startswith("1 of 4 tasks succeeded, 3 deleted, within")
    why = found.tasks["unfinished_why"].astype(object).tolist()
    assert why[1:3] == ["deleted before it had completed"] * 2
    assert found.tasks["state"].tolist() == ["completed", "deleted", "deleted", "completed"]
    assert found.tasks["end"].iloc[3] == 160.0


def test_tasks_that_ran_when_their_job_was_deleted_are_no_failures() -> None:
    found = run([pool(targetDedicatedNodes=1)], [job(3, "60s")], timeline=[act("90s", "deleteJob", job="j")])
    answer = summarize(found)["tasks"]
    assert (answer["succeeded"], answer["failed"], answer["unfinished"], answer["deleted"]) == (0, 0, 0, 3)
    assert summarize(found)["jobs"]["j"]["succeeded"] == 0


COUNTS = "a = $SucceededTasks.GetSample(1); b = $FailedTasks.GetSample(1); $TargetDedicatedNodes = 1 + 0 * (a + b);"


def test_what_is_deleted_leaves_the_counts_that_a_formula_sees() -> None:
    """Two tasks succeed, one fails, one runs; then they are deleted one after the other."""
    body = pool(enableAutoScale=True, autoScaleFormula="$TargetDedicatedNodes = 1;", autoScaleEvaluationInterval="5m")
    tasks = [task("a"), task("b"), task("c", simulation={"exitCodes": [1]}), task("d", 3000)]
    timeline = [
        act("1m", "enableAutoScale", pool="p", autoScaleFormula=COUNTS),
        act("6m", "deleteTask", job="j", task="a"),
        act("11m", "deleteTask", job="j", task="c"),
        act("16m", "deleteTask", job="j", task="d"),
        act("21m", "deleteJob", job="j"),
    ]
    options = {"sampleProfile": "custom"}
    found = run([body], [listed(*tasks)], timeline=timeline, options=options, horizon="26m")
    results = found.evaluations["results"].astype(object).tolist()[-5:]
    seen = [tuple(part.split("=")[1].strip("[]") for part in text.split(";") if part[0] in "ab") for text in results]
    assert seen == [("2", "1"), ("1", "1"), ("1", "0"), ("1", "0"), ("0", "0")]


def test_what_was_never_submitted_was_not_there_to_be_deleted() -> None:
    later = task("b", simulation={"submit": "10m"})
    found = run([pool(targetDedicatedNodes=1)], [listed(task("a"), later)], timeline=[act("5m", "deleteJob", job="j")])
    answer = summarize(found)["tasks"]
    assert (answer["planned"], answer["submitted"], answer["deleted"], answer["unfinished"]) == (2, 1, 1, 1)
    assert answer["unfinished_why"] == {"never submitted, its job was deleted": 1}


def test_a_deleted_task_is_not_found_any_more() -> None:
    again = [act(f"{at}s", name, job="j", task="a") for at, name in ((30, "deleteTask"), (40, "terminateTask"))]
    found = run([pool(targetDedicatedNodes=1)], [listed(task("a"), task("b"))], timeline=again)
    assert found.operations["code"].tolist() == ["Success", "TaskNotFound"]


def test_one_count_of_what_succeeded_is_behind_every_number() -> None:
    timeline = [act("100s", "deleteTask", job="j", task="a")]
    found = run([pool(targetDedicatedNodes=1)], [listed(task("a"), task("b"))], timeline=timeline, horizon="1h")
    answer = summarize(found)
    assert answer["tasks"]["succeeded"] == answer["jobs"]["j"]["succeeded"] == 1
    assert answer["cost"]["per_succeeded_task"] == pytest.approx(answer["cost"]["total"])
    table = found.tasks
    assert int((table["succeeded"] & ~table["deleted"]).sum()) == 1


def test_why_states_that_a_task_was_deleted_after_its_end() -> None:
    timeline = [act("100s", "deleteTask", job="j", task="a")]
    found = run([pool(targetDedicatedNodes=1)], [listed(task("a"), task("b"))], timeline=timeline, horizon="1h")
    deleted, other = (explain_task(found, name) for name in ("j/a", "j/b"))
    assert (deleted.became, other.became) == ("completed, deleted since", "completed")
    assert (deleted.as_json(found)["deleted"], other.as_json(found)["deleted"]) == (True, False)
