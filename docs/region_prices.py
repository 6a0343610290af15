"""Derive the shipped sizes and prices from a list of retail prices: `python -m docs.region_prices LIST.csv.gz`.

The list has the columns region, vm_size, vcpus, memory_gib, accelerators, usd_per_hour, spot_usd_per_hour (of Linux)
and generation (the first that a size boots). Written are the table of prices by region, and `vm_sizes.csv`: its column
of spot prices, and rows of sizes that it lacks.
"""

from __future__ import annotations

import csv
import gzip
import io
import math
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from simulator.scenario.format.region_prices import DATE, HOME

FORMAT: Final = Path(__file__).resolve().parents[1] / "simulator" / "scenario" / "format"
SIZES: Final = FORMAT / "vm_sizes.csv"
REGIONS: Final = FORMAT / "region_prices.csv.gz"
HEAD: Final = f"""# Linux prices by region, USD per hour, retrieved on {DATE}: on-demand/spot; empty = not known.
# anycloud-sh/catalog at 62ff0a9, a list of public retail prices.
"""
LEFT_OUT: Final = "_Promo"
"""End of names that were sold for a while beside others."""
SECOND_ONLY: Final = re.compile(r"Standard_(DC|EC|NCC)\d|Standard_[A-Z]+\d+(-\d+)?[a-z]*p[a-z]*_")
"""Confidential sizes, and those with processors for arm64: no image of the first generation boots there."""
NAME: Final = re.compile(r"Standard_([A-Z]+)\d+(?:-\d+)?([a-z]*)((?:_\w+)?)")
CONSTRAINED: Final = re.compile(r"Standard_[A-Z]+\d+-(\d+)")
"""Sizes that have fewer cores than what they are priced by; the list has the latter."""
Parts = tuple[str, str, str]


@dataclass(slots=True)
class Size:
    """What the list has of one size."""

    name: str
    vcpus: str
    memory: str
    gpus: str
    generation: str
    prices: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By region: on-demand and spot, as the list writes them."""

    def row(self, kin: Mapping[Parts, tuple[str, str]]) -> str:
        """Return the size as a row of `vm_sizes.csv`, without what the list lacks: the local disk, prices of Windows.

        `kin` has the quota's name and the generations of sizes whose names have the same parts; else the quota's name
        follows the rule of most of them.
        """
        dedicated, spot = self.prices.get(HOME, ("", ""))
        letters, features, version = parts(self.name)
        quota = f"standard{letters}{features.upper()}{version.replace('_', '')}Family"
        is_second = self.generation == "V2" or SECOND_ONLY.match(self.name)
        quota, generations = kin.get(parts(self.name), (quota, "2" if is_second else "1 2"))
        cells = [self.name, quota, self.vcpus, self.memory, "", self.gpus, dedicated, "", "", spot]
        return ",".join([*cells, generations])


def parts(name: str) -> Parts:
    """Return letters, features and version of a size's name."""
    found = NAME.fullmatch(name)
    if found is None:
        raise ValueError(f"{name} is no name of a size")
    letters, features, version = found.groups()
    return letters, features, version


def read(path: Path) -> dict[str, Size]:
    """Return the sizes of the list by lower-case name."""
    found: dict[str, Size] = {}
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            name = row["vm_size"]
            if name.endswith(LEFT_OUT):
                continue
            gpus = str(math.ceil(float(row["accelerators"] or 0)))
            constrained = CONSTRAINED.match(name)
            vcpus = constrained[1] if constrained else row["vcpus"]
            size = Size(name, vcpus, row["memory_gib"], gpus, row["generation"])
            prices = found.setdefault(name.lower(), size).prices
            prices[row["region"]] = row["usd_per_hour"], row["spot_usd_per_hour"]
    return found


def packed(sizes: Mapping[str, Size]) -> bytes:
    """Return the table of regions, compressed: the same bytes of the same prices."""
    regions = sorted({region for size in sizes.values() for region in size.prices})
    lines = [HEAD.rstrip(), ",".join(["size", *regions])]
    for size in sorted(sizes.values(), key=lambda size: size.name):
        cells = ["/".join(size.prices[region]) if region in size.prices else "" for region in regions]
        lines.append(",".join([size.name, *cells]))
    held = io.BytesIO()
    with gzip.GzipFile(filename="", fileobj=held, mode="wb", compresslevel=9, mtime=0) as file:
        file.write("\n".join(lines).encode())
    return held.getvalue()


def with_list(lines: Iterable[str], sizes: Mapping[str, Size]) -> Iterator[str]:
    """Yield the lines of the table of sizes with the list's spot prices, and rows of sizes that it lacks."""
    known = set()
    kin: dict[Parts, tuple[str, str]] = {}
    for line in lines:
        cells = line.split(",")
        known.add(cells[0].lower())
        if not line.startswith("#") and cells[0] != "name":
            listed = sizes.get(cells[0].lower())
            kin.setdefault(parts(cells[0]), (cells[1], cells[10]))
            cells[9] = listed.prices.get(HOME, ("", ""))[1] if listed else ""
        yield line if line.startswith("#") else ",".join(cells)
    yield from (size.row(kin) for _, size in sorted(sizes.items()) if size.name.lower() not in known)


def main(path: Path) -> None:
    """Write both tables."""
    sizes = read(path)
    REGIONS.write_bytes(packed(sizes))
    SIZES.write_text("\n".join(with_list(SIZES.read_text().splitlines(), sizes)) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
