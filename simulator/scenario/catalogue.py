"""VM sizes and what they cost: the table `vm_sizes.csv` that comes with the package."""

import csv
import re
from functools import cache
from importlib import resources
from typing import Final

from pydantic import Field

from simulator.scenario.section import Amount, Count, Positive, Section


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


RDMA: Final = re.compile(r"standard_(a[89]|(h|n)[a-z]*\d+(-\d+)?m?[a-z]*r[a-z]*(_.*)?)")
"""A8 and A9, and the sizes of the H and N families with an r for RDMA in their name (documentation of the sizes)."""


def _rdma(name: str) -> bool:
    return RDMA.fullmatch(name.lower()) is not None


@cache
def table() -> dict[str, VmSize]:
    """Give the shipped sizes by lower-case name."""
    text = resources.files("simulator.scenario").joinpath("vm_sizes.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    sizes = [
        VmSize.model_validate({**{key: value for key, value in row.items() if value != ""}, "rdma": _rdma(row["name"])})
        for row in rows
    ]
    return {size.name.lower(): size for size in sizes}


def find(name: str) -> VmSize | None:
    """Look up a size; the service compares names without case."""
    return table().get(name.lower())
