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
    size_mib: float
    span: int
    """How long a node takes to fetch it, ms."""
    failure_probability: float


def items_of_pool(pool: Pool) -> tuple[Item, ...]:
    """Return what a node of a pool fetches as it starts, in order."""
    known, found = pool.simulation.downloads, []
    for reference in pool.application_package_references:
        name, version = named_package(reference)
        found.append(_item(pool, package_name(name, version), known.package(name, version)))
    found += [_item(pool, image_name(image), known.image(image)) for image in pool.container_image_names]
    return tuple(found)


def items_of_tasks(pool: Pool, extras: Extras, place: Mapping[int, int]) -> dict[int, tuple[Item, ...]]:
    """Return what each task has to fetch that takes time or may fail, but for what its nodes have from their start on.

    `place` has the number of each row of the workload that is a task of the pool.
    """
    known, found = pool.simulation.downloads, dict[int, list[Item]]()
    there = {item.name.lower() for item in items_of_pool(pool)}
    for row, packages in extras.packages.items():
        for application, version in packages if row in place else ():
            item = _item(pool, package_name(application, version), known.package(application, version))
            if item.name.lower() not in there:
                found.setdefault(place[row], []).append(item)
    for row, image in extras.images.items():
        if row in place and image_name(image).lower() not in there:
            found.setdefault(place[row], []).append(_item(pool, image_name(image), known.image(image)))
    matter = {task: [item for item in items if item.span or item.failure_probability] for task, items in found.items()}
    return {task: tuple(items) for task, items in matter.items() if items}


def package_name(application: str, version: str | None) -> str:
    """Return how a package is called in messages, one name for each version."""
    return f"application package {application}{f' {version}' if version else ''}"


def image_name(image: str) -> str:
    """Return how a container image is called in messages."""
    return f"container image {image}"


def _item(pool: Pool, name: str, known: Download) -> Item:
    span = to_ms(pool.simulation.downloads.seconds(known.size_mib))
    return Item(name, known.size_mib, span, known.failure_probability)
