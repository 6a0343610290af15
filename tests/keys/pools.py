"""Pools: each key of their bodies and of `simulation` in a scenario where it matters."""

from typing import Any, Final

from tests.features.story import CLOUD_SERVICE, UBUNTU, WINDOWS, document, job, operation, pool
from tests.keys.change import Body, Change, Changes, altered, of
from tests.keys.options import SECOND, scaling

P: Final = "pools.0"
MACHINE: Final = f"{P}.virtualMachineConfiguration"
SIMULATION: Final = f"{P}.simulation"


def idle(*operations: Body, **body: Any) -> Body:
    """Return a pool without work, for an hour."""
    return document(pool(**{"nodes": 2, **body}), horizon="1h", timeline=list(operations))


def working(*operations: Body, **body: Any) -> Body:
    """Return a pool with six tasks of five minutes."""
    return document(pool(**{"nodes": 2, **body}), job(count=6, duration="5m"), timeline=list(operations))


_MIXED: Final = idle(
    vmSize="Mix",
    vmSkuProfile={
        "allocationStrategy": "Prioritized",
        "vmSizes": [{"name": "Standard_D8_v3", "rank": 1}, {"name": "Standard_D4_v3", "rank": 2}],
    },
)


def with_machine(**keys: Any) -> Body:
    return {**UBUNTU, **keys}


PACKAGED: Final = working(
    applicationPackageReferences=[{"applicationId": "app", "version": "1"}],
    simulation={"downloads": {"applicationPackages": {"app:1": {"sizeMiB": 6000}}}},
)
_TWO_PACKAGES: Final = altered(
    PACKAGED,
    {
        f"{SIMULATION}.downloads.applicationPackages": {"app:1": {"sizeMiB": 6000}, "b": {"sizeMiB": 100}},
        f"{P}.applicationPackageReferences": [
            {"applicationId": "app", "version": "1"},
            {"applicationId": "b", "version": "1"},
        ],
    },
)
_SLOW: Final = working(resizeTimeout="5m", simulation={"timing": {"allocationLatency": "12m"}})
_GANG: Final = document(
    pool(nodes=2, enableInterNodeCommunication=True), job(count=1, group={"numberOfInstances": 2}), horizon="1h"
)
_SCALES: Final = scaling("$TargetDedicatedNodes = $CurrentDedicatedNodes + 1;", job(count=2))
_STARTS: Final = working(startTask={"commandLine": "sleep 60"})
FAULTY: Final = working(
    startTask={"commandLine": "sleep 60", "maxTaskRetryCount": 1, "waitForSuccess": True},
    simulation={"startTask": {"failureProbability": 0.5, "exitCode": 1}},
)
LICENSED: Final = working(
    applicationLicenses=["render"],
    simulation={"prices": {"applicationLicenses": {"render": {"perNodeHour": 1, "perCoreHour": 1}}}},
)
_TWO_JOBS: Final = document(pool(nodes=1), job("young", count=3, simulation={"createdAt": "1s"}), job("old", count=3))
UPGRADED: Final = altered(
    document(
        pool(nodes=4, upgradePolicy={"mode": "rolling"}, simulation={"timing": {"upgradingOS": "5m"}}),
        job(count=8, duration="10m"),
        timeline=[operation("60s", "upgradeOs")],
        options={"apiProfile": "2024-02"},
    ),
    {f"{P}.upgradePolicy.rollingUpgradePolicy": {"maxBatchInstancePercent": 25, "pauseTimeBetweenBatches": "1m"}},
)
AUTOMATIC: Final = altered(
    UPGRADED,
    {"timeline": [], f"{P}.upgradePolicy.automaticOSUpgradePolicy": {"enableAutomaticOSUpgrade": True}},
)
_PORTS: Final = altered(
    idle(),
    {
        f"{P}.networkConfiguration.endpointConfiguration.inboundNATPools": [
            {"name": "a", "backendPort": 8080, "frontendPortRangeStart": 20000, "frontendPortRangeEnd": 20100},
            {"name": "b", "backendPort": 8081, "frontendPortRangeStart": 21000, "frontendPortRangeEnd": 21100},
        ]
    },
)
_CLOUD: Final = idle(operation("1m", "upgradeOs", targetOSVersion="5.1"), cloudServiceConfiguration=CLOUD_SERVICE)
POOLS: Final[Changes] = {
    **of(
        "Pool",
        working(),
        P,
        {
            "vmSize": "Standard_D4_v3",
            "taskSlotsPerNode": 2,
            "targetDedicatedNodes": 3,
            "targetLowPriorityNodes": 1,
        },
    ),
    "Pool.id": Change(idle(), f"{P}.id", "other"),
    "Pool.resizeTimeout": Change(_SLOW, f"{P}.resizeTimeout", "20m"),
    "Pool.enableInterNodeCommunication": Change(_GANG, f"{P}.enableInterNodeCommunication", False),
    "Pool.enableAutoScale": Change(_SCALES, f"{P}.enableAutoScale", False, is_refused=True),
    "Pool.autoScaleFormula": Change(_SCALES, f"{P}.autoScaleFormula", "$TargetDedicatedNodes = 2;"),
    "Pool.autoScaleEvaluationInterval": Change(_SCALES, f"{P}.autoScaleEvaluationInterval", "10m"),
    "Pool.applicationPackageReferences": Change(
        _TWO_PACKAGES, f"{P}.applicationPackageReferences", [{"applicationId": "app", "version": "1"}], is_refused=True
    ),
    "Pool.applicationLicenses": Change(LICENSED, f"{P}.applicationLicenses", [], is_refused=True),
    "Pool.certificateReferences": Change(
        working(simulation={"timing": {"certificateInstall": 60}}),
        f"{P}.certificateReferences",
        [{"thumbprint": "0", "thumbprintAlgorithm": "sha1"}],
    ),
    "applicationPackageReferences.applicationId": Change(
        altered(
            PACKAGED,
            {
                f"{P}.applicationPackageReferences": [
                    {"applicationId": "app", "version": "1"},
                    {"applicationId": "app", "version": "2"},
                ]
            },
        ),
        f"{P}.applicationPackageReferences.0.applicationId",
        "b",
        is_refused=True,
    ),
    "applicationPackageReferences.version": Change(
        altered(
            PACKAGED,
            {f"{SIMULATION}.downloads.applicationPackages": {"app": {"sizeMiB": 100}, "app:1": {"sizeMiB": 9000}}},
        ),
        f"{P}.applicationPackageReferences.0.version",
        "2",
        is_refused=True,
    ),
}
CONFIGURATION: Final[Changes] = {
    "VirtualMachineConfiguration.nodeAgentSKUId": Change(
        altered(
            idle(),
            {
                MACHINE: {
                    "imageReference": {"virtualMachineImageId": "/images/i"},
                    "nodeAgentSKUId": "batch.node.ubuntu 22.04",
                }
            },
        ),
        f"{MACHINE}.nodeAgentSKUId",
        "batch.node.windows amd64",
    ),
    "VirtualMachineConfiguration.windowsConfiguration": Change(
        idle(), f"{MACHINE}.windowsConfiguration", {"enableAutomaticUpdates": False}, is_refused=True
    ),
    "VirtualMachineConfiguration.licenseType": Change(
        idle(virtualMachineConfiguration=WINDOWS), f"{MACHINE}.licenseType", "Windows_Server"
    ),
    **of(
        "ImageReference",
        altered(idle(), {f"{MACHINE}.nodeAgentSKUId": "batch.node.new 1"}),
        f"{MACHINE}.imageReference",
        {
            "publisher": "microsoftwindowsserver",
            "offer": "windowsserver",
        },
    ),
    "ImageReference.sku": Change(
        altered(idle(), {f"{P}.vmSize": "Standard_A1_v2"}),
        f"{MACHINE}.imageReference.sku",
        SECOND["imageReference"]["sku"],
    ),
    **{
        f"ImageReference.{key}": Change(
            idle(simulation={"timing": {"preset": "typical"}}, nodes=9), f"{MACHINE}.imageReference", {key: "/images/i"}
        )
        for key in ("virtualMachineImageId", "sharedGalleryImageId", "communityGalleryImageId")
    },
    **of(
        "DataDisk",
        idle(virtualMachineConfiguration=with_machine(dataDisks=[{"lun": 0, "diskSizeGB": 64}])),
        f"{MACHINE}.dataDisks.0",
        {
            "diskSizeGB": 640,
            "storageAccountType": "premium_lrs",
        },
    ),
    "ManagedDisk.storageAccountType": Change(
        idle(virtualMachineConfiguration=with_machine(dataDisks=[{"lun": 0, "diskSizeGB": 64}])),
        f"{MACHINE}.dataDisks.0.managedDisk.storageAccountType",
        "premium_lrs",
    ),
    **of(
        "OsDisk",
        {**altered(idle(), {"options.billSubscriptionExtras": True}), "account": {"mode": "UserSubscription"}},
        f"{MACHINE}.osDisk",
        {"diskSizeGB": 512, "ephemeralOSDiskSettings": {"placement": "cachedisk"}},
    ),
    "ContainerConfiguration.containerImageNames": Change(
        altered(
            idle(),
            {
                f"{MACHINE}.containerConfiguration": {"type": "dockerCompatible", "containerImageNames": ["i"]},
                f"{SIMULATION}.downloads.containerImages": {"i": {"sizeMiB": 6000}},
            },
        ),
        f"{MACHINE}.containerConfiguration.containerImageNames",
        [],
        is_refused=True,
    ),
    "NodePlacement.policy": Change(idle(nodes=3), f"{MACHINE}.nodePlacementConfiguration.policy", "zonal"),
    "Placement.zonePlacementPolicy": Change(idle(nodes=3), f"{MACHINE}.placement.zonePlacementPolicy", "Auto"),
    "vmSkuProfile.vmSizes": Change(_MIXED, f"{P}.vmSkuProfile.vmSizes", [{"name": "Standard_D16_v3", "rank": 0}]),
    "vmSkuProfile.allocationStrategy": Change(_MIXED, f"{P}.vmSkuProfile.allocationStrategy", "lowestPrice"),
    "vmSizes.name": Change(_MIXED, f"{P}.vmSkuProfile.vmSizes.0.name", "Standard_D16_v3"),
    "vmSizes.rank": Change(_MIXED, f"{P}.vmSkuProfile.vmSizes.0.rank", 7),
    "CloudServiceConfiguration.osVersion": Change(_CLOUD, f"{P}.cloudServiceConfiguration.osVersion", "5.1"),
    "SchedulingPolicy.nodeFillType": Change(
        document(pool(nodes=2, taskSlotsPerNode=2), job(count=2)), f"{P}.taskSchedulingPolicy.nodeFillType", "pack"
    ),
    "SchedulingPolicy.jobDefaultOrder": Change(_TWO_JOBS, f"{P}.taskSchedulingPolicy.jobDefaultOrder", "creationtime"),
    **of(
        "StartTask",
        _STARTS,
        f"{P}.startTask",
        {
            "commandLine": "sleep 90",
            "environmentSettings": [{"name": "SIM_DURATION", "value": "90s"}],
        },
    ),
    "StartTask.waitForSuccess": Change(FAULTY, f"{P}.startTask.waitForSuccess", False),
    "StartTask.maxTaskRetryCount": Change(
        idle(startTask={"commandLine": "sleep 60; exit 1"}), f"{P}.startTask.maxTaskRetryCount", 2
    ),
    "NetworkConfiguration.subnetId": Change(
        document(pool(nodes=3), horizon="1h", subnets={"d": {"freeAddresses": 1}}),
        f"{P}.networkConfiguration.subnetId",
        "/subscriptions/s/virtualNetworks/v/subnets/d",
    ),
    **of(
        "PublicAddresses",
        altered(
            idle(nodes=150),
            {
                f"{P}.networkConfiguration.publicIPAddressConfiguration": {
                    "provision": "usermanaged",
                    "ipAddressIds": ["a", "b"],
                }
            },
        ),
        f"{P}.networkConfiguration.publicIPAddressConfiguration",
        {"ipAddressIds": ["a"]},
    ),
    "PublicAddresses.provision": Change(
        altered(
            idle(nodes=150),
            {
                f"{P}.networkConfiguration.publicIPAddressConfiguration": {
                    "provision": "usermanaged",
                    "ipAddressIds": ["a"],
                }
            },
        ),
        f"{P}.networkConfiguration.publicIPAddressConfiguration.provision",
        "batchmanaged",
    ),
    **of(
        "InboundNatPool",
        _PORTS,
        f"{P}.networkConfiguration.endpointConfiguration.inboundNATPools.1",
        {
            "name": "a",
            "backendPort": 8080,
            "frontendPortRangeStart": 20100,
            "frontendPortRangeEnd": 21010,
            "networkSecurityGroupRules": [{"priority": 1}],
        },
        is_refused=True,
    ),
    "UpgradePolicy.mode": Change(UPGRADED, f"{P}.upgradePolicy.mode", "manual"),
    "AutomaticUpgrade.enableAutomaticOSUpgrade": Change(
        altered(AUTOMATIC, {f"{P}.simulation.newImages": ["2m"]}),
        f"{P}.upgradePolicy.automaticOSUpgradePolicy.enableAutomaticOSUpgrade",
        False,
    ),
    "AutomaticUpgrade.osRollingUpgradeDeferral": Change(
        UPGRADED, f"{P}.upgradePolicy.automaticOSUpgradePolicy.osRollingUpgradeDeferral", True
    ),
    **of(
        "RollingUpgrade",
        UPGRADED,
        f"{P}.upgradePolicy.rollingUpgradePolicy",
        {
            "maxBatchInstancePercent": 50,
            "pauseTimeBetweenBatches": "5m",
        },
    ),
}
CHANGES: Final = {**POOLS, **CONFIGURATION}
