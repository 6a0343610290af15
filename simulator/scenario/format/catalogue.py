"""VM sizes and what they cost: the table `vm_sizes.csv` that comes with the package."""

import csv
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Annotated, Final

from pydantic import Field
from pydantic.alias_generators import to_camel

from simulator.scenario.format.key_marks import GIB, INERT, Gib, UsdPerHour
from simulator.scenario.format.region_prices import DATE, HOME
from simulator.scenario.format.section import Count, Positive, Section
from simulator.states import PriceKind


class VmSize(Section):
    """One size of a virtual machine; prices are USD per hour, None where not known."""

    name: str
    """Name of the size."""
    family: str = ""
    """Family of sizes, to which a quota of cores may apply."""
    vcpus: Positive
    """Cores of a node."""
    memory_gib: Annotated[float, GIB] = Field(alias="memoryGiB", gt=0, allow_inf_nan=False)
    """Memory of a node."""
    temp_disk_gib: Gib | None = Field(default=None, alias="tempDiskGiB")
    """Local disk of a node; None: not known, no task fills it."""
    gpus: Annotated[Count, INERT] = 0
    """Graphics processors of a node: shown by `poolsight sizes`; how fast a task is stands in its duration."""
    rdma: bool = False
    """Whether its nodes have a fast network for MPI."""
    dedicated_linux: UsdPerHour | None = None
    """Price of a dedicated Linux node."""
    dedicated_windows: UsdPerHour | None = None
    """Price of a dedicated Windows node."""
    low_priority_linux: UsdPerHour | None = None
    """Price of a low-priority Linux node."""
    low_priority_windows: UsdPerHour | None = None
    """Price of a low-priority Windows node."""
    spot_linux: UsdPerHour | None = None
    """Price of a Linux node in an account of mode UserSubscription that can be taken back."""
    spot_windows: UsdPerHour | None = None
    """Price of such a Windows node."""
    region: Annotated[str, INERT] = ""
    """Where these prices hold; empty for East US, or where the scenario states them."""
    price_origins: Annotated[dict[str, str], INERT] = Field(default_factory=dict)
    """Where and when prices were found, by their keys; an answer shows those that it rests on."""

    def price(self, kind: PriceKind, *, windows: bool) -> float | None:
        """Return what one node costs an hour, None where that is not known."""
        found: float | None = getattr(self, f"{kind}_{'windows' if windows else 'linux'}")
        return found

    def price_origin(self, kind: PriceKind, *, windows: bool) -> str:
        """Return where a price is from; nothing of a list price of East US, and of one that the scenario states."""
        return self.price_origins.get(price_key(kind, windows=windows), "")


def price_key(kind: PriceKind, *, windows: bool) -> str:
    """Return the key of a price in the description of a size."""
    return to_camel(f"{kind}_{'windows' if windows else 'linux'}")


RDMA: Final = re.compile(r"standard_(a[89]|(h|n)[a-z]*\d+(-\d+)?m?[a-z]*r[a-z]*(_.*)?)")
"""Standard_A8, Standard_A9, and the sizes of the H and N families that the service documents with an r for RDMA."""


CLOUD_SERVICE_NAMES: Final = {
    "small": "standard_a1",
    "medium": "standard_a2",
    "large": "standard_a3",
    "extralarge": "standard_a4",
    **{f"a{number}": f"standard_a{number}" for number in range(5, 12)},
}
"""What pools of Cloud Services call their sizes, and the sizes of virtual machines that they are."""


def canonical(name: str) -> str:
    """Return the form in which names of sizes are compared: a size of Cloud Services is that of the virtual machine."""
    folded = name.lower()
    return CLOUD_SERVICE_NAMES.get(folded, folded)


LACKING: Final = ("standard_a0", "basic_a0", "extrasmall")
"""Sizes that were sold, by all their names, and that the table lacks since pools cannot have them."""
UNSUPPORTED: Final = (*LACKING, "standard_gs", "standard_ds")
"""Beginnings of names of sizes that the service's text calls unsupported; that text is stale (docs/model.md#sizes)."""
UNSUPPORTED_CLOUD: Final = ("standard_a1_v2", "standard_a2_v2")
"""Further sizes of which it says so for Cloud Services."""


def is_called_unsupported(name: str, *, cloud: bool) -> bool:
    """Return whether the service's text calls a size unsupported, in pools of virtual machines or of Cloud Services."""
    folded = name.lower()
    return folded.startswith(UNSUPPORTED) or (cloud and folded in UNSUPPORTED_CLOUD)


DISK: Final = "tempDiskGiB"
FEWER_CORES: Final = re.compile(r"(?<=[a-z])(\d+)-\d+")
"""What names of sizes have that have fewer cores than another one, and all else of it."""
GENERATIONS: Final = "generations"
"""The column of the generations of images."""


def _rdma(name: str) -> bool:
    return RDMA.fullmatch(name.lower()) is not None


@cache
def _rows() -> dict[str, dict[str, str]]:
    """Read the shipped table, by lower-case name; what a run does not ask for is read no further."""
    text = resources.files("simulator.scenario.format").joinpath("vm_sizes.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return {row["name"].lower(): row for row in rows}


def names() -> list[str]:
    """Return the name of every shipped size."""
    return [row["name"] for row in _rows().values()]


def families() -> list[str]:
    """Return the family of every shipped size."""
    return [row["family"] for row in _rows().values()]


def _disk(row: Mapping[str, str]) -> str:
    """Return the local disk of a size: one with fewer cores has that of the size that it is made from."""
    whole = _rows().get(FEWER_CORES.sub(r"\1", row["name"].lower()))
    return row[DISK] or (whole[DISK] if whole else "")


@cache
def find(name: str) -> VmSize | None:
    """Return a size of the shipped table, None where there is none; a size is parsed when it is first asked for."""
    row = _rows().get(canonical(name))
    if row is None:
        return None
    origins = {"spotLinux": f"{HOME}, {DATE}"} if row["spotLinux"] else {}
    own = {"name": name} if name.lower() in CLOUD_SERVICE_NAMES else {}
    known = {key: value for key, value in {**row, DISK: _disk(row)}.items() if value and key != GENERATIONS}
    return VmSize.model_validate({**known, "rdma": _rdma(row["name"]), "priceOrigins": origins, **own})


def generations(name: str) -> frozenset[str]:
    """Return the generations of images that a size boots; both where it is not in the table."""
    row = _rows().get(canonical(name))
    return frozenset(("1", "2") if row is None else row[GENERATIONS].split())


def table() -> dict[str, VmSize]:
    """Return every shipped size by lower-case name."""
    return {name: size for name in _rows() if (size := find(name)) is not None}
