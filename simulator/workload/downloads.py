"""What nodes and tasks fetch: application packages, then container images (`docs/model.md#downloads`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.scenario.format.node_faults import named_package
from simulator.units import to_ms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.scenario.format.bodies import Pool
    from simulator.scenario.format.node_faults import Download
    from simulator.workload.optional_columns import Extras


@dataclass(frozen=True, slots=True)
class Item:
    """One package or image."""

    name: str
    """In messages."""
    key: str
    """What it is known by, however its body writes it. Part of the name of a random stream: it may never change."""
    size_mib: float
    span: int
    """How long a node takes to fetch it, ms."""
    failure_probability: float


def items_of_pool(pool: Pool) -> tuple[Item, ...]:
    """Return what a node of a pool fetches as it starts, in order."""
    found = []
    for reference in pool.application_package_references:
        name, version = named_package(reference)
        found.append(_package(pool, name, version))
    found += [_image(pool, image) for image in pool.container_image_names]
    return tuple(found)


def items_of_tasks(pool: Pool, extras: Extras, place: Mapping[int, int]) -> dict[int, tuple[Item, ...]]:
    """Return what each task has to fetch that takes time or may fail, but for what its nodes have from their start on.

    `place` has the number of each row of the workload that is a task of the pool.
    """
    found = dict[int, list[Item]]()
    there = {item.key.lower() for item in items_of_pool(pool)}
    for row, packages in extras.packages.items():
        for application, version in packages if row in place else ():
            item = _package(pool, application, version)
            if item.key.lower() not in there:
                found.setdefault(place[row], []).append(item)
    for row, name in extras.images.items():
        image = _image(pool, name) if row in place else None
        if image is not None and image.key.lower() not in there:
            found.setdefault(place[row], []).append(image)
    matter = {task: [item for item in items if item.span or item.failure_probability] for task, items in found.items()}
    return {task: tuple(items) for task, items in matter.items() if items}


def _package(pool: Pool, application: str, version: str | None) -> Item:
    """Return a package; each version is one of its own."""
    end = f" {version}" if version else ""
    known = pool.simulation.downloads.package(application, version)
    return _item(
        pool, f"application package {application}{end}", f"application package {application.lower()}{end}", known
    )


def _image(pool: Pool, image: str) -> Item:
    name = f"container image {image}"
    return _item(pool, name, name, pool.simulation.downloads.image(image))


def _item(pool: Pool, name: str, key: str, known: Download) -> Item:
    span = to_ms(pool.simulation.downloads.seconds(known.size_mib))
    return Item(name, key, known.size_mib, span, known.failure_probability)
