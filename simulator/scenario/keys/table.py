"""The table of keys, made from the types of the format and from the keys beside them; nothing is written twice."""

import inspect
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from typing_extensions import TypeAliasType

from simulator.meanings import marked, meaning_of
from simulator.quantities import CountedIn
from simulator.scenario.format.key_marks import Effect, Mark
from simulator.scenario.format.schema import Description
from simulator.scenario.format.section import Part, schema_of
from simulator.scenario.keys.beside import beside_type, holder_of
from simulator.scenario.keys.beside_objects import BESIDE_OBJECTS
from simulator.scenario.keys.beside_rows import Beside
from simulator.scenario.keys.versions import ALWAYS, VERSIONS, Versions, common
from simulator.scenario.keys.words import allowed, default_of


@dataclass(frozen=True, slots=True)
class Key:
    """What is known of one key."""

    name: str
    meaning: str
    effect: Effect
    why: str = ""
    """Of a key that is not simulated yet: what the service does about it."""
    unit: str = ""
    is_required: bool = False
    """A mapping without it is refused."""
    default: str = ""
    """As a file would have it; empty where there is none, or where it is a whole section."""
    values: str = ""
    """What it may hold, in words."""
    versions: Versions = ALWAYS
    holds: tuple[str, ...] = ()
    """Names of the sections that stand under it; it acts through their keys."""


@dataclass(frozen=True, slots=True)
class Section:
    """The keys of one mapping."""

    name: str
    """Of its type, or of the key that holds the object."""
    place: str
    """Where the first such mapping stands in a scenario."""
    meaning: str
    keys: tuple[Key, ...]


@cache
def sections() -> tuple[Section, ...]:
    """Return every mapping that a scenario may hold, from the top down."""
    return _dated((*sections_of(Description), *_objects(sections_of(Description))))


def _dated(found: tuple[Section, ...]) -> tuple[Section, ...]:
    """Return mappings whose keys have the generations of the keys that they stand under, unless they have their own."""
    while True:
        above: dict[str, list[Versions]] = {}
        for key in (key for one in found for key in one.keys):
            for name in key.holds:
                above.setdefault(name, []).append(key.versions)
        made = tuple(replace(one, keys=tuple(_inheriting(one.name, key, above) for key in one.keys)) for one in found)
        if made == found:
            return made
        found = made


def _inheriting(section: str, key: Key, above: Mapping[str, list[Versions]]) -> Key:
    inherited = common(above.get(section, []))
    return key if (section, key.name) in VERSIONS or key.versions == inherited else replace(key, versions=inherited)


def _objects(typed: tuple[Section, ...]) -> Iterator[Section]:
    """Yield the mappings that no type describes, each at the place of the first that holds it."""
    todo = list(typed)
    seen: set[str] = set()
    while todo:
        above = todo.pop(0)
        for key in above.keys:
            for name in key.holds:
                if name in BESIDE_OBJECTS and name not in seen:
                    seen.add(name)
                    rows = BESIDE_OBJECTS[name]
                    found = Section(
                        name, f"{above.place}.{key.name}".strip("."), "", tuple(_beside(name, rows.items()))
                    )
                    todo.append(found)
                    yield found


@cache
def sections_of(root: type[BaseModel]) -> tuple[Section, ...]:
    """Return the mappings that a file of a type is made of, each once, from the top down."""
    schema = schema_of(root)
    found = (_of_type(model, place, _definition(model, schema)) for model, place in _types(root, ""))
    return tuple(one for one in found if one.keys)


def key_of(section: str, name: str) -> Key:
    """Return what is known of a key, by the type of its mapping or the key that holds its object."""
    return next(key for one in sections() if one.name == section for key in one.keys if key.name == name)


def _types(model: type[BaseModel], place: str) -> Iterator[tuple[type[BaseModel], str]]:
    """Yield the types that stand in `model`, itself first, each once, with the place of the first."""
    todo, seen = [(model, place)], set()
    while todo:
        one, here = todo.pop(0)
        origin = one.__pydantic_generic_metadata__["origin"] or one
        if origin in seen:
            continue
        seen.add(origin)
        yield one, here
        for name, field in one.model_fields.items():
            key = field.alias or name
            inner = [(part, f"{here}.{key}{brackets}".strip(".")) for part, brackets in _mappings(field.annotation)]
            todo.extend(inner)


def _mappings(annotation: Any, brackets: str = "") -> Iterator[tuple[type[BaseModel], str]]:
    """Yield the types of mappings that an annotation is made of, with what their place adds to that of the key."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation, brackets
    elif isinstance(annotation, TypeAliasType):
        yield from _mappings(annotation.__value__, brackets)
    else:
        origin = get_origin(annotation)
        inside = "[]" if origin is tuple else ".NAME" if origin is dict else ""
        for inner in get_args(annotation):
            yield from _mappings(inner, brackets + inside)


def _of_type(model: type[BaseModel], place: str, definition: Mapping[str, Any]) -> Section:
    own = [_own(model, name, definition) for name, field in model.model_fields.items() if _has(definition, field, name)]
    names = {one.name for one in own}
    keys = (*own, *_beside(_name(model), (item for item in beside_type(model) if item[0] not in names)))
    return Section(_name(model), place, _first_line(model), keys)


def _has(definition: Mapping[str, Any], field: FieldInfo, name: str) -> bool:
    """Return whether files may have a key: a type may inherit some that its body does not know."""
    return "properties" not in definition or (field.alias or name) in definition["properties"]


def _own(model: type[BaseModel], name: str, definition: Mapping[str, Any]) -> Key:
    """Return what is known of a key that a type holds."""
    field = model.model_fields[name]
    key = field.alias or name
    mark, unit = marked(field, Mark), marked(field, CountedIn)
    schema = definition.get("properties", {}).get(key, definition)
    return Key(
        key,
        meaning_of(model, name),
        Effect.ACTS if mark is None else mark.effect,
        why="" if mark is None else mark.why,
        unit="" if unit is None else unit.name,
        is_required=key in definition.get("required", ()),
        default=default_of(schema),
        values=allowed(schema, definition["$defs"]).removesuffix(", `null`"),
        versions=VERSIONS.get((_name(model), key), ALWAYS),
        holds=tuple(_name(inner) for inner, _ in _mappings(field.annotation) if issubclass(inner, Part)) or _held(key),
    )


def _beside(section: str, keys: Iterable[tuple[str, Beside]]) -> Iterator[Key]:
    """Yield what is known of keys that no type holds."""
    for name, one in keys:
        holder = holder_of(name, one)
        holds = () if holder is None else (holder,)
        values = one.values or ", ".join(f"`{word}`" for word in one.words)
        versions = VERSIONS.get((section, name), ALWAYS)
        yield Key(name, one.meaning, one.effect, one.why, values=values, versions=versions, holds=holds)


def _held(key: str) -> tuple[str, ...]:
    """Return the name of the objects under a key of which the type says only that they are mappings."""
    return (key,) if key in BESIDE_OBJECTS else ()


def _name(model: type[BaseModel]) -> str:
    """Return the name of a type, without what it is a distribution of."""
    return "Scenario" if model is Description else model.__name__.partition("[")[0]


def _first_line(model: type[BaseModel]) -> str:
    """Return the sentence that says what a mapping is; one that its type inherits would be about something else."""
    origin = model.__pydantic_generic_metadata__["origin"] or model
    return inspect.cleandoc(origin.__doc__ or "").partition("\n")[0]


def _definition(model: type[BaseModel], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the JSON Schema of a type inside the schema of a file, with the definitions that it refers to.

    Of a distribution or an arrival process it is that of what stands under its name.
    """
    definitions, name = schema["$defs"], _name(model)
    found = definitions.get(name) or next(
        (one for key, one in definitions.items() if key.startswith(f"{name}_")), schema
    )
    form = getattr(model, "shape", None) or getattr(model, "key", None)
    inner = found["properties"].get(form, found) if "properties" in found else found
    return {**inner, "$defs": definitions}
