"""What `simulation` of a pool holds: each key in a scenario where it matters."""

from typing import Final

from tests.features.story import CLOUD_SERVICE, document, job, operation, pool, task
from tests.keys.change import Body, Change, Changes, altered, of
from tests.keys.options import FARM
from tests.keys.pools import AUTOMATIC, FAULTY, LICENSED, PACKAGED, SIMULATION, UPGRADED, idle, with_machine, working

_ACCOUNTS: Final = document(
    pool(nodes=3, simulation={"account": "a"}),
    pool("q", simulation={"account": "b"}),
    horizon="1h",
    accounts={"a": {"dedicatedCoreQuota": 2}, "b": {}},
)
_BOOTS: Final = working(
    operation("6m", "reboot", nodeId="p_1_d"),
    operation("16m", "resize", targetDedicatedNodes=1),
    startTask={"commandLine": "run"},
)
_RESTARTS: Final = document(
    pool(nodes=1, cloudServiceConfiguration=CLOUD_SERVICE),
    horizon="1h",
    timeline=[
        operation("5m", "reimage", nodeId="p_1_d"),
    ],
)
_CONTAINERS: Final = document(
    pool(nodes=1, virtualMachineConfiguration=with_machine(containerConfiguration={"type": "dockerCompatible"})),
    job(tasks=[task("a", containerSettings={"imageName": "i"})]),
)
TIMING: Final[Changes] = {
    **of(
        "Timing",
        _BOOTS,
        f"{SIMULATION}.timing",
        {
            "preset": "typical",
            "allocationLatency": "1m",
            "allocationTail": 30,
            "creating": "1m",
            "starting": "1m",
            "startTask": "1m",
            "leaving": "1m",
            "dispatchLatency": "1m",
            "launchOverhead": "1m",
            "rebooting": "1m",
        },
    ),
    "Timing.containerOverhead": Change(_CONTAINERS, f"{SIMULATION}.timing.containerOverhead", "1m"),
    "Timing.certificateInstall": Change(
        working(certificateReferences=[{"thumbprint": "0"}]), f"{SIMULATION}.timing.certificateInstall", 60
    ),
    "Timing.reimaging": Change(_RESTARTS, f"{SIMULATION}.timing.reimaging", "1m"),
    "Timing.upgradingOS": Change(UPGRADED, f"{SIMULATION}.timing.upgradingOS", "1m"),
    "Timing.deallocating": Change(
        altered(idle(operation("1m", "deallocateNode", nodeId="p_1_d")), {"options.apiProfile": "2025-06"}),
        f"{SIMULATION}.timing.deallocating",
        "1m",
    ),
    "Timing.recoveryDelay": Change(
        idle(operation("1m", "preemptNodes", count=1), low_priority=1), f"{SIMULATION}.timing.recoveryDelay", "9m"
    ),
}
_LOW: Final = {"low_priority": 40, "nodes": 0}


def preempted(model: Body) -> Body:
    return idle(**_LOW, simulation={"preemption": model, "timing": {"recoveryDelay": "5m"}})


def _model(section: str, base: Body, others: Body, place: str = "") -> Changes:
    """Return the changes of a preemption model; another one is that nodes are never taken."""
    where = f"{SIMULATION}.preemption"
    return {
        f"{section}.model": Change(preempted(base), where, {"model": "none"}),
        **of(section, preempted(base), f"{where}{place}", others),
    }


_BATHTUB: Final = {
    "model": "bathtub",
    "early": {"shape": 0.5, "scale": "1h"},
    "ratePerHour": 1,
    "wearOut": {"shape": 3, "scale": "9h"},
}
_POINTS: Final = {"model": "capacity_curve", "points": [{"at": "0s", "available": 4}, {"at": "5m", "available": 2}]}
_TRACE: Final = {"model": "trace", "evictions": [{"at": "5m", "count": 1}, {"at": "9m", "nodes": ["p_4_p"]}]}
PREEMPTION: Final[Changes] = {
    "NoPreemption.model": Change(
        preempted({"model": "none"}), f"{SIMULATION}.preemption", {"model": "hazard", "ratePerHour": 3}
    ),
    **_model("Hazard", {"model": "hazard", "ratePerHour": 2}, {"ratePerHour": 4}),
    "Hazard.evictionRateBand": Change(
        preempted({"model": "hazard", "evictionRateBand": "0-5"}), f"{SIMULATION}.preemption.evictionRateBand", "20+"
    ),
    "Hazard.openBand": Change(
        preempted({"model": "hazard", "evictionRateBand": "20+"}), f"{SIMULATION}.preemption.openBand", 0.9
    ),
    **_model("WeibullHazard", {"model": "weibull", "shape": 2, "scale": "20m"}, {"shape": 1, "scale": "30m"}),
    **_model("BathtubHazard", _BATHTUB, {"ratePerHour": 9}),
    **of("WeibullLife", preempted(_BATHTUB), f"{SIMULATION}.preemption.early", {"shape": 0.9, "scale": "10m"}),
    **_model(
        "CapacityEvent",
        {"model": "capacity_event", "times": ["5m"], "fraction": 0.5},
        {
            "times": ["9m"],
            "fraction": 1,
        },
    ),
    "CapacityEvent.meanInterval": Change(
        preempted({"model": "capacity_event", "meanInterval": "5m", "fraction": 0.5}),
        f"{SIMULATION}.preemption.meanInterval",
        "9m",
    ),
    **_model("CapacityCurve", _POINTS, {}),
    **of("CapacityPoint", preempted(_POINTS), f"{SIMULATION}.preemption.points.1", {"at": "9m", "available": 1}),
    **_model("PreemptionTrace", _TRACE, {}),
    **of(
        "Eviction",
        preempted(_TRACE),
        f"{SIMULATION}.preemption.evictions.0",
        {
            "at": "3m",
            "count": 2,
            "pool": "q",
        },
    ),
    "Eviction.nodes": Change(preempted(_TRACE), f"{SIMULATION}.preemption.evictions.1.nodes", ["p_3_p"]),
}
_EXTRAS: Final = {
    **altered(idle(nodes=1, low_priority=1), {"options.billSubscriptionExtras": True}),
    "account": {"mode": "UserSubscription"},
}
_DISKS: Final = idle(virtualMachineConfiguration=with_machine(dataDisks=[{"lun": 0, "diskSizeGB": 64}]))
SETTINGS: Final[Changes] = {
    "Options.imageInterval": Change(AUTOMATIC, "options.imageInterval", "5m"),
    "PoolSimulation.newImages": Change(AUTOMATIC, f"{SIMULATION}.newImages", ["2m"]),
    "PoolSimulation.account": Change(_ACCOUNTS, f"{SIMULATION}.account", "b"),
    "PoolSimulation.zone": Change(idle(), f"{SIMULATION}.zone", 2),
    "PoolSimulation.networkBlocked": Change(idle(), f"{SIMULATION}.networkBlocked", True),
    **of("PoolPrices", idle(low_priority=1), f"{SIMULATION}.prices", {"dedicated": 1, "lowPriority": 1}),
    **of(
        "PoolPrices",
        _EXTRAS,
        f"{SIMULATION}.prices",
        {
            "spot": 1,
            "osDiskMonth": 100,
            "publicIpHour": 1,
            "loadBalancerHour": 1,
        },
    ),
    "PoolPrices.dataDiskGiBMonth": Change(_DISKS, f"{SIMULATION}.prices.dataDiskGiBMonth", 1),
    **of(
        "LicensePrice",
        LICENSED,
        f"{SIMULATION}.prices.applicationLicenses.render",
        {
            "perNodeHour": 2,
            "perCoreHour": 2,
        },
    ),
    **of("StartTaskFaults", FAULTY, f"{SIMULATION}.startTask", {"failureProbability": 1, "crowding": 1}),
    "StartTaskFaults.exitCode": Change(
        altered(FAULTY, {f"{SIMULATION}.startTask.failureProbability": 1, "horizon": "1h"}),
        f"{SIMULATION}.startTask.exitCode",
        2,
    ),
    "Downloads.bandwidth": Change(PACKAGED, f"{SIMULATION}.downloads.bandwidth", 50),
    **of(
        "Download",
        PACKAGED,
        f"{SIMULATION}.downloads.applicationPackages.app:1",
        {
            "sizeMiB": 100,
            "failureProbability": 1,
        },
    ),
    **of(
        "ContactLoss",
        altered(idle(), {f"{SIMULATION}.contactLoss": {"ratePerHour": 3}}),
        f"{SIMULATION}.contactLoss",
        {
            "ratePerHour": 1,
            "state": "unusable",
        },
    ),
    **of(
        "SickNodes",
        altered(FARM, {f"{SIMULATION}.sickNodes": {"nodes": ["p_1_d"]}}),
        f"{SIMULATION}.sickNodes",
        {
            "probability": 1,
            "nodes": ["p_2_d"],
            "exitCode": 3,
        },
    ),
}
CHANGES: Final = {**TIMING, **PREEMPTION, **SETTINGS}
