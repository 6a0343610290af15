"""VM sizes and what they cost: the table `vm_sizes.csv` that comes with the package."""

import csv
import re
from functools import cache
from importlib import resources
from typing import Final

from pydantic import Field
from pydantic.alias_generators import to_camel

from simulator.scenario.format.region_prices import DATE, HOME
from simulator.scenario.format.section import Amount, Count, Positive, Section
from simulator.states import PriceKind


class VmSize(Section):
    """One size of a virtual machine; prices are USD per hour, None where not known."""

    name: str
    family: str = ""
    vcpus: Positive
    memory_gib: float = Field(alias="memoryGiB", gt=0, allow_inf_nan=False)
    temp_disk_gib: Amount | None = Field(default=None, alias="tempDiskGiB")
    gpus: Count = 0
    rdma: bool = False
    """Whether its nodes have a fast network for MPI."""
    dedicated_linux: Amount | None = None
    dedicated_windows: Amount | None = None
    low_priority_linux: Amount | None = None
    low_priority_windows: Amount | None = None
    spot_linux: Amount | None = None
    spot_windows: Amount | None = None
    region: str = ""
    """Where these prices hold; empty for East US, or where the scenario states them."""
    price_origins: dict[str, str] = Field(default_factory=dict)
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


@cache
def find(name: str) -> VmSize | None:
    """Return a size of the shipped table, None where there is none; a size is parsed when it is first asked for."""
    folded = name.lower()
    row = _rows().get(CLOUD_SERVICE_NAMES.get(folded, folded))
    if row is None:
        return None
    origins = {"spotLinux": f"{HOME}, {DATE}"} if row["spotLinux"] else {}
    own = {"name": name} if folded in CLOUD_SERVICE_NAMES else {}
    known = {key: value for key, value in row.items() if value and key != GENERATIONS}
    return VmSize.model_validate({**known, "rdma": _rdma(row["name"]), "priceOrigins": origins, **own})


def generations(name: str) -> frozenset[str]:
    """Return the generations of images that a size boots; both where it is not in the table."""
    folded = name.lower()
    row = _rows().get(CLOUD_SERVICE_NAMES.get(folded, folded))
    return frozenset(("1", "2") if row is None else row[GENERATIONS].split())


def table() -> dict[str, VmSize]:
    """Return every shipped size by lower-case name."""
    return {name: size for name in _rows() if (size := find(name)) is not None}
