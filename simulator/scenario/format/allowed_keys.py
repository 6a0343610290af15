"""Which keys a mapping may have at a place of a file, read from the types of the format."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel, Tag
from typing_extensions import TypeAliasType

from simulator.scenario.format.section import fold

Tagged = Mapping[type[BaseModel], frozenset[str]]
"""Types of mappings, with the tags by which a union knows each."""


def keys_at(root: type[BaseModel], loc: Sequence[str | int]) -> list[str]:
    """Return the keys that are allowed in the mapping at `loc`, a place as the validator names it: with union tags."""
    parts: Tagged = {root: frozenset()}
    for step in loc:
        if isinstance(step, str):
            below = {inner: tags for part in parts for inner, tags in _under(part, step)}
            tagged = {part: tags for part, tags in parts.items() if step in tags | _words(part)}
            parts = below or tagged or parts
    return sorted({field.alias or name for part in parts for name, field in part.model_fields.items()})


def _under(part: type[BaseModel], key: str) -> Iterator[tuple[type[BaseModel], frozenset[str]]]:
    """Yield the types of mappings that may stand under a key."""
    for name, field in part.model_fields.items():
        if fold(key) in (fold(name), fold(field.alias or name)):
            yield from mappings_in(field.annotation)


def mappings_in(
    annotation: Any, tags: frozenset[str] = frozenset()
) -> Iterator[tuple[type[BaseModel], frozenset[str]]]:
    """Yield the types of mappings that an annotation is made of, in lists and unions too."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation, tags
    elif isinstance(annotation, TypeAliasType):
        yield from mappings_in(annotation.__value__, tags)
    else:
        inside = get_args(annotation)
        named = frozenset(str(one.tag) for one in inside if isinstance(one, Tag))
        for inner in inside:
            yield from mappings_in(inner, named or tags)


def _words(part: type[BaseModel]) -> set[str]:
    """Return the words that a type wants under one of its keys, by which a union may know it."""
    return {
        word for field in part.model_fields.values() for word in get_args(field.annotation) if isinstance(word, str)
    }
