"""Keys of the service's bodies that no type of the format holds: what they mean, and whether they act.

A body keeps them as they are written. They stand by the type that they are written beside the keys of, or, inside an
object that no type describes, by the key of that object.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from simulator.scenario.format.key_marks import Effect


@dataclass(frozen=True, slots=True)
class Beside:
    """One such key."""

    meaning: str
    effect: Effect = Effect.INERT
    why: str = ""
    """Of a key that is not simulated yet: what the service does about it."""


Keys = Mapping[str, Beside]


def _acts(meaning: str) -> Beside:
    return Beside(meaning, Effect.ACTS)


def _not_yet(meaning: str, why: str) -> Beside:
    return Beside(meaning, Effect.NOT_SIMULATED_YET, why)


_READ_SIDE: Final[Keys] = {
    "odata.metadata": Beside("Kind of the answer that it was read from."),
    "url": Beside("Address in its account."),
    "eTag": Beside("Version, for requests with conditions."),
    "lastModified": Beside("When it was changed last."),
    "creationTime": Beside("When it was created; a run creates it anew."),
    "state": Beside("State when it was read; a run begins with none."),
    "stateTransitionTime": Beside("When it came into that state."),
    "previousState": Beside("State before that one."),
    "previousStateTransitionTime": Beside("When it came into the state before."),
    "allocationState": Beside("Whether a pool was resizing when it was read."),
    "allocationStateTransitionTime": Beside("Since when."),
    "resizeErrors": Beside("Errors of a pool's last resize."),
    "resizeError": Beside("Error of a pool's last resize, in interfaces of 2016."),
    "currentDedicatedNodes": Beside("Dedicated nodes when a pool was read; a run begins with none."),
    "currentDedicated": Beside("The same, in interfaces of 2016."),
    "currentLowPriorityNodes": Beside("Low-priority nodes when a pool was read; a run begins with none."),
    "currentNodeCommunicationMode": Beside("How the service reached a pool's nodes."),
    "autoScaleRun": Beside("Last evaluation of a pool's formula."),
    "stats": Beside("What the service has counted so far."),
    "identity": Beside("Identities by which nodes ask other services."),
    "executionInfo": Beside("How its execution went so far."),
    "nodeInfo": Beside("Node that a task ran on."),
}
"""What bodies have that were read from the service."""
_FILES: Final = Beside("Files that are fetched first; a body states no sizes, `simulation.input` of a task does.")
_IDENTITY: Final = Beside("User of the operating system that the command runs as.")
_TOKEN: Final = Beside("Which parts of the account the command may ask.")
_CONTAINER: Final = Beside("Container that the command runs in; only whether there is one counts.")
_PACKAGES: Final = Beside("Packages for this command alone; the service knows them for pools, tasks and job managers.")
_METADATA: Final = Beside("Name-value pairs of the user's own.")

_FILE: Final = _acts("JSON or YAML file with the body, relative to the scenario; keys beside it win over the file's.")

BESIDE_TYPES: Final[Mapping[str, Keys]] = {
    "Description": {"prices": _acts("Whose list prices hold; without it those of East US.")},
    "Pool": {
        "file": _FILE,
        **_READ_SIDE,
        "targetNodeCommunicationMode": Beside("How the service reaches nodes."),
        "userAccounts": Beside("Users of the nodes' operating system."),
        "metadata": _METADATA,
        "resourceTags": Beside("Tags of the resources in a user's own subscription."),
        "mountConfiguration": _not_yet(
            "File systems that are mounted on each node, at most 10.",
            "mounting takes time while a node starts, and a mount that fails makes it unusable",
        ),
    },
    "VirtualMachineConfiguration": {
        "extensions": _not_yet(
            "Extensions of the virtual machines.", "installing them takes time before a node starts"
        ),
        "diskEncryptionConfiguration": Beside("Which disks are encrypted."),
        "securityProfile": Beside("Secure boot, trusted launch and encryption at the host."),
        "serviceArtifactReference": Beside("Artifact that fixes the image's version in upgrades."),
    },
    "ImageReference": {
        "version": Beside("Version of the image; what is installed in it does not count."),
        "exactVersion": Beside("Version that nodes have, when it was read."),
        "sharedGalleryImageId": _acts("Id of an image of a shared gallery: its nodes come more slowly."),
        "communityGalleryImageId": _acts("Id of an image of a community gallery: its nodes come more slowly."),
    },
    "OsDisk": {
        "caching": Beside("How the disk is cached."),
        "writeAcceleratorEnabled": Beside("Whether writing is accelerated."),
    },
    "ManagedDisk": {
        "securityProfile": Beside("How the disk is encrypted."),
        "diskEncryptionSet": Beside("With which keys the disk is encrypted."),
    },
    "DataDisk": {"caching": Beside("How the disk is cached.")},
    "ContainerConfiguration": {
        "type": Beside("Which runtime runs the containers."),
        "containerRegistries": Beside("Registries that images come from, with their credentials."),
    },
    "CloudServiceConfiguration": {"currentOSVersion": Beside("Version that nodes had when the pool was read.")},
    "PublicAddresses": {
        "ipFamilies": Beside("Families of addresses, IPv4 and IPv6."),
        "ipTags": Beside("Tags of the addresses."),
    },
    "NetworkConfiguration": {
        "dynamicVNetAssignmentScope": Beside("How the virtual network of a pool is chosen."),
        "enableAcceleratedNetworking": Beside("Whether network cards are accelerated; no traffic is simulated."),
    },
    "AutomaticUpgrade": {
        "disableAutomaticRollback": Beside("Whether a failed upgrade stays; no upgrade fails."),
        "useRollingUpgradePolicy": Beside("Whether automatic upgrades go batch by batch; those of a run always do."),
    },
    "RollingUpgrade": {
        "enableCrossZoneUpgrade": Beside("Whether a batch may hold nodes of several zones; every batch may."),
        "maxUnhealthyInstancePercent": Beside("How many sick nodes stop an upgrade; none does."),
        "maxUnhealthyUpgradedInstancePercent": Beside("How many sick upgraded nodes stop an upgrade; none does."),
        "prioritizeUnhealthyInstances": Beside("Whether sick nodes come first; the order is that of nodes."),
        "rollbackFailedInstancesOnPolicyBreach": Beside("Whether failed nodes go back; no upgrade fails."),
    },
    "StartTask": {
        "resourceFiles": Beside("Files that are fetched first; `simulation.timing.startTask` of the pool covers it."),
        "userIdentity": _IDENTITY,
        "authenticationTokenSettings": _TOKEN,
        "containerSettings": _CONTAINER,
        "applicationPackageReferences": _PACKAGES,
        "constraints": Beside("No key of a start task: its retries stand in `maxTaskRetryCount`."),
    },
    "Task": {
        **_READ_SIDE,
        "resourceFiles": _FILES,
        "outputFiles": _acts("Files that are uploaded at the end of an attempt; `simulation.output` says how much."),
        "userIdentity": _IDENTITY,
        "authenticationTokenSettings": _TOKEN,
    },
    "MultiInstanceSettings": {
        "commonResourceFiles": _acts(
            "Files that all of its nodes fetch; `simulation.commonInput` of the task says how much."
        ),
    },
    "Job": {
        "file": _FILE,
        **_READ_SIDE,
        "networkConfiguration": Beside("Virtual network of the job's tasks; no traffic is simulated."),
        "metadata": _METADATA,
    },
    "JobPreparationTask": {
        "resourceFiles": Beside("Files that are fetched first; `simulation.duration` covers it."),
        "userIdentity": _IDENTITY,
        "authenticationTokenSettings": _TOKEN,
        "containerSettings": _CONTAINER,
        "applicationPackageReferences": _PACKAGES,
    },
    "JobReleaseTask": {
        "retentionTime": _not_yet("How long its files stay on the node.", "a drain with retaineddata waits for them"),
        "resourceFiles": Beside("Files that are fetched first; `simulation.duration` covers it."),
        "userIdentity": _IDENTITY,
        "authenticationTokenSettings": _TOKEN,
        "containerSettings": _CONTAINER,
        "applicationPackageReferences": _PACKAGES,
        "constraints": Beside("No key of a release task: its limits stand beside it."),
    },
    "JobSchedule": {"file": _FILE, **_READ_SIDE, "metadata": _METADATA},
    "CapacityCurve": {"file": _acts("CSV with the columns time (seconds) and available, instead of `points`.")},
    "PreemptionTrace": {
        "file": _acts("CSV with the columns time (seconds) and count or node, instead of `evictions`."),
    },
    "Empirical": {
        "file": _acts("CSV of values, relative to the scenario, instead of `values`."),
        "column": _acts("Name of the column that is read, where the CSV has several."),
    },
}
"""By name of the type."""

_NAMED: Final[Keys] = {
    "name": _acts("Name of the variable; those that begin with SIM_ are read."),
    "value": _acts("Its value."),
}
_RESOURCE: Final[Keys] = {
    "autoStorageContainerName": Beside("Container of the account's own storage."),
    "storageContainerUrl": Beside("Address of a container of files."),
    "httpUrl": Beside("Address of one file."),
    "blobPrefix": Beside("Which files of the container are fetched."),
    "filePath": Beside("Where the files go on the node."),
    "fileMode": Beside("Rights of the files."),
    "identityReference": Beside("Identity by which they are fetched."),
}
BESIDE_OBJECTS: Final[Mapping[str, Keys]] = {
    "prices": {
        "region": _acts("Region of which the shipped prices hold, such as westeurope."),
        "file": _acts("Saved answer of the public retail-prices service, relative to the scenario."),
    },
    "environmentSettings": _NAMED,
    "commonEnvironmentSettings": _NAMED,
    "applicationPackageReferences": {
        "applicationId": _acts("Application; `simulation.downloads` of the pool says how large it is."),
        "version": _acts("Version of it, where `simulation.downloads` names one."),
    },
    "containerSettings": {
        "imageName": _acts("Image; `simulation.downloads` of the pool says how large it is."),
        "containerRunOptions": Beside("Options of the runtime."),
        "registry": Beside("Where the image comes from, with its credentials."),
        "workingDirectory": Beside("Where the command runs inside of the container."),
        "containerHostBatchBindMounts": Beside("Which folders of the node the container sees."),
    },
    "resourceFiles": _RESOURCE,
    "commonResourceFiles": _RESOURCE,
    "metadata": {"name": Beside("Name of a pair."), "value": Beside("Value of a pair.")},
    "windowsConfiguration": {
        "enableAutomaticUpdates": _not_yet(
            "Whether Windows updates itself.", "updates may restart nodes and take their tasks with them"
        ),
    },
    "ephemeralOSDiskSettings": {"placement": Beside("On which local disk the OS disk is.")},
    "outputFiles": {
        "filePattern": Beside("Which files are uploaded."),
        "destination": Beside("Where they go."),
        "uploadOptions": _acts("When they are uploaded: `uploadCondition` taskcompletion, tasksuccess or taskfailure."),
    },
    "exitConditions": {
        "exitCodes": _acts("What follows from single exit codes: `code` and `exitOptions`."),
        "exitCodeRanges": _acts("What follows from ranges of exit codes: `start`, `end` and `exitOptions`."),
        "preProcessingError": _acts("What follows where the task could not start."),
        "fileUploadError": _acts("What follows where its output could not be uploaded."),
        "default": _acts("What follows from every other failure."),
    },
    "networkSecurityGroupRules": {
        "priority": Beside("Order of the rule, from 150 to 4096, each only once."),
        "access": Beside("Whether the rule allows or denies."),
        "sourceAddressPrefix": Beside("Whom the rule is about."),
        "sourcePortRanges": Beside("Which ports the rule is about."),
    },
}
"""By key of the object, or of the list of such objects."""


def beside_type(model: type) -> Iterator[tuple[str, Beside]]:
    """Yield the keys beside those of a type, and beside those of the types that it is made from."""
    for part in model.__mro__:
        yield from BESIDE_TYPES.get(part.__name__, {}).items()
