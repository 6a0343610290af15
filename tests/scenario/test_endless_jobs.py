"""A job that brings its pool along and that nothing ends keeps the pool: a warning, unless anything may end it."""

from typing import Any

import pytest

from tests.features.story import Body, job, operation, pool, scenario, task

OWN: Body = {
    "poolInfo": {
        "autoPoolSpecification": {
            "poolLifetimeOption": "job",
            "pool": {key: value for key, value in pool(nodes=1).items() if key != "id"},
        }
    }
}


def warned(timeline: list[Body] | None = None, tasks: list[Body] | None = None, **body: Any) -> bool:
    given = scenario(job(tasks=tasks or [task("a")], **OWN, **body), timeline=timeline or [], horizon="1h")
    return any("nothing ends this job" in str(warning) for warning in given.warnings)


def on(name: str, **keys: Any) -> list[Body]:
    return [operation("10m", name, pool=None, job="j", **keys)]


def test_a_job_that_nothing_ends_is_a_warning() -> None:
    assert warned()
    assert warned(on("disableJob", disableTasks="wait"))
    assert warned(on("updateJob", priority=3))


@pytest.mark.parametrize(
    "timeline",
    [
        on("terminateJob"),
        on("deleteJob"),
        on("updateJob", onAllTasksComplete="terminatejob"),
        on("updateJob", constraints={"maxWallClockTime": "PT30M"}),
    ],
    ids=str,
)
def test_an_operation_that_ends_it_is_an_end(timeline: list[Body]) -> None:
    assert not warned(timeline)


def test_what_its_body_states_is_an_end() -> None:
    assert not warned(onAllTasksComplete="terminatejob")
    assert not warned(constraints={"maxWallClockTime": "PT30M"})
    assert warned(constraints={"maxWallClockTime": "P10675199DT2H48M5.4775807S"}), "the service's word for no limit"


def test_a_task_that_may_terminate_its_job_is_an_end() -> None:
    ending = task("a", exitConditions={"default": {"jobAction": "terminate"}})
    assert not warned(tasks=[ending], onTaskFailure="performexitoptionsjobaction")
    added = on("addTasks", tasks=[ending | {"id": "b"}])
    assert not warned(added, onTaskFailure="performexitoptionsjobaction")
    disabling = task("a", exitConditions={"default": {"jobAction": "disable"}})
    assert warned(tasks=[disabling], onTaskFailure="performexitoptionsjobaction")
