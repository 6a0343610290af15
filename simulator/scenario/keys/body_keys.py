"""Which keys the service's bodies may have, read from the types of the format and the keys beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Final, NamedTuple, get_args

from simulator.scenario.format.allowed_keys import mappings_in
from simulator.scenario.format.bodies import Job, Pool
from simulator.scenario.format.schema import Operation
from simulator.scenario.format.section import Body, fold
from simulator.scenario.keys.beside import REFERENCE, beside_type, holder_of
from simulator.scenario.keys.beside_objects import BESIDE_OBJECTS
from simulator.scenario.keys.beside_rows import Beside

Holder = type[Body] | str
"""What has keys: a type, or the name of an object that no type describes."""


class Known(NamedTuple):
    """A key that a body may have."""

    name: str
    holder: Holder | None
    """What stands under it; None where that is not looked into here: any value, a section of our own, a whole body."""
    words: tuple[str, ...] = ()
    """All that it takes, where that is a word and no type says so."""


@cache
def known_keys(holder: Holder) -> Mapping[str, Known]:
    """Return the keys of a body, or of a part of one, by folded name."""
    if isinstance(holder, str):
        return dict(_beside(BESIDE_OBJECTS[holder].items()))
    foreign = {fold(name) for name in getattr(holder, "foreign", ())}
    own = dict(_own(holder))
    beside = dict(_beside(item for item in beside_type(holder) if item[0] not in REFERENCE))
    return {folded: known for folded, known in (beside | own).items() if folded not in foreign}


@cache
def operation_keys(name: str) -> Mapping[str, Known]:
    """Return the keys of an operation under which parts of bodies stand; pools and jobs are bodies by themselves."""
    for kind, _ in mappings_in(Operation):
        (own,) = get_args(kind.model_fields["operation"].annotation)
        if fold(own) == fold(name):
            return {folded: known for folded, known in _own(kind) if known.holder is not None}
    return {}


def _own(holder: type) -> Iterator[tuple[str, Known]]:
    for name, field in holder.model_fields.items():  # type: ignore[attr-defined]  # every mapping of the format has them
        key = field.alias or name
        parts = [part for part, _ in mappings_in(field.annotation) if issubclass(part, Body)]
        inside: Holder | None = parts[0] if parts else key if key in BESIDE_OBJECTS else None
        yield fold(key), Known(key, None if inside in (Pool, Job) else inside)


def _beside(keys: Iterable[tuple[str, Beside]]) -> Iterator[tuple[str, Known]]:
    for name, one in keys:
        yield fold(name), Known(name, holder_of(name, one), one.words)


SHORTEST: Final = 6
"""Letters of names that are looked for at other places; shorter ones, such as name and value, stand in many."""
MOST_PLACES: Final = 2
"""Places that a warning names; where there are more, none of them helps."""


def places_like(root: Holder, path: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the nearest other places of a body where the last key of `path` stands; none where they are many."""
    *here, key = path
    if len(key) < SHORTEST:
        return []
    folded = [fold(part) for part in here]
    ways = {place: _steps(folded, place) for place in _places(root).get(fold(key), ())}
    nearest = [place for place, steps in ways.items() if steps == min(ways.values())]
    return nearest if len(nearest) <= MOST_PLACES else []


def _steps(here: Sequence[str], place: Sequence[str]) -> int:
    """Return how many mappings lie between a mapping and the one that holds a key."""
    there = [fold(part) for part in place[:-1]]
    shared = 0
    while shared < min(len(here), len(there)) and here[shared] == there[shared]:
        shared += 1
    return len(here) + len(there) - 2 * shared


@cache
def _places(root: Holder) -> Mapping[str, list[tuple[str, ...]]]:
    """Return the paths of all keys of a body, by folded name."""
    found: dict[str, list[tuple[str, ...]]] = {}
    todo: list[tuple[tuple[str, ...], tuple[Holder, ...]]] = [((), (root,))]
    while todo:
        path, holders = todo.pop(0)
        for folded, one in known_keys(holders[-1]).items():
            found.setdefault(folded, []).append((*path, one.name))
            if one.holder is not None and one.holder not in holders:
                todo.append(((*path, one.name), (*holders, one.holder)))
    return found
