"""No task lives longer than 180 days: not in the queue, not on a node, not under a schedule."""

from __future__ import annotations

import pytest

from simulator import summarize
from simulator.report.page.sentence import bill_of
from tests.features.story import Body, job, operation, pool, run, task

DAY = 86400


def test_a_task_that_runs_longer_is_ended_as_a_failure() -> None:
    (row,) = run(pool(nodes=1), job(tasks=[task("a", "181d")]), horizon="200d").frame("tasks").to_dict("records")
    assert (row["state"], row["succeeded"], row["end"]) == ("completed", False, 180 * DAY)


def test_a_task_may_take_all_of_its_time() -> None:
    (row,) = run(pool(nodes=1), job(tasks=[task("a", "180d")]), horizon="200d").frame("tasks").to_dict("records")
    assert (row["succeeded"], row["end"]) == (True, 180 * DAY)


def test_the_time_counts_from_the_addition_and_in_the_queue() -> None:
    tasks = [task("a", "170d"), task("b", "20d", submit="1d"), task("c", "5d", submit="2d")]
    found = run(pool(nodes=1), job(tasks=tasks), horizon="400d").frame("tasks").set_index("id")
    assert found["end"].tolist() == [170 * DAY, 181 * DAY, 182 * DAY]
    assert found["succeeded"].tolist() == [True, False, False]


def test_a_task_that_never_gets_a_node_is_ended_too() -> None:
    (row,) = run(pool(nodes=0), job(tasks=[task("a")]), horizon="200d").frame("tasks").to_dict("records")
    assert (row["state"], row["succeeded"], row["end"]) == ("completed", False, 180 * DAY)


def test_the_end_of_a_task_counts_for_its_job_and_its_children() -> None:
    tasks = [task("a", "300d"), task("b", dependsOn={"taskIds": ["a"]})]
    work = job(tasks=tasks, usesTaskDependencies=True, onAllTasksComplete="terminatejob")
    recording = run(pool(nodes=1), work, horizon="400d")
    assert recording.frame("tasks")["state"].tolist() == ["completed", "completed"]
    assert recording.frame("jobs")["state"].tolist()[-1] == "completed"


def test_jobs_of_schedules_have_no_other_rule() -> None:
    work = {"poolInfo": {"poolId": "p"}, "onAllTasksComplete": "terminatejob", "tasks": [task("a", "300d")]}
    schedule = {"id": "s", "schedule": {"doNotRunUntil": "10d"}, "jobSpecification": work}
    recording = run(pool(nodes=1), jobSchedules=[schedule], horizon="400d")
    assert recording.frame("tasks")["end"].tolist() == [190 * DAY]


def test_a_task_that_is_gone_or_whose_job_has_ended_is_left_alone() -> None:
    timeline = [operation("1d", "terminateJob", pool=None, job="j")]
    (row,) = (
        run(pool(nodes=0), job(tasks=[task("a")]), horizon="200d", timeline=timeline).frame("tasks").to_dict("records")
    )
    assert row["state"] == "active"


@pytest.mark.parametrize("horizon", ["200d", None])
def test_a_run_without_a_horizon_sees_it_too(horizon: str | None) -> None:
    more: Body = {} if horizon is None else {"horizon": horizon}
    recording = run(pool(nodes=1), job(tasks=[{"id": "a", "commandLine": "sleep infinity"}]), **more)
    assert recording.frame("tasks")["end"].tolist() == [180 * DAY]


def test_the_answer_states_how_many_tasks_were_too_old() -> None:
    work = job(tasks=[task("a", "100d"), task("b", "100d"), task("c", "100d")])
    answer = summarize(run(pool(nodes=1), work, horizon=None))
    text = "2 tasks were ended as a failure 180 days after being added, the longest life that the service grants"
    assert answer["warnings"] == [text]
    assert summarize(run(pool(nodes=1), job(tasks=[task("a", "100d")]), horizon=None))["warnings"] == []


def test_a_run_that_is_cut_after_180_days_is_reported() -> None:
    """A node keeps its data for longer than any task may live, and nothing limits how long it is drained."""
    kept = task("a", "1m") | {"constraints": {"retentionTime": "P400D"}}
    endless = "P10675199DT2H48M5.4775807S"
    drain = operation("1h", "resize", targetDedicatedNodes=0, nodeDeallocationOption="retaineddata")
    drain |= {"resizeTimeout": endless}
    answer = summarize(run(pool(nodes=1), job(tasks=[kept]), timeline=[drain], horizon=None))
    assert answer["stopped"] == answer["bill"]["until"] == "longest run"
    assert bill_of(answer).startswith(
        "the run was cut at 180 d 1 h, 180 days after its last arrival or operation; 1 node cost"
    )
