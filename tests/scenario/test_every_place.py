"""A check holds wherever pools, jobs and tasks come from, and its finding names the place.

Pools stand in the file, in `createPool` and in the bodies of jobs; jobs in the file, in `addJob` and in schedules;
tasks in jobs and in `addTasks`.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.features.story import UBUNTU, Body, job, operation, pool, problems_of, refused, task

AUTO = "poolInfo.autoPoolSpecification.pool"
ENDS: Body = {"onAllTasksComplete": "terminatejob"}


def without_id(body: Body) -> Body:
    return {key: value for key, value in body.items() if key != "id"}


def pools_everywhere(body: Body) -> list[tuple[str, list[Body], Body]]:
    """Return a pool in each of the places that pools have: its path, pools and jobs of the file, the rest."""
    own = pool("first", nodes=1)
    brings = job("k", count=1, poolInfo={"autoPoolSpecification": {"pool": body}}, **ENDS)
    schedule = {"id": "s", "jobSpecification": without_id(brings)}
    work = job(pool="first", count=1)
    return [
        ("pools.1", [own, body, work], {}),
        ("timeline.0.pool", [own, work], {"timeline": [operation("1m", "createPool", pool=None) | {"pool": body}]}),
        (f"jobs.1.{AUTO}", [own, work, brings], {}),
        (f"timeline.0.job.{AUTO}", [own, work], {"timeline": [operation("1m", "addJob", pool=None, job=brings)]}),
        (f"jobSchedules.0.jobSpecification.{AUTO}", [own, work], {"jobSchedules": [schedule]}),
    ]


def jobs_everywhere(body: Body) -> list[tuple[str, list[Body], Body]]:
    """Return a job in each of the places that jobs have."""
    own = pool(nodes=1)
    return [
        ("jobs.0", [own, body], {}),
        ("timeline.0.job", [own], {"timeline": [operation("1m", "addJob", pool=None, job=body)]}),
        (
            "jobSchedules.0.jobSpecification",
            [own],
            {"jobSchedules": [{"id": "s", "jobSpecification": without_id(body)}]},
        ),
    ]


def tasks_everywhere(body: Body) -> list[tuple[str, list[Body], Body]]:
    """Return a listed task in each of the places that tasks have."""
    added = operation("1m", "addTasks", pool=None, job="j", tasks=[body])
    return [
        *[(f"{loc}.tasks.0", parts, rest) for loc, parts, rest in jobs_everywhere(job(tasks=[body]))],
        ("timeline.0.tasks.0", [pool(nodes=1), job(count=1)], {"timeline": [added]}),
    ]


def groups_everywhere(body: Body) -> list[tuple[str, list[Body], Body]]:
    """Return a group of tasks in each of the places that groups have."""
    added = operation("1m", "addTasks", pool=None, job="j", workload=[body])
    return [
        *[
            (f"{loc}.simulation.workload.0", parts, rest)
            for loc, parts, rest in jobs_everywhere(job(simulation={"workload": [body]}))
        ],
        ("timeline.0.workload.0", [pool(nodes=1), job(count=1)], {"timeline": [added]}),
    ]


UNREAD = "for i in 1 2 3; do sleep 5; done"
FRACTION = "$TargetDedicatedNodes = $ActiveTasks.GetSample(1) / 3;"
POOLS: dict[str, tuple[Body, str, str]] = {
    "old preset": ({"simulation": {"timing": {"preset": "measured"}}}, "simulation.timing.preset", "is the old name"),
    "command line of a start task": (
        {"startTask": {"commandLine": UNREAD}},
        "startTask.commandLine",
        "a command line names a time",
    ),
    "package that nothing has": (
        {"simulation": {"downloads": {"applicationPackages": {"blender": {"sizeMiB": 9}}}}},
        "simulation.downloads.applicationPackages.blender",
        "nothing on this pool has an application package 'blender'",
    ),
    "image that nothing has": (
        {"simulation": {"downloads": {"containerImages": {"ubuntu": {"sizeMiB": 9}}}}},
        "simulation.downloads.containerImages.ubuntu",
        "nothing on this pool",
    ),
    "formula": (
        {"enableAutoScale": True, "autoScaleFormula": FRACTION},
        "autoScaleFormula",
        "formula, ",
    ),
    "syntax of a formula": ({"enableAutoScale": True, "autoScaleFormula": "$Target = ;"}, "autoScaleFormula", "Line 1"),
    "slots": ({"taskSlotsPerNode": 9}, "taskSlotsPerNode", "9 task slots on 2 vCPUs"),
    "account": ({"simulation": {"account": "nobody"}}, "simulation.account", "no account 'nobody'"),
    "size": ({"vmSize": "Standard_D2_v33"}, "vmSize", "unknown VM size 'Standard_D2_v33'"),
    "licence": ({"applicationLicenses": ["maia"]}, "applicationLicenses.0", "the service offers no licence 'maia'"),
    "price of a spot node": ({"simulation": {"prices": {"spot": 1}}}, "simulation.prices.spot", "no effect"),
    "timeout": ({"resizeTimeout": "PT1M"}, "resizeTimeout", "below 5 minutes"),
    "container of a start task": (
        {"startTask": {"commandLine": "x", "containerSettings": {"imageName": "ubuntu"}}},
        "startTask.containerSettings",
        "has no containerConfiguration",
    ),
    "faults of a start task": (
        {"simulation": {"startTask": {"failureProbability": 0.5}}},
        "simulation.startTask",
        "no startTask that could fail",
    ),
    "agent": (
        {"virtualMachineConfiguration": {**UBUNTU, "nodeAgentSKUId": "batch.node.windows amd64"}},
        "virtualMachineConfiguration.nodeAgentSKUId",
        "a Windows node agent on a Linux image",
    ),
    "unknown key": ({"targetDedicatedNode": 3}, "targetDedicatedNode", "did you mean"),
}
JOBS: dict[str, tuple[Body, str, str]] = {
    "command line of a preparation": (
        {"jobPreparationTask": {"commandLine": UNREAD}},
        "jobPreparationTask.commandLine",
        "a command line names a time",
    ),
    "release alone": ({"jobReleaseTask": {"commandLine": "x"}}, "jobReleaseTask", "needs a jobPreparationTask"),
    "limit of a release": (
        {
            "jobPreparationTask": {"commandLine": "x"},
            "jobReleaseTask": {"commandLine": "x", "maxWallClockTime": "PT1H"},
        },
        "jobReleaseTask.maxWallClockTime",
        "15 minutes at most",
    ),
    "hopeless preparation": (
        {"jobPreparationTask": {"commandLine": "exit 1"}},
        "jobPreparationTask",
        "fails on every node",
    ),
    "parallel tasks": ({"maxParallelTasks": 3}, "maxParallelTasks", "the limit holds here anyway"),
    "no pool": ({"poolInfo": {}}, "poolInfo", "expected a poolId or an autoPoolSpecification"),
    "pool that nobody creates": ({"poolInfo": {"poolId": "q"}}, "poolInfo.poolId", "no pool 'q'"),
    "unknown key": ({"prority": 3}, "prority", "did you mean 'priority'?"),
}
TASKS: dict[str, tuple[Body, str, str]] = {
    "command line": ({"commandLine": UNREAD, "simulation": {}}, "commandLine", "a command line names a time"),
    "output that it does not have": (
        {"simulation": {"duration": "1m", "output": 100}},
        "simulation.output",
        "the body of the task has no outputFiles",
    ),
    "failing coordination": (
        {"simulation": {"duration": "1m", "coordinationFailureProbability": 0.5}},
        "simulation.coordinationFailureProbability",
        "only tasks of several instances coordinate",
    ),
    "long name of a package": (
        {"applicationPackageReferences": [{"applicationId": "b" * 65}]},
        "applicationPackageReferences.0.applicationId",
        "more than 64 characters",
    ),
}
GROUPS: dict[str, tuple[Body, str, str]] = {
    "too many slots": ({"requiredSlots": 3}, "", "needs 3 slots, but a node of pool 'p' has 1"),
    "too much memory": ({"memory": 99}, "", "needs 99 GiB of memory"),
    "no end": (
        {"count": None, "arrivals": {"poisson": {"ratePerHour": 60}}},
        "",
        "expected a count, or arrivals that end",
    ),
    "failing coordination": (
        {"coordinationFailureProbability": 0.5},
        "coordinationFailureProbability",
        "only tasks of several instances coordinate",
    ),
}

Everywhere = Callable[[Body], list[tuple[str, list[Body], Body]]]


def cases() -> list[tuple[str, Everywhere, Body, str, str]]:
    """Return every planted defect with the places it is tried in."""
    group: Body = {"count": 1, "duration": "1m"}
    kinds: list[tuple[str, Everywhere, Callable[[Body], Body], dict[str, tuple[Body, str, str]]]] = [
        ("pool", pools_everywhere, lambda wrong: pool("late", **wrong), POOLS),
        ("job", jobs_everywhere, lambda wrong: job(count=1, **wrong), JOBS),
        ("task", tasks_everywhere, lambda wrong: {**task("t"), **wrong}, TASKS),
        ("group", groups_everywhere, lambda wrong: {**group, **wrong}, GROUPS),
    ]
    return [
        (f"{kind}: {name}", everywhere, made(wrong), at, why)
        for kind, everywhere, made, defects in kinds
        for name, (wrong, at, why) in defects.items()
    ]


@pytest.mark.parametrize(
    ("everywhere", "body", "at", "why"), [case[1:] for case in cases()], ids=[case[0] for case in cases()]
)
def test_a_defect_is_reported_in_every_place(
    tmp_path: Path, everywhere: Everywhere, body: Body, at: str, why: str
) -> None:
    for place, parts, rest in everywhere(body):
        wanted = f"{place}.{at}" if at else place
        found = problems_of(tmp_path, *parts, **rest)
        assert [text for text in found if f" {wanted}: " in text and why in text], (wanted, found)


BLENDER: Body = {"applicationPackageReferences": [{"applicationId": "blender"}]}
DRAWN: Body = {"containerSettings": {"imageName": "ubuntu"}}
DOWNLOADS: Body = {
    "downloads": {"applicationPackages": {"blender": {"sizeMiB": 9}}, "containerImages": {"ubuntu": {"sizeMiB": 9}}}
}
CONTAINERS: Body = {**UBUNTU, "containerConfiguration": {"type": "dockerCompatible"}}


def test_a_package_or_image_counts_as_used_wherever_the_task_stands(tmp_path: Path) -> None:
    mine = pool(nodes=1, virtualMachineConfiguration=CONTAINERS, simulation=DOWNLOADS)
    one = task("t", **BLENDER, **DRAWN)
    whole = job("k", tasks=[one])
    own = job(tasks=[task("a", **DRAWN)])
    ways: list[tuple[list[Body], Body]] = [
        ([job(tasks=[one])], {}),
        ([own], {"timeline": [operation("1m", "addTasks", pool=None, job="j", tasks=[one])]}),
        ([own], {"timeline": [operation("1m", "addJob", pool=None, job=whole)]}),
        ([own], {"jobSchedules": [{"id": "s", "jobSpecification": without_id(whole)}]}),
        ([own], {"timeline": [operation("1m", "updatePool", **BLENDER)]}),
    ]
    for jobs, rest in ways:
        assert problems_of(tmp_path, mine, *jobs, **rest) == [], rest


def test_a_package_counts_as_used_where_an_operation_moves_the_job(tmp_path: Path) -> None:
    goal = pool("q", nodes=1, simulation={"downloads": {"applicationPackages": {"blender": {"sizeMiB": 9}}}})
    moves = [
        operation("1m", "disableJob", pool=None, job="j"),
        operation("2m", "updateJob", pool=None, job="j", poolInfo={"poolId": "q"}),
    ]
    work = job(tasks=[task("t", **BLENDER)])
    assert problems_of(tmp_path, pool(nodes=1), goal, work, timeline=moves) == []
    (refusal,) = refused(tmp_path, pool(nodes=1), goal, work)
    assert "pools.1.simulation.downloads.applicationPackages.blender: nothing on this pool" in refusal


def test_an_image_of_a_start_task_counts_as_used(tmp_path: Path) -> None:
    downloads = {"downloads": {"containerImages": {"ubuntu": {"sizeMiB": 9}}}}
    start = {"commandLine": "x", **DRAWN}
    mine = pool(nodes=1, virtualMachineConfiguration=CONTAINERS, startTask=start, simulation=downloads)
    assert problems_of(tmp_path, mine, job(tasks=[task("t", containerSettings={"imageName": "other"})])) == []


def test_a_horizon_counts_every_task_that_comes(tmp_path: Path) -> None:
    late = job(tasks=[task("t", submit="3h")])
    (found,) = problems_of(tmp_path, pool(nodes=1), late, horizon="2h")
    assert "the horizon of 7200 s is over before the first task arrives at 10800 s" in found
    early = [operation("1h", "addTasks", pool=None, job="j", tasks=[task("u")])]
    assert problems_of(tmp_path, pool(nodes=1), late, horizon="2h", timeline=early) == []
    added = [operation("3h", "addJob", pool=None, job=job("k", count=1))]
    (found,) = problems_of(tmp_path, pool(nodes=1), horizon="2h", timeline=added)
    assert "is over before the first task arrives at 10800 s" in found


def test_when_a_job_is_created_is_stated_once(tmp_path: Path) -> None:
    whole = job("k", count=1, simulation={"createdAt": "2h"})
    (warning,) = problems_of(tmp_path, pool(nodes=1), timeline=[operation("1h", "addJob", pool=None, job=whole)])
    assert "timeline.0.job.simulation.createdAt: warning: no effect: the operation's at says when" in warning
    schedule = {"id": "s", "jobSpecification": without_id(whole)}
    (warning,) = problems_of(tmp_path, pool(nodes=1), jobSchedules=[schedule])
    assert "jobSchedules.0.jobSpecification.simulation.createdAt: warning: no effect: the schedule decides" in warning


def test_a_task_of_a_job_that_is_added_comes_no_earlier(tmp_path: Path) -> None:
    whole = job("k", tasks=[task("t", submit="30m")])
    (found,) = problems_of(tmp_path, pool(nodes=1), timeline=[operation("1h", "addJob", pool=None, job=whole)])
    assert "timeline.0.job.tasks.0.simulation.submit: the task is added before its job" in found


def test_a_formula_that_a_request_brings_is_looked_at_too(tmp_path: Path) -> None:
    enables = operation("1h", "enableAutoScale", autoScaleFormula=FRACTION)
    (warning, *_) = problems_of(tmp_path, pool(nodes=1), job(count=1), timeline=[enables])
    assert "timeline.0.autoScaleFormula: warning: formula, " in warning


def test_a_start_task_that_a_pool_gets_later_is_looked_at_too(tmp_path: Path) -> None:
    update = operation("1m", "updatePool", startTask={"commandLine": UNREAD, **DRAWN})
    found = problems_of(tmp_path, pool(nodes=1), job(count=1), timeline=[update])
    assert any("timeline.0.startTask.commandLine: warning: a command line names a time" in text for text in found)
    assert any(
        "timeline.0.startTask.containerSettings: pool 'p' has no containerConfiguration" in text for text in found
    )
