"""Jobs, tasks, schedules and traces: each key in a scenario where it matters."""

from typing import Any, Final

from tests.features.story import UBUNTU, document, job, pool, task
from tests.keys.change import Body, Change, Changes, altered, of

J: Final = "jobs.0"
T: Final = f"{J}.tasks.0"
TASK: Final = f"{T}.simulation"
SIM: Final = "SIM_DURATION"


def one(*others: Body, nodes: int = 1, **body: Any) -> Body:
    """Return a pool and a job whose first task is `a`."""
    return document(pool(nodes=nodes), job(tasks=[{**task("a"), **body}, *others]))


def variable(value: str) -> list[Body]:
    return [{"name": SIM, "value": value}]


def plain(**body: Any) -> Body:
    """Return a task that only its body describes."""
    return {"id": "a", "commandLine": "sleep 60", **body}


def listed(one: Body, **body: Any) -> Body:
    """Return a pool and a job of one task that only its body describes."""
    return document(pool(nodes=1), job(tasks=[one], **body))


_THREE: Final = document(pool(nodes=2), job(count=4), job("k", count=4))
_FAILS: Final = one(task("b"), simulation={"duration": "60s", "exitCodes": [1, 2, 0]})
_ACTS: Final = altered(
    one(task("b", submit="5m"), exitConditions={"default": {"jobAction": "terminate"}}),
    {f"{TASK}.exitCodes": [1], f"{J}.onTaskFailure": "performexitoptionsjobaction"},
)
_AFTER: Final = altered(one(task("b", dependsOn={"taskIds": ["a"]}), task("c")), {f"{J}.usesTaskDependencies": True})
_NUMBERED: Final = altered(
    document(
        pool(nodes=4),
        job(
            tasks=[
                *(task(str(n), f"{n}m") for n in (1, 2, 3)),
                task("b", dependsOn={"taskIdRanges": [{"start": 1, "end": 2}]}),
            ]
        ),
    ),
    {f"{J}.usesTaskDependencies": True},
)
_LATE: Final = document(pool(nodes=1), job(count=1, onAllTasksComplete="terminatejob"), horizon="1h")
_STREAMS: Final = document(pool(nodes=2), job(count=4, duration={"exponential": {"mean": "60s"}}))
_PREEMPTING: Final = document(pool(nodes=1), job(count=1, duration="10m"), job("high", count=1, at="60s", priority=9))
JOBS: Final[Changes] = {
    **of("Job", _THREE, J, {"id": "other", "maxParallelTasks": 1}),
    "Job.priority": Change(_THREE, "jobs.1.priority", 9),
    "Job.onAllTasksComplete": Change(_LATE, f"{J}.onAllTasksComplete", "noaction"),
    "Job.onTaskFailure": Change(_ACTS, f"{J}.onTaskFailure", "noaction", is_refused=True),
    "Job.usesTaskDependencies": Change(_AFTER, f"{J}.usesTaskDependencies", False, is_refused=True),
    "Job.allowTaskPreemption": Change(_PREEMPTING, f"{J}.allowTaskPreemption", True),
    "Job.commonEnvironmentSettings": Change(listed(plain()), f"{J}.commonEnvironmentSettings", variable("90s")),
    **of(
        "commonEnvironmentSettings",
        listed(plain(), commonEnvironmentSettings=variable("90s")),
        f"{J}.commonEnvironmentSettings.0",
        {
            "name": "OTHER",
            "value": "30s",
        },
    ),
    "PoolInfo.poolId": Change(document(pool(nodes=1), pool("q", nodes=1), job(count=2)), f"{J}.poolInfo.poolId", "q"),
    "JobConstraints.maxTaskRetryCount": Change(_FAILS, f"{J}.constraints.maxTaskRetryCount", 1),
    "JobConstraints.maxWallClockTime": Change(_THREE, f"{J}.constraints.maxWallClockTime", "30s"),
    "JobSimulation.createdAt": Change(_THREE, f"{J}.simulation.createdAt", "60s"),
    "JobSimulation.stream": Change(_STREAMS, f"{J}.simulation.stream", "other"),
}
_SCHEDULED: Final = {
    "jobSpecification": job("", count=1, duration="20m", onAllTasksComplete="terminatejob"),
    "schedule": {"doNotRunUntil": "1m", "doNotRunAfter": "45m", "startWindow": "5m", "recurrenceInterval": "15m"},
}
_SCHEDULED["jobSpecification"].pop("id")
SCHEDULE: Final = document(pool(nodes=1), horizon="2h", jobSchedules=[{"id": "s", **_SCHEDULED}])
_AUTO: Final = altered(
    SCHEDULE,
    {
        "pools": [],
        "jobSchedules.0.jobSpecification.poolInfo": {
            "autoPoolSpecification": {
                "autoPoolIdPrefix": "a",
                "poolLifetimeOption": "job",
                "pool": pool(nodes=1),
            }
        },
    },
)
SCHEDULES: Final[Changes] = {
    "JobSchedule.id": Change(SCHEDULE, "jobSchedules.0.id", "other"),
    **of(
        "Recurrence",
        SCHEDULE,
        "jobSchedules.0.schedule",
        {
            "doNotRunUntil": "9m",
            "doNotRunAfter": "20m",
            "startWindow": "15m",
            "recurrenceInterval": "40m",
        },
    ),
    **of(
        "AutoPool",
        _AUTO,
        "jobSchedules.0.jobSpecification.poolInfo.autoPoolSpecification",
        {
            "autoPoolIdPrefix": "b",
            "poolLifetimeOption": "jobschedule",
            "keepAlive": True,
        },
    ),
}
_CONTAINERS: Final = {**UBUNTU, "containerConfiguration": {"type": "dockerCompatible"}}
IN_CONTAINER: Final = document(
    pool(
        nodes=1,
        virtualMachineConfiguration=_CONTAINERS,
        simulation={"downloads": {"containerImages": {"i": {"sizeMiB": 6000}, "k": {"sizeMiB": 60}}}},
    ),
    job(tasks=[task("a", containerSettings={"imageName": "i"}), task("b", containerSettings={"imageName": "k"})]),
)
PACKAGED: Final = document(
    pool(nodes=1, simulation={"downloads": {"applicationPackages": {"app": {"sizeMiB": 6000}}}}),
    job(tasks=[task("a", applicationPackageReferences=[{"applicationId": "app"}]), task("b")]),
)
GANG: Final = document(
    pool(nodes=3, enableInterNodeCommunication=True),
    job(
        tasks=[
            task(
                "a",
                multiInstanceSettings={
                    "numberOfInstances": 2,
                    "coordinationCommandLine": "sleep 10",
                    "commonResourceFiles": [{"httpUrl": "u"}],
                },
            )
        ]
    ),
)
_KEPT: Final = altered(
    one(task("b", submit="20m"), simulation={"duration": "60s", "disk": 1}),
    {
        "timeline": [
            {
                "at": "5m",
                "operation": "resize",
                "pool": "p",
                "targetDedicatedNodes": 0,
                "nodeDeallocationOption": "retaineddata",
                "resizeTimeout": "P8D",
            }
        ],
        "horizon": "1h",
    },
)
_FETCHES: Final = altered(
    one(),
    {
        f"{T}.outputFiles": [{"filePattern": "*", "uploadOptions": {"uploadCondition": "taskcompletion"}}],
        f"{TASK}.output": 6000,
    },
)
_TIGHT: Final = document(
    pool(nodes=1, taskSlotsPerNode=2),
    job(tasks=[task("a", simulation={"cores": 1, "memory": 1}), task("b", simulation={"cores": 1, "memory": 1})]),
)
_CONDITIONS: Final = altered(_ACTS, {f"{T}.exitConditions": {}})
_TERMINATE: Final = {"jobAction": "disable"}
_RANGE: Final = {"start": 0, "end": 9, "exitOptions": _TERMINATE}
TASKS: Final[Changes] = {
    **of(
        "Task",
        listed(plain()),
        T,
        {
            "id": "other",
            "commandLine": "sleep 90",
            "environmentSettings": variable("90s"),
        },
    ),
    "Task.requiredSlots": Change(_TIGHT, f"{T}.requiredSlots", 2),
    "Task.containerSettings": Change(IN_CONTAINER, f"{T}.containerSettings", {"imageName": "k"}, is_refused=True),
    "Task.applicationPackageReferences": Change(
        altered(
            PACKAGED,
            {
                "pools.0.simulation.downloads.applicationPackages.k": {"sizeMiB": 600},
                f"{J}.tasks.1.applicationPackageReferences": [{"applicationId": "k"}],
            },
        ),
        f"{T}.applicationPackageReferences",
        [{"applicationId": "app"}, {"applicationId": "k"}],
    ),
    "Task.exitConditions": Change(_ACTS, f"{T}.exitConditions", {"default": {"jobAction": "none"}}),
    **of(
        "environmentSettings",
        listed(plain(environmentSettings=variable("90s"))),
        f"{T}.environmentSettings.0",
        {
            "name": "OTHER",
            "value": "30s",
        },
    ),
    "containerSettings.imageName": Change(
        IN_CONTAINER, f"{J}.tasks.1.containerSettings.imageName", "i", is_refused=True
    ),
    "uploadOptions.uploadCondition": Change(
        _FETCHES, f"{T}.outputFiles.0.uploadOptions.uploadCondition", "taskfailure"
    ),
    **of(
        "exitConditions",
        _CONDITIONS,
        f"{T}.exitConditions",
        {
            "exitCodes": [{"code": 1, "exitOptions": _TERMINATE}],
            "exitCodeRanges": [{"start": 1, "end": 9, "exitOptions": _TERMINATE}],
            "default": _TERMINATE,
        },
    ),
    "exitCodes.code": Change(
        altered(_CONDITIONS, {f"{T}.exitConditions.exitCodes": [{"code": 1, "exitOptions": _TERMINATE}]}),
        f"{T}.exitConditions.exitCodes.0.code",
        2,
    ),
    **of(
        "exitCodeRanges",
        altered(_CONDITIONS, {f"{T}.exitConditions.exitCodeRanges": [_RANGE]}),
        f"{T}.exitConditions.exitCodeRanges.0",
        {"start": 2, "end": 0},
    ),
    "exitOptions.jobAction": Change(_ACTS, f"{T}.exitConditions.default.jobAction", "disable"),
    "exitOptions.dependencyAction": Change(
        altered(
            _AFTER, {f"{TASK}.exitCodes": [1], f"{T}.exitConditions": {"default": {"dependencyAction": "satisfy"}}}
        ),
        f"{T}.exitConditions.default.dependencyAction",
        "block",
    ),
    "exitConditions.preProcessingError": Change(
        altered(_CONDITIONS, {f"{TASK}.error": "preProcessingError"}),
        f"{T}.exitConditions.preProcessingError",
        _TERMINATE,
    ),
    "exitConditions.fileUploadError": Change(
        altered(_CONDITIONS, {f"{TASK}.error": "fileUploadError", f"{TASK}.exitCodes": [0]}),
        f"{T}.exitConditions.fileUploadError",
        _TERMINATE,
    ),
    **of("TaskConstraints", _FAILS, f"{T}.constraints", {"maxTaskRetryCount": 2, "maxWallClockTime": "30s"}),
    "TaskConstraints.retentionTime": Change(_KEPT, f"{T}.constraints.retentionTime", "10m"),
    **of(
        "MultiInstanceSettings",
        GANG,
        f"{T}.multiInstanceSettings",
        {
            "numberOfInstances": 3,
            "coordinationCommandLine": "sleep 30",
        },
    ),
    "DependsOn.taskIds": Change(_AFTER, f"{J}.tasks.1.dependsOn.taskIds", ["c"]),
    **of("TaskIdRange", _NUMBERED, f"{J}.tasks.3.dependsOn.taskIdRanges.0", {"start": 2, "end": 3}),
    "TaskIdRange.start": Change(
        altered(_NUMBERED, {f"{J}.tasks.0.simulation.duration": "9m"}),
        f"{J}.tasks.3.dependsOn.taskIdRanges.0.start",
        2,
    ),
    "AffinityInfo.affinityId": Change(one(nodes=2), f"{T}.affinityInfo.affinityId", "p_2_d"),
}
SIMULATIONS: Final[Changes] = {
    **of(
        "TaskSimulation",
        one(),
        TASK,
        {
            "submit": "60s",
            "duration": "90s",
            "exitCodes": [1],
            "error": "preProcessingError",
            "input": 6000,
        },
    ),
    **of("TaskSimulation", _TIGHT, TASK, {"cores": 2, "memory": 7.5}),
    "TaskSimulation.output": Change(_FETCHES, f"{TASK}.output", 60),
    "TaskSimulation.disk": Change(
        altered(one(task("b")), {"options.enforceLocalResources": "disk"}), f"{TASK}.disk", 90
    ),
    **of(
        "TaskSimulation", GANG, TASK, {"commonInput": 6000, "coordination": "30s", "coordinationFailureProbability": 1}
    ),
    "TaskSimulation.coordinationExitCode": Change(
        altered(GANG, {f"{TASK}.coordinationFailureProbability": 1}), f"{TASK}.coordinationExitCode", 3
    ),
    "TaskDefaults.duration": Change(
        altered(listed({"id": "a", "commandLine": "work"}), {f"{J}.simulation.defaults.duration": "60s"}),
        f"{J}.simulation.defaults.duration",
        "90s",
    ),
    **of(
        "TaskDefaults",
        document(pool(nodes=1, taskSlotsPerNode=2), job(tasks=[task("a"), task("b")])),
        f"{J}.simulation.defaults",
        {
            "cores": 2,
            "memory": 6,
        },
    ),
}
CHANGES: Final = {**JOBS, **SCHEDULES, **TASKS, **SIMULATIONS}
