"""Keys that hold a mapping: each with a change of a key under it, where no other scenario goes through it."""

from typing import Any, Final

from tests.features.story import document, job, operation, pool, task
from tests.keys.change import Body, Change, Changes, altered
from tests.keys.jobs import GANG, IN_CONTAINER

P, J, T, AT = "pools.0", "jobs.0", "jobs.0.tasks.0", "timeline.0"
MIB: Final = 6000


def one(*tasks: Body, **body: Any) -> Body:
    """Return a pool of one node with some tasks, or one."""
    return document(pool(nodes=1), job(tasks=list(tasks or (task("a"),)), **body), horizon="1h")


_OF_AN_ACCOUNT: Final = document(
    pool(nodes=2, simulation={"account": "b"}), job(count=2), accounts={"b": {"dedicatedCoreQuota": 4}}
)
_STARTED_ANEW: Final = document(
    pool(nodes=1),
    job(count=1),
    timeline=[
        operation("1m", "updatePool", startTask={"commandLine": "sleep 60"}),
        operation("2m", "resize", targetDedicatedNodes=2),
    ],
    horizon="1h",
)
_ADDED: Final = document(
    pool(nodes=1),
    job(),
    timeline=[
        operation("1m", "addTasks", pool=None, job="j", tasks=[task("a")], workload=[{"count": 1, "duration": "60s"}])
    ],
    horizon="1h",
)
_MANAGED: Final = one(
    jobManagerTask={
        "id": "m",
        "commandLine": "sleep 90",
        "outputFiles": [{"filePattern": "*", "uploadOptions": {"uploadCondition": "taskcompletion"}}],
        "simulation": {"output": MIB},
    }
)
_SPECIAL: Final = one(
    onAllTasksComplete="terminatejob",
    jobPreparationTask={"commandLine": "sleep 60"},
    jobReleaseTask={"commandLine": "sleep 60"},
)
_EXTRAS: Final = {
    **document(pool(nodes=1), horizon="1h", options={"billSubscriptionExtras": True}),
    "account": {"mode": "UserSubscription"},
}
_OLD: Final = document(
    pool(
        nodes=0,
        low_priority=4,
        simulation={
            "preemption": {
                "model": "bathtub",
                "early": {"shape": 0.5, "scale": "9h"},
                "ratePerHour": 0,
                "wearOut": {"shape": 3, "scale": "30m"},
            }
        },
    ),
    horizon="3h",
)
_OWN_POOL: Final = document(
    pool(nodes=1),
    job(
        count=4,
        onAllTasksComplete="terminatejob",
        poolInfo={
            "autoPoolSpecification": {
                "poolLifetimeOption": "job",
                "pool": {key: value for key, value in pool(nodes=1).items() if key != "id"},
            }
        },
    ),
)
_SAVED: Final = altered(
    one(task("a", "10m", simulation={"checkpoints": {"interval": "2m", "cost": "5s", "restartCost": "7s"}})),
    {"timeline": [operation("5m", "reboot", nodeId="p_1_d")]},
)
_FAILS: Final = one(
    task("a", exits=[1], exitConditions={"exitCodes": [{"code": 1}], "exitCodeRanges": [{"start": 5, "end": 9}]}),
    task("b"),
    onTaskFailure="performexitoptionsjobaction",
)
CHANGES: Final[Changes] = {
    "Scenario.accounts": Change(_OF_AN_ACCOUNT, "accounts.b.dedicatedCoreQuota", 2),
    "UpdatePool.startTask": Change(_STARTED_ANEW, f"{AT}.startTask.commandLine", "sleep 90"),
    "AddTasks.tasks": Change(_ADDED, f"{AT}.tasks.0.simulation.duration", "90s"),
    "AddTasks.workload": Change(_ADDED, f"{AT}.workload.0.duration", "90s"),
    "JobManagerTask.constraints": Change(_MANAGED, f"{J}.jobManagerTask.constraints.maxWallClockTime", "PT30S"),
    "JobManagerTask.simulation": Change(_MANAGED, f"{J}.jobManagerTask.simulation.duration", "30s"),
    "JobManagerTask.outputFiles": Change(
        _MANAGED, f"{J}.jobManagerTask.outputFiles.0.uploadOptions.uploadCondition", "taskfailure"
    ),
    "JobPreparationTask.constraints": Change(_SPECIAL, f"{J}.jobPreparationTask.constraints.maxWallClockTime", "PT30S"),
    "JobReleaseTask.simulation": Change(_SPECIAL, f"{J}.jobReleaseTask.simulation.duration", "90s"),
    "OsDisk.managedDisk": Change(
        _EXTRAS, f"{P}.virtualMachineConfiguration.osDisk.managedDisk.storageAccountType", "premium_lrs"
    ),
    "BathtubHazard.wearOut": Change(_OLD, f"{P}.simulation.preemption.wearOut.scale", "9h"),
    "Downloads.containerImages": Change(IN_CONTAINER, f"{P}.simulation.downloads.containerImages.i.sizeMiB", 60),
    "AutoPool.pool": Change(_OWN_POOL, f"{J}.poolInfo.autoPoolSpecification.pool.targetDedicatedNodes", 2),
    "MultiInstanceSettings.commonResourceFiles": Change(
        altered(GANG, {f"{T}.simulation.commonInput": MIB}), f"{T}.multiInstanceSettings.commonResourceFiles", []
    ),
    "TaskSimulation.checkpoints": Change(_SAVED, f"{T}.simulation.checkpoints.interval", "1m"),
    "exitCodes.exitOptions": Change(_FAILS, f"{T}.exitConditions.exitCodes.0.exitOptions.jobAction", "none"),
    "exitCodeRanges.exitOptions": Change(
        altered(_FAILS, {f"{T}.exitConditions.exitCodeRanges.0.start": 1, f"{T}.exitConditions.exitCodes": []}),
        f"{T}.exitConditions.exitCodeRanges.0.exitOptions.jobAction",
        "none",
    ),
}
