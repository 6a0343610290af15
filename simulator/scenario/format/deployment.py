"""What boots on a pool's nodes: virtual machines or cloud services, their image, system and node agent.

The table of node agents is what the service's list of them held in 2025 and before; ids that it lacks are accepted
with a warning (docs/model.md#bodies-of-the-service).
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, Field

from simulator.scenario.format.image_fit import agent_of, boots
from simulator.scenario.format.key_marks import INERT, Gib
from simulator.scenario.format.section import Body, Count, field_named, fold, lower
from simulator.scenario.format.timing_presets import OsKind

NODE_AGENTS: Final = (
    "batch.node.windows amd64",
    *(f"batch.node.ubuntu {version}" for version in ("14.04", "16.04", "18.04", "20.04", "22.04", "24.04")),
    *(f"batch.node.debian {version}" for version in ("8", "9", "10", "11", "12")),
    *(f"batch.node.centos {version}" for version in ("6", "7", "8")),
    *(f"batch.node.el {version}" for version in ("8", "9")),
    "batch.node.opensuse 42.1",
    "batch.node.mariner 2.0",
    "batch.node.azurelinux 3.0",
)
"""Ids of node agents that the service knows or knew."""
LINUX_PUBLISHERS: Final = frozenset(
    {
        "almalinux",
        "canonical",
        "credativ",
        "debian",
        "microsoft-azure-batch",
        "microsoftcblmariner",
        "openlogic",
        "oracle",
        "redhat",
        "rocky",
        "suse",
    }
)
OWN_LICENCES: Final = ("Windows_Server", "Windows_Client")
"""What a pool has as `licenseType` that brings its own licence."""
OWN_IMAGES: Final = ("virtualMachineImageId", "sharedGalleryImageId", "communityGalleryImageId")
"""Keys of an `imageReference` that name an image of no marketplace."""


class ImageReference(Body):
    """Of the Marketplace, a gallery, or a managed image."""

    publisher: str | None = None
    """Publisher of a Marketplace image; with `offer` it says whether nodes run Linux or Windows."""
    offer: str | None = None
    """Offer of a Marketplace image."""
    sku: str | None = None
    """Which image of the offer; arm64 and second-generation images fit only some sizes."""
    virtual_machine_image_id: str | None = None
    """Id of an image of the user's own: its nodes come more slowly, and a managed one bounds the pool."""


StorageType = Annotated[Literal["standard_lrs", "standardssd_lrs", "premium_lrs"], BeforeValidator(lower)]


class ManagedDisk(Body):
    """The storage type of a disk, as newer interfaces write it."""

    storage_account_type: StorageType | None = None
    """What the disk is stored on: a standard disk, a standard SSD, or a premium one."""


class OsDisk(Body):
    """The disk that a node boots from: paid for by itself only where the option billSubscriptionExtras says so."""

    disk_size_gb: Gib | None = Field(default=None, alias="diskSizeGB")
    """Size of the disk, where it is not the image's."""
    managed_disk: ManagedDisk = ManagedDisk.model_construct()
    """What the disk is stored on."""
    ephemeral_os_disk_settings: dict[str, Any] | None = Field(default=None, alias="ephemeralOSDiskSettings")
    """Present where the disk is a part of the local one."""


class DataDisk(Body):
    """An empty disk for every node: it changes the bill and nothing else."""

    lun: Annotated[Count, INERT] | None = None
    """Number of the disk on its node."""
    disk_size_gb: Gib = Field(default=0.0, alias="diskSizeGB")
    """Size of the disk, which is paid for by tier."""
    storage_account_type: StorageType | None = None
    """What the disk is stored on, as interfaces up to 2024 write it."""
    managed_disk: ManagedDisk = ManagedDisk.model_construct()
    """What the disk is stored on, as newer interfaces write it."""

    @property
    def type(self) -> str:
        """Return what it is stored on, in whichever of the two places the body says it."""
        return self.managed_disk.storage_account_type or self.storage_account_type or "standard_lrs"


class ContainerConfiguration(Body):
    """Makes the nodes of a pool run tasks in containers."""

    container_image_names: tuple[str, ...] = ()
    """Fetched while a node starts."""


class NodePlacement(Body):
    """How nodes are spread over the zones of the region."""

    policy: Annotated[Literal["regional", "zonal"], BeforeValidator(lower)] = "regional"
    """Whether nodes are spread over the region's zones."""


class Placement(Body):
    """How nodes are placed in zones, as the newest interface writes it."""

    zone_placement_policy: Annotated[Literal["auto"], BeforeValidator(lower)] | None = None
    """`Auto`: nodes are spread over the region's zones."""


class VirtualMachineConfiguration(Body):
    """What nodes that are virtual machines boot, and their disks."""

    image_reference: ImageReference
    """Image that nodes boot."""
    node_agent_sku_id: str = Field(alias="nodeAgentSKUId")
    """Id of the agent, which names the operating system; `poolsight node-agents` lists them."""
    windows_configuration: dict[str, Any] | None = None
    """Settings of Windows; refused beside a Linux image."""
    license_type: str | None = None
    """`Windows_Server` or `Windows_Client`: the pool brings its own licence and pays the Linux price."""
    data_disks: tuple[DataDisk, ...] = ()
    """Empty disks of each node, paid for while it is there."""
    os_disk: OsDisk = OsDisk.model_construct()
    """Disk that a node boots from."""
    container_configuration: ContainerConfiguration | None = None
    """Makes nodes run tasks in containers; each task then needs `containerSettings`."""
    node_placement_configuration: NodePlacement = NodePlacement.model_construct()
    """How nodes are spread over the zones of the region."""
    placement: Placement = Placement.model_construct()
    """The same, as the newest interface writes it; not beside `nodePlacementConfiguration`."""

    @property
    def is_zonal(self) -> bool:
        """Whether nodes are spread over the region's zones, in whichever of the two places the body says it."""
        is_spread = self.placement.zone_placement_policy is not None
        return is_spread or self.node_placement_configuration.policy == "zonal"


class CloudServiceConfiguration(Body):
    """Windows only; `*` follows the newest version by itself."""

    os_family: Annotated[str, INERT, BeforeValidator(lambda value: str(value) if isinstance(value, int) else value)]
    """Family of Windows, 2 to 7."""
    os_version: str = "*"
    """Version that nodes boot, which `upgradeOs` may change; `*`: always the newest."""


def get(body: object, key: str) -> Any:
    """Return the value under `key`, without case, in a body, parsed or not."""
    if isinstance(body, BaseModel):
        name = field_named(body, key)
        is_whole = len(body.__dict__) == len(type(body).model_fields)
        if name is not None and is_whole:
            return body.__dict__[name]
        own = (
            {}
            if is_whole
            else {field.alias or name: getattr(body, name) for name, field in type(body).model_fields.items()}
        )
        body = own | (body.model_extra or {})
    if isinstance(body, Mapping):
        for name, value in body.items():
            if fold(str(name)) == fold(key):
                return value
    return None


def is_windows_agent(agent: str) -> bool | None:
    """Return whether a node agent is for Windows, by its id; None where that is not known."""
    if agent.lower() not in NODE_AGENTS:
        return None
    return "windows" in agent.lower()


def is_windows_image(image: object) -> bool | None:
    """Return whether an image is one of Windows, by publisher and offer; None where they do not show it."""
    publisher, offer = str(get(image, "publisher") or "").lower(), str(get(image, "offer") or "").lower()
    if "windows" in publisher or "windows" in offer:
        return True
    return False if publisher in LINUX_PUBLISHERS else None


def os_kind(virtual_machine: object, cloud_service: object) -> OsKind:
    """Return what a node boots, by image, node agent or cloud service."""
    if cloud_service is not None:
        return OsKind.CLOUD_SERVICE
    agent = str(get(virtual_machine, "nodeAgentSKUId") or "")
    image = is_windows_image(get(virtual_machine, "imageReference"))
    windows = is_windows_agent(agent)
    if windows is None:
        windows = image if image is not None else "windows" in agent.lower()
    return OsKind.WINDOWS if windows or get(virtual_machine, "windowsConfiguration") is not None else OsKind.LINUX


def is_custom_image(virtual_machine: object) -> bool:
    """Return whether nodes boot from an image of no marketplace: of a gallery, or a managed one."""
    image = get(virtual_machine, "imageReference")
    return any(get(image, key) is not None for key in OWN_IMAGES)


def is_managed_image(virtual_machine: object) -> bool:
    """Return whether the image is a managed one, and none of a gallery: such pools have a cap of their own."""
    found = str(get(get(virtual_machine, "imageReference"), "virtualMachineImageId") or "").lower()
    return "/images/" in found and "/galleries/" not in found


def runs_on(virtual_machine: object, size: str) -> bool:
    """Return whether a VM size can boot the image: processor and generation must match."""
    image = get(virtual_machine, "imageReference")
    return boots(str(get(image, "offer") or ""), str(get(image, "sku") or ""), size)


def paired_agent(virtual_machine: object) -> str | None:
    """Return the id of the node agent that the service pairs with the image; None where that is not known."""
    image = get(virtual_machine, "imageReference")
    return agent_of(*(str(get(image, key) or "") for key in ("publisher", "offer", "sku")))
