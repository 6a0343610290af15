"""Values that are read under a name they had before: found in the raw document, where that name still stands."""

from collections.abc import Mapping
from typing import Any

from simulator.scenario.checks.findings import Finding, Loc
from simulator.scenario.format.complete import lookup, written_pools
from simulator.scenario.format.timing_presets import OLD_NAME, TimingPreset

PRESET_OF_POOL = ("simulation", "timing", "preset")


def check_old_names(document: Mapping[Any, Any]) -> list[Finding]:
    """Return a warning for every timing preset under its old name."""
    places: list[Loc] = [("options", "timingPreset")]
    places += [(*loc, *PRESET_OF_POOL) for _, loc in written_pools(document)]
    text = f"'{OLD_NAME}' is the old name of the preset '{TimingPreset.TYPICAL}': its numbers are chosen, not measured"
    return [Finding(text, loc, is_warning=True) for loc in places if _value(document, loc) == OLD_NAME]


def _value(document: Any, loc: Loc) -> Any:
    for part in loc:
        document = document[part] if isinstance(part, int) else lookup(document, part)
    return document
