"""How nodes start and what goes wrong with them, as far as no body of the service says it."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from simulator.quantities import CountedIn
from simulator.scenario.format.key_marks import MIB, RatePerHour
from simulator.scenario.format.section import Amount, Fraction, Section, fold


class StartTaskFaults(Section):
    """How often a start task fails; its duration stands in the pool's timing."""

    failure_probability: Fraction = 0.0
    """Probability that one attempt ends with `exit_code`."""
    crowding: Fraction = 0.0
    """Added to that for every other node of the pool whose start task ran at the same time, at its busiest."""
    exit_code: Annotated[int, Field(ge=1)] = 1
    """With which code a failed start task ends."""


class Download(Section):
    """A package or container image that nodes fetch."""

    size_mib: Annotated[Amount, MIB] = Field(default=0.0, alias="sizeMiB")
    """Size of the package or image."""
    failure_probability: Fraction = 0.0
    """Probability that fetching or unpacking it fails: a starting node is unusable then, a task has failed."""


class Downloads(Section):
    """What nodes and tasks fetch, and how fast: time is size over bandwidth (docs/model.md#downloads)."""

    bandwidth: Annotated[float, Field(gt=0, allow_inf_nan=False), CountedIn("MiB/s")] = 100.0
    """Of each node."""
    application_packages: dict[str, Download] = Field(default_factory=dict)
    """By `applicationId`, or by `applicationId:version`."""
    container_images: dict[str, Download] = Field(default_factory=dict)
    """By the name in `containerImageNames`."""

    def package(self, application: str, version: str | None) -> Download:
        """Return what is known of a package: of this version, or of the application."""
        known = {name.lower(): one for name, one in self.application_packages.items()}
        return known.get(f"{application}:{version}".lower()) or known.get(application.lower()) or NOTHING

    def image(self, name: str) -> Download:
        """Return what is known of a container image."""
        return self.container_images.get(name, NOTHING)

    def seconds(self, size_mib: float) -> float:
        """Return how long a node takes to fetch that many MiB."""
        return size_mib / self.bandwidth


def named_package(reference: Mapping[str, Any]) -> tuple[str, str | None]:
    """Return the application and the version that a reference to a package names, whatever the case of its keys."""
    found = {fold(str(key)): str(value) for key, value in reference.items() if value}
    return found.get("applicationid", ""), found.get("version")


NOTHING = Download.model_construct()


class SickNodes(Section):
    """Nodes that look ready and on which every task fails as it starts: full disks, broken drivers, lost mounts."""

    probability: Fraction = 0.0
    """Of each VM, drawn when it is created or reimaged; a reboot cures nothing."""
    nodes: tuple[str, ...] = ()
    """Ids of nodes that are sick in any case, whatever VM stands behind them."""
    exit_code: Annotated[int, Field(ge=1)] = 1
    """Of the tasks that fail there."""

    @property
    def are_possible(self) -> bool:
        return self.probability > 0 or bool(self.nodes)

    def names(self, node: str) -> bool:
        """Return whether a node is sick in any case."""
        return node.lower() in {name.lower() for name in self.nodes}


class ContactLoss(Section):
    """Nodes that the service loses contact with, at random, one by one."""

    rate_per_hour: RatePerHour = 0.0
    """Of one node, from ready on."""
    state: Literal["unknown", "unusable"] = "unknown"
    """What the service calls such a node until contact is back (option `unusableRecovery`)."""
