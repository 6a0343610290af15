"""What operations of the timeline may name: pools and jobs of the file, and those that jobs and schedules make."""

from pathlib import Path

import pytest

from tests.features.story import Body, job, operation, pool, problems_of, refused, run, task

OWN: Body = {"autoPoolSpecification": {"autoPoolIdPrefix": "mine", "poolLifetimeOption": "job", "pool": pool(nodes=1)}}
DAY: Body = {"recurrenceInterval": "PT1H", "doNotRunAfter": "90m"}


def schedule(lifetime: str) -> Body:
    """Return a schedule with two jobs, each with one task of a minute, and a pool for each or for both."""
    auto = {"autoPoolIdPrefix": "ap", "poolLifetimeOption": lifetime, "pool": pool(nodes=1)}
    body = job("x", tasks=[task("t")], poolInfo={"autoPoolSpecification": auto}, onAllTasksComplete="terminatejob")
    return {"id": "s", "schedule": DAY, "jobSpecification": {key: body[key] for key in body if key != "id"}}


def test_an_operation_on_the_pool_that_a_job_brings_along() -> None:
    work = job("jay", count=4, duration="10m", poolInfo=OWN, onAllTasksComplete="terminatejob")
    made = run(work, timeline=[operation("1m", "resize", pool="Mine_jay", targetDedicatedNodes=4)])
    assert made.operations[["operation", "code", "pool"]].to_numpy().tolist() == [["resize", "Success", "mine_jay"]]
    assert made.end == pytest.approx(660)


def test_the_pool_of_a_job_does_not_exist_before_and_after_its_job() -> None:
    late = job("jay", count=1, duration="10m", poolInfo=OWN, onAllTasksComplete="terminatejob")
    added = operation("5m", "addJob", pool=None, job=late)
    resizes = [operation(at, "resize", pool="mine_jay", targetDedicatedNodes=2) for at in ("1m", "20m")]
    made = run(timeline=[added, *resizes], horizon="1h")
    assert made.operations["code"].tolist() == ["PoolNotFound", "Success", "PoolNotFound"]


@pytest.mark.parametrize(("lifetime", "name"), [("job", "ap_s_job-2"), ("jobschedule", "ap_s")])
def test_an_operation_on_the_pool_of_a_schedule(lifetime: str, name: str) -> None:
    resize = operation("3600500ms", "resize", pool=name, targetDedicatedNodes=3)
    made = run(jobSchedules=[schedule(lifetime)], timeline=[resize])
    assert made.operations[["code", "pool"]].to_numpy().tolist() == [["Success", name]]
    assert len(made.nodes[made.nodes["pool"] == name]) == 3


def test_an_operation_on_a_job_of_a_schedule() -> None:
    ended = operation("3630s", "terminateJob", pool=None, job="s:job-2")
    made = run(jobSchedules=[schedule("job")], timeline=[ended])
    assert made.operations["code"].tolist() == ["Success"]
    reasons = made.jobs.set_index("job")["reason"]
    assert reasons.to_dict() == {"s:job-1": "AllTasksComplete", "s:job-2": "UserTerminate"}


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (operation("1m", "deletePool", pool="mine_jey"), "no pool 'mine_jey', did you mean 'mine_jay'?"),
        (operation("1m", "deletePool", pool="ap_s_job2"), "no pool 'ap_s_job2', did you mean 'ap_s_job-1'?"),
        (operation("1m", "disableJob", pool=None, job="s.job-1"), "no job 's.job-1', did you mean 's:job-1'?"),
        (operation("1m", "disableJob", pool=None, job="nothing"), "no job 'nothing'"),
    ],
)
def test_a_wrong_name_gets_the_nearest_one(tmp_path: Path, asked: Body, why: str) -> None:
    work = job("jay", count=1, poolInfo=OWN, onAllTasksComplete="terminatejob")
    (found,) = refused(tmp_path, work, jobSchedules=[schedule("job")], timeline=[asked])
    assert found.split("\n")[0].endswith(why)


def test_tasks_cannot_be_added_to_a_job_of_a_schedule(tmp_path: Path) -> None:
    asked = operation("1m", "addTasks", pool=None, job="s:job-1", tasks=[task("u")])
    (found,) = refused(tmp_path, jobSchedules=[schedule("job")], timeline=[asked])
    assert "timeline.0.job: tasks cannot be added to the job of a schedule" in found


def test_an_operation_before_its_job_is_reported_as_that(tmp_path: Path) -> None:
    late = operation("1h", "addJob", pool=None, job=job("late", tasks=[task("t")]))
    early = [
        operation("1m", "terminateTask", pool=None, job="late", task="t"),
        operation("1m", "addTasks", pool=None, job="late", tasks=[task("u")]),
    ]
    found = problems_of(tmp_path, pool(nodes=1), timeline=[late, *early])
    assert len(found) == 2
    assert all(
        "warning: job 'late' is added at 3600 s only: this comes too early (JobNotFound)" in one for one in found
    )


@pytest.mark.parametrize("name", ["terminateTask", "reactivateTask"])
def test_a_task_that_nobody_adds_is_reported(tmp_path: Path, name: str) -> None:
    work = job(tasks=[task("first")], count=3, group={"idPrefix": "many"})
    added = operation("1m", "addTasks", pool=None, job="j", workload=[{"count": 2, "duration": "1m"}])
    known = ["FIRST", "many-1", "Many-3", "group2-2"]
    asked = [operation("2m", name, pool=None, job="j", task=one) for one in [*known, "frist", "many-4", "group2-02"]]
    found = problems_of(tmp_path, pool(nodes=1), work, timeline=[added, *asked])
    assert [text.split("\n")[0].split("warning: ")[1] for text in found] == [
        "job 'j' has no task 'frist', did you mean 'first'? (TaskNotFound)",
        "job 'j' has no task 'many-4' (TaskNotFound)",
        "job 'j' has no task 'group2-02' (TaskNotFound)",
    ]
