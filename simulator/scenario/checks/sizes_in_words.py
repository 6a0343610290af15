"""Sizes written with a unit where a number of one unit is meant: which number that would be."""

from __future__ import annotations

import re
from typing import Final

from simulator.scenario.checks.findings import Loc
from simulator.scenario.format.section import fold

UNITS: Final = {
    "memory": "GiB",
    "memorygib": "GiB",
    "disk": "GiB",
    "tempdiskgib": "GiB",
    "sizemib": "MiB",
    "input": "MiB",
    "commoninput": "MiB",
    "output": "MiB",
    "bandwidth": "MiB per second",
}
"""The unit of a key's number, by the key's folded name."""
PARTS: Final = 3
"""Parts at the end of a place in which the key is looked for."""
_SIZE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgtKMGT])(bps|bit|[iI]?[bB])\s*(?:/\s*s|ps|per second)?")
_POWERS: Final = {"k": 1, "m": 2, "g": 3, "t": 4}


def expected_size(loc: Loc, value: object) -> str | None:
    """Return what is expected at a place of a size, and what a text with a unit comes to; None of other places.

    The places of distributions end in the names of their parts.
    """
    unit = next((UNITS[key] for part in reversed(loc[-PARTS:]) if (key := fold(str(part))) in UNITS), None)
    if unit is None:
        return None
    number = _in_unit(value, unit) if isinstance(value, str) else None
    return f"expected a number of {unit}" + ("" if number is None else f": write {number:.6g}")


def _in_unit(text: str, unit: str) -> float | None:
    """Return a size in words as a number of a unit; None where it cannot be read."""
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        return None
    power, kind = _POWERS[found[2].lower()], found[3].lower()
    size = float(found[1]) * (1024.0**power if kind == "ib" else 1000.0**power / (1 if kind == "b" else 8))
    return size / 1024.0 ** _POWERS[unit[0].lower()]
