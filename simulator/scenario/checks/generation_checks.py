"""Keys of another generation of the interface than the one that a scenario names."""

from collections.abc import Iterator
from typing import Final

from simulator.scenario.checks.findings import Finding, readable
from simulator.scenario.format.schema import Description
from simulator.scenario.keys.generations import foreign_keys
from simulator.scenario.keys.versions import CHANGED_SINCE_2025

REFUSED: Final = frozenset(
    {
        ("DeallocateNode", "operation"),
        ("StartNode", "operation"),
        ("Pool", "cloudServiceConfiguration"),
        ("Pool", "certificateReferences"),
        ("UpdatePool", "certificateReferences"),
        *(("UpdatePool", key) for key in CHANGED_SINCE_2025),
    }
)
"""Keys, by the type of their mapping, of which another check says more: what they ask for is refused."""


def check_generations(scenario: Description) -> Iterator[Finding]:
    """Warn of keys that the named generation does not have; where none is named, bodies of all of them are meant."""
    options = readable(scenario, "options")
    if options is None or "api_profile" not in options.model_fields_set:
        return
    profile = str(options.api_profile)
    for section, place, versions in foreign_keys(scenario, profile):
        if (section, place[-1]) in REFUSED:
            continue
        gone = bool(versions.until) and profile >= versions.until
        when = f"it ended with {versions.until}" if gone else f"it came with {versions.since}"
        yield Finding(f"apiProfile {profile} does not have it: {when}; simulated all the same", place, is_warning=True)
