"""Operations on what belongs to the account: images, applications, certificates, usage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from simulator.scenario.format.image_fit import agent_of
from simulator.service.odata import page
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

    def found(begin: int) -> Iterator[tuple[int, Mapping[str, Any]]]:
        images = [(one, agent_of(*one), "linux") for one in IMAGES]
        images += [(one, WINDOWS_AGENT, "windows") for one in WINDOWS]
        for place, ((publisher, offer, sku), agent, system) in enumerate(images, 1):
            if place > begin:
                reference = {"publisher": publisher, "offer": offer, "sku": sku, "version": "latest"}
                yield (
                    place,
                    {
                        "nodeAgentSKUId": agent,
                        "imageReference": reference,
                        "osType": system,
                        "capabilities": [],
                        "verificationType": "verified",
                    },
                )

    return Reply(200, page(asked, "supportedimages", found))


def list_nothing(_session: Session, asked: Asked) -> Reply:
    """List what a simulated account has none of: applications, certificates, usage by the hour."""
    return Reply(200, page(asked, asked.path.strip("/"), lambda _: ()))


def get_application(_session: Session, _asked: Asked) -> Reply:
    """Refuse to show an application: a simulated account has none."""
    raise RefusedError(ServiceCode.APPLICATION_NOT_FOUND, "The specified application does not exist.")
