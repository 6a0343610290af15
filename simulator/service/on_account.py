"""Operations on what belongs to the account: images, applications, certificates, usage."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from simulator.scenario.format.image_fit import agent_of
from simulator.scenario.format.timestamps import parse_time
from simulator.service.odata import counted, page, selected
from simulator.service.replies import Asked, RefusedError, Reply
from simulator.service.session import Session
from simulator.service.shown import shape
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
    return Reply(200, page(asked, "supportedimages", counted(images, lambda one: shape(asked, "image", one))))


def _image(image: tuple[str, str, str], agent: str | None, system: str) -> dict[str, Any]:
    publisher, offer, sku = image
    return {
        "nodeAgentSKUId": agent,
        "imageReference": {"publisher": publisher, "offer": offer, "sku": sku, "version": "latest"},
        "osType": system,
        "capabilities": [],
        "verificationType": "verified",
    }


def list_agents(_session: Session, asked: Asked) -> Reply:
    """List node agents with the images that they run on, as versions before 2019-06 have it."""
    found: dict[str, dict[str, Any]] = {}
    for image, system in [*((one, "linux") for one in IMAGES), *((one, "windows") for one in WINDOWS)]:
        shown = _image(image, agent_of(*image) if system == "linux" else WINDOWS_AGENT, system)
        about = {"id": shown["nodeAgentSKUId"], "verifiedImageReferences": [], "osType": system}
        agent = found.setdefault(shown["nodeAgentSKUId"], about)
        agent["verifiedImageReferences"].append(shown["imageReference"])
    return Reply(200, page(asked, "nodeagentskus", counted(found.values(), dict)))


def list_applications(_session: Session, asked: Asked) -> Reply:
    """List applications: a simulated account has none."""
    return Reply(200, page(asked, "applications", lambda _: ()))


def get_application(_session: Session, _asked: Asked) -> Reply:
    """Refuse to show an application: a simulated account has none."""
    raise RefusedError(ServiceCode.APPLICATION_NOT_FOUND, "The specified application does not exist.")


# ---- usage -------------------------------------------------------------------------------------------------

SPAN: Final = 3600.0
"""Seconds over which usage is added up."""


def list_usage(session: Session, asked: Asked) -> Reply:
    """List how many hours the cores of each pool were there, hour by hour; hours that are not over are left out."""
    begin, end = (_instant(session, asked, key) for key in ("starttime", "endtime"))
    now = session.simulation.now
    last = math.floor(min(now, now if end is None else end) / SPAN)
    first = math.ceil(max(begin or 0.0, 0.0) / SPAN)

    def rows() -> Iterator[dict[str, Any]]:
        for pool in session.views.pools():
            cores = session.simulation.scenario.sizes[pool.body.vm_size].vcpus
            spans = session.views.allocations(pool.id)
            for hour in range(first, last) if len(spans) else ():
                inside = np.clip(spans, hour * SPAN, (hour + 1) * SPAN)
                seconds = float((inside[:, 1] - inside[:, 0]).sum())
                if seconds:
                    yield {
                        "poolId": pool.id,
                        "startTime": session.stamp(hour * SPAN),
                        "endTime": session.stamp((hour + 1) * SPAN),
                        "vmSize": pool.body.vm_size.lower(),
                        "totalCoreHours": seconds * cores / 3600,
                        "dataIngressGiB": 0.0,
                        "dataEgressGiB": 0.0,
                    }

    return Reply(200, page(asked, "poolusagemetrics", counted(rows(), lambda row: shape(asked, "usage", row))))


def _instant(session: Session, asked: Asked, key: str) -> float | None:
    """Return an instant of the query, in seconds from the origin; None where it is not named."""
    text = asked.query.get(key)
    if text is None:
        return None
    try:
        return (parse_time(text) - session.origin).total_seconds()
    except ValueError as error:
        raise RefusedError(ServiceCode.INVALID_QUERY, f"{key}: {error}.") from None


# ---- certificates ------------------------------------------------------------------------------------------

CERTIFICATE: Final = re.compile(r"thumbprintAlgorithm=(?P<algorithm>[^,)]+),thumbprint=(?P<thumbprint>[^,)]+)")
NO_CERTIFICATE: Final = "The specified certificate does not exist."


def add_certificate(session: Session, asked: Asked) -> Reply:
    """Note a certificate that nodes may get; what is in it is not kept."""
    algorithm, thumbprint = (asked.body.get(key) for key in ("thumbprintAlgorithm", "thumbprint"))
    if not isinstance(algorithm, str) or not isinstance(thumbprint, str) or not algorithm or not thumbprint:
        raise RefusedError(ServiceCode.MISSING_PROPERTY, "A certificate has a thumbprintAlgorithm and a thumbprint.")
    key = thumbprint.lower()
    if key in session.certificates:
        raise RefusedError(ServiceCode.CERTIFICATE_EXISTS, "The specified certificate already exists.")
    url = f"{asked.base}/certificates(thumbprintAlgorithm={algorithm},thumbprint={thumbprint})"
    session.certificates[key] = {
        "thumbprint": thumbprint,
        "thumbprintAlgorithm": algorithm,
        "url": url,
        "state": "active",
        "stateTransitionTime": session.now,
    }
    return Reply(201, headers={"Location": url})


def list_certificates(session: Session, asked: Asked) -> Reply:
    """List the certificates of the account."""
    return Reply(200, page(asked, "certificates", counted(session.certificates.values(), dict)))


def get_certificate(session: Session, asked: Asked) -> Reply:
    """Return one certificate."""
    return Reply(200, selected(session.certificates[_certificate(session, asked)], asked.query.get("$select")))


def delete_certificate(session: Session, asked: Asked) -> Reply:
    """Forget a certificate; pools that name it keep it."""
    del session.certificates[_certificate(session, asked)]
    return Reply(202)


def cancel_deletion(session: Session, asked: Asked) -> Reply:
    """Refuse to cancel the deletion of a certificate: none of them fails here."""
    _certificate(session, asked)
    raise RefusedError(ServiceCode.CERTIFICATE_ACTIVE, "The specified certificate is in the active state.")


def _certificate(session: Session, asked: Asked) -> str:
    """Return the key of the certificate that a path names; raise RefusedError if it is not there."""
    found = CERTIFICATE.fullmatch(asked.names["certificate"])
    key = "" if found is None else found["thumbprint"].lower()
    if key not in session.certificates:
        raise RefusedError(ServiceCode.CERTIFICATE_NOT_FOUND, NO_CERTIFICATE)
    return key
