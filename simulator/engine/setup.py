"""What a pool puts on its nodes before they take tasks; a change reaches a node at its next start (spec §2.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator.scenario.bodies import Pool, StartTask
from simulator.scenario.section import fold


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to fetch."""

    what: str
    size_mib: float
    failure_probability: float


@dataclass(frozen=True, slots=True)
class Setup:
    """Start task, downloads and certificates of a pool at one time."""

    start_task: StartTask | None
    downloads: tuple[Item, ...]
    certificates: tuple[str, ...]
    """Thumbprints."""


def setup_of(pool: Pool) -> Setup:
    """Give what a pool's body asks for: application packages first, then container images to prefetch."""
    known = pool.simulation.downloads
    items = []
    for reference in pool.application_package_references:
        name, version = _text(reference, "applicationId"), _text(reference, "version")
        one = known.package(name, version or None)
        what = f"application package {name}{f' {version}' if version else ''}"
        items.append(Item(what, one.size_mib, one.failure_probability))
    for image in pool.container_image_names:
        one = known.image(image)
        items.append(Item(f"container image {image}", one.size_mib, one.failure_probability))
    certificates = tuple(_text(reference, "thumbprint") for reference in pool.certificate_references)
    return Setup(pool.start_task, tuple(items), certificates)


def _text(reference: Mapping[str, Any], key: str) -> str:
    return next((str(value) for name, value in reference.items() if fold(str(name)) == fold(key) and value), "")
