"""Keys of the service's bodies that no type of the format holds: what they mean, and whether they act.

A body keeps them as they are written. They stand by the type that they are written beside the keys of, or, inside an
object that no type describes, by the key of that object.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from simulator.scenario.keys.beside_objects import BESIDE_OBJECTS
from simulator.scenario.keys.beside_rows import Beside, Keys, acts, not_yet

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

REFERENCE: Final[Keys] = {
    "file": acts(
        "JSON or YAML file with the body, relative to the scenario; keys beside it win over the file's.",
        values="a text",
    ),
    "parameters": acts(
        "Values for the parameters of the template in `file`, by name, or the path of a file of them.",
        values="a mapping, a text",
    ),
}
"""What an entry has that names a file; reading it takes them away."""

BESIDE_TYPES: Final[Mapping[str, Keys]] = {
    "Description": {"prices": acts("Whose list prices hold; without it those of East US.")},
    "Pool": {
        **REFERENCE,
        **_READ_SIDE,
        "targetNodeCommunicationMode": Beside("How the service reaches nodes."),
        "userAccounts": Beside("Users of the nodes' operating system."),
        "metadata": _METADATA,
        "resourceTags": Beside("Tags of the resources in a user's own subscription."),
        "vmSkuProfile": not_yet(
            "Sizes of a pool whose `vmSize` is `Mix`: every node is of the one that is preferred.",
            "the service takes the next size where one cannot be had, so nodes may be of several sizes",
        ),
        "mountConfiguration": not_yet(
            "File systems that are mounted on each node, at most 10.",
            "mounting takes time while a node starts, and a mount that fails makes it unusable",
        ),
    },
    "VirtualMachineConfiguration": {
        "extensions": not_yet("Extensions of the virtual machines.", "installing them takes time before a node starts"),
        "hardwareProfile": not_yet(
            "Fewer cores than the size of nodes has.", "nodes have fewer cores, at the price of their size"
        ),
        "resiliencyPolicy": not_yet(
            "Bounds of nodes in single zones.", "the service uses fewer zones, or holds back nodes of a zone"
        ),
        "diskEncryptionConfiguration": Beside("Which disks are encrypted."),
        "securityProfile": Beside("Secure boot, trusted launch and encryption at the host."),
        "serviceArtifactReference": Beside("Artifact that fixes the image's version in upgrades."),
    },
    "ImageReference": {
        "version": Beside("Version of the image; what is installed in it does not count."),
        "exactVersion": Beside("Version that nodes have, when it was read."),
        "sharedGalleryImageId": acts(
            "Id of an image of a shared gallery: its nodes come more slowly.", values="a text"
        ),
        "communityGalleryImageId": acts(
            "Id of an image of a community gallery: its nodes come more slowly.", values="a text"
        ),
    },
    "OsDisk": {
        "caching": Beside("How the disk is cached."),
        "writeAcceleratorEnabled": Beside("Whether writing is accelerated."),
    },
    "ManagedDisk": {
        "securityProfile": Beside("How the disk is encrypted.", holds="diskSecurity"),
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
    },
    "Task": {
        **_READ_SIDE,
        "resourceFiles": _FILES,
        "outputFiles": acts("Files that are uploaded at the end of an attempt; `simulation.output` says how much."),
        "userIdentity": _IDENTITY,
        "authenticationTokenSettings": _TOKEN,
    },
    "MultiInstanceSettings": {
        "commonResourceFiles": acts(
            "Files that all of its nodes fetch; `simulation.commonInput` of the task says how much."
        ),
    },
    "Job": {
        **REFERENCE,
        **_READ_SIDE,
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
        "retentionTime": not_yet("How long its files stay on the node.", "a drain with retaineddata waits for them"),
        "resourceFiles": Beside("Files that are fetched first; `simulation.duration` covers it."),
        "userIdentity": _IDENTITY,
        "authenticationTokenSettings": _TOKEN,
        "containerSettings": _CONTAINER,
        "applicationPackageReferences": _PACKAGES,
    },
    "JobSchedule": {**REFERENCE, **_READ_SIDE, "metadata": _METADATA},
    "CapacityCurve": {
        "file": acts("CSV with the columns time (seconds) and available, instead of `points`.", values="a text")
    },
    "PreemptionTrace": {
        "file": acts("CSV with the columns time (seconds) and count or node, instead of `evictions`.", values="a text"),
    },
    "Empirical": {
        "file": acts("CSV of values, relative to the scenario, instead of `values`.", values="a text"),
        "column": acts("Name of the column that is read, where the CSV has several.", values="a text"),
    },
}
"""By name of the type."""


def holder_of(name: str, row: Beside) -> str | None:
    """Return the name of the objects that stand under a key; None where any value may."""
    found = row.holds or name
    return found if found in BESIDE_OBJECTS else None


def beside_type(model: type) -> Iterator[tuple[str, Beside]]:
    """Yield the keys beside those of a type, and beside those of the types that it is made from."""
    for part in model.__mro__:
        yield from BESIDE_TYPES.get(part.__name__, {}).items()
