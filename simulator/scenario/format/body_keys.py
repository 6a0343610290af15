"""Every key of the service's bodies (docs/model.md#bodies-of-the-service).

Most have no effect on a simulation and are accepted in silence. `None` stands for any value, a mapping for an
object with these keys, a list for a list of such objects.
"""

from collections.abc import Iterator
from typing import Any, Final

Shape = Any


def _keys(names: str, **inner: Shape) -> dict[str, Shape]:
    """Return an object of which `names` may hold anything."""
    return {**dict.fromkeys(names.split()), **inner}


_ENVIRONMENT: Final = [_keys("name value")]
_PACKAGES: Final = [_keys("applicationId version")]
_FILES: Final = [
    _keys("autoStorageContainerName storageContainerUrl httpUrl blobPrefix filePath fileMode identityReference")
]
_CONTAINER: Final = _keys("imageName containerRunOptions registry workingDirectory containerHostBatchBindMounts")
_CONSTRAINTS: Final = _keys("maxWallClockTime retentionTime maxTaskRetryCount")
_COMMAND: Final = _keys(
    "commandLine userIdentity authenticationTokenSettings",
    containerSettings=_CONTAINER,
    resourceFiles=_FILES,
    environmentSettings=_ENVIRONMENT,
    constraints=_CONSTRAINTS,
    applicationPackageReferences=_PACKAGES,
)
"""What start tasks, job manager, preparation and release tasks and tasks have in common."""
_READ_SIDE: Final = _keys(
    "odata.metadata url eTag lastModified creationTime state stateTransitionTime previousState "
    "previousStateTransitionTime allocationState allocationStateTransitionTime resizeErrors resizeError "
    "currentDedicatedNodes currentDedicated currentLowPriorityNodes currentNodeCommunicationMode autoScaleRun "
    "stats identity executionInfo nodeInfo"
)
"""What a body has that was read from the service."""

POOL: Final[Shape] = {
    **_READ_SIDE,
    **_keys(
        "id displayName vmSize resizeTimeout targetDedicatedNodes targetLowPriorityNodes enableAutoScale "
        "autoScaleFormula autoScaleEvaluationInterval enableInterNodeCommunication taskSlotsPerNode "
        "applicationLicenses certificateReferences targetNodeCommunicationMode upgradePolicy userAccounts "
        "metadata mountConfiguration resourceTags simulation"
    ),
    "virtualMachineConfiguration": _keys(
        "nodeAgentSKUId licenseType extensions diskEncryptionConfiguration securityProfile serviceArtifactReference",
        imageReference=_keys(
            "publisher offer sku version virtualMachineImageId exactVersion sharedGalleryImageId "
            "communityGalleryImageId"
        ),
        windowsConfiguration=_keys("enableAutomaticUpdates"),
        osDisk=_keys(
            "caching diskSizeGB writeAcceleratorEnabled ephemeralOSDiskSettings",
            managedDisk=_keys("storageAccountType securityProfile diskEncryptionSet"),
        ),
        dataDisks=[
            _keys(
                "lun caching diskSizeGB storageAccountType",
                managedDisk=_keys("storageAccountType securityProfile diskEncryptionSet"),
            )
        ],
        containerConfiguration=_keys("type containerImageNames containerRegistries"),
        nodePlacementConfiguration=_keys("policy"),
    ),
    "cloudServiceConfiguration": _keys("osFamily osVersion currentOSVersion"),
    "taskSchedulingPolicy": _keys("nodeFillType jobDefaultOrder"),
    "startTask": {**_COMMAND, **_keys("maxTaskRetryCount waitForSuccess")},
    "upgradePolicy": _keys(
        "mode",
        automaticOSUpgradePolicy=_keys(
            "enableAutomaticOSUpgrade osRollingUpgradeDeferral disableAutomaticRollback useRollingUpgradePolicy"
        ),
        rollingUpgradePolicy=_keys(
            "maxBatchInstancePercent pauseTimeBetweenBatches enableCrossZoneUpgrade maxUnhealthyInstancePercent "
            "maxUnhealthyUpgradedInstancePercent prioritizeUnhealthyInstances rollbackFailedInstancesOnPolicyBreach"
        ),
    ),
    "applicationPackageReferences": _PACKAGES,
    "networkConfiguration": _keys(
        "subnetId dynamicVNetAssignmentScope endpointConfiguration enableAcceleratedNetworking",
        publicIPAddressConfiguration=_keys("provision ipAddressIds ipFamilies ipTags"),
    ),
}
TASK: Final[Shape] = {
    **_READ_SIDE,
    **_COMMAND,
    **_keys("id displayName requiredSlots exitConditions outputFiles simulation"),
    "dependsOn": _keys("taskIds", taskIdRanges=[_keys("start end")]),
    "affinityInfo": _keys("affinityId"),
    "multiInstanceSettings": _keys("numberOfInstances coordinationCommandLine", commonResourceFiles=_FILES),
}
JOB: Final[Shape] = {
    **_READ_SIDE,
    **_keys(
        "id displayName priority maxParallelTasks allowTaskPreemption onAllTasksComplete onTaskFailure "
        "usesTaskDependencies networkConfiguration metadata simulation"
    ),
    "constraints": _keys("maxWallClockTime maxTaskRetryCount"),
    "jobManagerTask": {
        **_COMMAND,
        **_keys(
            "id displayName outputFiles requiredSlots killJobOnCompletion runExclusive allowLowPriorityNode simulation"
        ),
    },
    "jobPreparationTask": {**_COMMAND, **_keys("id waitForSuccess rerunOnNodeRebootAfterSuccess simulation")},
    "jobReleaseTask": {**_COMMAND, **_keys("id maxWallClockTime retentionTime simulation")},
    "commonEnvironmentSettings": _ENVIRONMENT,
    "poolInfo": _keys("poolId", autoPoolSpecification=_keys("autoPoolIdPrefix poolLifetimeOption keepAlive pool")),
    "tasks": [TASK],
}
JOB_SCHEDULE: Final[Shape] = {
    **_READ_SIDE,
    **_keys("id displayName metadata jobSpecification"),
    "schedule": _keys("doNotRunUntil doNotRunAfter startWindow recurrenceInterval"),
}
OPERATION: Final[Shape] = {
    "tasks": [TASK],
    "startTask": POOL["startTask"],
    "applicationPackageReferences": _PACKAGES,
    "metadata": [_keys("name value")],
}
"""The service's bodies that operations of the timeline carry, beside jobs."""


def all_shapes() -> Iterator[dict[str, Shape]]:
    """Yield the shape of every object, those inside others too."""
    todo: list[Shape] = [POOL, JOB, JOB_SCHEDULE, OPERATION]
    while todo:
        one = todo.pop()
        if isinstance(one, dict):
            yield one
        todo += one.values() if isinstance(one, dict) else one or ()
