"""Scenarios from the whole schema: those of the laws with many features at once, and what each key's own test changes.

A scenario is drawn by its number; a change of the table of keys (`tests/keys`) goes into it where it is valid there.
"""

import json
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final

from simulator import PoolsightError, Scenario, load
from tests.keys import holders, jobs, named_files, operations, options, pool_simulation, pools, shapes, special
from tests.keys.change import FOLDER, Body, Change, altered
from tests.laws.worlds import ALL, world

ROOMS: Final = (options, pools, pool_simulation, jobs, special, operations, shapes, named_files, holders)
PRICES: Final = {"dedicatedLinux": 0.25, "lowPriorityLinux": 0.0625, "spotLinux": 0.03125}
MOST_FEATURES: Final = 8
MOST_CHANGES: Final = 4
MOST_TASKS: Final = 3000
"""Of a group that is drawn, so that many attempts come of one scenario."""


GIVES_UP: Final = "maxRoundsPerInstant"
"""The key at whose value a run is given up."""


@cache
def changes() -> tuple[Change, ...]:
    """Return the changes of all keys."""
    named = [(name, change) for room in ROOMS for name, change in sorted(room.CHANGES.items())]
    return tuple(change for name, change in named if not name.endswith(GIVES_UP))


def files(folder: Path) -> None:
    """Put the files into a folder that scenarios name."""
    shutil.copytree(FOLDER, folder, dirs_exist_ok=True)


def scenario(number: int, folder: Path, *, is_large: bool = False) -> Scenario:
    """Return the scenario of a number; every third is the scenario of a key, changed or not."""
    draw = Random(f"whole {number}")  # noqa: S311 - nothing secret
    if number % 3 == 0:
        for body in _of_a_key(draw):
            if (found := _loaded(body, folder)) is not None:
                return found
    made = world(draw.randrange(2**32), frozenset(draw.sample(sorted(ALL), draw.randint(0, MOST_FEATURES))))
    made["sizes"]["D2"] |= PRICES
    if is_large:
        group = {"count": draw.randint(20, MOST_TASKS), "duration": {"exponential": {"mean": "20s"}}}
        made["jobs"][0]["simulation"].setdefault("workload", []).append({**group, "maxTaskRetryCount": 2})
    found = _loaded(made, folder)
    assert found is not None, made
    for _ in range(draw.randint(0, MOST_CHANGES)):
        change = draw.choice(changes())
        other = _with(made, change)
        valid = None if other is None else _loaded(other, folder)
        if other is not None and valid is not None:
            made, found = other, valid
    return found


def _of_a_key(draw: Random) -> Iterator[Body]:
    change = draw.choice(changes())
    yield from draw.sample([change.base, change.changed], 2)


def _with(made: Body, change: Change) -> Body | None:
    """Return a scenario with another value at the place of a change; None where it has no such place."""
    try:
        return altered(made, {change.path: change.value})
    except (LookupError, TypeError, AttributeError):
        return None


def _loaded(body: Any, folder: Path) -> Scenario | None:
    """Return a scenario, None where it is refused."""
    path = folder / "scenario.json"
    path.write_text(json.dumps(body), encoding="utf-8")
    try:
        return load(path)
    except PoolsightError:
        return None
