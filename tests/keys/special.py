"""Job managers, preparation and release tasks, and traces: each key in a scenario where it matters."""

from typing import Any, Final

from tests.features.story import document, job, pool
from tests.keys.change import Body, Change, Changes, altered, of
from tests.keys.jobs import IN_CONTAINER, PACKAGED, J, variable

_MANAGER: Final = document(
    pool(nodes=1, taskSlotsPerNode=4),
    job(count=6, jobManagerTask={"id": "m", "commandLine": "sleep 90", "runExclusive": False}),
    horizon="1h",
)
M: Final = f"{J}.jobManagerTask"
_PREPARED: Final = document(
    pool(nodes=2),
    job(
        count=8,
        duration="5m",
        onAllTasksComplete="terminatejob",
        jobPreparationTask={"commandLine": "sleep 60"},
        jobReleaseTask={"commandLine": "sleep 60"},
    ),
    timeline=[{"at": "8m", "operation": "reboot", "pool": "p", "nodeId": "p_1_d"}],
)
PREPARATION, RELEASE = f"{J}.jobPreparationTask", f"{J}.jobReleaseTask"
SPECIAL: Final[Changes] = {
    **of(
        "JobManagerTask",
        _MANAGER,
        M,
        {
            "id": "other",
            "commandLine": "sleep 30",
            "requiredSlots": 4,
            "environmentSettings": variable("30s"),
            "killJobOnCompletion": False,
            "runExclusive": True,
        },
    ),
    "JobManagerTask.allowLowPriorityNode": Change(
        altered(_MANAGER, {"pools.0.targetDedicatedNodes": 0, "pools.0.targetLowPriorityNodes": 1}),
        f"{M}.allowLowPriorityNode",
        False,
    ),
    "JobManagerTask.containerSettings": Change(
        altered(IN_CONTAINER, {M: {"id": "m", "commandLine": "sleep 90", "containerSettings": {"imageName": "i"}}}),
        f"{M}.containerSettings",
        {"imageName": "k"},
    ),
    "JobManagerTask.applicationPackageReferences": Change(
        altered(PACKAGED, {M: {"id": "m", "commandLine": "sleep 90"}}),
        f"{M}.applicationPackageReferences",
        [{"applicationId": "app"}],
    ),
    **of(
        "JobPreparationTask",
        _PREPARED,
        PREPARATION,
        {
            "commandLine": "sleep 90",
            "environmentSettings": variable("90s"),
            "rerunOnNodeRebootAfterSuccess": False,
        },
    ),
    "JobPreparationTask.waitForSuccess": Change(_PREPARED, f"{PREPARATION}.waitForSuccess", False),
    **of(
        "JobReleaseTask",
        _PREPARED,
        RELEASE,
        {
            "commandLine": "sleep 90",
            "environmentSettings": variable("90s"),
            "maxWallClockTime": "30s",
        },
    ),
    **of("NodeTaskSimulation", _PREPARED, f"{PREPARATION}.simulation", {"duration": "90s", "failureProbability": 0.9}),
}


def traced(**source: Any) -> Body:
    return document(
        pool(nodes=2, enableInterNodeCommunication=True), {**job(), "simulation": {"workload": [source]}}, horizon="3h"
    )


W: Final = f"{J}.simulation.workload.0"
_SWF: Final = altered(traced(trace="small.swf"), {"pools.0.taskSlotsPerNode": 4})
_CSV: Final = traced(trace="small.csv", columns={"id": "name"})
_DATED: Final = traced(trace="dated.csv", columns={"submit": "began", "start": "began", "end": "ended"})
_SLASHED: Final = altered(traced(trace="slashed.csv", dateOrder="day_first"), {"horizon": "40d"})
_DEPENDENT: Final = altered(_CSV, {"jobs.0.usesTaskDependencies": True})
TRACES: Final[Changes] = {
    **of(
        "TraceWorkload",
        _SWF,
        W,
        {
            "trace": "small.csv",
            "parallelJobs": "multi_instance",
            "submitTimes": "absolute",
            "start": "5m",
            "limit": 1,
            "useMemory": True,
        },
    ),
    "TraceWorkload.timeUnit": Change(_CSV, f"{W}.timeUnit", "m"),
    "TraceWorkload.duration": Change(_CSV, f"{W}.duration", "90s"),
    "TraceWorkload.keep": Change(_CSV, f"{W}.keep", {"label": ["x"]}),
    "TraceWorkload.memoryUnit": Change(
        traced(trace="small.csv", columns={"memory": "memory"}), f"{W}.memoryUnit", "GB"
    ),
    "TraceWorkload.columnNames": Change(
        traced(trace="nameless.csv", columnNames=["id", "submit", "duration"]),
        f"{W}.columnNames",
        ["id", "duration", "submit"],
    ),
    "TraceWorkload.timeZone": Change(_DATED, f"{W}.timeZone", "Europe/Berlin"),
    "TraceWorkload.dateOrder": Change(_SLASHED, f"{W}.dateOrder", "month_first"),
    **of("TraceColumns", _DATED, f"{W}.columns", {"start": "ended", "end": "began"}),
    "TraceColumns.dependsOn": Change(_DEPENDENT, f"{W}.columns.dependsOn", "after"),
    **of(
        "TraceColumns",
        _CSV,
        f"{W}.columns",
        {
            "id": "label",
            "submit": "later",
            "duration": "longer",
            "cores": "cores",
            "memory": "memory",
            "slots": "slots",
            "instances": "instances",
            "exitCode": "code",
            "failedAttempts": "failures",
            "maxTaskRetryCount": "retries",
        },
    ),
}
CHANGES: Final = {**SPECIAL, **TRACES}
