"""A check holds wherever a task or a body stands: in a job, in `addJob`, in a schedule, in `addTasks`, in a file."""

from pathlib import Path
from typing import Any

import pytest

from simulator import load
from simulator.workload.planned_jobs import planned
from tests.features.story import UBUNTU, Body, job, operation, pool, problems_of, refused, scenario, task
from tests.scenario.files import write

PARENT: Body = {"dependsOn": {"taskIds": ["a"]}}
GANG: Body = {"multiInstanceSettings": {"numberOfInstances": 2}}
NO_DURATION: Body = {"id": "t", "commandLine": "work"}
ACTS: Body = {"exitConditions": {"default": {"jobAction": "disable"}}}
ADDED = "timeline.0.tasks.0"


def added(*tasks: Body, at: str = "1m", **body: Any) -> Body:
    """Return the operation that adds tasks to the job of these stories."""
    return operation(at, "addTasks", pool=None, job="j", tasks=list(tasks), **body)


WRONG = [
    (task("t", **PARENT), ".dependsOn", "TaskDependenciesNotSpecifiedOnJob"),
    (NO_DURATION, "", "no duration"),
    (task("t", **ACTS), ".exitConditions", "onTaskFailure is noaction"),
    ({**NO_DURATION, "environmentSettings": [{"name": "SIM_DURATION", "value": "soon"}]}, ".environmentSettings", "in"),
]
ODD = [
    (
        task("t", **GANG),
        "",
        "pool 'p' has no enableInterNodeCommunication: it will never run",
    ),
    (task("t", requiredSlots=4), "", "needs 4 slots, but a node of pool 'p' has 1: it will never run"),
    (task("t", requiredSlot=4), ".requiredSlot", "did you mean 'requiredSlots'?"),
    (task("t", constraints={"maxTaskRetries": 1}), ".constraints.maxTaskRetries", "no such key"),
]


def everywhere(one: Body) -> list[tuple[str, Body, Body]]:
    """Return a task in each of the places that tasks have: its path, the job `j`, the rest of the scenario."""
    rest = job("k", tasks=[one])
    specification = {key: value for key, value in rest.items() if key != "id"}
    late = {"timeline": [operation("1m", "addJob", pool=None, job=rest)]}
    schedule = {"jobSchedules": [{"id": "s", "jobSpecification": specification}]}
    return [
        ("jobs.0.tasks.0", job(tasks=[one]), {}),
        ("timeline.0.job.tasks.0", job(count=1), late),
        ("jobSchedules.0.jobSpecification.tasks.0", job(count=1), schedule),
        (ADDED, job(count=1), {"timeline": [added(one)]}),
    ]


@pytest.mark.parametrize(("one", "at", "why"), WRONG)
def test_what_is_refused_of_a_task_is_refused_in_every_place(tmp_path: Path, one: Body, at: str, why: str) -> None:
    for place, work, rest in everywhere(one):
        found = refused(tmp_path, pool(nodes=3), work, **rest)
        assert [text for text in found if f"{place}{at}: " in text and why in text], (place, found)


@pytest.mark.parametrize(("one", "at", "why"), ODD)
def test_what_is_odd_about_a_task_is_reported_in_every_place(tmp_path: Path, one: Body, at: str, why: str) -> None:
    for place, work, rest in everywhere(one):
        (warning,) = problems_of(tmp_path, pool(nodes=3), work, **rest)
        assert f"{place}{at}: warning: " in warning
        assert why in warning


def test_a_container_pool_wants_settings_of_added_tasks_too(tmp_path: Path) -> None:
    images = {**UBUNTU, "containerConfiguration": {"type": "dockerCompatible"}}
    found = refused(tmp_path, pool(nodes=1, virtualMachineConfiguration=images), job(), timeline=[added(task("t"))])
    assert any(f"{ADDED}: " in text and "containerSettings" in text for text in found)


def test_added_tasks_may_wait_for_tasks_of_the_job_and_for_each_other(tmp_path: Path) -> None:
    work = job(tasks=[task("a")], usesTaskDependencies=True)
    later = [added(task("b", **PARENT)), added(task("c", dependsOn={"taskIds": ["b"]}), at="2m")]
    assert problems_of(tmp_path, pool(nodes=1), work, timeline=later) == []
    unknown = added(task("d", dependsOn={"taskIds": ["nobody"]}))
    (warning,) = problems_of(tmp_path, pool(nodes=1), work, timeline=[unknown])
    assert "timeline.0.tasks.0.dependsOn: warning: no task 'nobody' in this job" in warning


def test_when_added_tasks_come_is_stated_by_the_operation_alone(tmp_path: Path) -> None:
    (found,) = refused(tmp_path, pool(nodes=1), job(), timeline=[added(task("t", submit="1h"))])
    assert f"{ADDED}.simulation.submit: the operation's at says when its tasks are added" in found
    group = {"count": 1, "duration": "1m", "start": "30s"}
    (found,) = refused(tmp_path, pool(nodes=1), job(), timeline=[added(workload=[group])])
    assert "timeline.0.workload.0.start: the tasks come before the operation that adds them" in found


def test_ids_are_unique_over_a_job_and_all_that_is_added_to_it(tmp_path: Path) -> None:
    whole = job("k", tasks=[task("t")], jobManagerTask={"id": "boss", "commandLine": "sleep 1"})
    timeline = [operation("1m", "addJob", pool=None, job=whole)]
    timeline += [operation("2m", "addTasks", pool=None, job="k", tasks=[task(name)]) for name in ("T", "boss")]
    found = refused(tmp_path, pool(nodes=1), timeline=timeline)
    assert any("timeline.1.tasks.0.id: a second task with the id 'T': the service" in text for text in found)
    assert any("timeline.2.tasks.0.id: the job manager has the id 'boss' too (TaskExists)" in text for text in found)


def test_old_names_and_misspelt_keys_are_reported_of_pools_that_jobs_bring_along(tmp_path: Path) -> None:
    own: Body = {"poolInfo": {"autoPoolSpecification": {"pool": pool(maxTasksPerNode=2, targetDedicatedNode=1)}}}
    for loc, work, rest in [
        ("jobs.0", job(count=1, onAllTasksComplete="terminatejob", **own), {}),
        ("jobSchedules.0.jobSpecification", job(), {"jobSchedules": [{"id": "s", "jobSpecification": own}]}),
    ]:
        found = problems_of(tmp_path, pool(nodes=1), work, **rest)
        place = f"{loc}.poolInfo.autoPoolSpecification.pool"
        assert any(f"{place}.maxTasksPerNode: warning: 'maxTasksPerNode' is an old name of" in text for text in found)
        assert any(f"{place}.targetDedicatedNode: warning: " in text for text in found)


def test_misspelt_keys_of_update_pool_are_reported(tmp_path: Path) -> None:
    update = operation("1m", "updatePool", startTask={"commandLine": "x", "waitForSucces": False})
    (warning,) = problems_of(tmp_path, pool(nodes=1), job(count=1), timeline=[update])
    assert "timeline.0.startTask.waitForSucces: warning: " in warning
    assert "did you mean 'waitForSuccess'?" in warning


def test_a_job_manager_has_no_multi_instance_settings_and_none_are_obeyed(tmp_path: Path) -> None:
    boss = {"id": "boss", "commandLine": "sleep 60", **GANG, **PARENT}
    found = problems_of(tmp_path, pool(nodes=1), job(jobManagerTask=boss))
    assert [text.split(": ")[1] for text in found] == [
        "jobs.0.jobManagerTask.multiInstanceSettings",
        "jobs.0.jobManagerTask.dependsOn",
    ]
    manager = scenario(pool(nodes=1), job(jobManagerTask=boss)).jobs[0].job_manager_task
    assert manager is not None
    assert manager.number_of_instances == 1
    assert manager.depends_on is None


def test_a_job_manager_without_a_duration_is_odd(tmp_path: Path) -> None:
    (warning,) = problems_of(tmp_path, pool(nodes=1), job(jobManagerTask={"id": "boss", "commandLine": "work"}))
    assert "jobs.0.jobManagerTask: warning: no duration, so it ends as it starts" in warning


@pytest.mark.parametrize("section", ["pools", "jobs", "jobSchedules"])
def test_a_display_name_has_at_most_1024_characters(tmp_path: Path, section: str) -> None:
    schedule = {"id": "s", "jobSpecification": {"poolInfo": {"poolId": "p"}}}
    bodies = {"pools": pool(nodes=1), "jobs": job(count=1), "jobSchedules": schedule}
    bodies[section]["displayName"] = "n" * 1025
    rest = {"jobSchedules": [schedule]}
    (found,) = refused(tmp_path, bodies["pools"], bodies["jobs"], **rest)
    assert f"{section}.0.displayName: should have at most 1024 characters" in found
    bodies[section]["displayName"] = "n" * 1024
    assert problems_of(tmp_path, bodies["pools"], bodies["jobs"], **rest) == []


def test_a_schedule_that_is_over_before_it_begins_is_odd(tmp_path: Path) -> None:
    times = {"doNotRunUntil": "2h", "doNotRunAfter": "1h"}
    schedule = {"id": "s", "schedule": times, "jobSpecification": {"poolInfo": {"poolId": "p"}}}
    (warning,) = problems_of(tmp_path, pool(nodes=1), job(count=1), jobSchedules=[schedule])
    assert "jobSchedules.0.schedule.doNotRunAfter: warning: over at 3600 s, before doNotRunUntil at 7200 s" in warning


def test_bodies_kept_in_files_are_read_in_every_place(tmp_path: Path) -> None:
    write(tmp_path, pool(nodes=2), "pool.json")
    auto = {"autoPoolSpecification": {"pool": {"file": "pool.json", "id": "own"}}}
    ends: Body = {"onAllTasksComplete": "terminatejob"}
    write(tmp_path, {"poolInfo": {"poolId": "p"}, "tasks": {"file": "tasks.json"}, **ends}, "job.json")
    write(tmp_path, {"id": "s", "jobSpecification": {"file": "job.json"}}, "schedule.json")
    write(tmp_path, [task("a"), task("b", requiredSlots=4)], "tasks.json")
    write(tmp_path, {"value": [task("c"), task("d", requiredSlot=4)]}, "more.json")
    found = problems_of(
        tmp_path,
        pool(nodes=1),
        job("own", tasks=[task("t")], poolInfo=auto, **ends),
        timeline=[
            operation("1m", "addJob", pool=None, job={"file": "job.json", "id": "late"}),
            operation("1m", "addTasks", pool=None, job="late", tasks={"file": "more.json"}),
        ],
        jobSchedules=[{"file": "schedule.json"}],
    )
    assert [text.split("warning: ")[0].removeprefix(f"{tmp_path}/") for text in found] == [
        "more.json:13:7: timeline.1.tasks.1.requiredSlot: ",
        "tasks.json:9:3: timeline.0.job.tasks.1: ",
        "tasks.json:9:3: jobSchedules.0.jobSpecification.tasks.1: ",
    ]
    made = load(tmp_path / "story.json")
    assert made.jobs[0].auto_pool is not None
    assert made.jobs[0].auto_pool.pool.target_dedicated_nodes == 2
    assert [len(one.job.tasks) for one in planned(made)] == [1, 4, 2]
