"""Amounts of memory and counts as tables write them: `4G`, `1.2 GB`, `512Mi`, `4Gn`, as columns of numbers."""

import re
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from simulator.tables.faults import Fault, Floats, faults_where
from simulator.tables.spans import ABSENT

if TYPE_CHECKING:
    import pandas as pd

BYTES: Final = {
    "B": 1.0,
    "KiB": 2.0**10,
    "MiB": 2.0**20,
    "GiB": 2.0**30,
    "TiB": 2.0**40,
    "KB": 1e3,
    "MB": 1e6,
    "GB": 1e9,
}
"""Units of columns of bare numbers."""
PER_GIB: Final = 2.0**30
_POWER: Final = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4, "p": 5}
_MEMORY: Final = re.compile(r"([0-9]+(?:[.,][0-9]+)?(?:e[+-]?[0-9]+)?)\s*([kmgtp]?)(i?)(?:b|bytes?)?(?:[nc?])?")
_PLAIN: Final = re.compile(r"[0-9]+(?:[.,][0-9]+)?(?:e[+-]?[0-9]+)?")


def gib_of(text: str, unit: float = PER_GIB, *, decimal: bool = False) -> float:
    """Return an amount of memory in GiB; raise ValueError where it is none.

    `unit` is that of bare numbers, in bytes. K, M and G are powers of 1024, as Slurm and Nextflow mean them; with
    `decimal` those without an i are powers of 1000, as Kubernetes means them.
    """
    plain = text.strip().lower()
    if _PLAIN.fullmatch(plain):
        return float(plain.replace(",", ".")) * unit / PER_GIB
    found = _MEMORY.fullmatch(plain)
    if found is None:
        raise ValueError(text)
    number, letter, binary = found.groups()
    base = 1000.0 if decimal and not binary else 1024.0
    return float(float(number.replace(",", ".")) * base ** _POWER[letter] / PER_GIB)


def memory(series: "pd.Series[Any]", column: str, unit: str, *, decimal: bool = False) -> tuple[Floats, list[Fault]]:
    """Return a column of memory in GiB, not a number where it has no value, and the rows whose value is no amount."""
    import pandas as pd

    numbers = np.asarray(pd.to_numeric(series, errors="coerce"), dtype=np.float64) * (BYTES[unit] / PER_GIB)
    texts = np.flatnonzero(np.isnan(numbers) & np.asarray(series.notna()))
    if not len(texts):
        return numbers, []
    codes, distinct = pd.factorize(series.iloc[texts].astype(str))
    found = np.full(len(distinct), np.nan)
    wrong = np.zeros(len(distinct), dtype=np.bool_)
    for place, text in enumerate(distinct):
        if text.strip().lower() in ABSENT:
            continue
        try:
            found[place] = gib_of(text, BYTES[unit], decimal=decimal)
        except ValueError:
            wrong[place] = True
    numbers[texts] = found[codes]
    mask = np.zeros(len(series), dtype=np.bool_)
    mask[texts] = wrong[codes]
    return numbers, faults_where(mask, f"expected memory like 4, 4G, 1.5 GiB or 512 MB in {column!r}", series.array)


def numbers(series: "pd.Series[Any]", column: str) -> tuple[Floats, list[Fault]]:
    """Return a column of plain numbers, not a number where it has no value, and the rows whose value is none."""
    import pandas as pd

    if series.dtype.kind == "b":
        return np.full(len(series), np.nan), [
            Fault(f"expected numbers in {column!r}, not true and false", np.zeros(1, dtype=np.int64))
        ]
    found = np.array(pd.to_numeric(series, errors="coerce"), dtype=np.float64)
    missing = np.isnan(found) & np.asarray(series.notna())
    if missing.any():
        texts = series.iloc[np.flatnonzero(missing)].astype(str).str.strip()
        comma = pd.to_numeric(texts.str.replace(",", ".", regex=False), errors="coerce")
        found[missing] = np.asarray(comma, dtype=np.float64)
        missing[missing] = np.isnan(found[missing]) & ~np.asarray(texts.str.lower().isin(ABSENT))
    return found, faults_where(missing, f"expected a number in {column!r}", series.array)
