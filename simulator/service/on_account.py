"""Operations on what belongs to the account: images, applications, certificates, usage."""

from __future__ import annotations

from typing import Any, Final

from simulator.scenario.format.image_fit import agent_of
from simulator.service.odata import counted, page
from simulator.service.replies import Asked, RefusedError, Reply
from simulator.service.session import Session
from simulator.service_codes import ServiceCode

IMAGES: Final = (
    ("canonical", "0001-com-ubuntu-server-jammy", "22_04-lts"),
    ("canonical", "ubuntu-24_04-lts", "server"),
    ("microsoft-dsvm", "ubuntu-hpc", "2204"),
    ("microsoft-azure-batch", "ubuntu-server-container", "20-04-lts"),
    ("almalinux", "almalinux", "8-gen1"),
    ("almalinux", "almalinux", "9-gen1"),
    ("debian", "debian-11", "11"),
    ("debian", "debian-12", "12"),
)
"""Publisher, offer and SKU of images that clients find in the list; a pool may name any other."""
WINDOWS: Final = (
    ("microsoftwindowsserver", "windowsserver", "2022-datacenter"),
    ("microsoftwindowsserver", "windowsserver", "2019-datacenter"),
)
WINDOWS_AGENT: Final = "batch.node.windows amd64"


def list_images(_session: Session, asked: Asked) -> Reply:
    """List images that pools can have, and the agents that run on them."""
    images = [_image(one, agent_of(*one), "linux") for one in IMAGES]
    images += [_image(one, WINDOWS_AGENT, "windows") for one in WINDOWS]
    return Reply(200, page(asked, "supportedimages", counted(images, dict)))


def _image(image: tuple[str, str, str], agent: str | None, system: str) -> dict[str, Any]:
    publisher, offer, sku = image
    return {
        "nodeAgentSKUId": agent,
        "imageReference": {"publisher": publisher, "offer": offer, "sku": sku, "version": "latest"},
        "osType": system,
        "capabilities": [],
        "verificationType": "verified",
    }


def list_nothing(_session: Session, asked: Asked) -> Reply:
    """List what a simulated account has none of: applications, certificates, usage by the hour."""
    return Reply(200, page(asked, asked.path.strip("/"), lambda _: ()))


def get_application(_session: Session, _asked: Asked) -> Reply:
    """Refuse to show an application: a simulated account has none."""
    raise RefusedError(ServiceCode.APPLICATION_NOT_FOUND, "The specified application does not exist.")
