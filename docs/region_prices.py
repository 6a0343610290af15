"""Derive the shipped prices from a list of retail prices: `python -m docs.region_prices LIST.csv.gz`.

The list has the columns region, vm_size, usd_per_hour and spot_usd_per_hour, of Linux. Written are the table of prices
by region, of the sizes in `vm_sizes.csv`, and the column of spot prices in that file.
"""

from __future__ import annotations

import csv
import gzip
import io
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from simulator.scenario.format.region_prices import DATE, HOME

FORMAT: Final = Path(__file__).resolve().parents[1] / "simulator" / "scenario" / "format"
SIZES: Final = FORMAT / "vm_sizes.csv"
REGIONS: Final = FORMAT / "region_prices.csv.gz"
HEAD: Final = f"""# Linux prices by region, USD per hour, retrieved on {DATE}: size, on-demand, spot; empty = not known.
# anycloud-sh/catalog at 62ff0a9, a list of public retail prices; only sizes of vm_sizes.csv.
"""

Prices = Mapping[str, Mapping[str, tuple[str, str]]]
"""By region and size: on-demand and spot, as the list writes them."""


def read(path: Path) -> Prices:
    """Return the prices of the shipped sizes."""
    names = {name.lower(): name for name in _sizes()}
    found: dict[str, dict[str, tuple[str, str]]] = {}
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            name = names.get(row["vm_size"].lower())
            if name is not None:
                found.setdefault(row["region"], {})[name] = row["usd_per_hour"], row["spot_usd_per_hour"]
    return found


def _sizes() -> Iterator[str]:
    rows = csv.DictReader(line for line in SIZES.read_text().splitlines() if not line.startswith("#"))
    yield from (row["name"] for row in rows)


def packed(prices: Prices) -> bytes:
    """Return the table of regions, compressed: the same bytes of the same prices."""
    lines = [HEAD.rstrip()]
    for region, sizes in sorted(prices.items()):
        lines += [f"[{region}]", *(f"{name},{','.join(both)}" for name, both in sorted(sizes.items()))]
    held = io.BytesIO()
    with gzip.GzipFile(filename="", fileobj=held, mode="wb", compresslevel=9, mtime=0) as file:
        file.write("\n".join(lines).encode())
    return held.getvalue()


def with_spot(lines: Iterable[str], prices: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    """Yield the lines of the table of sizes with a last column of spot prices."""
    for line in lines:
        if line.startswith("#"):
            yield line
            continue
        cells = line.split(",")[:9]
        yield ",".join([*cells, "spotLinux" if cells[0] == "name" else prices.get(cells[0], ("", ""))[1]])


def main(path: Path) -> None:
    """Write both tables."""
    prices = read(path)
    REGIONS.write_bytes(packed(prices))
    SIZES.write_text("\n".join(with_spot(SIZES.read_text().splitlines(), prices[HOME])) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
