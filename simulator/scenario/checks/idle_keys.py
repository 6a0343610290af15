"""Keys that the service acts on and a simulation does not: each use is a warning."""

from collections.abc import Iterator

from simulator.scenario.checks.findings import Finding, Loc
from simulator.scenario.format.key_marks import Effect
from simulator.scenario.format.schema import Description
from simulator.scenario.keys.used import Idle, idle_keys

LISTED = "tasks"
"""Lists of many equal entries: what several of them have is reported at the first, with a count."""


def check_idle_keys(scenario: Description) -> Iterator[Finding]:
    """Warn of every key in use that is not simulated yet."""
    found: dict[Loc, list[Idle]] = {}
    for one in idle_keys(scenario):
        if one.effect is Effect.NOT_SIMULATED_YET:
            found.setdefault(_without_tasks(one.place), []).append(one)
    for first, *others in found.values():
        more = f", here and in {len(others)} further tasks" if others else ""
        yield Finding(f"not simulated yet{more}: {first.why}", first.place, is_warning=True)


def _without_tasks(place: Loc) -> Loc:
    """Return a place without the number of the task in its list."""
    return tuple(part for index, part in enumerate(place) if index == 0 or place[index - 1] != LISTED)
