"""Pools by the ids that jobs and operations name them by: a deleted pool may be created again under its id."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from simulator.scenario.checks.findings import Loc, readable
from simulator.scenario.checks.moments import BEGINNING, Moment, met, moment_of
from simulator.scenario.format.bodies import Pool
from simulator.scenario.format.pool_operations import CreatePool
from simulator.scenario.format.run_names import run_name
from simulator.scenario.format.schema import Description


class NamedPool(NamedTuple):
    """One of the pools that have an id, one after the other."""

    pool: Pool
    loc: Loc
    name: str
    """What a run calls it."""
    since: Moment
    """When it is created."""


class NamedPools:
    """The pools of each id, compared without case as the service does."""

    def __init__(self) -> None:
        self._by_id: dict[str, list[NamedPool]] = {}

    def add(self, pool: Pool, name: str, loc: Loc, created: Moment = BEGINNING) -> None:
        """Note a pool of an id, and where its body stands."""
        known = self._by_id.setdefault(name.lower(), [])
        known.append(NamedPool(pool, loc, run_name(name, len(known) + 1), created))

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._by_id

    def ids(self) -> list[str]:
        """Return the ids as they are written first."""
        return [known[0].name for known in self._by_id.values()]

    def of(self, name: str) -> tuple[NamedPool, ...]:
        """Return the pools of an id, as the scenario lists them."""
        return tuple(self._by_id.get(name.lower(), ()))

    def bodies(self, name: str) -> tuple[Pool, ...]:
        """Return the bodies of an id."""
        return tuple(one.pool for one in self.of(name))

    def at(self, name: str, moment: Moment) -> Pool | None:
        """Return the pool that an operation meets under an id; None where none has been created by then."""
        found = met(self.of(name), moment)
        return None if found is None else found.pool

    def every(self) -> Iterator[NamedPool]:
        """Yield the pools of all ids."""
        for known in self._by_id.values():
            yield from known


def stated_pools(scenario: Description, *, all_readable: bool = False) -> Iterator[tuple[Pool, Loc]]:
    """Yield every pool whose id is known before a run, with its place: of the file and of `createPool`.

    One that could not be read is passed over, or, where a rule needs all of them, raises AbsentPartError.
    """
    yield from ((pool, ("pools", index)) for index, pool in enumerate(scenario.pools))
    for index, operation in enumerate(scenario.timeline):
        if isinstance(operation, CreatePool):
            pool = operation.pool if all_readable else readable(operation, "pool")
            if pool is not None:
                yield pool, ("timeline", index, "pool")


def stated_names(scenario: Description) -> NamedPools:
    """Return the pools whose id is known before a run and could be read."""
    found = NamedPools()
    for pool, loc in stated_pools(scenario):
        if (name := readable(pool, "id")) is not None:
            found.add(pool, name, loc, _created(scenario, loc))
    return found


def _created(scenario: Description, loc: Loc) -> Moment:
    """Return when the pool of a place is created."""
    index = int(loc[1])
    return BEGINNING if loc[0] == "pools" else moment_of(scenario.timeline[index], index)
