"""Which VM sizes boot an image, and which node agent the service pairs it with, by the names of the image.

Sources: answers of the service's *List Supported Images* as users quoted them (Azure/Batch#178,
Azure-Samples/azure-batch-samples#328, nextflow-io/nextflow#2360) and as its interface has them in examples; the
article *Support for generation 2 VMs on Azure* for names of the second generation. Generations of sizes stand in
`vm_sizes.csv`.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from simulator.scenario.format.catalogue import generations

ARM: Final = re.compile(r"standard_[a-z]+\d+(-\d+)?[a-z]*p[a-z]*(_.*)?")
"""Sizes with processors that run images for arm64 only."""
SECOND: Final = re.compile(r"gen-?2|gensecond|-g2\b|arm64|windows-?11|ubuntu-24_04-lts server\b(?!-gen1)|ubuntu-hpc 22")
"""In offer and SKU: an image of the second generation."""
FIRST: Final = re.compile(
    r"gen-?1\b|0001-com-ubuntu-server|ubuntuserver|ubuntu-server-container|centos|windowsserver|debian"
)
"""In offer and SKU, where nothing of the second generation stands: an image of the first; others are not known."""


class Pairing(NamedTuple):
    """Images by publisher, offer and SKU, and the agent that runs on them."""

    image: re.Pattern[str]
    agent: str
    """`{0}` is the version that the pattern finds, a dot where it has a line."""


def _pairing(image: str, agent: str) -> Pairing:
    return Pairing(re.compile(image), agent)


PAIRINGS: Final = (
    _pairing(r"canonical ubuntu-(\d\d_\d\d)-lts ", "batch.node.ubuntu {0}"),
    _pairing(r"canonical \S+ (\d\d[._]\d\d)", "batch.node.ubuntu {0}"),
    _pairing(r"microsoft-azure-batch ubuntu-server-container (\d\d-\d\d)", "batch.node.ubuntu {0}"),
    _pairing(r"microsoft-dsvm ubuntu-hpc (\d\d)(\d\d)", "batch.node.ubuntu {0}.{1}"),
    _pairing(r"openlogic centos\S* (\d)", "batch.node.centos {0}"),
    _pairing(r"microsoft-azure-batch centos-container\S* (\d)", "batch.node.centos {0}"),
    _pairing(r"(?:almalinux|redhat|resf) \S+ (\d)", "batch.node.el {0}"),
    _pairing(r"debian debian-(\d+) ", "batch.node.debian {0}"),
    _pairing(r"credativ debian (\d+)", "batch.node.debian {0}"),
)
"""The first that fits holds; images of other names are not known."""


def boots(offer: str, sku: str, size: str) -> bool:
    """Return whether a VM size boots an image, as far as its names show processor and generation."""
    words = f"{offer} {sku}".strip().lower()
    if not words:
        return True
    if ("arm64" in words) != bool(ARM.fullmatch(size.lower())):
        return False
    generation = "2" if SECOND.search(words) else "1" if FIRST.search(words) else None
    return generation is None or generation in generations(size)


def agent_of(publisher: str, offer: str, sku: str) -> str | None:
    """Return the id of the node agent that the service pairs with an image; None where that is not known."""
    words = f"{publisher} {offer} {sku}".lower()
    for image, agent in PAIRINGS:
        found = image.match(words)
        if found:
            return agent.format(*(re.sub("[_-]", ".", version) for version in found.groups()))
    return None
