"""Which generation of the service's interface brought a key, and which one dropped it, where not all have it.

Bodies of all generations are read; where the option `apiProfile` is given, keys of another one are a warning
(`simulator/scenario/checks/generation_checks.py`, docs/model.md#service-generations).
"""

from typing import Final, NamedTuple


class Versions(NamedTuple):
    """The first generation that has a key, and the first that has it no more; empty where there is none."""

    since: str = ""
    until: str = ""


ALWAYS: Final = Versions()
_MIDDLE, _NEWEST = Versions("2024-02"), Versions("2025-06")
CHANGED_SINCE_2025: Final = (
    "displayName",
    "userAccounts",
    "resourceTags",
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
VERSIONS: Final = {
    ("Pool", "upgradePolicy"): _MIDDLE,
    ("Pool", "resourceTags"): _MIDDLE,
    ("Pool", "targetNodeCommunicationMode"): Versions("2024-02", "2025-06"),
    ("Pool", "currentNodeCommunicationMode"): Versions("2024-02", "2025-06"),
    ("Pool", "cloudServiceConfiguration"): Versions(until="2025-06"),
    ("Pool", "certificateReferences"): Versions(until="2025-06"),
    ("PublicAddresses", "ipFamilies"): _NEWEST,
    ("PublicAddresses", "ipTags"): _NEWEST,
    ("UpdatePool", "certificateReferences"): Versions(until="2025-06"),
    ("UpdatePool", "targetNodeCommunicationMode"): Versions("2024-02", "2025-06"),
    **{("UpdatePool", key): _NEWEST for key in CHANGED_SINCE_2025},
    ("UpdateJob", "networkConfiguration"): _NEWEST,
    ("UpdateJob", "allowTaskPreemption"): _MIDDLE,
    ("UpdateJob", "maxParallelTasks"): _MIDDLE,
    ("VirtualMachineConfiguration", "nodePlacementConfiguration"): _MIDDLE,
    ("VirtualMachineConfiguration", "extensions"): _MIDDLE,
    ("VirtualMachineConfiguration", "osDisk"): _MIDDLE,
    ("SchedulingPolicy", "jobDefaultOrder"): _NEWEST,
    ("DataDisk", "managedDisk"): _NEWEST,
    ("Job", "allowTaskPreemption"): _MIDDLE,
    ("Job", "maxParallelTasks"): _MIDDLE,
    ("DeallocateNode", "operation"): _NEWEST,
    ("StartNode", "operation"): _NEWEST,
}
"""By the type of the mapping and the key."""
