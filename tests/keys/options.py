"""What stands at the top of a scenario: each option, quota and price in a scenario where it matters."""

from typing import Any, Final

from tests.features.story import WINDOWS, document, job, operation, pool, task
from tests.keys.change import Body, Change, Changes, altered, of

FARM: Final = document(pool(nodes=2), job(count=6, duration="5m"))
DRAWN: Final = document(pool(nodes=2), job(count=6, duration={"exponential": {"mean": "5m"}}))


def scaling(formula: str, *parts: Body, **rest: Any) -> Body:
    """Return a pool `p` that scales itself every five minutes, for 40 minutes where no horizon is given."""
    scaled = pool(enableAutoScale=True, autoScaleFormula=formula, autoScaleEvaluationInterval="5m")
    return document(scaled, *parts, **{"horizon": "40m", **rest})


def option(name: str, value: Any, base: Body, **options: Any) -> Changes:
    """Return the change of one option; `options` are others that its scenario needs."""
    scenario = altered(base, {f"options.{key}": one for key, one in options.items()})
    return of("Options", scenario, "options", {name: value})


def sampled(sample: str, *parts: Body, **options: Any) -> Body:
    """Return a pool whose formula reads a sample, beside work that waits."""
    made = scaling(f"$TargetDedicatedNodes = {sample};", job(count=9, duration="4m"), *parts)
    return altered(made, {f"options.{key}": one for key, one in options.items()})


_LOST: Final = document(
    pool(nodes=2),
    job(count=4, duration="10m"),
    horizon="2h",
    timeline=[operation("60s", "loseContact", nodeId="p_1_d")],
)
_GANG: Final = document(
    pool(nodes=2, enableInterNodeCommunication=True),
    job(
        tasks=[
            task("a", "60s"),
            task("b", "90s"),
            task("gang", "60s", multiInstanceSettings={"numberOfInstances": 2}, submit="1s"),
            *(task(f"small{index}", "60s", submit="2s") for index in range(4)),
        ]
    ),
)
_TAKEN: Final = document(
    pool(low_priority=2, simulation={"timing": {"recoveryDelay": "20m"}}),
    job(count=4, duration="10m"),
    timeline=[operation("60s", "preemptNodes", nodeId="p_1_p")],
    horizon="2h",
)
_SHED: Final = altered(
    _TAKEN,
    {
        "pools.0.simulation.timing.recoveryDelay": "2h",
        "timeline": [
            operation("60s", "preemptNodes", count=2),
            operation("2m", "resize", targetLowPriorityNodes=0),
            operation("20m", "resize", targetLowPriorityNodes=2),
        ],
    },
)
_TWO_POOLS: Final = document(
    pool(low_priority=2, simulation={"timing": {"recoveryDelay": "2h"}}),
    pool("q", low_priority=0),
    account={"lowPriorityCoreQuota": 4},
    timeline=[
        operation("60s", "preemptNodes", count=2),
        operation("2m", "resize", pool="q", targetLowPriorityNodes=2),
    ],
    horizon="1h",
)
_SPOT: Final = document(
    pool(
        low_priority=1,
        virtualMachineConfiguration={
            **pool()["virtualMachineConfiguration"],
            "dataDisks": [{"lun": 0, "diskSizeGB": 64}],
        },
        simulation={"timing": {"recoveryDelay": "20m"}},
    ),
    timeline=[operation("60s", "preemptNodes", count=1)],
    horizon="1h",
)
_OWN_SIZE: Final = {"vcpus": 2, "memoryGiB": 8, "tempDiskGiB": 50, "family": "mine", "dedicatedLinux": 0.1}
_NO_PRICE: Final = document({**pool(low_priority=1), "vmSize": "Mine"}, horizon="1h", sizes={"Mine": _OWN_SIZE})
_DRAIN: Final = scaling(
    '$TargetDedicatedNodes = time() < time("2026-01-05T00:09:00Z") ? 2 : '
    '(time() < time("2026-01-05T00:14:00Z") ? 0 : 1); $NodeDeallocationOption = taskcompletion;',
    job(count=2, duration="22m"),
    horizon="1h",
)
_LATE_ADD: Final = document(
    pool(nodes=1),
    job(onAllTasksComplete="terminatejob", count=1),
    timeline=[operation("10m", "addTasks", pool=None, job="j", workload=[{"count": 1, "duration": "60s"}])],
)
_EQUALS: Final = document(pool(nodes=1), *(job(name, count=4) for name in ("a", "b", "c")))
_SHARED: Final = document(pool(nodes=1, taskSlotsPerNode=2), job(count=2, group={"cores": 2}))
_HEAVY: Final = document(pool(nodes=1), job(tasks=[task("a", simulation={"disk": 90}), task("b")]))
_BROKEN: Final = document(
    pool(nodes=1, startTask={"commandLine": "exit 1"}),
    timeline=[operation("60s", "reboot", nodeId="p_1_d")],
    horizon="1h",
)
_BOOT: Final = altered(FARM, {"pools.0.simulation.timing": {"creating": "5m", "starting": "10m", "allocationTail": 10}})
_CUSTOM: Final = {"sampleProfile": "custom", "sampleLateProbability": "by_profile"}
_QUOTA: Final = scaling(
    "$TargetDedicatedNodes = 3;",
    pool("q", nodes=2),
    job(count=2, duration="60m"),
    account={"dedicatedCoreQuota": 6},
    timeline=[operation("12m", "deletePool", pool="q")],
)
OPTIONS: Final[Changes] = {
    **option(
        "apiProfile",
        "2025-06",
        document(pool(nodes=1), horizon="10m", timeline=[operation("60s", "deallocateNode", nodeId="p_1_d")]),
    ),
    **option("timingPreset", "typical", FARM),
    **option("unusableRecovery", "10m", _LOST),
    **option("lostNodeRequeueDelay", "60s", _LOST),
    **option("rebootAllowedStates", "api", _BROKEN),
    **option("cpuSlowdown", True, _SHARED),
    **option("enforceLocalResources", "disk", _HEAVY),
    **option("interNodeCap", 1, _GANG),
    **option("interNodeAllocationProbability", 0, _GANG),
    **option("equalPriorityPolicy", "round_robin", _EQUALS),
    **option("taskOrder", "random", DRAWN),
    **option("gangReserve", True, _GANG),
    **option(
        "gangNodeTypes",
        "dedicated",
        altered(_GANG, {"pools.0.targetDedicatedNodes": 1, "pools.0.targetLowPriorityNodes": 1}),
    ),
    **option("terminateWhenEmpty", "after_last_scripted_add", _LATE_ADD),
    **option(
        "dispatchCountedAs",
        "active",
        altered(sampled("$ActiveTasks.GetSample(1)"), {"pools.0.simulation.timing.dispatchLatency": "8m"}),
    ),
    **option("preemptionCountsAsRequeue", True, _TAKEN),
    **option(
        "retryPosition",
        "tail",
        document(
            pool(nodes=1),
            job(constraints={"maxTaskRetryCount": 1}, tasks=[task("a", exits=[1, 0]), task("b"), task("c")]),
        ),
    ),
    **option(
        "scaleDownOrder",
        "oldest_idle_first",
        document(pool(nodes=3), horizon="10m", timeline=[operation("60s", "resize", targetDedicatedNodes=1)]),
    ),
    **of(
        "Options",
        document(pool(nodes=1), job(count=6, duration="0s")),
        "options",
        {"maxRoundsPerInstant": 1},
        is_refused=True,
    ),
    **option("nodeTieBreak", "random", document(pool(nodes=9), job(count=3))),
    **option(
        "steadyWhen",
        "idle",
        document(
            pool(nodes=2, simulation={"timing": {"starting": "10m"}}),
            horizon="20m",
            timeline=[operation("60s", "resize", targetDedicatedNodes=1)],
        ),
    ),
    **option("lostCapacityBinds", False, _SHED),
    **option("preemptedUsesQuota", "false", _TWO_POOLS, preemptedUsesQuota="true"),
    **option("billingStart", "starting", _BOOT),
    **option("billingGranularity", "hour", FARM),
    **option("billingMinimumS", 7200, FARM),
    **option("billPreemptedDisks", True, _SPOT),
    **option("spotRestorationWindow", "10m", {**_SPOT, "account": {"mode": "UserSubscription"}}),
    **option("billSubscriptionExtras", True, {**FARM, "account": {"mode": "UserSubscription"}}),
    **option("lowPriorityRatio", 0.5, _NO_PRICE),
    **option("spotRatio", 0.5, {**_NO_PRICE, "account": {"mode": "UserSubscription"}}),
    **option("allocationTailModel", "log", altered(_BOOT, {"pools.0.targetDedicatedNodes": 5})),
    **option("firstEval", "after_interval", scaling("$TargetDedicatedNodes = 2;", job(count=4))),
    **option(
        "autoscaleResizeTimeout",
        "5m",
        altered(scaling("$TargetDedicatedNodes = 2;"), {"pools.0.simulation.timing.allocationLatency": "12m"}),
    ),
    **option("autoscaleRetry", "on_target_change", _QUOTA),
    **option(
        "runOnReenable",
        False,
        scaling(
            "$TargetDedicatedNodes = 2;",
            timeline=[
                operation("12m", "enableAutoScale", autoScaleFormula="$TargetDedicatedNodes = 1;"),
            ],
        ),
    ),
    **option("autoscaleDrainTimeout", "5m", _DRAIN),
    **option("pendingTarget", "wait_next_evaluation", _DRAIN),
    **option("sampleProfile", "documented", sampled("$PendingTasks.Count()"), sampleProfile="exact"),
    **option("sampleDelayS", 90, sampled("$PendingTasks.Count()"), **_CUSTOM),
    **option("sampleJitterS", 90, sampled("$PendingTasks.Count()"), **_CUSTOM),
    **option("sampleLateProbability", 1, sampled("$PendingTasks.Count()")),
    **option("sampleLateMaxS", 600, sampled("$PendingTasks.Count()"), sampleLateProbability=1),
    **option("samplePhaseS", 20, sampled("$PendingTasks.Count()")),
    **option("sampleDropProbability", 1, sampled("$PendingTasks.Count()")),
    **option("cpuScale", "percent", sampled("$CPUPercent.Count() > 5 ? 1 + avg($CPUPercent.GetSample(1)) : 1")),
    **option("retiredMetrics", "sampled", sampled("1 + $NetworkInBytes.Count()")),
    **option("formula", {"non_finite": "error"}, sampled("1 / 0 > 1 ? 2 : 1")),
    **option("recordTraces", True, sampled("2")),
}
_IN_QUOTA: Final = document(
    pool(nodes=2),
    pool("q", low_priority=2),
    job(count=2),
    job("k", count=2),
    horizon="10m",
    account={
        "mode": "BatchService",
        "dedicatedCoreQuota": 20,
        "lowPriorityCoreQuota": 20,
        "poolQuota": 3,
        "activeJobAndScheduleQuota": 9,
        "dedicatedCoreQuotaPerVMFamily": {"standardDv3Family": 20},
    },
    timeline=[{"at": "1m", "operation": "createPool", "pool": pool("r", nodes=1)}],
)
ACCOUNT: Final = {
    **of(
        "Account",
        _IN_QUOTA,
        "account",
        {
            "mode": "UserSubscription",
            "dedicatedCoreQuota": 2,
            "lowPriorityCoreQuota": 2,
            "poolQuota": 2,
            "activeJobAndScheduleQuota": 1,
            "dedicatedCoreQuotaPerVMFamily": {"standardDv3Family": 2},
        },
    ),
    **of(
        "Account",
        altered(_IN_QUOTA, {"account.dedicatedCoreQuotaPerVMFamily": {"standardDv3Family": 2}}),
        "account",
        {"dedicatedCoreQuotaPerVMFamilyEnforced": False},
    ),
}
_NETWORK: Final = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/d"
_IN_SUBNET: Final = document(
    pool(nodes=3, networkConfiguration={"subnetId": _NETWORK}), horizon="10m", subnets={"d": {"freeAddresses": 1}}
)


def sized(*parts: Body, **rest: Any) -> Body:
    """Return a pool of a size of its own, for an hour."""
    return document(*parts, **{"horizon": "1h", "sizes": {"Mine": _OWN_SIZE}, **rest})


def of_mine(**body: Any) -> Body:
    return {**pool(**body), "vmSize": "Mine"}


_MINE: Final = "sizes.Mine"
_TIGHT: Final = sized(of_mine(nodes=1, taskSlotsPerNode=2), job(count=2, group={"memory": 3, "cores": 1}))
_ZONAL: Final = sized(
    of_mine(
        nodes=1,
        enableInterNodeCommunication=True,
        virtualMachineConfiguration={
            **pool()["virtualMachineConfiguration"],
            "nodePlacementConfiguration": {"policy": "zonal"},
        },
    )
)
SECOND: Final = altered(pool()["virtualMachineConfiguration"], {"imageReference.sku": "22_04-lts-gen2"})
"""An image of the second generation, which some sizes do not boot."""
_OF_WINDOWS: Final = sized(of_mine(nodes=1, low_priority=1, virtualMachineConfiguration=WINDOWS))
_OWN: Final = {"account": {"mode": "UserSubscription"}}
SIZES: Final[Changes] = {
    **of("VmSize", _TIGHT, _MINE, {"vcpus": 1, "memoryGiB": 4}),
    **of(
        "VmSize",
        sized(of_mine(nodes=2), account={"dedicatedCoreQuotaPerVMFamily": {"mine": 2}}),
        _MINE,
        {"family": "other"},
    ),
    **of(
        "VmSize",
        altered(
            sized(of_mine(nodes=1), job(tasks=[task("a", simulation={"disk": 90}), task("b")])),
            {"options.enforceLocalResources": "disk"},
        ),
        _MINE,
        {"tempDiskGiB": 200},
    ),
    **of("VmSize", sized(of_mine(nodes=1, virtualMachineConfiguration=SECOND)), _MINE, {"name": "Standard_A1_v2"}),
    **of("VmSize", _ZONAL, _MINE, {"rdma": True}, is_refused=True),
    **of("VmSize", sized(of_mine(nodes=1, low_priority=1)), _MINE, {"dedicatedLinux": 1, "lowPriorityLinux": 1}),
    **of("VmSize", sized(of_mine(low_priority=1), **_OWN), _MINE, {"spotLinux": 1}),
    **of("VmSize", _OF_WINDOWS, _MINE, {"dedicatedWindows": 1, "lowPriorityWindows": 1}),
    **of("VmSize", {**_OF_WINDOWS, **_OWN}, _MINE, {"spotWindows": 1}),
}
CHANGES: Final[Changes] = {
    "Scenario.seed": Change(DRAWN, "seed", 8),
    "Scenario.origin": Change(scaling("$TargetDedicatedNodes = time().hour;"), "origin", "2026-01-05T03:00:00Z"),
    "Scenario.horizon": Change(FARM, "horizon", "7m"),
    **OPTIONS,
    "BillAfter.after": Change(altered(FARM, {"options.billUntil": {"after": "1h"}}), "options.billUntil.after", "2h"),
    **ACCOUNT,
    "Subnet.freeAddresses": Change(_IN_SUBNET, "subnets.d.freeAddresses", 5),
    **SIZES,
}
