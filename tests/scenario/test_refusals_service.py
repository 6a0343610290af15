"""What the service would refuse is refused at validation, with its code, a plain sentence and the place.

One line for each body; `at` is the dotted path that is named. Codes are the service's; where its documents do not name
one for a body it is the general `InvalidPropertyValue` or `MissingRequiredProperty`.
"""

from pathlib import Path
from typing import Any

import pytest

from simulator.results.answer.metrics import summarize
from tests.features.story import CLOUD_SERVICE, UBUNTU, job, operation, pool, problems_of, refused, run, task

Body = dict[str, Any]
WORK = job(count=1)
SCALED: Body = {"enableAutoScale": True, "autoScaleFormula": "$TargetDedicatedNodes = 1;"}
BARE: Body = {key: value for key, value in pool(nodes=1).items() if key != "virtualMachineConfiguration"}


def ports(first: int, last: int, backend: int = 8080, count: int = 1) -> Body:
    pools = [
        {
            "name": f"n{index}",
            "protocol": "tcp",
            "backendPort": backend + index,
            "frontendPortRangeStart": first + 100 * index,
            "frontendPortRangeEnd": last + 100 * index,
        }
        for index in range(count)
    ]
    return {"networkConfiguration": {"endpointConfiguration": {"inboundNATPools": pools}}}


@pytest.mark.parametrize(
    ("body", "at", "code", "problems_of"),
    [
        (
            pool(cloudServiceConfiguration=CLOUD_SERVICE, virtualMachineConfiguration=UBUNTU),
            "cloudServiceConfiguration",
            "InvalidPropertyValue",
            "takes exactly one",
        ),
        (BARE, "", "MissingRequiredProperty", "takes exactly one"),
        (pool(nodes=1, **SCALED), "targetDedicatedNodes", "InvalidPropertyValue", "one or the other"),
        (pool(low_priority=1, **SCALED), "targetLowPriorityNodes", "InvalidPropertyValue", "one or the other"),
        (pool(enableAutoScale=True), "enableAutoScale", "MissingRequiredProperty", "without autoScaleFormula"),
        (pool(autoScaleFormula="x = 1;"), "autoScaleFormula", "InvalidPropertyValue", "without enableAutoScale"),
        (
            pool(**{**SCALED, "autoScaleFormula": "x = ;"}),
            "autoScaleFormula",
            "AutoScalingFormulaSyntaxError",
            "expected a value",
        ),
        (
            pool(**{**SCALED, "autoScaleFormula": f"x = 1; /* {'y' * 9000} */"}),
            "autoScaleFormula",
            "AutoScaleFormulaTooLong",
            "at most 8192",
        ),
        (
            pool(**{**SCALED, "autoScaleFormula": "x = 1;" * 101}),
            "autoScaleFormula",
            "AutoScalingFormulaSyntaxError",
            "at most 100",
        ),
        *(
            (
                pool(**SCALED, autoScaleEvaluationInterval=span),
                "autoScaleEvaluationInterval",
                "InvalidPropertyValue",
                "from 5 minutes to 168 hours",
            )
            for span in ("PT4M", "PT169H")
        ),
        (pool(nodes=1, resizeTimeout="PT4M"), "resizeTimeout", "InvalidPropertyValue", "below 5 minutes"),
        (pool(nodes=1, taskSlotsPerNode=9), "taskSlotsPerNode", "InvalidPropertyValue", "at most 8"),
        (
            pool(nodes=1, applicationPackageReferences=[{"applicationId": f"a{index}"} for index in range(11)]),
            "applicationPackageReferences",
            "InvalidPropertyValue",
            "at most 10",
        ),
        (
            pool(nodes=1, **ports(50100, 50200)),
            "networkConfiguration.endpointConfiguration.inboundNATPools.0.frontendPortRangeStart",
            "InvalidPropertyValue",
            "reserved",
        ),
        (
            pool(nodes=1, **ports(15000, 15010)),
            "networkConfiguration.endpointConfiguration.inboundNATPools.0.frontendPortRangeEnd",
            "InvalidPropertyValue",
            "at least 40 ports",
        ),
        (
            pool(nodes=1, **ports(15000, 15100, backend=29876)),
            "networkConfiguration.endpointConfiguration.inboundNATPools.0.backendPort",
            "InvalidPropertyValue",
            "reserved",
        ),
        (
            pool(nodes=1, **ports(15000, 15050, count=6)),
            "networkConfiguration.endpointConfiguration.inboundNATPools",
            "InvalidPropertyValue",
            "at most 5",
        ),
        (
            pool(nodes=1, virtualMachineConfiguration={**UBUNTU, "nodeAgentSKUId": "batch.node.windows amd64"}),
            "virtualMachineConfiguration.nodeAgentSKUId",
            "InvalidPropertyValue",
            "Windows node agent on a Linux image",
        ),
    ],
)
def test_a_pool_body(tmp_path: Path, body: Body, at: str, code: str, problems_of: str) -> None:
    found = refused(tmp_path, body, WORK)
    assert any(
        f"pools.0{'.' if at else ''}{at}: " in text and code in text and problems_of in text for text in found
    ), found


@pytest.mark.parametrize(
    ("asked", "at", "code", "problems_of"),
    [
        (operation("1m", "resize", targetDedicatedNodes=1, resizeTimeout="PT1M"), ".resizeTimeout", True, "5 minutes"),
        (operation("1m", "removeNodes", nodeList=[f"p_{k}_d" for k in range(101)]), ".nodeList", True, "at most 100"),
        (
            operation("1m", "enableAutoScale", autoScaleFormula="x = 1;", autoScaleEvaluationInterval="PT1M"),
            ".autoScaleEvaluationInterval",
            True,
            "from 5 minutes to 168 hours",
        ),
        (operation("1m", "evaluateAutoScale", autoScaleFormula="x = ;"), ".autoScaleFormula", False, "SyntaxError"),
        (operation("1m", "resize"), "", False, "expected targetDedicatedNodes or targetLowPriorityNodes"),
        (operation("1m", "resize", pool="q", targetDedicatedNodes=1), ".pool", False, "no pool 'q'"),
        (operation("1m", "restart"), "", False, "expected one of"),
    ],
)
def test_an_operation(tmp_path: Path, asked: Body, at: str, code: bool, problems_of: str) -> None:
    found = refused(tmp_path, pool(nodes=1), WORK, timeline=[asked])
    assert any(f"timeline.0{at}: " in text and problems_of in text for text in found), found
    assert not code or any("InvalidPropertyValue" in text for text in found), found


def test_a_long_formula_does_not_flood_the_terminal(tmp_path: Path) -> None:
    (found,) = refused(tmp_path, pool(**{**SCALED, "autoScaleFormula": "x = 1;" * 101}), WORK)
    assert max(len(line) for line in found.splitlines()[:1]) < 300


def test_a_parent_that_does_not_exist_is_a_warning_and_the_answer_reports_it(tmp_path: Path) -> None:
    listed = job(tasks=[task("t", dependsOn={"taskIds": ["nobody"]})], usesTaskDependencies=True)
    (warning,) = problems_of(tmp_path, pool(nodes=1), listed)
    assert "warning: no task 'nobody' in this job: the task will wait for ever" in warning


def test_all_problems_of_all_bodies_are_reported_at_once(tmp_path: Path) -> None:
    wrong = job(tasks=[task("a"), task("b", dependsOn={"taskIds": ["a"]})])
    found = refused(tmp_path, pool(nodes=1, resizeTimeout="PT1M", taskSlotsPerNode=9), wrong)
    assert len(found) == 3
    assert any("TaskDependenciesNotSpecifiedOnJob" in text for text in found)


AUTO: Body = {"autoPoolIdPrefix": "a", "poolLifetimeOption": "job", "pool": pool(nodes=1)}
CONTAINERS: Body = {**UBUNTU, "containerConfiguration": {"type": "dockerCompatible"}}


@pytest.mark.parametrize(
    ("body", "work", "at", "code"),
    [
        (
            pool(nodes=1),
            job(tasks=[task("a"), task("t", dependsOn={"taskIds": ["a"]})]),
            "tasks.1.dependsOn",
            "TaskDependenciesNotSpecifiedOnJob",
        ),
        (
            pool(nodes=1),
            job(tasks=[task("t", dependsOn={"taskIds": ["x" * 64] * 1001})], usesTaskDependencies=True),
            "tasks.0.dependsOn.taskIds",
            "TaskDependencyListTooLong",
        ),
        (
            pool(nodes=1),
            job(tasks=[task("t", dependsOn={"taskIdRanges": [{"start": 5, "end": 2}]})], usesTaskDependencies=True),
            "tasks.0.dependsOn.taskIdRanges.0",
            "InvalidPropertyValue",
        ),
        (
            pool(nodes=1),
            job(tasks=[task("t", exitConditions={"default": {"jobAction": "terminate"}})]),
            "tasks.0.exitConditions",
            "InvalidPropertyValue",
        ),
        (pool(nodes=1), job(count=1, jobReleaseTask={"commandLine": "x"}), "jobReleaseTask", "InvalidPropertyValue"),
        (
            pool(nodes=1),
            job(count=1, poolInfo={"autoPoolSpecification": {**AUTO, "poolLifetimeOption": "jobschedule"}}),
            "poolInfo.autoPoolSpecification",
            "InvalidPropertyValue",
        ),
        (
            pool(nodes=1),
            job(count=1, poolInfo={"autoPoolSpecification": {**AUTO, "autoPoolIdPrefix": "a" * 21}}),
            "poolInfo.autoPoolSpecification.autoPoolIdPrefix",
            "at most 20 characters",
        ),
        (
            pool(nodes=1),
            job(count=1, poolInfo={"poolId": "p", "autoPoolSpecification": AUTO}),
            "poolInfo",
            "the service takes one",
        ),
        (pool(nodes=1), job(count=1, priority=1001), "priority", "less than or equal to 1000"),
        (pool(nodes=1), job(count=1, maxParallelTasks=0), "maxParallelTasks", "at least 1"),
        (
            pool(nodes=1, virtualMachineConfiguration=CONTAINERS),
            job(tasks=[task("t")]),
            "tasks.0",
            "InvalidPropertyValue",
        ),
        (
            pool(nodes=1),
            job(tasks=[task("t", constraints={"maxTaskRetryCount": -2})]),
            "tasks.0.constraints.maxTaskRetryCount",
            "greater than or equal to -1",
        ),
    ],
)
def test_a_job_body(tmp_path: Path, body: Body, work: Body, at: str, code: str) -> None:
    found = refused(tmp_path, body, work)
    assert any(f"jobs.0.{at}: " in text and code in text for text in found), found


@pytest.mark.parametrize("name", ["disableJob", "enableJob", "terminateJob"])
def test_an_operation_on_a_job_that_does_not_exist(tmp_path: Path, name: str) -> None:
    found = refused(tmp_path, pool(nodes=1), WORK, timeline=[operation("1m", name, pool=None, job="jay")])
    assert any("timeline.0.job: no job 'jay'" in text for text in found)


@pytest.mark.parametrize(
    ("schedule", "at"),
    [({"recurrenceInterval": "PT30S"}, "recurrenceInterval"), ({"startWindow": "PT30S"}, "startWindow")],
)
def test_a_schedule(tmp_path: Path, schedule: Body, at: str) -> None:
    times = {"recurrenceInterval": "PT1H", "doNotRunAfter": "5h", **schedule}
    body = {"id": "s", "schedule": times, "jobSpecification": {"poolInfo": {"poolId": "p"}}}
    found = refused(tmp_path, pool(nodes=1), WORK, jobSchedules=[body])
    assert any(f"jobSchedules.0.schedule.{at}: the service takes at least one minute" in text for text in found)


def test_a_parent_that_does_not_exist_shows_in_the_answer() -> None:
    listed = job(tasks=[task("t", dependsOn={"taskIds": ["nobody"]}), task("u")], usesTaskDependencies=True)
    made = run(pool(nodes=1), listed)
    assert summarize(made)["tasks"]["unfinished_why"] == {"waits for a task that does not exist": 1}


def test_tasks_that_wait_for_each_other_are_a_warning(tmp_path: Path) -> None:
    circle = [task(name, dependsOn={"taskIds": [parent]}) for name, parent in (("a", "b"), ("b", "c"), ("c", "a"))]
    (warning,) = problems_of(tmp_path, pool(nodes=1), job(tasks=[task("x"), *circle], usesTaskDependencies=True))
    assert "warning: tasks wait for each other in a circle, for ever: 'a' for 'b' for 'c' for 'a'" in warning
