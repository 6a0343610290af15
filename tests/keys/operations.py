"""The timeline: each key of each operation in a scenario where it matters."""

from typing import Any, Final

from tests.features.story import CLOUD_SERVICE, document, job, operation, pool, task
from tests.keys.change import Body, Change, Changes, altered

PARTS: Final = (
    pool(nodes=2, low_priority=1, simulation={"timing": {"recoveryDelay": "5m"}}),
    pool("q", nodes=2, low_priority=1, simulation={"timing": {"recoveryDelay": "5m"}}),
    job(count=20, duration="5m"),
    job("k", pool="q", count=20, duration="5m"),
)
NEWEST: Final = {"apiProfile": "2025-06"}


def played(name: str, *, first: tuple[Body, ...] = (), parts: tuple[Body, ...] = PARTS, **rest: Any) -> Body:
    """Return a scenario in which an operation is the last of the timeline."""
    options = rest.pop("options", {})
    on = {"pool": rest.pop("pool", "p")} if not ({"job", "jobSchedule"} & rest.keys() or name in FREE) else {}
    last = {"at": rest.pop("at", "7m"), "operation": name, **on, **rest}
    return document(*parts, horizon="1h", options=options, timeline=[*first, last])


FREE: Final = ("createPool", "outage", "addJob")
"""Operations that name no pool or job."""


def _common(section: str, base: Body, **others: Any) -> Changes:
    """Return the changes of the keys that an operation has: other values, another time, and that it is not there."""
    place = f"timeline.{len(base['timeline']) - 1}"
    found = {f"{section}.{key}": Change(base, f"{place}.{key}", value) for key, value in others.items()}
    found[f"{section}.at"] = Change(base, f"{place}.at", "11m")
    found[f"{section}.operation"] = Change(base, "timeline", base["timeline"][:-1])
    if isinstance(base["timeline"][-1].get("pool"), str):
        found.setdefault(f"{section}.pool", Change(base, f"{place}.pool", "q"))
    return found


_SCALING: Final = tuple(
    {
        **pool(name, enableAutoScale=True, autoScaleFormula="$TargetDedicatedNodes = 2;"),
        "autoScaleEvaluationInterval": "5m",
    }
    for name in ("p", "q")
)
_OTHER: Final = "$TargetDedicatedNodes = 1;"
_CLOUD: Final = tuple(
    pool(name, nodes=2, cloudServiceConfiguration=CLOUD_SERVICE, simulation={"timing": {"upgradingOS": "1m"}})
    for name in ("p", "q")
)
_DRAINED: Final = "taskcompletion"
_GROWING: Final = tuple(pool(name, nodes=2, simulation={"timing": {"allocationLatency": "20m"}}) for name in ("p", "q"))
_UPDATED: Final = tuple(
    pool(
        name,
        nodes=2,
        simulation={
            "timing": {"certificateInstall": 60},
            "downloads": {"applicationPackages": {"app": {"sizeMiB": 6000}}},
        },
        applicationPackageReferences=[{"applicationId": "app"}],
    )
    for name in ("p", "q")
)
_REBOOT: Final = tuple(operation("20m", "reboot", pool=name, nodeId=[f"{name}_1_d"]) for name in ("p", "q"))
ON_POOLS: Final[Changes] = {
    **_common("CreatePool", played("createPool", pool=pool("new", nodes=1))),
    **_common(
        "Resize",
        played("resize", targetDedicatedNodes=1, targetLowPriorityNodes=1),
        targetDedicatedNodes=3,
        targetLowPriorityNodes=2,
        nodeDeallocationOption="terminate",
    ),
    "Resize.resizeTimeout": Change(
        altered(
            played("resize", at="20m", targetDedicatedNodes=4), {"pools.0.simulation.timing.allocationLatency": "12m"}
        ),
        "timeline.0.resizeTimeout",
        "5m",
    ),
    **_common("StopResize", played("stopResize", parts=_GROWING)),
    **_common("DeletePool", played("deletePool")),
    **_common(
        "EnableAutoScale",
        played("enableAutoScale", parts=_SCALING, autoScaleFormula=_OTHER, autoScaleEvaluationInterval="5m"),
        autoScaleFormula="$TargetDedicatedNodes = 3;",
        autoScaleEvaluationInterval="9m",
    ),
    **_common("DisableAutoScale", played("disableAutoScale", parts=_SCALING)),
    **_common(
        "EvaluateAutoScale",
        played("evaluateAutoScale", parts=_SCALING, autoScaleFormula=_OTHER),
        autoScaleFormula="$TargetDedicatedNodes = 3;",
    ),
    **_common(
        "UpdatePool",
        altered(
            played("updatePool", parts=_UPDATED, first=_REBOOT[:1], applicationPackageReferences=[]),
            {"timeline.0": {**_REBOOT[0], "at": "10m"}},
        ),
        applicationPackageReferences=[{"applicationId": "app"}],
        certificateReferences=[{"thumbprint": "0"}],
    ),
}
_SLOW: Final[Body] = {"nodeDeallocationOption": _DRAINED, "resizeTimeout": "5m"}
_LONG: Final = (PARTS[0], PARTS[1], job(count=3, duration="40m"))
ON_NODES: Final[Changes] = {
    **_common(
        "RemoveNodes",
        played("removeNodes", nodeList=["p_1_d"]),
        nodeList=["p_2_d"],
        nodeDeallocationOption="terminate",
    ),
    "RemoveNodes.resizeTimeout": Change(
        played("removeNodes", parts=_LONG, nodeList=["p_1_d"], **_SLOW), "timeline.0.resizeTimeout", "50m"
    ),
    **_common("Reboot", played("reboot", nodeId=["p_1_d"]), nodeId=["p_2_d"], nodeRebootOption="terminate"),
    **_common(
        "Reimage",
        played("reimage", parts=(*_CLOUD, *PARTS[2:]), nodeId=["p_1_d"]),
        nodeId=["p_2_d"],
        nodeReimageOption="terminate",
    ),
    **_common(
        "DeallocateNode",
        played("deallocateNode", options=NEWEST, nodeId=["p_1_d"]),
        nodeId=["p_2_d"],
        nodeDeallocateOption="terminate",
    ),
    **_common(
        "StartNode",
        played(
            "startNode", options=NEWEST, first=(operation("2m", "deallocateNode", nodeId="p_1_d"),), nodeId=["p_1_d"]
        ),
        nodeId=["p_2_d"],
    ),
    **_common(
        "DisableScheduling",
        played("disableScheduling", nodeId=["p_1_d"]),
        nodeId=["p_2_d"],
        nodeDisableSchedulingOption="terminate",
    ),
    **_common(
        "EnableScheduling",
        played("enableScheduling", first=(operation("2m", "disableScheduling", nodeId="p_1_d"),), nodeId=["p_1_d"]),
        nodeId=["p_2_d"],
    ),
    **_common(
        "UpgradeOs",
        played("upgradeOs", parts=(*_CLOUD, *PARTS[2:]), first=(operation("1m", "upgradeOs", targetOSVersion="5.1"),)),
        targetOSVersion="5.1",
        batchSize="all",
    ),
    **_common(
        "LoseContact", played("loseContact", nodeId=["p_1_d"]), nodeId=["p_2_d"], state="unusable", recovery="1m"
    ),
    "LoseContact.count": Change(played("loseContact", count=1), "timeline.0.count", 2),
    **_common("PreemptNodes", played("preemptNodes", nodeId=["p_3_p"]), nodeId=["q_3_p"]),
    "PreemptNodes.count": Change(
        altered(played("preemptNodes", count=1), {"pools.0.targetLowPriorityNodes": 3}), "timeline.0.count", 2
    ),
    **_common(
        "Outage",
        played(
            "outage", first=(operation("12m", "resize", targetDedicatedNodes=4),), size="Standard_D2_v3", duration="30m"
        ),
        size="Standard_D4_v3",
        zone=2,
        duration="1m",
    ),
    "Outage.at": Change(
        played(
            "outage", first=(operation("12m", "resize", targetDedicatedNodes=4),), size="Standard_D2_v3", duration="30m"
        ),
        "timeline.1.at",
        "15m",
    ),
}
_TWO: Final = (
    pool(nodes=1),
    pool("q", nodes=1),
    job(tasks=[task("a", "10m"), task("b", "10m"), task("c", "10m")]),
    job("k", pool="q", tasks=[task("a", "10m"), task("b", "10m"), task("c", "10m")]),
)
_OWN: Final = {
    **job("own", count=2),
    "poolInfo": {"autoPoolSpecification": {"autoPoolIdPrefix": "a", "pool": pool(nodes=1)}},
}
_FAILED: Final = (
    pool(nodes=1),
    pool("q", nodes=1),
    *(
        job(name, pool=where, tasks=[task(one, "60s", exits=1) for one in ("a", "b")])
        for name, where in (("j", "p"), ("k", "q"))
    ),
)
_SUBMITTED: Final[Body] = {"workload": [{"count": 1, "duration": "60s"}]}


def on_job(name: str, *, first: tuple[Body, ...] = (), parts: tuple[Body, ...] = _TWO, **keys: Any) -> Body:
    return played(name, first=first, parts=parts, job="j", **keys)


def _disabled(at: str = "2m") -> tuple[Body, ...]:
    return tuple(operation(at, "disableJob", pool=None, job=name) for name in ("j", "k"))


def _repeated(name: str) -> Body:
    specification = {**job(count=1, duration="2m", onAllTasksComplete="terminatejob")}
    specification.pop("id")
    return {"id": name, "schedule": {"recurrenceInterval": "5m"}, "jobSpecification": specification}


def on_schedule(name: str, *first: Body) -> Body:
    base = played(name, parts=(pool(nodes=1),), first=first, jobSchedule="s")
    return {**base, "jobSchedules": [_repeated("s"), _repeated("t")]}


ON_JOBS: Final[Changes] = {
    **_common("AddJob", played("addJob", job=job("new", count=2))),
    **_common("AddTasks", on_job("addTasks", **_SUBMITTED), job="k"),
    **_common("DisableJob", on_job("disableJob"), job="k", disableTasks="terminate"),
    **_common("EnableJob", on_job("enableJob", first=_disabled()), job="k"),
    **_common("TerminateJob", on_job("terminateJob"), job="k", terminateReason="Done"),
    **_common(
        "UpdateJob",
        on_job("updateJob", parts=(*_TWO, job("z", count=2, at="8m", priority=7)), priority=5),
        job="k",
        priority=9,
        onAllTasksComplete="terminatejob",
    ),
    "UpdateJob.allowTaskPreemption": Change(
        on_job(
            "updateJob",
            parts=(pool(nodes=1), job(count=1, duration="20m"), job("z", count=1, at="9m", priority=7)),
            allowTaskPreemption=False,
        ),
        "timeline.0.allowTaskPreemption",
        True,
    ),
    "UpdateJob.maxParallelTasks": Change(
        on_job("updateJob", parts=PARTS, maxParallelTasks=-1), "timeline.0.maxParallelTasks", 1
    ),
    "UpdatedConstraints.maxWallClockTime": Change(
        on_job("updateJob", constraints={"maxWallClockTime": "1d"}), "timeline.0.constraints.maxWallClockTime", "15m"
    ),
    "UpdatedPool.poolId": Change(
        played(
            "enableJob",
            at="9m",
            job="j",
            parts=_TWO,
            first=(*_disabled()[:1], operation("5m", "updateJob", pool=None, job="j", poolInfo={"poolId": "p"})),
        ),
        "timeline.1.poolInfo.poolId",
        "q",
    ),
    "UpdatedAutoPool.keepAlive": Change(
        played(
            "terminateJob",
            at="9m",
            job="own",
            parts=(_OWN,),
            first=(
                operation("4m", "disableJob", pool=None, job="own"),
                operation("5m", "updateJob", pool=None, job="own", poolInfo={"autoPoolSpecification": {}}),
            ),
        ),
        "timeline.1.poolInfo.autoPoolSpecification.keepAlive",
        True,
    ),
    **_common("DeleteJob", on_job("deleteJob"), job="k"),
    **_common("TerminateTask", on_job("terminateTask", task="a"), job="k", task="b"),
    **_common("ReactivateTask", on_job("reactivateTask", parts=_FAILED, task="a"), job="k", task="b"),
    **_common("DeleteTask", on_job("deleteTask", task="a"), job="k", task="b"),
    **_common("DisableJobSchedule", on_schedule("disableJobSchedule"), jobSchedule="t"),
    **_common(
        "EnableJobSchedule",
        on_schedule(
            "enableJobSchedule",
            *(operation("2m", "disableJobSchedule", pool=None, jobSchedule=name) for name in ("s", "t")),
        ),
        jobSchedule="t",
    ),
    **_common("TerminateJobSchedule", on_schedule("terminateJobSchedule"), jobSchedule="t"),
    **_common("DeleteJobSchedule", on_schedule("deleteJobSchedule"), jobSchedule="t"),
}
CHANGES: Final = {**ON_POOLS, **ON_NODES, **ON_JOBS}
