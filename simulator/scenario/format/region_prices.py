"""Prices of the shipped sizes by region: the table `region_prices.csv.gz` that comes with the package.

It is opened only where a scenario names a region.
"""

import zlib
from functools import cache
from importlib import resources
from typing import Final, NamedTuple

DATE: Final = "2026-05-20"
"""When the table was retrieved."""
HOME: Final = "eastus"
"""The region of the prices in `vm_sizes.csv`."""


GZIP: Final = 31
"""The option by which zlib takes the header and the check sum of a compressed file."""


class Listed(NamedTuple):
    """What one size costs in one region: USD per hour, Linux, None where the list has no such price."""

    dedicated: float | None
    spot: float | None


def normal(region: str) -> str:
    """Return the name of a region as the service writes it: `West Europe` is `westeurope`."""
    return region.lower().replace(" ", "")


@cache
def _rows() -> list[str]:
    """Read the table: a line of regions, then a line for each size."""
    packed = resources.files("simulator.scenario.format").joinpath("region_prices.csv.gz").read_bytes()
    lines = zlib.decompress(packed, wbits=GZIP).decode().splitlines()
    return [line for line in lines if not line.startswith("#")]


def regions() -> list[str]:
    """Return the regions of the table."""
    return _rows()[0].split(",")[1:]


@cache
def prices_in(region: str) -> dict[str, Listed]:
    """Return what sizes cost in a region, by lower-case name; nothing of one that the table does not have."""
    if region not in regions():
        return {}
    at = regions().index(region) + 1
    cells = (row.split(",") for row in _rows()[1:])
    return {row[0].lower(): _listed(row[at]) for row in cells if row[at]}


def _listed(cell: str) -> Listed:
    dedicated, _, spot = cell.partition("/")
    return Listed(float(dedicated) if dedicated else None, float(spot) if spot else None)
