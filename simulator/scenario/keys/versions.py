"""Which generation of the service's interface brought a key, and which one dropped it, where not all have it.

A mapping that stands only under keys of some generations has theirs, and need not be listed. Bodies of all generations
are read; where the option `apiProfile` is given, keys of another one are a warning
(`simulator/scenario/checks/generation_checks.py`, docs/model.md#service-generations).
"""

from typing import Final, NamedTuple


class Versions(NamedTuple):
    """The first generation that has a key, and the first that has it no more; empty where there is none."""

    since: str = ""
    until: str = ""


ALWAYS: Final = Versions()
_MIDDLE, _NEWER, _NEWEST = Versions("2024-02"), Versions("2025-06"), Versions("2026-10")
_OLD, _DROPPED, _BRIEF = Versions(until="2020-09"), Versions(until="2025-06"), Versions("2024-02", "2025-06")
CHANGED_SINCE_2025: Final = (
    "displayName",
    "userAccounts",
    "vmSize",
    "virtualMachineConfiguration",
    "taskSlotsPerNode",
    "taskSchedulingPolicy",
    "enableInterNodeCommunication",
    "networkConfiguration",
    "mountConfiguration",
    "upgradePolicy",
)
"""Keys of a pool that were fixed when it was created, before."""


def _all(versions: Versions, section: str, *keys: str) -> dict[tuple[str, str], Versions]:
    return {(section, key): versions for key in keys}


VERSIONS: Final = {
    **_all(_MIDDLE, "Pool", "upgradePolicy", "identity"),
    **_all(_BRIEF, "Pool", "resourceTags", "targetNodeCommunicationMode", "currentNodeCommunicationMode"),
    **_all(_DROPPED, "Pool", "cloudServiceConfiguration", "certificateReferences", "applicationLicenses"),
    **_all(_OLD, "Pool", "currentDedicated", "resizeError"),
    **_all(_NEWEST, "Pool", "vmSkuProfile"),
    **_all(_NEWER, "UpdatePool", *CHANGED_SINCE_2025),
    **_all(_BRIEF, "UpdatePool", "resourceTags", "targetNodeCommunicationMode"),
    **_all(_DROPPED, "UpdatePool", "certificateReferences"),
    **_all(_NEWEST, "UpdatePool", "vmSkuProfile"),
    **_all(_MIDDLE, "VirtualMachineConfiguration", "nodePlacementConfiguration", "extensions", "osDisk"),
    **_all(_MIDDLE, "VirtualMachineConfiguration", "securityProfile", "serviceArtifactReference"),
    **_all(_NEWEST, "VirtualMachineConfiguration", "hardwareProfile", "placement", "resiliencyPolicy"),
    **_all(_MIDDLE, "ImageReference", "exactVersion"),
    **_all(_NEWER, "ImageReference", "sharedGalleryImageId", "communityGalleryImageId"),
    **_all(_NEWER, "DataDisk", "managedDisk"),
    **_all(_DROPPED, "DataDisk", "storageAccountType"),
    **_all(_NEWER, "ManagedDisk", "diskEncryptionSet", "securityProfile"),
    **_all(_OLD, "CloudServiceConfiguration", "currentOSVersion"),
    **_all(_MIDDLE, "NetworkConfiguration", "enableAcceleratedNetworking"),
    **_all(_NEWER, "PublicAddresses", "ipFamilies", "ipTags"),
    **_all(_NEWER, "SchedulingPolicy", "jobDefaultOrder"),
    **_all(_MIDDLE, "Job", "allowTaskPreemption", "maxParallelTasks"),
    **_all(_NEWER, "JobNetwork", "skipWithdrawFromVNet"),
    **_all(_MIDDLE, "UpdateJob", "allowTaskPreemption", "maxParallelTasks"),
    **_all(_NEWER, "UpdateJob", "networkConfiguration"),
    **_all(_DROPPED, "Task", "authenticationTokenSettings"),
    **_all(_DROPPED, "JobManagerTask", "authenticationTokenSettings"),
    **_all(_DROPPED, "StartTask", "authenticationTokenSettings"),
    **_all(_DROPPED, "JobPreparationTask", "authenticationTokenSettings"),
    **_all(_DROPPED, "JobReleaseTask", "authenticationTokenSettings"),
    **_all(_NEWER, "DeallocateNode", "operation"),
    **_all(_NEWER, "StartNode", "operation"),
    **_all(_NEWER, "containerSettings", "containerHostBatchBindMounts"),
    **_all(_NEWER, "diskEncryptionConfiguration", "customerManagedKey"),
    **_all(_NEWER, "securityProfile", "proxyAgentSettings"),
    **_all(_MIDDLE, "container", "identityReference", "uploadHeaders"),
    **_all(_MIDDLE, "resourceFiles", "identityReference"),
    **_all(_MIDDLE, "commonResourceFiles", "identityReference"),
    **_all(_MIDDLE, "containerRegistries", "identityReference"),
    **_all(_MIDDLE, "registry", "identityReference"),
    **_all(_MIDDLE, "azureBlobFileSystemConfiguration", "identityReference"),
    **_all(_OLD, "userAccounts", "sshPrivateKey"),
}
"""By the type of the mapping, or the key that holds the object, and the key."""


def common(all_of: list[Versions]) -> Versions:
    """Return the generations that have what stands in any of several places."""
    if not all_of:
        return ALWAYS
    return Versions(min(one.since for one in all_of), _last([one.until for one in all_of]))


def _last(ends: list[str]) -> str:
    return "" if "" in ends else max(ends)
