"""Versions of the interface: which keys came, went or had another name, and bodies in the shape of each version.

The tables were made by comparing the models of the service's Python package from 2.0 (2017-01-01) to 15.1 (2025-06-01).
A key stands behind the one under which it is found, and that of a whole body behind the name of what is described.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

ADDED: Final[Mapping[str, str]] = {
    "2017-05-01": """
        executionInfo/failureInfo executionInfo/result exitConditions/fileUploadError exitConditions/preProcessingError
        jobManagerTask/allowLowPriorityNode jobManagerTask/outputFiles jobPreparationTaskExecutionInfo/failureInfo
        jobPreparationTaskExecutionInfo/result jobReleaseTaskExecutionInfo/failureInfo
        jobReleaseTaskExecutionInfo/result node/isDedicated pool/applicationLicenses pool/currentDedicatedNodes
        pool/currentLowPriorityNodes pool/resizeErrors pool/targetDedicatedNodes pool/targetLowPriorityNodes
        startTaskInfo/failureInfo startTaskInfo/result subtask/failureInfo subtask/result task/outputFiles
        userAccounts/linuxUserConfiguration
    """,
    "2017-06-01": "networkConfiguration/endpointConfiguration node/endpointConfiguration",
    "2017-09-01": """
        imageReference/virtualMachineImageId jobManagerTask/containerSettings jobPreparationTask/containerSettings
        jobReleaseTask/containerSettings startTask/containerSettings task/containerSettings
        virtualMachineConfiguration/containerConfiguration virtualMachineConfiguration/dataDisks
        virtualMachineConfiguration/licenseType
    """,
    "2018-08-01": "node/nodeAgentInfo",
    "2018-12-01": """
        cloudServiceConfiguration/osVersion commonResourceFiles/autoStorageContainerName commonResourceFiles/blobPrefix
        commonResourceFiles/httpUrl commonResourceFiles/storageContainerUrl job/networkConfiguration
        networkConfiguration/dynamicVNetAssignmentScope resourceFiles/autoStorageContainerName resourceFiles/blobPrefix
        resourceFiles/httpUrl resourceFiles/storageContainerUrl userAccounts/windowsUserConfiguration
    """,
    "2019-06-01": "containerSettings/workingDirectory networkSecurityGroupRules/sourcePortRanges",
    "2019-08-01": "networkConfiguration/publicIPs pool/mountConfiguration",
    "2020-03-01": """
        networkConfiguration/publicIPAddressConfiguration virtualMachineConfiguration/diskEncryptionConfiguration
    """,
    "2020-09-01": "jobManagerTask/requiredSlots node/runningTaskSlotsCount pool/taskSlotsPerNode task/requiredSlots",
    "2021-06-01": """
        azureBlobFileSystemConfiguration/identityReference commonResourceFiles/identityReference
        container/identityReference containerRegistries/identityReference imageReference/exactVersion
        job/maxParallelTasks node/virtualMachineInfo osDisk/ephemeralOSDiskSettings pool/identity
        registry/identityReference resourceFiles/identityReference virtualMachineConfiguration/extensions
        virtualMachineConfiguration/nodePlacementConfiguration
    """,
    "2022-01-01": "container/uploadHeaders job/allowTaskPreemption",
    "2022-10-01": "pool/currentNodeCommunicationMode pool/targetNodeCommunicationMode",
    "2023-05-01": "extensions/enableAutomaticUpgrade networkConfiguration/enableAcceleratedNetworking",
    "2023-11-01": """
        osDisk/diskSizeGB osDisk/managedDisk osDisk/writeAcceleratorEnabled pool/resourceTags
        virtualMachineConfiguration/securityProfile virtualMachineConfiguration/serviceArtifactReference
        virtualMachineInfo/scaleSetVmResourceId
    """,
    "2024-02-01": "dedicated/upgradingOS lowPriority/upgradingOS pool/upgradePolicy",
    "2024-07-01": """
        containerSettings/containerHostBatchBindMounts dedicated/deallocated dedicated/deallocating
        imageReference/communityGalleryImageId imageReference/sharedGalleryImageId lowPriority/deallocated
        lowPriority/deallocating managedDisk/securityProfile networkConfiguration/skipWithdrawFromVNet
    """,
    "2025-06-01": """
        dataDisks/managedDisk diskEncryptionConfiguration/customerManagedKey managedDisk/diskEncryptionSet
        node/ipv6Address publicIPAddressConfiguration/ipFamilies publicIPAddressConfiguration/ipTags
        securityProfile/proxyAgentSettings taskSchedulingPolicy/jobDefaultOrder
    """,
}
"""Keys by the version that first had them."""
REMOVED: Final[Mapping[str, str]] = {
    "2017-09-01": "osDisk/imageUris",
    "2018-08-01": "taskCounts/validationStatus",
    "2018-12-01": "cloudServiceConfiguration/currentOSVersion usage/dataEgressGiB usage/dataIngressGiB",
    "2020-03-01": "networkConfiguration/publicIPs",
    "2024-07-01": "pool/applicationLicenses pool/cloudServiceConfiguration",
    "2025-06-01": """
        dataDisks/storageAccountType jobManagerTask/authenticationTokenSettings node/certificateReferences
        pool/certificateReferences pool/currentNodeCommunicationMode pool/resourceTags
        pool/targetNodeCommunicationMode task/authenticationTokenSettings
    """,
}
"""Keys by the first version without them."""
FORMER: Final[Mapping[str, str]] = {
    "cloudServiceConfiguration/osVersion": "targetOSVersion",
    "commonResourceFiles/httpUrl": "blobSource",
    "exitConditions/preProcessingError": "schedulingError",
    "pool/currentDedicatedNodes": "currentDedicated",
    "pool/targetDedicatedNodes": "targetDedicated",
    "pool/taskSlotsPerNode": "maxTasksPerNode",
    "resourceFiles/httpUrl": "blobSource",
}
"""What keys were called before the version that added them."""
SAME: Final[Mapping[str, str]] = {"jobSpecification": "job"}
"""Keys under which the body of another thing is found."""

CHANGES: Final = ("", *sorted({*ADDED, *REMOVED}))
"""Versions that differ from those before them, behind the first one."""

Names = Mapping[str, Mapping[str, str | None]]
"""By the key above, and by the key: the name in a version; None where that does not have it."""


def in_shape(body: Any, thing: str, version: str) -> Any:
    """Return the body of a thing as a version of the interface has it."""
    return _shaped(body, thing, _names_from(CHANGES[bisect(CHANGES, version) - 1]))


@cache
def _names_from(version: str) -> Names:
    """Return what of the tables the versions from one change to the next do not have as it is today."""
    found: dict[str, dict[str, str | None]] = {}
    for since, keys in ADDED.items():
        for key in keys.split() if version < since else ():
            above, _, name = key.rpartition("/")
            found.setdefault(above, {})[name] = FORMER.get(key)
    for until, keys in REMOVED.items():
        for key in keys.split() if version >= until else ():
            above, _, name = key.rpartition("/")
            found.setdefault(above, {})[name] = None
    return found


def _shaped(body: Any, above: str, names: Names) -> Any:
    if isinstance(body, list):
        return [_shaped(one, above, names) for one in body]
    if not isinstance(body, Mapping):
        return body
    own = names.get(SAME.get(above, above), {})
    shown = ((own.get(key, key), key, value) for key, value in body.items())
    return {
        name: _shaped(value, key, names) if isinstance(value, Mapping | list) else value
        for name, key, value in shown
        if name is not None
    }
