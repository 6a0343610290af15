"""Prices of the shipped sizes by region: the table `region_prices.csv.gz` that comes with the package.

It is opened only where a scenario names a region.
"""

import zlib
from collections.abc import Iterator
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
def _parts() -> dict[str, list[str]]:
    """Read the rows of each region, and split no row before its region is asked for."""
    packed = resources.files("simulator.scenario.format").joinpath("region_prices.csv.gz").read_bytes()
    parts = zlib.decompress(packed, wbits=GZIP).decode().split("\n[")[1:]
    named = (part.partition("]\n") for part in parts)
    return {name: rows.splitlines() for name, _, rows in named}


def regions() -> list[str]:
    """Return the regions of the table."""
    return list(_parts())


@cache
def prices_in(region: str) -> dict[str, Listed]:
    """Return what sizes cost in a region, by lower-case name; nothing of one that the table does not have."""
    return dict(_listed(_parts().get(region, [])))


def _listed(rows: list[str]) -> Iterator[tuple[str, Listed]]:
    for row in rows:
        name, dedicated, spot = row.split(",")
        yield name.lower(), Listed(*(float(price) if price else None for price in (dedicated, spot)))
