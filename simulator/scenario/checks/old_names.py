"""Values that are read under a name they had before: found in the raw document, where that name still stands."""

from collections.abc import Iterator, Mapping
from typing import Any

from simulator.scenario.checks.findings import Finding, Loc
from simulator.scenario.format.complete import NESTED, lookup
from simulator.scenario.format.timing_presets import OLD_NAME, TimingPreset

PRESET_OF_POOL = ("simulation", "timing", "preset")
POOL_OF_JOB = ("poolInfo", "autoPoolSpecification", "pool")


def check_old_names(document: Mapping[Any, Any]) -> list[Finding]:
    """Return a warning for every timing preset under its old name."""
    places: list[Loc] = [("options", "timingPreset")]
    places += [(*pool, *PRESET_OF_POOL) for pool in _pools(document)]
    text = f"'{OLD_NAME}' is the old name of the preset '{TimingPreset.TYPICAL}': its numbers are chosen, not measured"
    return [Finding(text, loc, is_warning=True) for loc in places if _value(document, loc) == OLD_NAME]


def _pools(document: Mapping[Any, Any]) -> Iterator[Loc]:
    """Yield where pools stand, those of jobs included."""
    yield from (("pools", index) for index in _indices(document, "pools"))
    yield from (("jobs", index, *POOL_OF_JOB) for index in _indices(document, "jobs"))
    for section, inner in NESTED.items():
        yield from ((section, index, inner, *POOL_OF_JOB) for index in _indices(document, section))


def _indices(document: Mapping[Any, Any], key: str) -> range:
    value = lookup(document, key)
    return range(len(value)) if isinstance(value, list | tuple) else range(0)


def _value(document: Any, loc: Loc) -> Any:
    for part in loc:
        document = document[part] if isinstance(part, int) else lookup(document, part)
    return document
