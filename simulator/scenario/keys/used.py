"""Which keys of a description do not act, or are no keys, and where they stand.

A key that is switched off or empty is not in use. Every scenario is looked through, so nothing here asks what a key
means: that takes the table.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple, get_args, get_origin

from pydantic import BaseModel

from simulator.meanings import marked
from simulator.scenario.format.alike_tasks import kinds_of
from simulator.scenario.format.key_marks import Effect, Mark
from simulator.scenario.format.schema import Description
from simulator.scenario.format.section import Part, fold
from simulator.scenario.format.task_bodies import Task
from simulator.scenario.keys.beside import beside_type, holder_of
from simulator.scenario.keys.beside_objects import BESIDE_OBJECTS
from simulator.scenario.keys.beside_rows import Beside

Place = tuple[str | int, ...]


class Idle(NamedTuple):
    """A key in use that does not act."""

    place: Place
    section: str
    """Type of the mapping, or the key that holds the object."""
    key: str
    effect: Effect | None
    """None: no body has such a key."""
    why: str


class _Row(NamedTuple):
    """What is known of a key that no type holds."""

    key: str
    effect: Effect
    why: str
    holder: str
    """Name of the objects that stand under it."""


def idle_keys(description: Description) -> Iterator[Idle]:
    """Yield the keys in use that do not act, or that no body has; of `sizes` none: the catalogue completes them."""
    for one in _below(description, (), ""):
        if one.place[0] != "sizes":
            yield one


def _below(part: object, place: Place, holder: str) -> Iterator[Idle]:
    if isinstance(part, Part):
        yield from _of_type(part, place)
    elif isinstance(part, Mapping):
        yield from _of_object(part, place, holder)
    elif isinstance(part, tuple | list) and part and isinstance(part[0], Part | Mapping):
        kinds = kinds_of(part) if isinstance(part[0], Task) else range(len(part))
        nothing: set[int] = set()
        for index, (one, kind) in enumerate(zip(part, kinds, strict=True)):
            if kind in nothing:
                continue
            found = [*_below(one, (*place, index), holder)]
            if not found:
                nothing.add(kind)
            yield from found


def _of_type(part: Part, place: Place) -> Iterator[Idle]:
    about, values = _about(type(part)), part.__dict__
    given = part.model_fields_set
    for name, (key, mark) in about.keys.items():
        value = values.get(name) if name in given else None
        if mark is None:
            yield from _below(value, (*place, key), key)
        elif value:
            yield Idle((*place, key), about.section, key, mark.effect, mark.why)
    for written, value in (part.model_extra or {}).items():
        yield from _beside(about.beside.get(fold(written)), value, (*place, written), about.section)


def _beside(row: _Row | None, value: object, place: Place, section: str) -> Iterator[Idle]:
    """Yield a key that no type holds, or those under it."""
    if row is None:
        yield Idle(place, section, str(place[-1]), None, "")
    elif value and row.effect is not Effect.ACTS:
        yield Idle(place, section, row.key, row.effect, row.why)
    elif value:
        yield from _below(value, place, row.holder)


def _of_object(part: Mapping[Any, Any], place: Place, holder: str) -> Iterator[Idle]:
    """Yield those of an object that no type describes, or of each entry of a mapping by name."""
    known = _objects(holder)
    for written, value in part.items():
        if known:
            yield from _beside(known.get(fold(str(written))), value, (*place, str(written)), holder)
        else:
            yield from _below(value, (*place, str(written)), "")


class _About(NamedTuple):
    """What is known of a type."""

    section: str
    keys: dict[str, tuple[str, Mark | None]]
    """Its own: how files write them, by attribute; without those that hold nothing to look into."""
    beside: dict[str, _Row]
    """Keys that it does not hold itself, by folded name."""


@cache
def _about(model: type[BaseModel]) -> _About:
    named = ((name, field.alias or name, marked(field, Mark)) for name, field in model.model_fields.items())
    keys = {
        name: (key, mark) for name, key, mark in named if mark or _holds_mappings(model.model_fields[name].annotation)
    }
    beside = {fold(key): _row(key, one) for key, one in beside_type(model)}
    return _About("Scenario" if issubclass(model, Description) else model.__name__, keys, beside)


def _holds_mappings(annotation: Any) -> bool:
    """Return whether a value of that type may hold mappings to look into."""
    if isinstance(annotation, type) and issubclass(annotation, Part | Mapping):
        return True
    origin = get_origin(annotation)
    return origin in (dict, Mapping) or any(_holds_mappings(one) for one in get_args(annotation))


@cache
def _objects(holder: str) -> dict[str, _Row]:
    return {fold(key): _row(key, one) for key, one in BESIDE_OBJECTS.get(holder, {}).items()}


def _row(key: str, one: Beside) -> _Row:
    return _Row(key, one.effect, one.why, holder_of(key, one) or key)
